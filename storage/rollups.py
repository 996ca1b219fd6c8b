"""Daily and monthly sums, moved in the transaction of the facts that they count.

``Delta`` collects what a batch changes in memory and writes it once; ``rebuild`` makes
the same cells from the facts; ``verify_rollups`` compares. Topic 0 is the total: topic cells
are never summed to one, because a mention may have several topics. Beside the cells of
slices stand those of a full slice at one place, for figures by place.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

from storage.measures import MEASURES, Cell, measures
from storage.slices import Slices
from storage.times import month_number

TOTAL = 0

TABLES = ("rollup_day", "rollup_month", "rollup_place_day", "rollup_place_month")

Key = tuple[int, int, int]
"""Topic, slice (or slice at a place), day or month of a cell."""

_ADD = ", ".join(f"{name} = {name} + excluded.{name}" for name in MEASURES)
_MARKS = ", ".join("?" * (3 + len(MEASURES)))
_FIELDS = Struct(f"<{len(MEASURES)}q")
_SIGNS = int.from_bytes(_FIELDS.pack(*[-(2**63)] * len(MEASURES)), "little")


class Spot(NamedTuple):
    """Where a mention is counted, beside its topics: its full slice, its place, its day."""

    slice_id: int
    place_id: int
    day: int


class Delta:
    """The changes of one transaction to the rollups; add, take away, then write once.

    Cells are kept packed: their measures side by side in one integer, so that a cell is
    added in one step and not in seventeen.
    """

    def __init__(self, slices: Slices) -> None:
        self._slices = slices
        self._cells: Counter[tuple[int, Spot]] = Counter()
        self._new: Counter[tuple[Spot, Cell]] = Counter()

    def arrive(self, spot: Spot, cell: Cell) -> None:
        """Count a new mention without topics in; the short way for bulk."""
        self._new[spot, cell] += 1

    def move(self, sign: int, topics: Iterable[int], spot: Spot, cell: Cell) -> None:
        """Count a mention in (+1) or out (−1) of its total and its topics."""
        packed = sign * pack(cell)
        self._cells[TOTAL, spot] += packed
        for topic in topics:
            self._cells[topic, spot] += packed

    def write(self, conn: sqlite3.Connection) -> None:
        """Write every grouping, by day and by month, and drop cells that became empty."""
        for (spot, cell), count in self._new.items():
            self._cells[TOTAL, spot] += count * pack(cell)
        days: Counter[Key] = Counter()
        places: Counter[Key] = Counter()
        for (topic, (slice_id, place_id, day)), packed in self._cells.items():
            if packed:
                for member in self._slices.family(slice_id):
                    days[topic, member, day] += packed
                places[topic, self._slices.at_place(slice_id, place_id), day] += packed
        month_of = {day: month_number(day) for day in {key[2] for key in days}}
        for prefix, cells in (("rollup", days), ("rollup_place", places)):
            months: Counter[Key] = Counter()
            for (topic, slice_id, day), packed in cells.items():
                months[topic, slice_id, month_of[day]] += packed
            _write(conn, f"{prefix}_day", "day", cells)
            _write(conn, f"{prefix}_month", "month", months)
        self._cells.clear()
        self._new.clear()


def pack(cell: Cell) -> int:
    """Return a cell's measures as one integer, 64 bits each; adding two adds all of them."""
    return (int.from_bytes(_FIELDS.pack(*cell), "little") ^ _SIGNS) - _SIGNS


def unpack(packed: int) -> Cell:
    """Return the measures of a packed cell, or of a sum of packed cells."""
    return _FIELDS.unpack(((packed + _SIGNS) ^ _SIGNS).to_bytes(_FIELDS.size, "little"))


def _write(conn: sqlite3.Connection, table: str, period: str, cells: Counter[Key]) -> None:
    """Add cells to a table in the order of its keys; drop those that lost their last mention."""
    rows = [(*key, *unpack(cells[key])) for key in sorted(cells) if cells[key]]
    conn.executemany(
        f"INSERT INTO {table} VALUES ({_MARKS}) ON CONFLICT DO UPDATE SET {_ADD}", rows
    )
    conn.executemany(
        f"DELETE FROM {table} WHERE topic_id = ? AND slice_id = ? AND {period} = ? AND n = 0",
        [row[:3] for row in rows if row[3] < 0],
    )


def rebuild(conn: sqlite3.Connection) -> None:
    """Make all rollups anew from the facts, in the caller's transaction."""
    for table in TABLES:
        conn.execute(f"DELETE FROM {table}")
    delta = Delta(Slices(conn))
    for slice_id, place_id, day, topics, *values in conn.execute(
        "SELECT slice_id, place_id, day, topics, score, rating, nps, csat, ces, replied"
        " FROM mentions WHERE deleted_at IS NULL"
    ):
        delta.move(1, topic_ids(topics), Spot(slice_id, place_id, day), measures(*values))
    delta.write(conn)


def topic_ids(topics: str) -> tuple[int, ...]:
    """Return the topic ids that a mention's ``topics`` column lists."""
    return tuple(int(each) for each in topics.split(",")) if topics else ()
