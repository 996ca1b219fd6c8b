"""Turns a MentionFilter into SQL conditions on slices, days, topics and text.

Only parts of statements are made here; ``queries`` and ``listing`` run them. Every value
is a parameter, never part of the text.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import NamedTuple

from storage import customer_columns, signs
from storage.models import MentionFilter, Standing, Suspects
from storage.slices import Grouping
from storage.times import day_date, day_number, millis, month_number

FIRST_DAY, LAST_DAY = -100_000, 200_000
"""Wider than any stored day; what "no limit" means."""

_FIRST_MONTH, _LAST_MONTH = -10_000, 1_000_000
_SECONDS_SHIFT = 31
_LONG = 62
"""Days from which whole months are read from the monthly cells."""


_STANDINGS = {
    Suspects.DECIDED: f"s.standing <> '{Standing.EXCLUDED.value}'",
    Suspects.WITHOUT: "s.standing = ''",
    Suspects.ONLY: "s.standing <> ''",
}


class Where(NamedTuple):
    """A condition and its parameters."""

    sql: str
    args: tuple[str | int, ...]


class Span(NamedTuple):
    """A range of cells of one table: ``table`` is rollup_day or rollup_month."""

    table: str
    column: str
    first: int
    last: int

    def date(self, number: int) -> date:
        """The first day of a cell's period."""
        return day_date(_first_of(number) if self.column == "month" else number)


def of_slices(flt: MentionFilter, grouping: Grouping) -> Where:
    """Condition on ``slices s`` of one grouping."""
    parts = ["s.grouping = ?"]
    args: list[str | int] = [int(grouping)]
    for column, values in (
        ("s.kind", [kind.value for kind in flt.kinds]),
        ("s.label", [label.value for label in flt.labels]),
        ("s.lang", list(flt.langs)),
    ):
        if values:
            parts.append(f"{column} IN (SELECT value FROM json_each(?))")
            args.append(json.dumps(values))
    if flt.suspects in _STANDINGS:
        parts.append(_STANDINGS[flt.suspects])
    for column, table, name, chosen in (
        ("s.brand_id", "brands", "name", flt.brands),
        ("s.source_id", "sources", "key", flt.sources),
        ("s.product_id", "products", "name", flt.products),
    ):
        if chosen:
            parts.append(
                f"{column} IN (SELECT id FROM {table} WHERE {name} IN"
                " (SELECT value FROM json_each(?)))"
            )
            args.append(json.dumps(list(chosen)))
    return Where(" AND ".join(parts), tuple(args))


_UNANSWERED = (
    "m.replied = 0 AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.mention_id = m.id"
    " AND (k.answered_at IS NOT NULL OR k.closed_at IS NOT NULL))"
)
_SEEN_SHIFT = 22
"""Bits of an id below its milliseconds (``ids``)."""


def of_mentions(flt: MentionFilter) -> Where:
    """Conditions on ``mentions m`` that no slice can tell, each behind an AND; '' for none."""
    sql = ""
    args: list[str | int] = []
    if flt.places:
        sql += (
            " AND m.place_id IN (SELECT id FROM places WHERE key IN"
            " (SELECT value FROM json_each(?)))"
        )
        args.append(json.dumps(list(flt.places)))
    if flt.marks:
        sql += f" AND coalesce({', '.join(f'm.{mark.value}' for mark in flt.marks)}, NULL)"
        sql += " IS NOT NULL"
    for mask in signs.wanted(flt):
        sql += " AND m.signs & ? <> 0"
        args.append(mask)
    if flt.unanswered:
        sql += f" AND {_UNANSWERED}"
    if flt.since is not None:
        # Ids order by first sight, but may run ahead of it by a little.
        sql += " AND m.id >= ? AND m.first_seen_at >= ?"
        args += [millis(flt.since) << _SEEN_SHIFT, millis(flt.since)]
    customers = customer_columns.of_mentions(flt.customers)
    return Where(sql + customers.sql, (*args, *customers.args))


def of_places(flt: MentionFilter) -> Where:
    """Condition on ``place_slices x``, behind an AND; '' for none."""
    if not flt.places:
        return Where("", ())
    inside = "SELECT id FROM places WHERE key IN (SELECT value FROM json_each(?))"
    return Where(f" AND x.place_id IN ({inside})", (json.dumps(list(flt.places)),))


def by_mention(flt: MentionFilter) -> bool:
    """Say whether the mentions themselves must be looked at: words, or what no cell tells."""
    several = bool(flt.places) and len(flt.topics) > 1
    chosen = (flt.text.strip(), several, flt.marks, flt.unanswered, flt.since is not None)
    return any(chosen) or bool(flt.customers or signs.wanted(flt))


def grouping_for(flt: MentionFilter, by: str | None = None) -> Grouping:
    """The smallest grouping that tells apart what is filtered and grouped by."""
    used = {
        name
        for name, needed in (
            ("source", bool(flt.sources) or by == "source"),
            ("product", bool(flt.products) or by == "product"),
            ("lang", bool(flt.langs) or by == "lang"),
        )
        if needed
    }
    if len(used) > 1:
        return Grouping.FULL
    return Grouping[used.pop().upper()] if used else Grouping.TOTAL


def days(flt: MentionFilter) -> tuple[int, int]:
    """First and last stored day of a filter, inclusive."""
    first = FIRST_DAY if flt.start is None else day_number(flt.start)
    last = LAST_DAY if flt.end is None else day_number(flt.end)
    return first, last


def days_span(flt: MentionFilter, *, at_place: bool = False) -> Span:
    """The period in days; cells at a place where the filter names some."""
    table = "rollup_place_day" if at_place or flt.places else "rollup_day"
    return Span(table, "day", *days(flt))


def spans(flt: MentionFilter, *, at_place: bool = False) -> list[Span]:
    """Cover the period with few cells: whole months inside, days at the edges."""
    whole = days_span(flt, at_place=at_place)
    first, last = whole.first, whole.last
    if last - first < _LONG:
        return [whole]
    month_in = _FIRST_MONTH if first == FIRST_DAY else month_number(first - 1) + 1
    month_out = _LAST_MONTH if last == LAST_DAY else month_number(last + 1) - 1
    table = whole.table.replace("day", "month")
    found = [Span(table, "month", month_in, month_out)]
    if first > FIRST_DAY and first < _first_of(month_in):
        found.append(whole._replace(last=_first_of(month_in) - 1))
    if last < LAST_DAY and last >= _first_of(month_out + 1):
        found.append(whole._replace(first=_first_of(month_out + 1)))
    return found


def positions(flt: MentionFilter) -> tuple[int, int]:
    """Bounds of ``position`` that contain the period; a day wider, for any timezone."""
    first, last = days(flt)
    low = max(0, (first - 1) * 86_400)
    high = max(0, (last + 2) * 86_400)
    return low << _SECONDS_SHIFT, min(high << _SECONDS_SHIFT, 2**63 - 1)


def of_topics(conn: sqlite3.Connection, flt: MentionFilter) -> list[int]:
    """Ids of the filter's topics, or of those that took them over; none for unknown ones."""
    rows = conn.execute(
        "SELECT DISTINCT coalesce(merged_into, id) FROM topics"
        " WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(flt.topics)),),
    )
    return [row[0] for row in rows]


def search_query(text: str) -> str:
    """Turn what a person typed into an FTS5 query: all words, phrases in quotes.

    Quoting each word keeps FTS5's operators and syntax errors out; a last word matches
    as a prefix, since people type while they think.
    """
    found: list[str] = []
    for i, part in enumerate(text.replace("\x00", " ").split('"')):
        found += [part] if i % 2 else part.split()
    words = [f'"{word}"' for word in found if any(c.isalnum() for c in word)]
    if words and not text.rstrip().endswith('"'):
        words[-1] += "*"
    return " ".join(words)


def _first_of(month: int) -> int:
    return day_number(date(month // 12, month % 12 + 1, 1))
