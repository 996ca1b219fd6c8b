"""Counts every rollup cell anew and holds it against the stored one, cell beside cell.

Both sides come in the order of their keys, so that two rows are in memory at a time. Full
daily cells are counted from the mentions, coarser ones and months from those.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from storage.measures import MEASURES, measures
from storage.rollups import TOTAL
from storage.slices import COARSER, Grouping, Slice
from storage.times import month_number

_Cell: TypeAlias = tuple[int, ...]
"""Topic, slice, day or month; then one value per measure."""

_KEY = 3
_FACTS = "m.score, m.rating, m.nps, m.csat, m.ces, m.replied"


def differences(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield each cell that is not what the mentions say."""
    columns = ", ".join(f"r.{name}" for name in MEASURES)
    stored = (
        f"SELECT r.topic_id, r.slice_id, r.day, {columns} FROM rollup_day r CROSS JOIN slices s"
        " ON s.id = r.slice_id WHERE s.grouping {} 0 ORDER BY 1, 2, 3"
    )
    yield from _compare("day", _counted(conn), conn.execute(stored.format("=")))
    _make_families(conn)
    yield from _compare("day", _coarser(conn), conn.execute(stored.format("<>")))
    yield from _compare("month", _monthly(conn, "rollup"), _cells(conn, "rollup_month"))
    places = _counted(conn, at_place=True)
    yield from _compare("at a place, day", places, _cells(conn, "rollup_place_day"))
    monthly = _monthly(conn, "rollup_place")
    yield from _compare("at a place, month", monthly, _cells(conn, "rollup_place_month"))


def _cells(conn: sqlite3.Connection, table: str) -> sqlite3.Cursor:
    return conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")


def _counted(conn: sqlite3.Connection, *, at_place: bool = False) -> Iterator[_Cell]:
    """Yield the full daily cells, counted from the mentions: totals, then topics.

    What is missing among the slices at a place gives cells that are found missing.
    """
    part, joined = "m.slice_id", ""
    if at_place:
        part = "coalesce(p.id, -m.slice_id)"
        joined = " LEFT JOIN place_slices p ON p.slice_id = m.slice_id AND p.place_id = m.place_id"
    for (slice_id, day), rows in groupby(
        conn.execute(
            f"SELECT {part}, m.day, {_FACTS} FROM mentions m{joined}"
            " WHERE m.deleted_at IS NULL ORDER BY 1, 2"
        ),
        key=itemgetter(0, 1),
    ):
        yield (TOTAL, slice_id, day, *_summed(measures(*row[2:]) for row in rows))
    for key, rows in groupby(
        conn.execute(
            f"SELECT x.topic_id, {part if at_place else 'x.slice_id'}, m.day, {_FACTS}"
            f" FROM mention_topics x CROSS JOIN mentions m ON m.id = x.mention_id{joined}"
            " WHERE m.deleted_at IS NULL ORDER BY 1, 2, 3"
        ),
        key=itemgetter(0, 1, 2),
    ):
        yield (*key, *_summed(measures(*row[_KEY:]) for row in rows))


def _make_families(conn: sqlite3.Connection) -> None:
    """Note for every full slice its coarser ones, in a table of this connection."""
    conn.execute("CREATE TEMP TABLE families (full_id INTEGER, coarse_id INTEGER)")
    ids: dict[tuple[int, Slice], int] = {}
    for slice_id, grouping, *values in conn.execute(
        "SELECT id, grouping, kind, brand_id, source_id, product_id, lang, label, origin,"
        " standing FROM slices"
    ):
        ids[grouping, Slice(*values)] = slice_id
    conn.executemany(
        "INSERT INTO families VALUES (?, ?)",
        [
            # A coarser slice that is missing gives cells of no slice, which are found missing.
            (slice_id, ids.get((int(coarse), full.coarsen(coarse)), -slice_id))
            for (grouping, full), slice_id in ids.items()
            if grouping == Grouping.FULL
            for coarse in COARSER
        ],
    )


def _coarser(conn: sqlite3.Connection) -> Iterator[_Cell]:
    total = ", ".join(f"sum(r.{name})" for name in MEASURES)
    yield from conn.execute(
        f"SELECT r.topic_id, f.coarse_id, r.day, {total} FROM rollup_day r"
        " JOIN families f ON f.full_id = r.slice_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )


def _monthly(conn: sqlite3.Connection, prefix: str) -> Iterator[_Cell]:
    months: dict[int, int] = {}
    cells = _cells(conn, f"{prefix}_day")

    def key(row: _Cell) -> _Cell:
        day = row[2]
        if day not in months:
            months[day] = month_number(day)
        return row[0], row[1], months[day]

    for head, rows in groupby(cells, key=key):
        yield (*head, *_summed(row[_KEY:] for row in rows))


def _summed(rows: Iterable[_Cell]) -> _Cell:
    return tuple(map(sum, zip(*rows, strict=True)))


def _compare(period: str, counted: Iterable[_Cell], stored: Iterable[_Cell]) -> Iterator[str]:
    """Walk two lists in the order of their keys; yield what only one has, or has otherwise."""
    left, right = iter(counted), iter(stored)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a[:_KEY] < b[:_KEY]):
            assert a is not None
            yield f"{_cell(period, a)} is missing; {a[_KEY]} mentions belong there"
            a = next(left, None)
        elif a is None or b[:_KEY] < a[:_KEY]:
            yield f"{_cell(period, b)} counts {b[_KEY]} mentions, but there is none"
            b = next(right, None)
        else:
            if a != b:
                yield f"{_cell(period, a)} differs: {_parts(a, b)}"
            a, b = next(left, None), next(right, None)


def _cell(period: str, cell: _Cell) -> str:
    return f"the cell of topic {cell[0]}, slice {cell[1]}, {period} {cell[2]}"


def _parts(counted: _Cell, stored: _Cell) -> str:
    pairs = zip(MEASURES, stored[_KEY:], counted[_KEY:], strict=True)
    return ", ".join(
        f"{name} is {have}, counted {want}" for name, have, want in pairs if have != want
    )
