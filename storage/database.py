"""The SQLite file: opening it, its key, its connections and its transactions.

Not here: tables (``schema``) and anything about their content. Any process may write;
each write is one short ``BEGIN IMMEDIATE`` transaction, so that a reader who decides and
then writes can never be overtaken. Pages read through read-only connections.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from storage.errors import Busy, ConfigError, NotFound, StorageError

SCHEMA_VERSION = 31
"""Number of migrations; a test holds it against the list."""

BUSY_TIMEOUT_MS = 20_000
"""SQLite's back-off is unfair: with eight writers the worst wait measured was 3.9 s."""

READER_SECONDS = 60.0
"""How long a reader serves one thread after another: what a thread forgot on it ends then."""
READERS_KEPT = 4
"""Idle readers that wait for a thread; each holds pages of the file in memory."""
READER_PAGES_KB = 8_000
"""Memory for pages of each reader: over random filters on a million mentions, 32 MB were no
faster, since the operating system holds the file's pages as well."""

_PRAGMAS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32000",
    "PRAGMA journal_size_limit=67108864",
)


class _Reader(NamedTuple):
    """A read-only connection and when it was opened, in seconds of the monotonic clock."""

    conn: sqlite3.Connection
    opened: float


class _Lent:
    """What a thread holds of a reader; when the thread has ended, the reader is idle again."""

    def __init__(self, idle: list[_Reader], reader: _Reader) -> None:
        self._idle = idle
        self.reader = reader

    def __del__(self) -> None:
        try:
            if self.reader.conn.in_transaction:
                return
            if len(self._idle) < READERS_KEPT:
                self._idle.append(self.reader)
            else:
                self.reader.conn.close()
        except sqlite3.ProgrammingError:
            return  # closed


class Database:
    """One workspace's file. Thread-safe; open it once per process.

    ``writer`` (0–255) goes into the ids that this process makes.
    """

    def __init__(self, path: Path, *, create: bool = True, writer: int | None = None) -> None:
        if not create and not path.exists():
            raise NotFound(f"there is no database at {path}; `earshot up` or an import makes one")
        if not path.parent.is_dir():
            raise ConfigError(f"the folder {path.parent} does not exist; make it or choose --db")
        self.path = path
        self.writer = os.getpid() & 0xFF if writer is None else writer
        self._lock = threading.RLock()
        self._local = threading.local()
        self._idle: list[_Reader] = []
        self._key = _load_key(path)
        self._conn = self._connect()
        _migrate(self._conn, path)

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose (content hashes, audit, tombstones)."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def reader(self) -> sqlite3.Connection:
        """Return this thread's read-only connection (it sees the last commit).

        It goes to another thread once this one has ended: each run of a page is a thread
        of its own, and a new connection knows neither the schema nor a page of the file.
        """
        lent: _Lent | None = getattr(self._local, "reader", None)
        if lent is None:
            lent = _Lent(self._idle, self._idle_reader())
            self._local.reader = lent
        return lent.reader.conn

    def _idle_reader(self) -> _Reader:
        try:
            found = self._idle.pop()
        except IndexError:
            found = None
        if found is not None and time.monotonic() - found.opened < READER_SECONDS:
            return found
        return _Reader(open_reader(self.path), time.monotonic())

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction that holds the write lock from its start.

        Commits at the end, rolls back on any exception. Raises Busy when another writer
        held the file for longer than the busy timeout. Nested use joins the outer one.
        """
        with self._lock:
            conn = self._conn
            if conn.in_transaction:
                yield conn
                return
            try:
                conn.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise _wrapped(error, self.path) from error
            try:
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                _roll_back(conn)
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Read several things as of one moment."""
        conn = self.reader()
        conn.execute("BEGIN")
        try:
            yield conn
        finally:
            conn.execute("COMMIT")

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file and cut it; called in idle moments."""
        with self._lock:
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the writer, this thread's reader and those of threads that ended."""
        lent: _Lent | None = getattr(self._local, "reader", None)
        if lent is not None:
            lent.reader.conn.close()
            del self._local.reader
        while self._idle:
            self._idle.pop().conn.close()
        with self._lock:
            self._conn.close()

    def _connect(self) -> sqlite3.Connection:
        try:
            conn = sqlite3.connect(
                self.path,
                timeout=BUSY_TIMEOUT_MS / 1000,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
            )
            conn.execute("PRAGMA journal_mode=WAL").fetchone()
            for pragma in _PRAGMAS:
                conn.execute(pragma).fetchone()
        except sqlite3.Error as error:
            raise _wrapped(error, self.path) from error
        return conn


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a read-only connection to an existing file."""
    try:
        conn = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        conn.execute("PRAGMA query_only=ON")
        conn.execute("PRAGMA temp_store=MEMORY")
        conn.execute(f"PRAGMA cache_size=-{READER_PAGES_KB}")
    except sqlite3.Error as error:
        raise _wrapped(error, path) from error
    return conn


def _migrate(conn: sqlite3.Connection, path: Path) -> None:
    """Update the schema if need be; the machinery for it is loaded only then (0.5 s)."""
    found = conn.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:
        raise StorageError(f"{path} was made by a newer Earshot; update this one")
    if found < SCHEMA_VERSION:
        from storage.schema.migrations import migrate

        migrate(conn)


def key_path(path: Path) -> Path:
    """Where the key of a database lies when EARSHOT_AUDIT_KEY is not set."""
    return path.with_name(path.name + ".key")


def _load_key(path: Path) -> bytes:
    """Read the workspace key; make it (mode 0600) on first run."""
    given = os.environ.get("EARSHOT_AUDIT_KEY")
    if given:
        return hashlib.sha256(given.encode()).digest()
    where = key_path(path)
    if not where.exists():
        if path.exists() and path.stat().st_size > 0:
            raise ConfigError(
                f"the key {where} is missing: put the file back or set EARSHOT_AUDIT_KEY; "
                "without it the audit chain cannot be checked or continued"
            )
        try:
            handle = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return where.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
    return where.read_bytes()


def _roll_back(conn: sqlite3.Connection) -> None:
    """End a transaction, unless SQLite ended it by itself (disk full, I/O error)."""
    if conn.in_transaction:
        conn.execute("ROLLBACK")


def _wrapped(error: sqlite3.Error, path: Path) -> StorageError:
    """Turn SQLite's error into ours, with what to do."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return Busy(f"{path} is being written by another process; try again")
    if "not a database" in text:
        return StorageError(f"{path} is not a SQLite database; choose another --db")
    return StorageError(f"{path}: {text}")
