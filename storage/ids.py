"""Makes the ids of mentions, and their positions in the order of publishing.

An id is milliseconds first seen, writer and sequence (41 + 8 + 14 bits): any writer can
make one without asking, and ids order by time. A position is seconds of publishing and
a counter of this file (32 + 31 bits): unique, newest last, also the search index's rowid.
"""

from __future__ import annotations

import sqlite3

_SEQ_BITS, _WRITER_BITS, _COUNTER_BITS = 14, 8, 31


class Ids:
    """Ids for one transaction; ``close`` stores how far the counter got."""

    def __init__(self, conn: sqlite3.Connection, writer: int, at: int) -> None:
        self._conn = conn
        self._writer = writer
        self._at = at
        self._next = self._end = 0
        row = conn.execute("SELECT value FROM meta WHERE key = 'positions'").fetchone()
        self._counter = int(row[0]) if row else 0
        self._open(at)

    def next(self) -> int:
        """Return an id that no mention has."""
        if self._next > self._end:
            self._open(self._at + 1)
        found = self._next
        self._next += 1
        return found

    def position(self, published: int) -> int:
        """Return a position that no mention has, for a publishing time in milliseconds."""
        self._counter += 1
        return (published // 1000) << _COUNTER_BITS | self._counter

    def close(self) -> None:
        """Store the counter in the caller's transaction."""
        self._conn.execute(
            "INSERT INTO meta VALUES ('positions', ?)"
            " ON CONFLICT DO UPDATE SET value = excluded.value",
            (str(self._counter),),
        )

    def _open(self, at: int) -> None:
        """Continue behind the last id of this millisecond and writer, else the next one."""
        while True:
            first = first_of(at) | self._writer << _SEQ_BITS
            last = first | (1 << _SEQ_BITS) - 1
            row = self._conn.execute(
                "SELECT max(id) FROM mentions WHERE id BETWEEN ? AND ?", (first, last)
            ).fetchone()
            self._at, self._next, self._end = at, (row[0] or first - 1) + 1, last
            if self._next <= last:
                return
            at += 1


def first_of(at: int) -> int:
    """Return the smallest id that a mention first seen at this millisecond may have."""
    return at << _WRITER_BITS + _SEQ_BITS
