"""Leaves parts of the store out, to see what they cost. Only the benchmark does so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from storage import mentions, rollups, scores
from storage.measures import Cell
from storage.newrows import NewRows
from storage.rollups import Delta, Spot


class _RowsWithoutSearch(NewRows):
    def write(self, conn: sqlite3.Connection) -> None:
        self.search.clear()
        super().write(conn)


class _IdleDelta(Delta):
    def arrive(self, spot: Spot, cell: Cell) -> None:
        pass

    def move(self, sign: int, topics: Iterable[int], spot: Spot, cell: Cell) -> None:
        pass

    def write(self, conn: sqlite3.Connection) -> None:
        pass


@contextmanager
def search_index() -> Iterator[None]:
    """Store new mentions without their words in the search index."""
    with _replaced(mentions, "NewRows", _RowsWithoutSearch):
        yield


@contextmanager
def rollup_writes() -> Iterator[None]:
    """Store mentions and scores without collecting or writing sums."""
    with _replaced(rollups, "Delta", _IdleDelta), _replaced(scores, "Delta", _IdleDelta):
        yield


@contextmanager
def _replaced(module: object, name: str, part: type) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, part)
    try:
        yield
    finally:
        setattr(module, name, kept)
