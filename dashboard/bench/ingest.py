"""Storing mentions: new ones and known ones against bare inserts."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dashboard.bench import without, workspaces
from dashboard.bench.clocks import interleaved, spent
from dashboard.bench.corpus import Corpus
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.workspaces import AT_ONCE, batched
from storage.database import Database
from storage.models import Observation

SIZE = 100_000
TABLES = ("mentions", "identities", "versions", "sightings")
FLAT = (
    "SELECT m.id, m.position, m.slice_id, m.day, m.published_at, m.first_seen_at, m.rating,"
    " m.pending, i.native_id, i.author, i.url, v.hash, v.title, v.text, v.lang, v.extra"
    " FROM mentions m JOIN identities i ON i.mention_id = m.id"
    " JOIN versions v ON v.mention_id = m.id"
)

Rows = dict[str, list[tuple[object, ...]]]


def section(folder: Path, rounds: int = 3, size: int = SIZE) -> Section:
    """Measure the cost of storing ``size`` mentions."""
    seen = list(Corpus().observations(size))
    rows = _rows_of(folder, seen)
    fresh = _Names(folder)
    took = interleaved(
        {
            "bare": lambda: bare(fresh(), {name: rows[name] for name in TABLES}),
            "flat": lambda: bare(fresh(), {"flat": rows["flat"]}),
            "words": partial(_store, fresh, seen, without_search=False),
            "plain": partial(_store, fresh, seen, without_search=True),
            "again": partial(_store_again, fresh, seen),
        },
        rounds,
    )
    each = {name: seconds / size * 1e6 for name, seconds in took.items()}
    return Section(
        "ingest",
        f"{size:,} mentions, {AT_ONCE:,} to a transaction, processor time, median of {rounds}.",
        (
            _against(each, "new, without search index", "plain", Goal(4)),
            _against(each, "new, with search index", "words", Goal(8)),
            _against(each, "same again, unchanged", "again", Goal(2.5)),
            Figure(
                "new, with search index, one table",
                each["words"],
                "µs",
                each["flat"],
                "the same inserted into one table of 16 columns; for comparison, no goal",
            ),
        ),
        inspect.getsource(bare),
    )


def _against(each: dict[str, float], name: str, which: str, goal: Goal) -> Figure:
    against = (
        "the rows of mentions, identities, versions and sightings by executemany into tables"
        " without index or constraint; WAL, synchronous=NORMAL, same transactions"
    )
    return Figure(name, each[which], "µs", each["bare"], against, goal)


def bare(path: Path, rows: Rows) -> float:
    """Insert rows by executemany into tables without index or constraint."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    for table, known in rows.items():
        conn.execute(f"CREATE TABLE {table} ({', '.join(f'c{i}' for i in range(len(known[0])))})")
    with spent() as it:
        for start in range(0, max(map(len, rows.values())), AT_ONCE):
            conn.execute("BEGIN")
            for table, known in rows.items():
                marks = ", ".join("?" * len(known[0]))
                some = known[start : start + AT_ONCE]
                conn.executemany(f"INSERT INTO {table} VALUES ({marks})", some)
            conn.execute("COMMIT")
    conn.close()
    return it.cpu


class _Names:
    """Gives each file a name that none had."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def __call__(self) -> Path:
        for old in self._folder.glob(f"ingest-{self._count}.db*"):
            old.unlink()
        self._count += 1
        return self._folder / f"ingest-{self._count}.db"


def _rows_of(folder: Path, seen: list[Observation]) -> Rows:
    """Return the rows that storing writes, as SQLite gives them back."""
    db = workspaces.empty(folder / "rows.db")
    with without.search_index(), without.rollup_writes():
        _all(db, seen)
    conn = db.reader()
    rows = {name: conn.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
    rows["flat"] = conn.execute(FLAT).fetchall()
    db.close()
    return rows


def _all(db: Database, seen: list[Observation]) -> None:
    for group in batched(seen, AT_ONCE):
        workspaces.store(db, 0, group)


def _store(fresh: Callable[[], Path], seen: list[Observation], *, without_search: bool) -> float:
    db = workspaces.empty(fresh())
    try:
        if without_search:
            with without.search_index(), spent() as it:
                _all(db, seen)
        else:
            with spent() as it:
                _all(db, seen)
        return it.cpu
    finally:
        db.close()


def _store_again(fresh: Callable[[], Path], seen: list[Observation]) -> float:
    db = workspaces.empty(fresh())
    try:
        with without.search_index(), without.rollup_writes():
            _all(db, seen)
        with spent() as it:
            _all(db, seen)
        return it.cpu
    finally:
        db.close()
