"""The hash chain over case events: sealing an event, checking the chain, its head.

The chain makes tampering evident, not impossible: who holds the key can forge it, and a
file rolled back as a whole shows only against a head that was kept outside.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from storage.errors import InputError, NotFound

GENESIS = bytes(32)
NO_CONTENT = bytes(32)
"""Digest of an event in which nobody wrote anything."""

ERASED = "erased"
"""Type of the event that accounts for missing content of earlier events of its case."""


class Row(NamedTuple):
    """What the seal of an event covers, besides the digest of its content."""

    seq: int
    case_id: int
    type: str
    actor_id: int
    at: int
    case_version: int
    mention_id: int
    mention_version: int
    data: str


class Head(NamedTuple):
    """Where the chain ends: worth keeping outside of this file."""

    seq: int
    hmac: bytes

    @property
    def text(self) -> str:
        """The head as one word, to be kept elsewhere."""
        return f"{self.seq}:{self.hmac.hex()}"


class Finding(NamedTuple):
    """Something wrong with the chain, at which event if that can be told."""

    seq: int | None
    words: str


def append(conn: sqlite3.Connection, key: bytes, row: Row, content: str) -> Head:
    """Seal an event, write it and move the head; ``row.seq`` is set here.

    The caller holds the write lock, so that the head cannot move in between.
    """
    before, previous = conn.execute("SELECT seq, hmac FROM audit_head").fetchone()
    row = row._replace(seq=before + 1)
    salt = secrets.token_bytes(16) if content else b""
    digest = _digest(salt, content) if content else NO_CONTENT
    seal = _seal(key, previous, row, digest)
    conn.execute("INSERT INTO case_events VALUES (?,?,?,?,?,?,?,?,?,?,?)", (*row, digest, seal))
    if content:
        conn.execute("INSERT INTO event_content VALUES (?,?,?)", (row.seq, salt, content))
    conn.execute("UPDATE audit_head SET seq = ?, count = count + 1, hmac = ?", (row.seq, seal))
    return Head(row.seq, seal)


def head(conn: sqlite3.Connection) -> Head:
    """Return where the chain ends according to the database."""
    row = conn.execute("SELECT seq, hmac FROM audit_head").fetchone()
    if row is None:
        raise NotFound("the audit chain has no head")
    return Head(int(row[0]), bytes(row[1]))


def read_head(text: str) -> Head:
    """Read a head that was kept outside."""
    seq, _, seal = text.strip().partition(":")
    try:
        found = Head(int(seq), bytes.fromhex(seal))
    except ValueError:
        found = Head(-1, b"")
    if found.seq < 0 or len(found.hmac) != 32:
        raise InputError(f"{text.strip()!a} is no head of an audit chain (number:64 hex digits)")
    return found


def check(
    conn: sqlite3.Connection, key: bytes, outside_heads: Iterable[Head] = ()
) -> list[Finding]:
    """Find an edit, an insertion, a deletion and a cut tail; call it in one snapshot."""
    found: list[Finding] = []
    try:
        for finding in _check(conn, key, tuple(outside_heads)):
            found.append(finding)
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        # Changed bytes of the file may also break its records: text that is no UTF-8,
        # values of another type than their column's.
        found.append(Finding(None, f"the events cannot be read to their end: {error}"))
    return found


def describe(conn: sqlite3.Connection, outside_heads: Iterable[Head] = ()) -> str:
    """Say against which heads a check holds the chain."""
    heads = sorted(outside_heads)
    own = f"the head in this database (event {head(conn).seq})"
    if not heads:
        return f"{own} only; a rollback of the whole file shows only against a head kept outside"
    outside = ", ".join(str(each.seq) for each in heads)
    return f"{own} and against heads kept outside (event {outside})"


def _check(conn: sqlite3.Connection, key: bytes, heads: tuple[Head, ...]) -> Iterator[Finding]:
    wanted: dict[int, set[bytes]] = {}
    for each in heads:
        wanted.setdefault(each.seq, set()).add(each.hmac)
    erased: dict[int, int] = dict(
        conn.execute(
            "SELECT case_id, max(seq) FROM case_events WHERE type = ? GROUP BY case_id", (ERASED,)
        )
    )
    last, previous, count = 0, GENESIS, 0
    for row, digest, seal, salt, content in _events(conn):
        count += 1
        if row.seq != last + 1:
            yield Finding(row.seq, f"events {last + 1} to {row.seq - 1} are missing")
        elif not hmac.compare_digest(_seal(key, previous, row, digest), seal):
            yield Finding(row.seq, "the event was changed, inserted or moved: its seal is wrong")
        yield from _content(row, digest, salt, content, row.seq < erased.get(row.case_id, 0))
        if any(each != seal for each in wanted.pop(row.seq, ())):
            yield Finding(row.seq, "the event is not the one of a head kept outside")
        last, previous = row.seq, seal
    yield from _end(conn, last, previous, count)
    for seq in sorted(seq for seq in wanted if seq > 0):
        yield Finding(seq, f"a head kept outside knows event {seq}; the chain ends at {last}")
    yield from _orphans(conn)


def _events(
    conn: sqlite3.Connection,
) -> Iterator[tuple[Row, bytes, bytes, bytes | None, str | None]]:
    rows = conn.execute(
        "SELECT e.*, c.salt, c.content FROM case_events e LEFT JOIN event_content c"
        " ON c.seq = e.seq ORDER BY e.seq"
    )
    for values in rows:
        yield (Row(*values[:9]), *values[9:])


def _content(
    row: Row, digest: bytes, salt: bytes | None, content: str | None, erased: bool
) -> Iterator[Finding]:
    """Hold what people wrote against its digest."""
    if digest == NO_CONTENT:
        if content is not None:
            yield Finding(row.seq, "the event has words that nobody wrote")
    elif content is None or salt is None:
        if not erased:
            yield Finding(row.seq, "the words of the event are gone, and no erasure says so")
    elif not hmac.compare_digest(_digest(salt, content), digest):
        yield Finding(row.seq, "the words of the event were changed")


def _end(conn: sqlite3.Connection, last: int, seal: bytes, count: int) -> Iterator[Finding]:
    """Hold the end of the chain against the head in the database."""
    row = conn.execute("SELECT seq, count, hmac FROM audit_head").fetchone()
    if row is None:
        yield Finding(None, "the head of the chain is missing")
    elif row[0] > last:
        yield Finding(last, f"the tail was cut: the head knows event {row[0]}, the last is {last}")
    elif (row[0], row[1], row[2]) != (last, count, seal):
        yield Finding(last, "the head of the chain does not belong to its last event")


def _orphans(conn: sqlite3.Connection) -> Iterator[Finding]:
    rows = conn.execute(
        "SELECT seq FROM event_content WHERE seq NOT IN (SELECT seq FROM case_events) ORDER BY seq"
    )
    for (seq,) in rows:
        yield Finding(int(seq), "there are words without their event")


def _digest(salt: bytes, content: str) -> bytes:
    return hashlib.sha256(salt + content.encode()).digest()


def _seal(key: bytes, previous: bytes, row: Row, digest: bytes) -> bytes:
    """HMAC over the previous seal, the row and the digest.

    Both byte strings around the row have 32 bytes and JSON marks the row's own borders, so
    that no two different events give the same bytes.
    """
    told = json.dumps(row, separators=(",", ":")).encode()
    return hmac.digest(key, previous + told + digest, "sha256")
