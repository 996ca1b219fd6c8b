"""What polls brought and failed to bring over a period, source by source."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage import matching
from storage.models import MentionFilter
from storage.slices import Grouping
from storage.times import millis


class PollFigures(NamedTuple):
    """The polls of one source; ``refused`` counts rows that could not be taken."""

    source: str
    polls: int
    failed: int
    new: int
    changed: int
    gone: int
    refused: int


def polls(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[PollFigures]:
    """Return what every source did from ``start`` up to ``end``, by its id."""
    rows = conn.execute(
        "SELECT o.key, count(*), sum(p.error IS NOT NULL), sum(p.new), sum(p.changed),"
        " sum(p.gone), sum(p.refused) FROM polls p JOIN sources o ON o.id = p.source_id"
        " WHERE p.started_at >= ? AND p.started_at < ? GROUP BY o.key ORDER BY o.key",
        (millis(start), millis(end)),
    )
    return [PollFigures(*row) for row in rows]


def bringing(conn: sqlite3.Connection, flt: MentionFilter) -> frozenset[str]:
    """Return the sources that ever brought what a filter counts, whatever its period."""
    where = matching.of_slices(flt, Grouping.FULL)
    rows = conn.execute(
        "SELECT DISTINCT o.key FROM slices s JOIN sources o ON o.id = s.source_id"
        f" WHERE {where.sql}",
        where.args,
    )
    return frozenset(str(row[0]) for row in rows)
