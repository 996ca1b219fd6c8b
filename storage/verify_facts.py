"""Each mention's counted facts against what is stored of it: versions, scores, labels, replies.

Written apart from ``recast``, which sets these facts; only the meaning of a label is
shared. Yields differences in plain words, in bounded memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from storage import labels, signs, workspace
from storage.models import Label, Precision
from storage.times import Calendar

_SAMPLE = 300
"""Texts whose words are looked up in the search index."""
_PHRASE = 6

_SELECT = """
SELECT m.id, m.position, m.day, m.published_at, m.precision, m.deleted_at, m.erased_at,
  m.score, m.rating, m.nps, m.csat, m.ces, m.replied, m.topics, m.signs,
  s.label, s.origin, s.lang, s.grouping, v.version, v.rating, v.nps, v.csat, v.ces, v.lang,
  coalesce(v.title || v.text, '-') <> '', c.label, c.unsure, c.score, c.lang, c.topics,
  c.signs, c.disagrees,
  (SELECT label FROM labels l WHERE l.mention_id = m.id AND l.version = m.version
   ORDER BY l.id DESC LIMIT 1),
  EXISTS (SELECT 1 FROM replies r WHERE r.mention_id = m.id),
  i.place_id IS m.place_id,
  EXISTS (SELECT 1 FROM sightings g WHERE g.source_id = s.source_id AND g.mention_id = m.id)
FROM mentions m LEFT JOIN slices s ON s.id = m.slice_id
LEFT JOIN versions v ON v.mention_id = m.id AND v.version = m.version
LEFT JOIN scores c ON c.mention_id = m.id AND c.version = m.version AND c.counted = 1
LEFT JOIN identities i ON i.mention_id = m.id
ORDER BY m.id
"""


class _Row(NamedTuple):
    id: int
    position: int
    day: int
    published_at: int
    precision: str
    deleted_at: int | None
    erased_at: int | None
    score: int | None
    rating: int | None
    nps: int | None
    csat: int | None
    ces: int | None
    replied: int
    topics: str
    signs: int
    label: str
    origin: str
    lang: str
    grouping: int
    version: int | None
    said_rating: int | None
    said_nps: int | None
    said_csat: int | None
    said_ces: int | None
    declared: str | None
    has_text: int
    scored: str | None
    unsure: int | None
    model_score: int | None
    model_lang: str | None
    model_topics: str | None
    model_signs: str | None
    disagrees: int | None
    human: str | None
    has_reply: int
    identified: int
    sighted: int


def mentions(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield where a mention is counted as something else than what is stored of it."""
    calendar = workspace.calendar(conn)
    before = None
    for values in conn.execute(_SELECT):
        row = _Row(*values)
        if row.id == before:
            yield f"mention {row.id}: its present version has more than one counted score"
            continue
        before = row.id
        for words in (*_dated(row, calendar), *_rooted(row)):
            yield f"mention {row.id}: {words}"
        if row.deleted_at is None and row.version is not None and row.label is not None:
            for words in _as_counted(row):
                yield f"mention {row.id}: {words}"


def _dated(row: _Row, calendar: Calendar) -> Iterator[str]:
    if row.position >> 31 != row.published_at // 1000:
        yield "its place in the order is not that of its publishing time"
    whole = row.precision == Precision.DAY
    day = row.published_at // 86_400_000 if whole else calendar.day(row.published_at)
    if day != row.day:
        yield f"it is counted on day {row.day}, its publishing time falls on day {day}"


def _rooted(row: _Row) -> Iterator[str]:
    if row.version is None:
        yield "its present version is not stored"
    if row.grouping != 0:
        yield "it is counted in no slice of the finest grouping"
    if not row.sighted:
        yield "the source that brought it never saw it"
    if bool(row.identified) == (row.erased_at is not None):
        yield "it was erased but its id is kept" if row.erased_at else "it has no id in its place"


def _as_counted(row: _Row) -> Iterator[str]:
    """Hold label, marks, score, language and topics against version, score and replies."""
    model = None
    if row.scored is not None:
        sure = not row.unsure or row.scored == Label.UNSCORED
        model = Label(row.scored) if sure else Label.UNSURE
    label, origin = labels.counted(
        None if row.human is None else Label(row.human),
        row.said_rating,
        row.said_nps,
        row.said_csat,
        model,
        has_text=bool(row.has_text),
    )
    lang = "" if row.scored is None else row.model_lang or row.declared or ""
    said = (row.said_rating, row.said_nps, row.said_csat, row.said_ces)
    for name, counted, stored in (
        ("label", f"{row.label} ({row.origin})", f"{label.value} ({origin.value})"),
        ("language", row.lang, lang),
        ("score", row.score, row.model_score),
        ("marks", (row.rating, row.nps, row.csat, row.ces), said),
        ("owner's reply", row.replied, row.has_reply),
        ("topics", row.topics, row.model_topics or ""),
        ("signs", row.signs, signs.mask(row.model_signs, row.disagrees)),
    ):
        if counted != stored:
            yield f"counted with {name} {counted!s}, but what is stored of it says {stored!s}"


def erasure(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield what was erased, or deleted at its source, and still says something."""
    gone = "m.deleted_at IS NOT NULL OR m.erased_at IS NOT NULL"
    for table, words in (
        ("versions", "coalesce(x.title, '') || coalesce(x.text, '') || coalesce(x.extra, '')"),
        ("replies", "coalesce(x.text, '')"),
        ("identities", "x.author || x.url || coalesce(x.parent, '')"),
    ):
        for (mention_id,) in conn.execute(
            f"SELECT DISTINCT m.id FROM mentions m JOIN {table} x ON x.mention_id = m.id"
            f" WHERE ({gone}) AND {words} <> ''"
        ):
            yield f"mention {mention_id} is gone, but {table} still hold something of it"
    for (mention_id,) in conn.execute(
        "SELECT DISTINCT e.mention_id FROM case_events e JOIN event_content c ON c.seq = e.seq"
        " JOIN mentions m ON m.id = e.mention_id WHERE m.erased_at IS NOT NULL"
    ):
        yield f"mention {mention_id} was erased, but words of its case are kept"


def topics(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield where the lists by topic and the topics of the mentions differ."""
    for topic, mention_id in conn.execute(
        "SELECT x.topic_id, x.mention_id FROM mention_topics x"
        " LEFT JOIN mentions m ON m.id = x.mention_id AND m.slice_id = x.slice_id"
        " AND m.position = x.position AND m.deleted_at IS NULL"
        " WHERE m.id IS NULL OR instr(',' || m.topics || ',', ',' || x.topic_id || ',') = 0"
    ):
        yield f"topic {topic} lists mention {mention_id}, which is not counted there"
    for mention_id, topic in conn.execute(
        "SELECT m.id, t.value FROM mentions m JOIN json_each('[' || m.topics || ']') t"
        " LEFT JOIN mention_topics x ON x.topic_id = t.value AND x.slice_id = m.slice_id"
        " AND x.position = m.position WHERE m.deleted_at IS NULL AND m.topics <> ''"
        " AND x.mention_id IS NOT m.id"
    ):
        yield f"mention {mention_id} is counted in topic {topic}, whose list lacks it"


def meant(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield where the lists by intent and urgency and the signs of the mentions differ."""
    for sign, mention_id in conn.execute(
        "SELECT x.sign, x.mention_id FROM mention_signs x"
        " LEFT JOIN mentions m ON m.id = x.mention_id AND m.slice_id = x.slice_id"
        " AND m.position = x.position AND m.deleted_at IS NULL"
        " WHERE m.id IS NULL OR m.signs & x.sign = 0"
    ):
        yield f"sign {sign} lists mention {mention_id}, which does not have it"
    listed = dict(
        conn.execute("SELECT mention_id, sum(sign) FROM mention_signs GROUP BY mention_id")
    )
    for mention_id, bits in conn.execute(
        "SELECT id, signs FROM mentions WHERE signs > 0 AND deleted_at IS NULL"
    ):
        if listed.get(mention_id, 0) != bits:
            yield f"mention {mention_id} has signs {bits}, whose lists lack it"


def search(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield texts that the search index lacks and entries that have no text."""
    text = "m.deleted_at IS NULL AND coalesce(v.title, '') || coalesce(v.text, '') <> ''"
    current = "versions v ON v.mention_id = m.id AND v.version = m.version"
    for (position,) in conn.execute(
        "SELECT d.id FROM search_docsize d LEFT JOIN mentions m ON m.position = d.id"
        f" LEFT JOIN {current} WHERE m.id IS NULL OR m.deleted_at IS NOT NULL OR v.text IS NULL"
    ):
        yield f"the search index has an entry {position} without a text"
    for (mention_id,) in conn.execute(
        f"SELECT m.id FROM mentions m JOIN {current}"
        f" LEFT JOIN search_docsize d ON d.id = m.position WHERE d.id IS NULL AND {text}"
    ):
        yield f"the search index lacks mention {mention_id}"
    yield from _words(conn, f"mentions m JOIN {current} WHERE {text}")


def _words(conn: sqlite3.Connection, source: str) -> Iterator[str]:
    """Look some texts up by their first words; a text that no index could find is passed."""
    trial = sqlite3.connect(":memory:")
    trial.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize='unicode61 remove_diacritics 2')")
    total = conn.execute("SELECT count(*) FROM mentions").fetchone()[0]
    step = total // _SAMPLE + 1
    for mention_id, position, title, text in conn.execute(
        f"SELECT m.id, m.position, v.title, v.text FROM {source} AND m.id % ? = 0", (step,)
    ):
        said = " ".join((title or text).split()[:_PHRASE])[:1_000]
        phrase = f'"{said.replace(chr(34), chr(34) * 2)}"'
        found = conn.execute(
            "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?", (phrase, position)
        ).fetchone()
        if found:
            continue
        trial.execute("DELETE FROM t")
        trial.execute("INSERT INTO t VALUES (?)", (title or text,))
        if trial.execute("SELECT 1 FROM t WHERE t MATCH ?", (phrase,)).fetchone():
            yield f"the search index does not find mention {mention_id} by its first words"
    trial.close()
