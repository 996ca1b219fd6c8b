"""Daily and monthly sums, moved in the transaction of the facts that they count.

``Delta`` collects what a batch changes in memory and writes it once; ``recount`` makes
the same cells from the facts, for ``earshot verify``. Topic 0 is the total: topic cells
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


def differences(conn: sqlite3.Connection, limit: int = 20) -> list[str]:
    """Compare every stored cell with a recount; return what differs, in words."""
    expected = recount(conn)
    full = {
        tuple(row[:3]): tuple(row[3:])
        for row in conn.execute(
            f"SELECT topic_id, slice_id, day, {_COLUMNS} FROM rollup_day"
            " WHERE slice_id IN (SELECT id FROM slices WHERE grouping = 0)"
        )
    }
    found = [
        f"rollup_day topic {key[0]} slice {key[1]} day {key[2]}: "
        f"stored {full.get(key)}, counted {expected.get(key)}"
        for key in sorted(expected.keys() | full.keys())
        if full.get(key) != expected.get(key)
    ]
    return found[:limit] + _coarse_differences(conn)[:limit]


def _coarse_differences(conn: sqlite3.Connection) -> list[str]:
    """Compare coarser groupings and months with the full daily cells."""
    total = ", ".join(f"SUM(r.{name})" for name in MEASURES)
    found = []
    for grouping, source, product, lang in ((1, 1, 0, 0), (2, 0, 1, 0), (3, 0, 0, 1), (4, 0, 0, 0)):
        key = (
            f"s.kind, s.brand_id, s.source_id * {source}, s.product_id * {product},"
            f" CASE {lang} WHEN 1 THEN s.lang ELSE '' END, s.label, s.origin"
        )
        found += _unequal(
            conn,
            f"grouping {grouping}",
            f"SELECT r.topic_id, r.day, {key}, {total} FROM rollup_day r JOIN slices s"
            f" ON s.id = r.slice_id WHERE s.grouping = 0 GROUP BY r.topic_id, r.day, {key}",
            "SELECT r.topic_id, r.day, s.kind, s.brand_id, s.source_id, s.product_id, s.lang,"
            f" s.label, s.origin, {', '.join('r.' + m for m in MEASURES)} FROM rollup_day r"
            f" JOIN slices s ON s.id = r.slice_id WHERE s.grouping = {grouping}",
        )
    by_month: dict[tuple[int, int, int], list[int]] = {}
    for topic, slice_id, day, *values in conn.execute("SELECT * FROM rollup_day"):
        _add(by_month, (topic, slice_id, month_number(day)), values)
    stored = {tuple(row[:3]): list(row[3:]) for row in conn.execute("SELECT * FROM rollup_month")}
    found += [
        f"rollup_month {key}: stored {stored.get(key)}, counted {by_month.get(key)}"
        for key in by_month.keys() | stored.keys()
        if by_month.get(key) != stored.get(key)
    ]
    return found


def _unequal(conn: sqlite3.Connection, name: str, expected: str, stored: str) -> list[str]:
    rows = conn.execute(f"SELECT * FROM ({expected} EXCEPT {stored}) LIMIT 5").fetchall()
    rows += conn.execute(f"SELECT * FROM ({stored} EXCEPT {expected}) LIMIT 5").fetchall()
    return [f"{name}: {row}" for row in rows]


def topic_ids(topics: str) -> tuple[int, ...]:
    """Return the topic ids that a mention's ``topics`` column lists."""
    return tuple(int(each) for each in topics.split(",")) if topics else ()
