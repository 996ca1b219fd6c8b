"""Keyed marks of what was erased, so that the next poll does not bring it back."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Container, Iterable, Mapping


def digest(key: bytes, place_id: int, native_id: str) -> bytes:
    """Return the keyed 16-byte mark of an identity; it cannot be turned back without the key."""
    said = f"{place_id}\x1f{native_id}".encode("utf-8", "replace")
    return hashlib.blake2b(said, digest_size=16, key=key).digest()


def bury(conn: sqlite3.Connection, key: bytes, place_id: int, native_id: str, at: int) -> None:
    """Mark an identity as erased."""
    conn.execute(
        "INSERT OR IGNORE INTO tombstones VALUES (?, ?)", (digest(key, place_id, native_id), at)
    )


def buried(
    conn: sqlite3.Connection,
    key: bytes,
    wanted: Mapping[int, Iterable[str]],
    known: Container[tuple[int, str]],
) -> set[tuple[int, str]]:
    """Return those identities that were erased, among those that are not stored."""
    if conn.execute("SELECT 1 FROM tombstones LIMIT 1").fetchone() is None:
        return set()
    return {
        (place_id, native)
        for place_id, natives in wanted.items()
        for native in natives
        if (place_id, native) not in known
        and conn.execute(
            "SELECT 1 FROM tombstones WHERE digest = ?", (digest(key, place_id, native),)
        ).fetchone()
    }
