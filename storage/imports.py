"""What an import brought, to take it back. Reads only; taking back is a deletion at its source.

A mention belongs to an import if it was first seen while that import ran, by its source and
by no other, and was not changed since. Where two imports of a source ran at once nobody can
tell their rows apart: neither can be taken back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from storage.times import millis, moment


class Import(NamedTuple):
    """One import of a file: what it brought then, and how much of that is still here."""

    id: int
    source: str
    actor: str
    ended_at: datetime
    new: int
    changed: int
    left: int


# No import lasts for a day: the range keeps a long ledger from being read.
_ALONE = """
p.ended_at IS NOT NULL AND o.kind = 'files' AND NOT EXISTS (
  SELECT 1 FROM polls q WHERE q.source_id = p.source_id AND q.id <> p.id
    AND q.started_at BETWEEN p.started_at - 86400000 AND p.ended_at
    AND coalesce(q.ended_at, p.ended_at) >= p.started_at)
"""
# Ids begin with the millisecond: the range keeps a long history from being read.
_BROUGHT = """
FROM sightings g JOIN mentions m ON m.id = g.mention_id
WHERE g.source_id = p.source_id
  AND g.mention_id BETWEEN p.started_at - 60000 << 22 AND p.ended_at + 60000 << 22
  AND g.first_seen_at BETWEEN p.started_at AND p.ended_at
  AND m.first_seen_at = g.first_seen_at AND m.version = 1
  AND m.deleted_at IS NULL AND m.erased_at IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM sources z CROSS JOIN sightings h ON h.source_id = z.id
    WHERE h.mention_id = m.id AND z.id <> g.source_id)
"""


def recent(conn: sqlite3.Connection, since: datetime) -> list[Import]:
    """Return imports since a moment that can be taken back, the latest first."""
    rows = conn.execute(
        "SELECT p.id, o.key, p.actor, p.ended_at, p.new, p.changed,"
        f" (SELECT count(*) {_BROUGHT}) AS left"
        " FROM sources o CROSS JOIN polls p ON p.source_id = o.id"
        f" WHERE p.started_at >= ? AND p.new > 0 AND {_ALONE} ORDER BY p.id DESC",
        (millis(since),),
    )
    found = [
        Import(id_, source, actor, moment(ended), new, changed, left)
        for id_, source, actor, ended, new, changed, left in rows
    ]
    return [each for each in found if each.left]


def brought(conn: sqlite3.Connection, import_id: int) -> Iterator[tuple[str, str]]:
    """Yield place and native id of each mention that an import brought and that is still here."""
    yield from conn.execute(
        "SELECT l.key, i.native_id FROM polls p JOIN sources o ON o.id = p.source_id"
        " CROSS JOIN identities i JOIN places l ON l.id = i.place_id"
        f" WHERE p.id = ? AND {_ALONE} AND i.mention_id IN (SELECT m.id {_BROUGHT})",
        (import_id,),
    )
