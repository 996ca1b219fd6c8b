"""Figures for pages, exports and reports: Sums per kind, period and group.

Filters of period, kind, brand, source, product, language, label and one topic are
answered from the rollups; text or several topics from the facts. Lists of mentions are
in ``listing``, the health of sources in ``coverage``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from storage import matching
from storage.measures import MEASURES, sums
from storage.models import Kind, MentionFilter, Sums
from storage.slices import Grouping
from storage.times import day_date

By = Literal["source", "brand", "product", "lang", "topic", "kind"]
Step = Literal["day", "week", "month"]

_SUM = ", ".join(f"sum(r.{name})" for name in MEASURES)
_FACTS = (
    "count(*), count(m.score), sum(m.score), sum(m.score * m.score), count(m.rating),"
    " sum(m.rating), sum(m.rating * m.rating), count(m.nps), sum(m.nps >= 9), sum(m.nps <= 6),"
    " count(m.csat), sum(m.csat >= 4), sum(m.csat), count(m.ces), sum(m.ces),"
    " sum(m.ces * m.ces), sum(m.replied)"
)
_NAMES: dict[By, str] = {
    "source": "(SELECT key FROM sources WHERE id = s.source_id)",
    "brand": "(SELECT name FROM brands WHERE id = s.brand_id)",
    "product": "(SELECT name FROM products WHERE id = s.product_id)",
    "lang": "s.lang",
    "kind": "s.kind",
    "topic": "t.key",
}


_PERIOD: dict[Step, str] = {
    "day": "{day}",
    # Day 4 was a Monday; grouping in SQL leaves a seventh of the rows to fold here.
    "week": "({day} + 3) / 7 * 7 - 3",
    "month": "{day}",
}


class Point(NamedTuple):
    """The sums of one day, week (its Monday) or month (its first)."""

    start: date
    sums: Sums


class Group(NamedTuple):
    """The sums of one source, brand, product, language, topic or kind; key '' is "none"."""

    key: str
    sums: Sums


def totals(conn: sqlite3.Connection, flt: MentionFilter) -> dict[Kind, Sums]:
    """Sums per kind over the whole filter."""
    return {Kind(g.key): g.sums for g in breakdown(conn, flt, "kind")}


def total(conn: sqlite3.Connection, flt: MentionFilter) -> Sums:
    """Sums over all kinds: for counts and shares; averages never mix kinds."""
    return _fold(totals(conn, flt).values())


def count(conn: sqlite3.Connection, flt: MentionFilter) -> int:
    """How many mentions a filter selects."""
    return total(conn, flt).n


def breakdown(conn: sqlite3.Connection, flt: MentionFilter, by: By) -> list[Group]:
    """Sums per group, most mentions first. By topic, a mention counts once in each of its own."""
    if needs_facts(flt):
        rows = _facts(conn, flt, _NAMES[by], by)
    elif by == "topic":
        rows = _topic_cells(conn, flt)
    else:
        rows = _cells(conn, flt, by)
    found: dict[str, Sums] = {}
    for key, label, origin, *cell in rows:
        found[key] = found.get(key, Sums()).plus(sums(label, origin, cell))
    groups = [Group(key, each) for key, each in found.items() if each.n]
    return sorted(groups, key=lambda group: (-group.sums.n, group.key))


def trend(conn: sqlite3.Connection, flt: MentionFilter, step: Step) -> list[Point]:
    """Sums per day, week or month, oldest first; periods without mentions are absent."""
    rows = (
        _facts(conn, flt, _PERIOD[step].format(day="m.day"), None)
        if needs_facts(flt)
        else _daily_cells(conn, flt, step)
    )
    found: dict[date, Sums] = {}
    for day, label, origin, *cell in rows:
        start = period_start(day_date(day), step)
        found[start] = found.get(start, Sums()).plus(sums(label, origin, cell))
    return [Point(start, found[start]) for start in sorted(found) if found[start].n]


def period_start(day: date, step: Step) -> date:
    """First day of the day's period; weeks begin on Monday (ISO 8601)."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def needs_facts(flt: MentionFilter) -> bool:
    """Say whether the rollups cannot answer: full text, or any of several topics."""
    return bool(flt.text.strip()) or len(flt.topics) > 1


def _cells(conn: sqlite3.Connection, flt: MentionFilter, by: By) -> Iterator[tuple[Any, ...]]:
    where = matching.of_slices(flt, matching.grouping_for(flt, by))
    topic = _one_topic(conn, flt)
    for span in matching.spans(flt):
        yield from conn.execute(
            f"SELECT {_NAMES[by]}, s.label, s.origin, {_SUM} FROM slices s"
            f" CROSS JOIN {span.table} r ON r.topic_id = ? AND r.slice_id = s.id"
            f" AND r.{span.column} BETWEEN ? AND ? WHERE {where.sql} GROUP BY 1, 2, 3",
            (topic, span.first, span.last, *where.args),
        )


def _topic_cells(conn: sqlite3.Connection, flt: MentionFilter) -> Iterator[tuple[Any, ...]]:
    where = matching.of_slices(flt, matching.grouping_for(flt))
    chosen = json.dumps(matching.of_topics(conn, flt))
    limit = "AND t.id IN (SELECT value FROM json_each(?))" if flt.topics else "AND ? IS NOT NULL"
    for span in matching.spans(flt):
        yield from conn.execute(
            f"SELECT t.key, s.label, s.origin, {_SUM} FROM topics t CROSS JOIN slices s"
            f" CROSS JOIN {span.table} r ON r.topic_id = t.id AND r.slice_id = s.id"
            f" AND r.{span.column} BETWEEN ? AND ? WHERE {where.sql} {limit} GROUP BY 1, 2, 3",
            (span.first, span.last, *where.args, chosen),
        )


def _daily_cells(
    conn: sqlite3.Connection, flt: MentionFilter, step: Step
) -> Iterator[tuple[Any, ...]]:
    where = matching.of_slices(flt, matching.grouping_for(flt))
    first, last = matching.days(flt)
    yield from conn.execute(
        f"SELECT {_PERIOD[step].format(day='r.day')}, s.label, s.origin, {_SUM} FROM slices s"
        " CROSS JOIN rollup_day r"
        f" ON r.topic_id = ? AND r.slice_id = s.id AND r.day BETWEEN ? AND ?"
        f" WHERE {where.sql} GROUP BY 1, 2, 3",
        (_one_topic(conn, flt), first, last, *where.args),
    )


def _one_topic(conn: sqlite3.Connection, flt: MentionFilter) -> int:
    """Id of the filter's topic, 0 for the total, −1 where the topic does not exist."""
    if not flt.topics:
        return 0
    return next(iter(matching.of_topics(conn, flt)), -1)


def _facts(
    conn: sqlite3.Connection, flt: MentionFilter, column: str, by: By | None
) -> Iterator[tuple[Any, ...]]:
    """Count the mentions themselves: full text, or any of several topics."""
    base = matching_positions(conn, flt)
    join = ""
    if by == "topic":
        join = " JOIN json_each('[' || m.topics || ']') x JOIN topics t ON t.id = x.value"
    where = matching.of_slices(flt, Grouping.FULL)
    yield from conn.execute(
        f"SELECT {column}, s.label, s.origin, {_FACTS} FROM ({base.sql}) b"
        f" CROSS JOIN mentions m ON m.position = b.position JOIN slices s ON s.id = m.slice_id"
        f"{join} WHERE m.deleted_at IS NULL AND m.day BETWEEN ? AND ? AND {where.sql}"
        " GROUP BY 1, 2, 3",
        (*base.args, *matching.days(flt), *where.args),
    )


def matching_positions(conn: sqlite3.Connection, flt: MentionFilter) -> matching.Where:
    """A SELECT of positions by text and topics, a superset in days and slices."""
    low, high = matching.positions(flt)
    parts: list[str] = []
    args: list[str | int] = []
    query = matching.search_query(flt.text)
    if flt.text.strip():
        parts.append(
            "SELECT rowid AS position FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
        )
        args += [query or '""', low, high]
    if flt.topics:
        where = matching.of_slices(flt, Grouping.FULL)
        parts.append(
            "SELECT position FROM mention_topics WHERE topic_id IN"
            " (SELECT value FROM json_each(?)) AND slice_id IN"
            f" (SELECT s.id FROM slices s WHERE {where.sql}) AND position BETWEEN ? AND ?"
        )
        args += [json.dumps(matching.of_topics(conn, flt)), *where.args, low, high]
    if len(parts) == 1 and flt.topics:
        parts[0] = parts[0].replace("SELECT position", "SELECT DISTINCT position", 1)
    return matching.Where(" INTERSECT ".join(parts), tuple(args))


def _fold(many: Iterable[Sums]) -> Sums:
    result = Sums()
    for each in many:
        result = result.plus(each)
    return result
