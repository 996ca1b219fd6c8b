"""One pass over a whole table: how many rows, a sample of them, and what decides guesses.

The head of a file does not tell: the only day above 12 or the only rating above 5 may come
late. So every value of the columns that may be dates or ratings is looked at, and a sample
is drawn from everywhere; memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from collectors.tables.orders import PREFIX
from collectors.tables.profiles import profile
from collectors.tables.table import Row, Table

HEAD_ROWS = 400
SPREAD_ROWS = 800
SAMPLE_CELL = 2_000
MAX_PREFIXES = 5_000
MAX_VALUES = 300
CHECK_EVERY = 5_000


@dataclass(slots=True)
class Evidence:
    """What one pass found, per column by its position."""

    rows: int = 0
    sample: list[list[str]] = field(default_factory=list)
    prefixes: dict[int, set[str]] = field(default_factory=dict)
    counts: dict[int, dict[str, int]] = field(default_factory=dict)

    def column(self, position: int) -> list[str]:
        """Return one column of the sample."""
        return [row[position] if position < len(row) else "" for row in self.sample]


def gather(table: Table, skip: int, width: int) -> Evidence:
    """Read a table once, leaving out the rows of its header."""
    rows = islice(table.rows(), skip, None)
    head = list(islice(rows, HEAD_ROWS))
    found = Evidence(rows=len(head), sample=[_short(row) for row in head if not row.problem])
    for i in range(width):
        look = profile(found.column(i))
        if not look.filled or look.dates >= 0.2:
            found.prefixes[i] = set()
        if not look.filled or (look.marks >= 0.2 and look.distinct <= MAX_VALUES / 2):
            found.counts[i] = {}
    _count(found, head)
    _rest(found, rows)
    return found


def _rest(found: Evidence, rows: Iterator[Row]) -> None:
    """Read on: every row counts, each stride-th goes into the sample."""
    spread: list[list[str]] = []
    stride = 1
    number = 0
    while chunk := list(islice(rows, CHECK_EVERY)):
        found.rows += len(chunk)
        _count(found, chunk)
        for row in chunk:
            number += 1
            if number % stride == 0 and not row.problem:
                spread.append(_short(row))
                if len(spread) >= SPREAD_ROWS:
                    spread = spread[1::2]
                    stride *= 2
    found.sample += spread


def _count(found: Evidence, rows: Sequence[Row]) -> None:
    prefixes, counts = list(found.prefixes.items()), list(found.counts.items())
    for _, cells, _ in rows:
        width = len(cells)
        for i, seen in prefixes:
            if i < width:
                seen.add(cells[i][:PREFIX])
        for i, times in counts:
            if i < width and len(value := cells[i]) <= 40:
                times[value] = times.get(value, 0) + 1
    for i, seen in prefixes:
        if len(seen) > MAX_PREFIXES:
            del found.prefixes[i]
    for i, times in counts:
        if len(times) > MAX_VALUES:
            del found.counts[i]


def _short(row: Row) -> list[str]:
    return [cell if len(cell) <= SAMPLE_CELL else cell[:SAMPLE_CELL] for cell in row.cells]
