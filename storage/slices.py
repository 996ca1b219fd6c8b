"""Slices: interned combinations of what mentions are counted by.

A mention points at its full slice (kind, brand, source, product, language, label,
origin of the label, standing: normal, suspicious or excluded). Rollups also keep coarser
groupings, so that a query reads the smallest one that still tells apart what it filters
and groups by.
"""

from __future__ import annotations

import sqlite3
from enum import IntEnum
from typing import NamedTuple


class Grouping(IntEnum):
    """Which dimensions a slice tells apart, beside kind, brand, label, origin and standing."""

    FULL = 0
    SOURCE = 1
    PRODUCT = 2
    LANG = 3
    TOTAL = 4


COARSER = (Grouping.SOURCE, Grouping.PRODUCT, Grouping.LANG, Grouping.TOTAL)


class Slice(NamedTuple):
    """One combination; ids are 0 and lang is '' where unknown or not told apart."""

    kind: str
    brand_id: int
    source_id: int
    product_id: int
    lang: str
    label: str
    origin: str
    standing: str = ""

    def coarsen(self, grouping: Grouping) -> Slice:
        """Return the slice of a coarser grouping that contains this one."""
        return self._replace(
            source_id=self.source_id if grouping in (Grouping.FULL, Grouping.SOURCE) else 0,
            product_id=self.product_id if grouping in (Grouping.FULL, Grouping.PRODUCT) else 0,
            lang=self.lang if grouping in (Grouping.FULL, Grouping.LANG) else "",
        )


class Slices:
    """Looks slices up and makes them, inside the caller's transaction.

    One instance serves one transaction: what a rolled-back transaction made must not
    be remembered.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._ids: dict[tuple[int, Slice], int] = {}
        self._slices: dict[int, Slice] = {}
        self._family: dict[int, tuple[int, ...]] = {}
        self._at_place: dict[tuple[int, int], int] = {}

    def id(self, wanted: Slice, grouping: Grouping = Grouping.FULL) -> int:
        """Return the id of a slice, making it if need be."""
        key = (int(grouping), wanted)
        found = self._ids.get(key)
        if found is None:
            row = (
                self._conn.execute(
                    "SELECT id FROM slices WHERE (grouping, kind, brand_id, source_id, product_id,"
                    " lang, label, origin, standing) = (?,?,?,?,?,?,?,?,?)",
                    (int(grouping), *wanted),
                ).fetchone()
                or self._conn.execute(
                    "INSERT INTO slices (grouping, kind, brand_id, source_id, product_id, lang,"
                    " label, origin, standing) VALUES (?,?,?,?,?,?,?,?,?) RETURNING id",
                    (int(grouping), *wanted),
                ).fetchone()
            )
            found = int(row[0])
            self._ids[key] = found
            self._slices[found] = wanted
        return found

    def get(self, slice_id: int) -> Slice:
        """Return the slice of an id."""
        found = self._slices.get(slice_id)
        if found is None:
            row = self._conn.execute(
                "SELECT kind, brand_id, source_id, product_id, lang, label, origin, standing"
                " FROM slices WHERE id = ?",
                (slice_id,),
            ).fetchone()
            found = Slice(*row)
            self._slices[slice_id] = found
        return found

    def family(self, slice_id: int) -> tuple[int, ...]:
        """Return the ids of a full slice and of its coarser ones, in the order of Grouping."""
        found = self._family.get(slice_id)
        if found is None:
            full = self.get(slice_id)
            found = (slice_id, *(self.id(full.coarsen(g), g) for g in COARSER))
            self._family[slice_id] = found
        return found

    def at_place(self, slice_id: int, place_id: int) -> int:
        """Return the id of a full slice at one place, making it if need be."""
        found = self._at_place.get((slice_id, place_id))
        if found is None:
            row = (
                self._conn.execute(
                    "SELECT id FROM place_slices WHERE slice_id = ? AND place_id = ?",
                    (slice_id, place_id),
                ).fetchone()
                or self._conn.execute(
                    "INSERT INTO place_slices (slice_id, place_id) VALUES (?, ?) RETURNING id",
                    (slice_id, place_id),
                ).fetchone()
            )
            found = self._at_place[slice_id, place_id] = int(row[0])
        return found
