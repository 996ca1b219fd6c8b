"""Figures for pages, exports and reports: Sums per kind, period and group.

Filters of period, kind, brand, source, product, language, label and topic are answered
from the rollups, those of place from its own; words, marks, intents, urgency and what waits for
an answer from the mentions themselves (``facts``). Lists of mentions are in ``listing``, the
health of sources in ``coverage``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Hashable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeVar

from storage import facts, matching
from storage.matching import Span
from storage.measures import MEASURES, folded
from storage.models import Kind, MentionFilter, Sums
from storage.slices import Grouping
from storage.times import day_date, moment

By = Literal["source", "brand", "product", "lang", "topic", "kind"]
Step = Literal["day", "week", "month"]
K = TypeVar("K", bound=Hashable)

_SUM = ", ".join(f"sum(r.{name})" for name in MEASURES)
_NAMES: dict[By, str] = {
    "source": "(SELECT key FROM sources WHERE id = s.source_id)",
    "brand": "(SELECT name FROM brands WHERE id = s.brand_id)",
    "product": "(SELECT name FROM products WHERE id = s.product_id)",
    "lang": "s.lang",
    "kind": "s.kind",
    "topic": "''",
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
    result = Sums()
    for each in totals(conn, flt).values():
        result = result.plus(each)
    return result


def count(conn: sqlite3.Connection, flt: MentionFilter) -> int:
    """How many mentions a filter selects."""
    if matching.by_mention(flt):
        return facts.count(conn, facts.found(conn, flt))
    return total(conn, flt).n


def oldest(conn: sqlite3.Connection, flt: MentionFilter) -> datetime | None:
    """Return when the oldest mention of a filter was published, None where there is none."""
    base = facts.found(conn, flt)
    (at,) = conn.execute(f"SELECT min(m.published_at){base.sql}", base.args).fetchone()
    return None if at is None else moment(at)


def breakdown(conn: sqlite3.Connection, flt: MentionFilter, by: By) -> list[Group]:
    """Sums per group, most mentions first. By topic, a mention counts once in each of its own."""
    rows = _by_topic(conn, flt) if by == "topic" else _by_slice(conn, flt, by)
    groups = [Group(key, each) for key, each in _folded(rows).items() if each.n]
    return sorted(groups, key=lambda group: (-group.sums.n, group.key))


def trend(conn: sqlite3.Connection, flt: MentionFilter, step: Step) -> list[Point]:
    """Sums per day, week or month, oldest first; periods without mentions are absent."""
    found = _folded(
        (period_start(day, step), label, origin, cell)
        for day, label, origin, cell in _by_period(conn, flt, step)
    )
    return [Point(start, found[start]) for start in sorted(found) if found[start].n]


def period_start(day: date, step: Step) -> date:
    """First day of the day's period; weeks begin on Monday (ISO 8601)."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def needs_facts(flt: MentionFilter) -> bool:
    """Say whether the rollups alone cannot answer, as for any of several topics."""
    return matching.by_mention(flt) or len(flt.topics) > 1


Part = tuple[K, str, str, list[int]]
"""What a figure is about, label, origin of the label, measures."""


def _by_slice(conn: sqlite3.Connection, flt: MentionFilter, by: By) -> Iterator[Part[str]]:
    """Measures per slice, as parts of what is grouped by."""
    slices = _slices(conn, flt, by, apart=needs_facts(flt))
    for slice_id, cell in _cells_by_slice(conn, flt, slices):
        yield *slices[slice_id], cell


def _cells_by_slice(
    conn: sqlite3.Connection, flt: MentionFilter, slices: Collection[int]
) -> Iterator[tuple[int, list[int]]]:
    if matching.by_mention(flt):
        for slice_id, *cell in facts.by_slice(conn, facts.found(conn, flt)):
            yield slice_id, cell
        return
    for span in matching.spans(flt):
        for _, slice_id, *cell in rolled(
            conn, span, "r.topic_id, r.slice_id", _topics(conn, flt), slices
        ):
            yield slice_id, cell
    if len(flt.topics) > 1:
        for slice_id, *cell in facts.by_slice(conn, facts.repeated(conn, flt)):
            yield slice_id, _negative(cell)


def _by_topic(conn: sqlite3.Connection, flt: MentionFilter) -> Iterator[Part[str]]:
    """Measures per topic: of the filter's topics, else of all."""
    names: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    wanted = matching.of_topics(conn, flt) if flt.topics else list(names)
    if matching.by_mention(flt):
        slices = _slices(conn, flt, "topic", apart=True)
        for topic, slice_id, *cell in facts.by_topic(conn, facts.found(conn, flt)):
            if topic in wanted:
                yield names[topic], *slices[slice_id][1:], cell
        return
    for (label, origin), ids in _alike(_slices(conn, flt, "topic")).items():
        for span in matching.spans(flt):
            for topic, *cell in rolled(conn, span, "r.topic_id", wanted, ids):
                yield names[topic], label, origin, cell


def _by_period(conn: sqlite3.Connection, flt: MentionFilter, step: Step) -> Iterator[Part[date]]:
    """Measures per day, or per first day found of a week or month."""
    if matching.by_mention(flt):
        found = facts.by_period(conn, facts.found(conn, flt), _PERIOD[step].format(day="m.day"))
        for day, label, origin, *cell in found:
            yield day_date(day), label, origin, cell
        return
    topics = _topics(conn, flt)
    spans = matching.spans(flt) if step == "month" else [matching.days_span(flt)]
    for (label, origin), ids in _alike(_slices(conn, flt, "kind", apart=needs_facts(flt))).items():
        for span in spans:
            period = span.column if span.column == "month" else _PERIOD[step].format(day="r.day")
            for number, *cell in rolled(conn, span, period, topics, ids):
                yield span.date(number), label, origin, cell
    if len(flt.topics) > 1:
        again = facts.repeated(conn, flt)
        for day, label, origin, *cell in facts.by_period(
            conn, again, _PERIOD[step].format(day="m.day")
        ):
            yield day_date(day), label, origin, _negative(cell)


def rolled(
    conn: sqlite3.Connection,
    span: Span,
    columns: str,
    topics: Collection[int],
    slices: Collection[int],
) -> Iterator[tuple[Any, ...]]:
    """Return sums of cells; grouped by leading columns of their key they need no sorting."""
    return conn.execute(
        f"SELECT {columns}, {_SUM} FROM {span.table} r"
        " WHERE r.topic_id IN (SELECT value FROM json_each(?))"
        " AND r.slice_id IN (SELECT value FROM json_each(?))"
        f" AND r.{span.column} BETWEEN ? AND ? GROUP BY {columns}",
        (json.dumps(list(topics)), json.dumps(list(slices)), span.first, span.last),
    )


def _slices(
    conn: sqlite3.Connection, flt: MentionFilter, by: By, *, apart: bool = False
) -> dict[int, tuple[str, str, str]]:
    """Name of the group, label and origin of every slice of a filter.

    They are of the smallest grouping that can answer, or full ones to be set ``apart``.
    """
    at_place = flt.places and not apart
    full = apart or at_place
    where = matching.of_slices(flt, Grouping.FULL if full else matching.grouping_for(flt, by))
    at = matching.of_places(flt)
    joined = " CROSS JOIN place_slices x ON x.slice_id = s.id" if at_place else ""
    return {
        slice_id: (name, label, origin)
        for slice_id, name, label, origin in conn.execute(
            f"SELECT {'x' if at_place else 's'}.id, {_NAMES[by]}, s.label, s.origin"
            f" FROM slices s{joined} WHERE {where.sql}{at.sql if at_place else ''}",
            (*where.args, *(at.args if at_place else ())),
        )
    }


def _alike(slices: dict[int, tuple[str, str, str]]) -> dict[tuple[str, str], list[int]]:
    """Slices of one label and origin together."""
    found: dict[tuple[str, str], list[int]] = {}
    for slice_id, (_, label, origin) in slices.items():
        found.setdefault((label, origin), []).append(slice_id)
    return found


def _topics(conn: sqlite3.Connection, flt: MentionFilter) -> list[int]:
    """Ids of the filter's topics, 0 for the total; none where no such topic exists."""
    return matching.of_topics(conn, flt) if flt.topics else [0]


def _folded(parts: Iterable[Part[K]]) -> dict[K, Sums]:
    """Sums of all parts of one key."""
    found: dict[K, list[tuple[str, str, list[int]]]] = {}
    for key, label, origin, cell in parts:
        found.setdefault(key, []).append((label, origin, cell))
    return {key: folded(each) for key, each in found.items()}


def _negative(cell: list[int]) -> list[int]:
    return [-value for value in cell]
