"""Who changed which setting, when, from what to what: append-only, in words.

The table refuses changes of what is in it; it is not sealed like the events of cases.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from storage.people import Person
from storage.times import millis, moment


class SettingEvent(NamedTuple):
    """One change; '' before what was added and after what was taken away."""

    at: datetime
    actor: str
    area: str
    subject: str
    before: str
    after: str


def record(
    conn: sqlite3.Connection, actor: Person, change: tuple[str, str, str, str], now: datetime
) -> None:
    """Record a change (area, subject, before, after); one that changed nothing is none."""
    area, subject, before, after = change
    if before != after:
        conn.execute(
            "INSERT INTO setting_events (at, actor_id, area, subject, before, after)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (millis(now), actor.id, area, subject, before, after),
        )


def between(
    conn: sqlite3.Connection, areas: Sequence[str], after: datetime, until: datetime
) -> list[SettingEvent]:
    """Return the changes of some areas after a moment and up to another, the oldest first."""
    rows = conn.execute(
        "SELECT e.at, p.name, e.area, e.subject, e.before, e.after FROM setting_events e"
        " JOIN people p ON p.id = e.actor_id WHERE e.area IN (SELECT value FROM json_each(?))"
        " AND e.at > ? AND e.at <= ? ORDER BY e.id",
        (json.dumps(areas), millis(after), millis(until)),
    )
    return [SettingEvent(moment(at), *told) for at, *told in rows]


def recent(conn: sqlite3.Connection, areas: Sequence[str], limit: int) -> list[SettingEvent]:
    """Return the newest changes of some areas."""
    rows = conn.execute(
        "SELECT e.at, p.name, e.area, e.subject, e.before, e.after FROM setting_events e"
        " JOIN people p ON p.id = e.actor_id WHERE e.area IN (SELECT value FROM json_each(?))"
        " ORDER BY e.id DESC LIMIT ?",
        (json.dumps(areas), limit),
    )
    return [SettingEvent(moment(at), *told) for at, *told in rows]
