"""Who is to be told of which event of an alert, and what leaves for it: each pair once.

A telling is written in the transaction that opens the alert; when it is due it becomes a
part of an entry of the outbox, in one transaction with the mark that it did. Not here: who
hears of what and when (``dashboard.desk.routing``), sending.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from storage.errors import NotFound, Refused
from storage.models import Json
from storage.outbox import Channel, Entry, State, get, put
from storage.people import EARSHOT, Person
from storage.times import millis


class Telling(NamedTuple):
    """An event that is due to be told by a route."""

    id: int
    alert_id: int
    event_id: int
    route: str


def add(
    conn: sqlite3.Connection, event_id: int, alert_id: int, route: str, due_at: datetime
) -> None:
    """Note that a route is to tell of an event; once, however often it is asked for."""
    conn.execute(
        "INSERT OR IGNORE INTO alert_tellings (alert_id, event_id, route, due_at) VALUES (?,?,?,?)",
        (alert_id, event_id, route, millis(due_at)),
    )


def is_due(conn: sqlite3.Connection, now: datetime) -> bool:
    """Say whether anything waits to be put into the outbox."""
    return bool(due(conn, now, limit=1))


def due(conn: sqlite3.Connection, now: datetime, limit: int = 500) -> list[Telling]:
    """Return what is due to be told and not yet in the outbox, by route and in order."""
    rows = conn.execute(
        "SELECT id, alert_id, event_id, route FROM alert_tellings"
        " WHERE entry_id IS NULL AND due_at <= ? ORDER BY route, id LIMIT ?",
        (millis(now), limit),
    )
    return [Telling(*row) for row in rows]


def enqueue(
    conn: sqlite3.Connection,
    key: str,
    kind: str,
    content: Mapping[str, Json],
    told: Sequence[Telling],
    now: datetime,
) -> int:
    """Put a notice into the outbox and mark what it tells, in the caller's transaction."""
    at = millis(now)
    row = conn.execute(
        "INSERT INTO outbox (key, channel, kind, state, created_at, next_at, actor_id,"
        " changed_by, changed_at, content) VALUES (?,?,?,'pending',?,?,?,?,?,?) RETURNING id",
        (key, Channel.NOTICE.value, kind, at, at, EARSHOT.id, EARSHOT.id, at)
        + (json.dumps(dict(content)),),
    ).fetchone()
    conn.executemany(
        "UPDATE alert_tellings SET entry_id = ? WHERE id = ?",
        [(int(row[0]), each.id) for each in told],
    )
    return int(row[0])


def drop(conn: sqlite3.Connection, told: Sequence[Telling]) -> None:
    """Forget tellings whose route is gone, so that they don't wait for ever."""
    conn.executemany("DELETE FROM alert_tellings WHERE id = ?", [(each.id,) for each in told])


def ended(entry: Entry) -> int:
    """Return how many attempts surely sent nothing: the others may have arrived."""
    return int(entry.closing or 0)


def note_failure(conn: sqlite3.Connection, entry: Entry) -> None:
    """Note that an attempt surely sent nothing."""
    conn.execute("UPDATE outbox SET closing = ? WHERE id = ?", (str(ended(entry) + 1), entry.id))


def retry(conn: sqlite3.Connection, entry_id: int, actor: Person, now: datetime) -> Entry:
    """Let a notice that could not be sent leave again; its key stays the same."""
    entry = get(conn, entry_id)
    if entry.channel is not Channel.NOTICE:
        raise NotFound(f"there is no notice {entry_id}")
    if entry.state is not State.FAILED:
        raise Refused(f"notice {entry_id} is {entry.state.value}; only failed ones leave again")
    put(conn, entry_id, State.PENDING, actor.id, now, now)
    return get(conn, entry_id)
