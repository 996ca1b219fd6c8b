"""Configured sources: what is polled, how often, and where each one's cursor stands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from storage import revisions
from storage.errors import ConfigError, NotFound, Refused
from storage.models import Json, Source
from storage.times import millis

_COLUMNS = "key, kind, brand, product, every, options, origin, enabled"


def save(conn: sqlite3.Connection, source: Source, now: datetime) -> int:
    """Add a source or change its settings; return its internal id. The kind is permanent."""
    row = conn.execute("SELECT id, kind FROM sources WHERE key = ?", (source.id,)).fetchone()
    if row is not None and row[1] != source.kind:
        raise ConfigError(
            f"source {source.id!r} is of kind {row[1]}; a source keeps its kind, "
            f"so give the new one of kind {source.kind} another id"
        )
    values = (
        source.kind,
        source.brand,
        source.product,
        source.every,
        json.dumps(dict(source.options), sort_keys=True),
        source.origin,
        int(source.enabled),
    )
    row = conn.execute(
        "INSERT INTO sources (key, kind, brand, product, every, options, origin, enabled,"
        " created_at) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET"
        " brand = excluded.brand, product = excluded.product, every = excluded.every,"
        " options = excluded.options, origin = excluded.origin, enabled = excluded.enabled,"
        " removed_at = NULL RETURNING id",
        (source.id, *values, millis(now)),
    ).fetchone()
    revisions.bump(conn, "sources")
    return int(row[0])


def ensure(conn: sqlite3.Connection, source: Source, now: datetime) -> int:
    """Return the id of a source, adding it only where it is missing."""
    row = conn.execute(
        "SELECT id FROM sources WHERE key = ? AND removed_at IS NULL", (source.id,)
    ).fetchone()
    return int(row[0]) if row else save(conn, source, now)


def sync_file(conn: sqlite3.Connection, declared: Iterable[Source], now: datetime) -> None:
    """Make the sources "from file" be exactly those that ``earshot.toml`` declares."""
    wanted = list(declared)
    for source in wanted:
        if get_or_none(conn, source.id) != source:
            save(conn, source, now)
    names = json.dumps([source.id for source in wanted])
    conn.execute(
        "UPDATE sources SET removed_at = ? WHERE origin = 'file' AND removed_at IS NULL"
        " AND key NOT IN (SELECT value FROM json_each(?))",
        (millis(now), names),
    )


def remove(conn: sqlite3.Connection, key: str, now: datetime) -> None:
    """Stop polling a source; what it brought stays. File-declared ones are refused."""
    source = get(conn, key)
    if source.origin == "file":
        raise Refused(f"source {key!r} is declared in earshot.toml; remove it there")
    conn.execute("UPDATE sources SET removed_at = ? WHERE key = ?", (millis(now), key))
    revisions.bump(conn, "sources")


def all_sources(conn: sqlite3.Connection) -> list[Source]:
    """Return every source that is not removed, by id."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM sources WHERE removed_at IS NULL AND id > 0 ORDER BY key"
    )
    return [_source(row) for row in rows]


def get_or_none(conn: sqlite3.Connection, key: str) -> Source | None:
    """Return a source by id, None where there is none."""
    row = conn.execute(
        f"SELECT {_COLUMNS} FROM sources WHERE key = ? AND removed_at IS NULL AND id > 0", (key,)
    ).fetchone()
    return None if row is None else _source(row)


def get(conn: sqlite3.Connection, key: str) -> Source:
    """Return a source by id; NotFound names those that exist."""
    found = get_or_none(conn, key)
    if found is None:
        known = ", ".join(source.id for source in all_sources(conn)) or "none yet"
        raise NotFound(f"there is no source {key!r}; known: {known}")
    return found


def cursor(conn: sqlite3.Connection, key: str) -> Json:
    """Return where the collector of a source left off."""
    row = conn.execute("SELECT cursor FROM sources WHERE key = ?", (key,)).fetchone()
    value: Json = json.loads(row[0]) if row and row[0] else None
    return value


def _source(row: tuple[str, str, str, str, float, str, str, int]) -> Source:
    key, kind, brand, product, every, options, origin, enabled = row
    return Source(
        key, kind, brand, product, every, json.loads(options), origin=origin, enabled=bool(enabled)
    )
