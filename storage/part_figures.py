"""Figures of parts that need more than one of the filter's groups: topics over time, places.

Topics over time come from the rollups. Places have none: they are counted from the
mentions of the period, so that a long period costs by its mentions. Not here: the simple
groups (``queries``).
"""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Literal, NamedTuple

from storage import facts, matching, queries
from storage.measures import sums
from storage.models import MentionFilter, Sums
from storage.queries import Group
from storage.slices import Grouping
from storage.times import day_date

_FACTS = (
    "count(*), count(m.score), sum(m.score), sum(m.score * m.score), count(m.rating),"
    " sum(m.rating), sum(m.rating * m.rating), count(m.nps), sum(m.nps >= 9), sum(m.nps <= 6),"
    " count(m.csat), sum(m.csat >= 4), sum(m.csat), count(m.ces), sum(m.ces),"
    " sum(m.ces * m.ces), sum(m.replied)"
)
_EPOCH_MONTH = 12


class Tally(NamedTuple):
    """How many mentions in a day or month, and how many of them negative."""

    start: date
    n: int
    negative: int


def topic_trends(
    conn: sqlite3.Connection, flt: MentionFilter, step: Literal["day", "month"]
) -> dict[str, list[Tally]]:
    """Mentions per topic and day or month, oldest first; nothing for words or several topics.

    Months read monthly cells inside the period, so that a year costs as much as a month.
    """
    if queries.needs_facts(flt):
        return {}
    where = matching.of_slices(flt, matching.grouping_for(flt))
    found: dict[str, dict[date, Tally]] = {}
    wanted = flt.topics[0] if flt.topics else None
    for span in _spans(flt, step):
        rows = conn.execute(
            f"SELECT t.key, r.{span.column}, sum(r.n), sum(iif(s.label = 'negative', r.n, 0))"
            " FROM topics t CROSS JOIN slices s"
            f" CROSS JOIN {span.table} r ON r.topic_id = t.id AND r.slice_id = s.id"
            f" AND r.{span.column} BETWEEN ? AND ?"
            f" WHERE {where.sql} AND t.key = coalesce(?, t.key) GROUP BY 1, 2",
            (span.first, span.last, *where.args, wanted),
        )
        for key, when, n, negative in rows:
            start = _start(span.column, when, step)
            before = found.setdefault(key, {}).get(start, Tally(start, 0, 0))
            found[key][start] = Tally(start, before.n + n, before.negative + negative)
    return {
        key: [points[start] for start in sorted(points) if points[start].n]
        for key, points in found.items()
    }


def places(conn: sqlite3.Connection, flt: MentionFilter) -> list[Group]:
    """Sums per place, most mentions first, counted from the mentions of the period."""
    low, high = matching.positions(flt)
    where = matching.of_slices(flt, Grouping.FULL)
    inner = ""
    args: tuple[str | int, ...] = ()
    if flt.text.strip() or flt.topics:
        base = facts.positions(conn, flt)
        inner, args = f" AND m.position IN ({base.sql})", base.args
    others = matching.of_mentions(flt)
    rows = conn.execute(
        "SELECT p.key, s.label, s.origin, c.* FROM ("
        f" SELECT m.place_id, m.slice_id, {_FACTS} FROM mentions m"
        " WHERE m.position BETWEEN ? AND ? AND m.deleted_at IS NULL AND m.day BETWEEN ? AND ?"
        f" AND m.slice_id IN (SELECT s.id FROM slices s WHERE {where.sql}){others.sql}{inner}"
        " GROUP BY 1, 2) c JOIN slices s ON s.id = c.slice_id"
        " JOIN places p ON p.id = c.place_id",
        (low, high, *matching.days(flt), *where.args, *others.args, *args),
    )
    found: dict[str, Sums] = {}
    for place, label, origin, _, _, *cell in rows:
        found[place] = found.get(place, Sums()).plus(sums(label, origin, cell))
    groups = [Group(place, each) for place, each in found.items()]
    return sorted(groups, key=lambda group: (-group.sums.n, group.key))


def _spans(flt: MentionFilter, step: str) -> list[matching.Span]:
    if step == "month":
        return matching.spans(flt)
    first, last = matching.days(flt)
    return [matching.Span("rollup_day", "day", first, last)]


def _start(column: str, when: int, step: Literal["day", "month"]) -> date:
    if column == "month":
        return date(when // _EPOCH_MONTH, when % _EPOCH_MONTH + 1, 1)
    return queries.period_start(day_date(when), step)
