"""Daily and monthly sums, moved in the transaction of the facts that they count.

``Delta`` collects what a batch changes in memory and writes it once; ``rebuild`` makes
the same cells from the facts; ``verify_rollups`` compares. Topic 0 is the total: topic cells
are never summed to one, because a mention may have several topics.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from storage.measures import MEASURES, Cell, measures
from storage.slices import Slices
from storage.times import month_number

TOTAL = 0

_COLUMNS = ", ".join(MEASURES)
_ADD = ", ".join(f"{name} = {name} + excluded.{name}" for name in MEASURES)
_MARKS = ", ".join("?" * (3 + len(MEASURES)))


class Delta:
    """The changes of one transaction to the rollups; add, take away, then write once."""

    def __init__(self, slices: Slices) -> None:
        self._slices = slices
        self._cells: dict[tuple[int, int, int], list[int]] = {}
        self._new: Counter[tuple[int, int, Cell]] = Counter()

    def arrive(self, slice_id: int, day: int, cell: Cell) -> None:
        """Count a new mention without topics in; the short way for bulk."""
        self._new[slice_id, day, cell] += 1

    def move(self, sign: int, topics: Iterable[int], slice_id: int, day: int, cell: Cell) -> None:
        """Count a mention in (+1) or out (−1) of its total and its topics."""
        for topic in (TOTAL, *topics):
            key = (topic, slice_id, day)
            found = self._cells.get(key)
            if found is None:
                self._cells[key] = [sign * value for value in cell]
            else:
                for i, value in enumerate(cell):
                    if value:
                        found[i] += sign * value

    def write(self, conn: sqlite3.Connection) -> None:
        """Write every grouping, by day and by month, and drop cells that became empty."""
        for (slice_id, day, cell), count in self._new.items():
            many = [count * value for value in cell]
            _add(self._cells, (TOTAL, slice_id, day), many)
        self._new.clear()
        days: dict[tuple[int, int, int], list[int]] = {}
        for (topic, slice_id, day), values in self._cells.items():
            if any(values):
                for member in self._slices.family(slice_id):
                    _add(days, (topic, member, day), values)
        months: dict[tuple[int, int, int], list[int]] = {}
        for (topic, slice_id, day), values in days.items():
            _add(months, (topic, slice_id, month_number(day)), values)
        for table, period, cells in (
            ("rollup_day", "day", days),
            ("rollup_month", "month", months),
        ):
            rows = [(*key, *cells[key]) for key in sorted(cells)]
            conn.executemany(
                f"INSERT INTO {table} VALUES ({_MARKS}) ON CONFLICT DO UPDATE SET {_ADD}", rows
            )
            conn.executemany(
                f"DELETE FROM {table} WHERE topic_id = ? AND slice_id = ? AND {period} = ?"
                " AND n = 0",
                [key for key, values in cells.items() if values[0] < 0],
            )
        self._cells.clear()


def _write(
    conn: sqlite3.Connection,
    table: str,
    period: str,
    cells: dict[tuple[int, int, int], list[int]],
) -> None:
    """Add cells in key order; drop those that only lost mentions and are empty now."""
    conn.executemany(
        f"INSERT INTO {table} VALUES ({_MARKS}) ON CONFLICT DO UPDATE SET {_ADD}",
        [(*key, *cells[key]) for key in sorted(cells)],
    )
    conn.executemany(
        f"DELETE FROM {table} WHERE topic_id = ? AND slice_id = ? AND {period} = ? AND n = 0",
        [key for key, values in cells.items() if values[0] <= 0],
    )


def _add(
    cells: dict[tuple[int, int, int], list[int]], key: tuple[int, int, int], values: list[int]
) -> None:
    found = cells.get(key)
    if found is None:
        cells[key] = list(values)
    else:
        for i, value in enumerate(values):
            if value:
                found[i] += value


def recount(conn: sqlite3.Connection) -> dict[tuple[int, int, int], Cell]:
    """Return what every full-slice daily cell must be, counted from the mentions."""
    cells: dict[tuple[int, int, int], list[int]] = {}
    rows = conn.execute(
        "SELECT slice_id, day, score, rating, nps, csat, ces, replied, topics FROM mentions"
        " WHERE deleted_at IS NULL"
    )
    for slice_id, day, score, rating, nps, csat, ces, replied, topics in rows:
        cell = list(measures(score, rating, nps, csat, ces, replied))
        for topic in (TOTAL, *topic_ids(topics)):
            _add(cells, (topic, slice_id, day), cell)
    return {key: tuple(values) for key, values in cells.items()}


def rebuild(conn: sqlite3.Connection) -> None:
    """Make all rollups anew from the facts, in the caller's transaction."""
    conn.execute("DELETE FROM rollup_day")
    conn.execute("DELETE FROM rollup_month")
    delta = Delta(Slices(conn))
    delta._cells = {key: list(values) for key, values in recount(conn).items()}
    delta.write(conn)


def topic_ids(topics: str) -> tuple[int, ...]:
    """Return the topic ids that a mention's ``topics`` column lists."""
    return tuple(int(each) for each in topics.split(",")) if topics else ()
