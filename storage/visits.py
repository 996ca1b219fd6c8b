"""When a person last looked: what "since your last visit" means.

A visit ends with the last look before a pause. Not here: what happened since.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from storage.people import Person
from storage.times import millis, moment

PAUSE = timedelta(minutes=30)
"""Who looks again after so long begins another visit."""
_NOTED = timedelta(minutes=1)


def since(conn: sqlite3.Connection, person: Person, now: datetime) -> datetime | None:
    """Return when the visit before the present one ended; None for a first visit."""
    row = _row(conn, person)
    if row is None:
        return None
    seen_at, before_at = row
    if now - moment(seen_at) >= PAUSE:
        return moment(seen_at)
    return None if before_at is None else moment(before_at)


def is_due(conn: sqlite3.Connection, person: Person, now: datetime) -> bool:
    """Say whether a look is worth a write: at most once a minute."""
    row = _row(conn, person)
    return row is None or now - moment(row[0]) >= _NOTED


def note(conn: sqlite3.Connection, person: Person, now: datetime) -> None:
    """Note that somebody looks now; after a pause this begins another visit."""
    conn.execute(
        "INSERT INTO visits VALUES (?1, ?2, NULL) ON CONFLICT DO UPDATE SET"
        " before_at = iif(?2 - seen_at >= ?3, seen_at, before_at), seen_at = ?2",
        (person.id, millis(now), int(PAUSE.total_seconds() * 1000)),
    )


def _row(conn: sqlite3.Connection, person: Person) -> tuple[int, int | None] | None:
    row: tuple[int, int | None] | None = conn.execute(
        "SELECT seen_at, before_at FROM visits WHERE person_id = ?", (person.id,)
    ).fetchone()
    return row
