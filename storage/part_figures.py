"""Figures of parts that need more than one of the filter's groups: topics over time, places.

Both come from the rollups, places from cells of their own; what no cell tells is counted
from the mentions. Not here: the simple groups (``queries``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from storage import facts, matching, queries
from storage.measures import folded
from storage.models import MentionFilter
from storage.queries import Group
from storage.slices import Grouping
from storage.times import day_date

_EPOCH_MONTH = 12


class Tally(NamedTuple):
    """How many mentions in a day or month, and how many of them negative."""

    start: date
    n: int
    negative: int


def topic_trends(
    conn: sqlite3.Connection, flt: MentionFilter, step: Literal["day", "month"]
) -> dict[str, list[Tally]]:
    """Mentions per topic and day or month, oldest first; nothing for what has no cells.

    Months read monthly cells inside the period, so that a year costs as much as a month.
    """
    if queries.needs_facts(flt) or flt.places:
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
    """Sums per place, most mentions first."""
    counted = _from_facts(conn, flt) if queries.needs_facts(flt) else _from_cells(conn, flt)
    parts: dict[str, list[tuple[str, str, list[int]]]] = {}
    for place, label, origin, cell in counted:
        parts.setdefault(place, []).append((label, origin, cell))
    groups = [Group(place, folded(each)) for place, each in parts.items()]
    return sorted(
        (each for each in groups if each.sums.n), key=lambda group: (-group.sums.n, group.key)
    )


def _from_cells(conn: sqlite3.Connection, flt: MentionFilter) -> Iterator[queries.Part[str]]:
    where = matching.of_slices(flt, Grouping.FULL)
    at, inside = matching.of_places(flt)
    named = {
        each: (place, label, origin)
        for each, place, label, origin in conn.execute(
            "SELECT x.id, p.key, s.label, s.origin FROM slices s CROSS JOIN place_slices x"
            f" ON x.slice_id = s.id JOIN places p ON p.id = x.place_id WHERE {where.sql}{at}",
            (*where.args, *inside),
        )
    }
    topics = matching.of_topics(conn, flt) if flt.topics else [0]
    for span in matching.spans(flt, at_place=True):
        for _, each, *cell in queries.rolled(conn, span, "r.topic_id, r.slice_id", topics, named):
            yield *named[each], cell


def _from_facts(conn: sqlite3.Connection, flt: MentionFilter) -> Iterator[queries.Part[str]]:
    """Count the mentions themselves, for what no cell tells."""
    where = matching.of_slices(flt, Grouping.FULL)
    inner = ""
    args: tuple[str | int, ...] = ()
    if flt.text.strip() or flt.topics:
        base = facts.positions(conn, flt)
        inner, args = f" AND m.position IN ({base.sql})", base.args
    others = matching.of_mentions(flt)
    rows = conn.execute(
        "SELECT p.key, s.label, s.origin, c.* FROM ("
        f" SELECT m.place_id, m.slice_id, {facts.SUMS} FROM mentions m"
        " WHERE m.position BETWEEN ? AND ? AND m.deleted_at IS NULL AND m.day BETWEEN ? AND ?"
        f" AND m.slice_id IN (SELECT s.id FROM slices s WHERE {where.sql}){others.sql}{inner}"
        " GROUP BY 1, 2) c JOIN slices s ON s.id = c.slice_id"
        " JOIN places p ON p.id = c.place_id",
        (*matching.positions(flt), *matching.days(flt), *where.args, *others.args, *args),
    )
    for place, label, origin, _, _, *cell in rows:
        yield place, label, origin, cell


def _spans(flt: MentionFilter, step: str) -> list[matching.Span]:
    if step == "month":
        return matching.spans(flt)
    first, last = matching.days(flt)
    return [matching.Span("rollup_day", "day", first, last)]


def _start(column: str, when: int, step: Literal["day", "month"]) -> date:
    if column == "month":
        return date(when // _EPOCH_MONTH, when % _EPOCH_MONTH + 1, 1)
    return queries.period_start(day_date(when), step)
