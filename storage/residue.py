"""Makes the file's bytes forget what its tables forgot, and looks whether they did.

SQLite overwrites what is deleted (``secure_delete``), but three places keep old bytes: the
search index until its segments are merged, the write-ahead log until it is cut, and pages
whose rows were moved to others. The last is found by looking, and cured by VACUUM.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from storage.database import BUSY_TIMEOUT_MS, Database
from storage.errors import Busy, Corrupt

TRACES = 64
"""Looked for at most; a gigabyte of file takes a second for each."""
_SHORTEST, _LONGEST = 8, 48
"""Bytes of a trace: shorter ones are found by chance, longer ones may cross a page's end."""

_PIECE = 16 << 20
"""Bytes of the file in memory at a time."""

_WORDS = (
    ("versions", "title"),
    ("versions", "text"),
    ("versions", "extra"),
    ("replies", "text"),
    ("identities", "author"),
    ("identities", "url"),
    ("identities", "native_id"),
    ("event_content", "content"),
    ("outbox", "content"),
    ("outbox", "closing"),
    ("outbox", "url"),
)
_ELSEWHERE = (
    *_WORDS,
    ("identities", "parent"),
    ("sources", "cursor"),
    ("sources", "options"),
    ("polls", "error"),
    ("refusals", "reason"),
    ("case_events", "data"),
    ("alerts", "words"),
    ("cases", "reply_url"),
    ("cases", "action"),
    ("cases", "reason"),
    ("cases", "tags"),
    ("cases", "ticket_url"),
    ("cases", "ticket_owner"),
    ("writing", "text"),
    ("places", "key"),
    ("products", "name"),
    ("brands", "name"),
    ("people", "name"),
)


def traces(conn: sqlite3.Connection, ids: Sequence[int]) -> tuple[bytes, ...]:
    """Return pieces of what some mentions say, to be looked for after they are erased."""
    found: dict[bytes, None] = {}
    for table, column in _WORDS:
        if table == "event_content":
            source = (
                "cases k JOIN case_events e ON e.case_id = k.id JOIN event_content t"
                " ON t.seq = e.seq WHERE k.mention_id"
            )
        else:
            source = f"{table} t WHERE t.mention_id"
        for (said,) in conn.execute(
            f"SELECT t.{column} FROM {source} IN (SELECT value FROM json_each(?))"
            f" AND length(t.{column}) >= ? LIMIT ?",
            (json.dumps(ids), _SHORTEST, TRACES),
        ):
            found.update(dict.fromkeys(_pieces(str(said))))
    step = len(found) // TRACES + 1
    return tuple(found)[::step]


def clean(db: Database, looked_for: Collection[bytes]) -> None:
    """Merge the search index, cut the log, and see that no trace is left.

    Raises Busy while a reader of another process still needs the log, Corrupt if bytes
    remain even in a file written anew.
    """
    with db.write() as conn:
        conn.execute("INSERT INTO search (search) VALUES ('optimize')")
    _cut(db.path)
    if left := _left(db, looked_for):
        _write_anew(db.path)
        left = _left(db, left)
    if left:
        raise Corrupt(
            f"{len(left)} pieces of what was erased are still in the bytes of {db.path};"
            " there is no receipt"
        )


def _pieces(said: str) -> Iterator[bytes]:
    """Yield the start and the middle of a text."""
    raw = said.encode()
    for start in {0, max(0, len(raw) // 2 - _LONGEST // 2)}:
        yield raw[start : start + _LONGEST]


def _cut(path: Path) -> None:
    """Fold the log into the file and cut it to nothing."""
    with closing(_connect(path)) as conn:
        busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise Busy(
            f"the words are out of the tables, but another process still reads old pages of {path};"
            " run `earshot erase --finish` when it is idle, then you get the receipt"
        )


def _write_anew(path: Path) -> None:
    with closing(_connect(path)) as conn:
        conn.execute("VACUUM")
    _cut(path)


def _connect(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    conn.execute("PRAGMA secure_delete=ON")
    return conn


def _left(db: Database, looked_for: Collection[bytes]) -> list[bytes]:
    """Return the traces that the file still holds and no stored row accounts for."""
    log = db.path.with_name(db.path.name + "-wal")
    seen = {each for path in (db.path, log) for each in _seen(path, looked_for)}
    return [each for each in seen if not _said_elsewhere(db.reader(), each)]


def _seen(path: Path, looked_for: Collection[bytes]) -> set[bytes]:
    """Return the traces that a file holds, read in pieces that overlap."""
    found: set[bytes] = set()
    if not path.exists() or not looked_for:
        return found
    with path.open("rb") as file:
        tail = b""
        while piece := file.read(_PIECE):
            raw = tail + piece
            found.update(each for each in looked_for if each not in found and each in raw)
            tail = raw[-_LONGEST:]
    return found


def _said_elsewhere(conn: sqlite3.Connection, trace: bytes) -> bool:
    """Say whether somebody else said the same, who was not erased."""
    return any(
        conn.execute(
            f"SELECT 1 FROM {table} WHERE instr(CAST({column} AS BLOB), ?) LIMIT 1", (trace,)
        ).fetchone()
        for table, column in _ELSEWHERE
    )
