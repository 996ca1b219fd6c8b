"""What customers said most clearly: the best and the worst texts of a filter, in full.

No names: a report leaves the workspace. Not here: lists to page through (``listing``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from storage import matching
from storage.models import RATING_SCALE, SCORE_SCALE, Kind, Label, MentionFilter
from storage.slices import Grouping
from storage.times import day_date

SHORTEST, LONGEST = 30, 400
"""Characters: shorter texts say too little, longer ones are not read in a summary."""
_MORE = 8
"""Looked at per quote wanted, since one text may stand in several places."""


class Quote(NamedTuple):
    """One text; ``day`` is in the reporting timezone."""

    mention_id: int
    kind: Kind
    source: str
    day: date
    rating: float | None
    score: float
    title: str
    text: str
    url: str


def quotes(conn: sqlite3.Connection, flt: MentionFilter, label: Label, limit: int) -> list[Quote]:
    """Return the clearest texts of a label within a filter; each text once."""
    return read(conn, clearest(conn, flt, label, limit))


def clearest(
    conn: sqlite3.Connection, flt: MentionFilter, label: Label, limit: int
) -> tuple[int, ...]:
    """Return the mentions of the clearest texts, clearest first; ids may be kept, words not."""
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
    found: dict[str, int] = {}
    fitting = 0
    for mention_id, version in ordered:
        if fitting == limit * _MORE or len(found) == limit:
            break
        title, text = conn.execute(
            "SELECT title, text FROM versions WHERE mention_id = ? AND version = ?",
            (mention_id, version),
        ).fetchone()
        if title is None or text is None or len(title) > LONGEST:
            continue
        if SHORTEST <= len(text) <= LONGEST:
            fitting += 1
            found.setdefault(" ".join(text.lower().split()), mention_id)
    return tuple(found.values())


def read(conn: sqlite3.Connection, ids: Sequence[int]) -> list[Quote]:
    """Return the texts of some mentions, in their order; what was erased since is left out."""
    rows = conn.execute(
        "SELECT m.id, s.kind, o.key, m.day, m.rating, m.score, v.title, v.text, i.url"
        " FROM json_each(?) j CROSS JOIN mentions m ON m.id = j.value"
        " JOIN slices s ON s.id = m.slice_id JOIN sources o ON o.id = s.source_id"
        " JOIN identities i ON i.mention_id = m.id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE v.text IS NOT NULL AND m.score IS NOT NULL ORDER BY j.key",
        (json.dumps(ids),),
    )
    return [
        Quote(
            mention_id,
            Kind(kind),
            source,
            day_date(day),
            None if rating is None else rating / RATING_SCALE,
            score / SCORE_SCALE,
            title,
            text,
            url,
        )
        for mention_id, kind, source, day, rating, score, title, text, url in rows
    ]
