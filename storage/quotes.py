"""What customers said most clearly: the best and the worst texts of a filter, in full.

No names: a report leaves the workspace. Not here: lists to page through (``listing``).
"""

from __future__ import annotations

import sqlite3
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
    where = matching.of_slices(flt, Grouping.FULL)
    order = "ASC" if label is Label.NEGATIVE else "DESC"
    rows = conn.execute(
        "SELECT m.id, s.kind, o.key, m.day, m.rating, m.score, v.title, v.text, i.url"
        " FROM mentions m CROSS JOIN slices s ON s.id = m.slice_id"
        " JOIN sources o ON o.id = s.source_id JOIN identities i ON i.mention_id = m.id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE m.position BETWEEN ? AND ? AND m.day BETWEEN ? AND ?"
        " AND m.deleted_at IS NULL AND m.score IS NOT NULL"
        f" AND s.label = ? AND {where.sql} AND length(v.text) BETWEEN ? AND ?"
        " AND length(v.title) <= ?"
        f" ORDER BY m.score {order}, m.rating {order}, m.position DESC LIMIT ?",
        (*matching.positions(flt), *matching.days(flt), label.value, *where.args)
        + (SHORTEST, LONGEST, LONGEST, limit * _MORE),
    )
    found: dict[str, Quote] = {}
    for mention_id, kind, source, day, rating, score, title, text, url in rows:
        quote = Quote(
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
        found.setdefault(" ".join(text.lower().split()), quote)
    return list(found.values())[:limit]
