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

from storage import paging, signs
from storage.errors import NotFound
from storage.models import (
    RATING_SCALE,
    SCORE_SCALE,
    Flag,
    Intent,
    Kind,
    Label,
    MentionFilter,
    Opinion,
    Origin,
    Purpose,
    Standing,
    Urgency,
)
from storage.rollups import topic_ids
from storage.times import moment


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
    intent: Intent | None = None
    urgency: tuple[Urgency, ...] = ()
    disagrees: bool = False


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
    """Everything about one mention; offsets of evidence are in ``scored_text`` of it.

    ``purpose`` and ``flags`` are what the counted model says of the present version.
    """

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
    purpose: Purpose | None = None
    flags: tuple[Flag, ...] = ()


_ROW = """
SELECT m.id, m.position, m.version, s.kind, o.key, p.key, b.name, d.name, m.published_at,
  m.precision, i.author, m.rating, m.nps, m.csat, m.ces, s.label, s.origin, m.score, s.lang,
  m.topics, v.title, v.text, i.url, m.replied, s.standing, m.signs
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
    return rows(conn, paging.ids(conn, flt, before=before, limit=limit))


def every(conn: sqlite3.Connection, flt: MentionFilter) -> Iterator[MentionRow]:
    """All mentions of a filter, newest first, in bounded memory."""
    before: int | None = None
    while batch := page(conn, flt, before=before, limit=2_000):
        yield from batch
        before = batch[-1].position


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
        *_evidence(conn, row),
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


def _evidence(conn: sqlite3.Connection, row: MentionRow) -> signs.Evidence:
    found = conn.execute(
        "SELECT signs FROM scores WHERE mention_id = ? AND version = ? AND counted = 1",
        (row.id, row.version),
    ).fetchone()
    return signs.evidence(found[0] if found else "")


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
    values[25:] = (signs.intent(raw[25]), signs.urgency(raw[25]), bool(raw[25] & signs.DISAGREES))
    return MentionRow(*values)


def _scaled(value: int | None, scale: int) -> float | None:
    return None if value is None else value / scale


def _when(at: int | None) -> datetime | None:
    return None if at is None else moment(at)
