"""Mentions themselves: pages of a list, newest first, one in detail, and every match.

Lists are paged by position, never by offset, so that a page does not move when new
mentions arrive.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from storage import facts, matching
from storage.errors import NotFound
from storage.models import (
    RATING_SCALE,
    SCORE_SCALE,
    Kind,
    Label,
    MentionFilter,
    Opinion,
    Origin,
    Standing,
    Suspects,
)
from storage.rollups import topic_ids
from storage.slices import Grouping
from storage.times import moment

_DAY = 86_400 << 31
"""One day of positions."""


class MentionRow(NamedTuple):
    """A mention as lists and exports show it. ``text`` is '' once erased."""

    id: int
    position: int
    version: int
    kind: Kind
    source: str
    place: str
    brand: str
    product: str
    published_at: datetime
    precision: str
    author: str
    rating: float | None
    nps: int | None
    csat: int | None
    ces: int | None
    label: Label
    origin: Origin
    score: float | None
    lang: str
    topics: tuple[str, ...]
    title: str
    text: str
    url: str
    replied: bool
    standing: Standing = Standing.NORMAL


class VersionRow(NamedTuple):
    """One stored version of a mention."""

    number: int
    learned_at: datetime
    updated_at: datetime | None
    rating: float | None
    title: str
    text: str
    erased: bool


class ScoreRow(NamedTuple):
    """What one model said of one version."""

    version: int
    model: str
    counted: bool
    label: Label
    score: float | None
    confidence: float
    compound: float
    unsure: bool
    disagrees: bool


class ReplyRow(NamedTuple):
    """An owner's reply as the source showed it."""

    learned_at: datetime
    replied_at: datetime | None
    text: str


class MentionDetail(NamedTuple):
    """Everything about one mention; opinions' offsets are in ``scored_text`` of it."""

    row: MentionRow
    native_id: str
    first_seen_at: datetime
    deleted_at: datetime | None
    erased_at: datetime | None
    extra: dict[str, str]
    versions: tuple[VersionRow, ...]
    scores: tuple[ScoreRow, ...]
    opinions: tuple[Opinion, ...]
    replies: tuple[ReplyRow, ...]
    seen_by: tuple[str, ...]


_ROW = """
SELECT m.id, m.position, m.version, s.kind, o.key, p.key, b.name, d.name, m.published_at,
  m.precision, i.author, m.rating, m.nps, m.csat, m.ces, s.label, s.origin, m.score, s.lang,
  m.topics, v.title, v.text, i.url, m.replied, s.standing
FROM json_each(?) j CROSS JOIN mentions m ON m.id = j.value
JOIN slices s ON s.id = m.slice_id JOIN sources o ON o.id = s.source_id
JOIN places p ON p.id = m.place_id JOIN brands b ON b.id = s.brand_id
JOIN products d ON d.id = s.product_id LEFT JOIN identities i ON i.mention_id = m.id
JOIN versions v ON v.mention_id = m.id AND v.version = m.version
ORDER BY m.position DESC
"""


def page(
    conn: sqlite3.Connection, flt: MentionFilter, *, before: int | None = None, limit: int = 50
) -> list[MentionRow]:
    """The newest mentions of a filter, or those older than the position ``before``."""
    return rows(conn, page_ids(conn, flt, before=before, limit=limit))


def every(conn: sqlite3.Connection, flt: MentionFilter) -> Iterator[MentionRow]:
    """All mentions of a filter, newest first, in bounded memory."""
    before: int | None = None
    while batch := page(conn, flt, before=before, limit=2_000):
        yield from batch
        before = batch[-1].position


def page_ids(
    conn: sqlite3.Connection, flt: MentionFilter, *, before: int | None, limit: int
) -> list[int]:
    """Ids of one page, newest first."""
    low, high = matching.positions(flt)
    if before is not None:
        high = min(high, before - 1)
    if flt.text.strip():
        return _by_words(conn, flt, before, limit)
    if flt.since is not None:
        return _since(conn, flt, high, limit)
    if _unfiltered(flt):
        return _ids(
            conn,
            "SELECT id FROM mentions m WHERE position BETWEEN ? AND ? AND deleted_at IS NULL"
            " AND day BETWEEN ? AND ? AND slice_id NOT IN"
            " (SELECT id FROM slices WHERE standing <> '' AND standing = ?)"
            " ORDER BY position DESC LIMIT ?",
            (low, high, *matching.days(flt), Standing.EXCLUDED.value, limit),
        )
    return _by_slices(conn, flt, low, high, limit)


def _unfiltered(flt: MentionFilter) -> bool:
    chosen = (flt.kinds, flt.brands, flt.sources, flt.products, flt.topics, flt.labels, flt.langs)
    plain = flt.suspects is Suspects.DECIDED and not matching.by_mention(flt)
    return plain and not any(chosen)


def _since(conn: sqlite3.Connection, flt: MentionFilter, high: int, limit: int) -> list[int]:
    """Sort what is new: it is found by its ids and rarely much."""
    base = facts.found(conn, flt)
    return _ids(
        conn,
        f"SELECT m.id{base.sql} AND m.position <= ? ORDER BY m.position DESC LIMIT ?",
        (*base.args, high, limit),
    )


def _by_slices(
    conn: sqlite3.Connection, flt: MentionFilter, low: int, high: int, limit: int
) -> list[int]:
    """Walk back in windows that double until the page is full.

    Every row touched belongs to a wanted slice, so that a rare filter costs seeks and a
    common one is full after the first window.
    """
    newest = conn.execute("SELECT max(position) FROM mentions").fetchone()[0]
    oldest = conn.execute("SELECT min(position) FROM mentions").fetchone()[0]
    if newest is None:
        return []
    high, low = min(high, newest), max(low, oldest)
    where = matching.of_slices(flt, Grouping.FULL)
    topics = matching.of_topics(conn, flt) if flt.topics else None
    slices = _ids(conn, f"SELECT s.id FROM slices s WHERE {where.sql}", where.args)
    window = _DAY
    while True:
        start = max(low, high - window)
        found = _window(conn, flt, slices, topics, start, high, limit)
        if len(found) >= limit or start <= low:
            return found
        window *= 4


def _window(
    conn: sqlite3.Connection,
    flt: MentionFilter,
    slices: list[int],
    topics: list[int] | None,
    low: int,
    high: int,
    limit: int,
) -> list[int]:
    others, days = matching.of_mentions(flt), matching.days(flt)
    tail = (
        f"AND m.deleted_at IS NULL AND m.day BETWEEN ? AND ?{others.sql}"
        " ORDER BY m.position DESC LIMIT ?"
    )
    if topics is None:
        return _ids(
            conn,
            "SELECT m.id FROM json_each(?) j CROSS JOIN mentions m ON m.slice_id = j.value"
            f" WHERE m.position BETWEEN ? AND ? {tail}",
            (json.dumps(slices), low, high, *days, *others.args, limit),
        )
    return _ids(
        conn,
        "SELECT DISTINCT m.id FROM json_each(?) t CROSS JOIN json_each(?) j"
        " CROSS JOIN mention_topics x"
        " ON x.topic_id = t.value AND x.slice_id = j.value AND x.position BETWEEN ? AND ?"
        f" CROSS JOIN mentions m ON m.id = x.mention_id WHERE 1 {tail}",
        (json.dumps(topics), json.dumps(slices), low, high, *days, *others.args, limit),
    )


def _by_words(
    conn: sqlite3.Connection, flt: MentionFilter, before: int | None, limit: int
) -> list[int]:
    """Walk down the search index, which orders by position: a full page ends the walk."""
    base = facts.found(conn, flt)
    high = 2**63 - 1 if before is None else before - 1
    return _ids(
        conn,
        f"SELECT m.id{base.sql} AND search.rowid <= ? ORDER BY search.rowid DESC LIMIT ?",
        (*base.args, high, limit),
    )


def rows(conn: sqlite3.Connection, ids: list[int]) -> list[MentionRow]:
    """The rows of some mentions, newest first."""
    names = dict(conn.execute("SELECT id, key FROM topics"))
    return [_row(raw, names) for raw in conn.execute(_ROW, (json.dumps(ids),))]


def detail(conn: sqlite3.Connection, mention_id: int) -> MentionDetail:
    """One mention with its versions, scores, evidence and replies."""
    found = rows(conn, [mention_id])
    if not found:
        raise NotFound(f"there is no mention {mention_id}")
    row = found[0]
    extra = conn.execute(
        "SELECT extra FROM versions WHERE mention_id = ? AND version = ?", (row.id, row.version)
    ).fetchone()[0]
    fact = conn.execute(
        "SELECT first_seen_at, deleted_at, erased_at, (SELECT native_id FROM identities"
        " WHERE mention_id = m.id) FROM mentions m WHERE id = ?",
        (row.id,),
    ).fetchone()
    seen_by = conn.execute(
        "SELECT o.key FROM sources o CROSS JOIN sightings g ON g.source_id = o.id"
        " AND g.mention_id = ? ORDER BY g.first_seen_at",
        (row.id,),
    )
    return MentionDetail(
        row,
        fact[3] or "",
        moment(fact[0]),
        _when(fact[1]),
        _when(fact[2]),
        json.loads(extra) if extra else {},
        tuple(_versions(conn, row.id)),
        tuple(_scores(conn, row.id)),
        tuple(_opinions(conn, row.id, row.version)),
        tuple(_replies(conn, row.id)),
        tuple(each[0] for each in seen_by),
    )


def _versions(conn: sqlite3.Connection, mention_id: int) -> Iterator[VersionRow]:
    for number, learned, updated, rating, title, text in conn.execute(
        "SELECT version, learned_at, updated_at, rating, title, text FROM versions"
        " WHERE mention_id = ? ORDER BY version",
        (mention_id,),
    ):
        yield VersionRow(
            number,
            moment(learned),
            _when(updated),
            _scaled(rating, RATING_SCALE),
            title or "",
            text or "",
            text is None,
        )


def _scores(conn: sqlite3.Connection, mention_id: int) -> Iterator[ScoreRow]:
    for (
        version,
        model,
        counted,
        label,
        score,
        confidence,
        compound,
        unsure,
        disagrees,
    ) in conn.execute(
        "SELECT s.version, m.name, s.counted, s.label, s.score, s.confidence, s.compound,"
        " s.unsure, s.disagrees FROM scores s JOIN models m ON m.id = s.model_id"
        " WHERE s.mention_id = ? ORDER BY s.version, s.scored_at",
        (mention_id,),
    ):
        yield ScoreRow(
            version,
            model,
            bool(counted),
            Label(label),
            _scaled(score, SCORE_SCALE),
            confidence / SCORE_SCALE,
            compound,
            bool(unsure),
            bool(disagrees),
        )


def _opinions(conn: sqlite3.Connection, mention_id: int, version: int) -> Iterator[Opinion]:
    text = conn.execute(
        "SELECT title, text FROM versions WHERE mention_id = ? AND version = ?",
        (mention_id, version),
    ).fetchone()
    said = scored_text(*text)
    for key, start, end, label, score in conn.execute(
        "SELECT t.key, o.start, o.end, o.label, o.score FROM opinions o"
        " JOIN topics t ON t.id = o.topic_id JOIN scores s ON s.mention_id = o.mention_id"
        " AND s.version = o.version AND s.model_id = o.model_id AND s.counted = 1"
        " WHERE o.mention_id = ? AND o.version = ? ORDER BY o.seq",
        (mention_id, version),
    ):
        yield Opinion(key, said[start:end], start, end, Label(label), score / SCORE_SCALE)


def _replies(conn: sqlite3.Connection, mention_id: int) -> Iterator[ReplyRow]:
    for learned, replied, text in conn.execute(
        "SELECT learned_at, replied_at, text FROM replies WHERE mention_id = ? ORDER BY 1",
        (mention_id,),
    ):
        yield ReplyRow(moment(learned), _when(replied), text or "")


def scored_text(title: str | None, text: str | None) -> str:
    """What is scored: title, newline, body; the body alone if it begins with the title."""
    title, text = title or "", text or ""
    if not title or text.startswith(title):
        return text
    return f"{title}\n{text}" if text else title


def _row(raw: tuple[Any, ...], names: dict[int, str]) -> MentionRow:
    values: list[Any] = list(raw)
    values[3], values[15], values[16] = Kind(raw[3]), Label(raw[15]), Origin(raw[16])
    values[8] = moment(raw[8])
    values[10], values[20], values[21], values[22] = (raw[i] or "" for i in (10, 20, 21, 22))
    values[11] = _scaled(raw[11], RATING_SCALE)
    values[17] = _scaled(raw[17], SCORE_SCALE)
    values[19] = tuple(names[each] for each in topic_ids(str(raw[19] or "")))
    values[23], values[24] = bool(raw[23]), Standing(raw[24])
    return MentionRow(*values)


def _ids(conn: sqlite3.Connection, sql: str, args: tuple[str | int, ...]) -> list[int]:
    return [row[0] for row in conn.execute(sql, args)]


def _scaled(value: int | None, scale: int) -> float | None:
    return None if value is None else value / scale


def _when(at: int | None) -> datetime | None:
    return None if at is None else moment(at)
