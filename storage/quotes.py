"""What customers said most clearly: the best and the worst texts of a filter, in full.

No names: a report leaves the workspace. Not here: lists to page through (``listing``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from storage import matching
from storage.models import RATING_SCALE, SCORE_SCALE, Kind, Label, MentionFilter
from storage.slices import Grouping
from storage.times import day_date

ERASED = "(This text was erased.)"
DELETED = "(Its writer deleted this text since.)"
SHORTEST, LONGEST = 30, 400
"""Characters: shorter texts say too little, longer ones are not read in a summary."""
_MORE = 8
"""Looked at per quote wanted, since one text may stand in several places."""


class Quote(NamedTuple):
    """One text; ``day`` is in the reporting timezone, ``score`` None where none was known."""

    mention_id: int
    version: int
    kind: Kind
    source: str
    day: date
    rating: float | None
    score: float | None
    title: str
    text: str
    url: str


def quotes(conn: sqlite3.Connection, flt: MentionFilter, label: Label, limit: int) -> list[Quote]:
    """Return the clearest texts of a label within a filter; each text once."""
    return read(conn, clearest(conn, flt, label, limit))


def clearest(
    conn: sqlite3.Connection,
    flt: MentionFilter,
    label: Label,
    limit: int,
    hidden: Collection[int] = (),
) -> tuple[tuple[int, int], ...]:
    """Return mention and version of the clearest texts, clearest first, without hidden ones.

    Ids may be kept, words not.
    """
    where = matching.of_slices(flt, Grouping.FULL)
    order = "ASC" if label is Label.NEGATIVE else "DESC"
    # Only what is sorted by is read of every mention; texts of the first few.
    ordered = conn.execute(
        "SELECT m.id, m.version FROM mentions m WHERE m.position BETWEEN ? AND ?"
        " AND m.day BETWEEN ? AND ? AND m.deleted_at IS NULL AND m.score IS NOT NULL"
        f" AND m.slice_id IN (SELECT s.id FROM slices s WHERE s.label = ? AND {where.sql})"
        f" ORDER BY m.score {order}, m.rating {order}, m.position DESC",
        (*matching.positions(flt), *matching.days(flt), label.value, *where.args),
    )
    found: dict[str, tuple[int, int]] = {}
    fitting = 0
    for mention_id, version in ordered:
        if fitting == limit * _MORE or len(found) == limit:
            break
        if mention_id in hidden:
            continue
        title, text = conn.execute(
            "SELECT title, text FROM versions WHERE mention_id = ? AND version = ?",
            (mention_id, version),
        ).fetchone()
        if title is None or text is None or len(title) > LONGEST:
            continue
        if SHORTEST <= len(text) <= LONGEST:
            fitting += 1
            found.setdefault(" ".join(text.lower().split()), (mention_id, version))
    return tuple(found.values())


def current(conn: sqlite3.Connection, ids: Collection[int]) -> list[Quote]:
    """Return the present texts of some mentions."""
    rows = conn.execute(
        "SELECT m.id, m.version FROM json_each(?) j JOIN mentions m ON m.id = j.value",
        (json.dumps(list(ids)),),
    )
    return read(conn, rows.fetchall())


def read(conn: sqlite3.Connection, ids: Iterable[tuple[int, int]]) -> list[Quote]:
    """Return texts by mention and version; in place of one that is gone a line that says so."""
    rows = conn.execute(
        "SELECT m.id, j.value ->> 1, s.kind, o.key, m.day, m.rating, m.score, v.title, v.text,"
        " i.url, m.erased_at FROM json_each(?) j CROSS JOIN mentions m ON m.id = j.value ->> 0"
        " JOIN slices s ON s.id = m.slice_id JOIN sources o ON o.id = s.source_id"
        " LEFT JOIN identities i ON i.mention_id = m.id"
        " LEFT JOIN versions v ON v.mention_id = m.id AND v.version = j.value ->> 1"
        " ORDER BY j.key",
        (json.dumps(list(ids)),),
    )
    return [_quote(*row) for row in rows]


def _quote(
    mention_id: int,
    version: int,
    kind: str,
    source: str,
    day: int,
    rating: int | None,
    score: int | None,
    title: str | None,
    text: str | None,
    url: str | None,
    erased_at: int | None,
) -> Quote:
    if text is None:
        text = DELETED if erased_at is None else ERASED
    return Quote(
        mention_id,
        version,
        Kind(kind),
        source,
        day_date(day),
        None if rating is None else rating / RATING_SCALE,
        None if score is None else score / SCORE_SCALE,
        title or "",
        text,
        url or "",
    )
