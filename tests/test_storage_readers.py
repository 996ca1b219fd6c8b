"""Read-only connections: lent to one thread after another, never with something open on them."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from storage import database
from storage.database import Database

T = TypeVar("T")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "earshot.db")) as found:
        yield found


def in_a_thread(work: Callable[[], T]) -> T:
    """Return what a thread of its own says, once it has ended."""
    found: list[T] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def test_a_reader_serves_one_thread_after_another_and_sees_each_commit(db: Database) -> None:
    def brands() -> tuple[int, int]:
        conn = db.reader()
        assert db.reader() is conn
        return id(conn), conn.execute("SELECT count(*) FROM brands").fetchone()[0]

    first = in_a_thread(brands)
    with db.write() as conn:
        conn.execute("INSERT INTO brands (name, own) VALUES ('Acme', 1)")
    assert in_a_thread(brands) == (first[0], first[1] + 1)


def test_two_threads_at_once_have_two_readers(db: Database) -> None:
    mine = db.reader()
    assert in_a_thread(lambda: db.reader() is not mine)


def test_a_reader_with_something_open_is_lent_to_nobody(db: Database) -> None:
    def left_open() -> sqlite3.Connection:
        conn = db.reader()
        conn.execute("BEGIN")
        return conn

    left = in_a_thread(left_open)
    assert in_a_thread(lambda: db.reader() is not left)
    left.close()


def test_a_reader_is_opened_anew_after_a_while(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = in_a_thread(db.reader)
    assert in_a_thread(db.reader) is first
    monkeypatch.setattr(database, "READER_SECONDS", 0.0)
    assert in_a_thread(db.reader) is not first


def test_few_idle_readers_are_kept(db: Database) -> None:
    together = threading.Barrier(8)

    def read() -> sqlite3.Connection:
        conn = db.reader()
        together.wait(10)
        return conn

    with ThreadPoolExecutor(8) as pool:
        conns = list(pool.map(lambda _: read(), range(8)))
    gc.collect()
    assert sum(map(_is_open, conns)) == database.READERS_KEPT


def _is_open(conn: sqlite3.Connection) -> bool:
    try:
        return conn.execute("SELECT 1").fetchone() == (1,)
    except sqlite3.ProgrammingError:
        return False


def test_closing_closes_the_readers_of_threads_that_ended(db: Database) -> None:
    conn = in_a_thread(db.reader)
    db.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        conn.execute("SELECT 1")
