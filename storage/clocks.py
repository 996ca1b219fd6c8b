"""Business hours and promises of time as they are stored; counting is in the dashboard. Also
who is away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from storage import cases, revisions
from storage.case_checks import words
from storage.case_model import Release
from storage.database import Database
from storage.errors import InputError, NotFound, Refused
from storage.people import EARSHOT, Person
from storage.times import millis

DAY = 24 * 60
LONGEST = 366 * DAY
"""Minutes that a promise may span."""


class Calendar(NamedTuple):
    """When a team is there: periods in minutes of the day, by weekday from Monday 0."""

    name: str
    timezone: str
    periods: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: frozenset[date] = frozenset()


class Policy(NamedTuple):
    """By when an answer is promised; empty conditions fit any. An empty calendar never closes."""

    id: int
    source: str
    tier: str
    priority: int | None
    minutes: int
    calendar: str


class Promise(NamedTuple):
    """What decides by when an answer is due."""

    source: str
    tier: str
    priority: int
    seen_at: datetime


PromiseTime: TypeAlias = Callable[[Promise], datetime | None]
"""Tells by when an answer is promised; None: as the rule says."""


def calendars(conn: sqlite3.Connection) -> dict[str, Calendar]:
    """Return every calendar by name."""
    found = {}
    for name, timezone, periods, holidays in conn.execute(
        "SELECT name, timezone, periods, holidays FROM calendars ORDER BY name"
    ):
        days = {int(day): tuple((a, b) for a, b in each) for day, each in json.loads(periods)}
        off = frozenset(date.fromisoformat(each) for each in json.loads(holidays))
        found[str(name)] = Calendar(name, timezone, days, off)
    return found


def save_calendar(conn: sqlite3.Connection, calendar: Calendar, actor: Person) -> None:
    """Add or change a calendar."""
    _must_lead(actor)
    name = words(calendar.name, "a name", 60)
    try:
        ZoneInfo(calendar.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"{calendar.timezone!r} is no timezone; say Europe/Berlin") from error
    for periods in calendar.periods.values():
        for start, end in periods:
            if not 0 <= start < end <= DAY:
                raise InputError("a period begins before it ends, within one day")
    if not any(calendar.periods.values()):
        raise InputError("a calendar needs a period on some day")
    days = sorted((day, sorted(each)) for day, each in calendar.periods.items() if each)
    conn.execute(
        "INSERT INTO calendars VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
        " timezone = excluded.timezone, periods = excluded.periods, holidays = excluded.holidays",
        (
            name,
            calendar.timezone,
            json.dumps(days),
            json.dumps(sorted(each.isoformat() for each in calendar.holidays)),
        ),
    )
    revisions.bump(conn, "settings")


def policies(conn: sqlite3.Connection) -> list[Policy]:
    """Return every promise, the oldest first."""
    rows = conn.execute(
        "SELECT id, source, tier, priority, minutes, calendar FROM sla_policies ORDER BY id"
    )
    return [Policy(*row) for row in rows]


def save_policy(conn: sqlite3.Connection, policy: Policy, actor: Person) -> None:
    """Add a promise; it counts for cases that open from now on."""
    _must_lead(actor)
    if not 1 <= policy.minutes <= LONGEST:
        raise InputError("promise an answer within a minute to a year")
    if policy.calendar and policy.calendar not in calendars(conn):
        raise NotFound(f"there is no calendar {policy.calendar!r}")
    conn.execute(
        "INSERT INTO sla_policies (source, tier, priority, minutes, calendar) VALUES (?,?,?,?,?)",
        policy[1:],
    )
    revisions.bump(conn, "settings")


def remove_policy(conn: sqlite3.Connection, policy_id: int, actor: Person) -> None:
    """Take a promise back for cases that open from now on."""
    _must_lead(actor)
    if conn.execute("DELETE FROM sla_policies WHERE id = ?", (policy_id,)).rowcount == 0:
        raise NotFound("this promise is not here any more")
    revisions.bump(conn, "settings")


def away(conn: sqlite3.Connection) -> frozenset[int]:
    """Return who is away."""
    return frozenset(row[0] for row in conn.execute("SELECT person_id FROM away"))


def leave(db: Database, person: Person, actor: Person, now: datetime) -> int:
    """Note that somebody is away: what they hold returns to the queue; return how many cases.

    What they put aside or sent stays theirs: nothing is to be done with it now.
    """
    if actor.id != person.id and not actor.leads:
        raise Refused("only a lead says that somebody else is away")
    with db.write() as conn:
        conn.execute("INSERT OR IGNORE INTO away VALUES (?,?)", (person.id, millis(now)))
        held = conn.execute(
            "SELECT id FROM cases WHERE owner_id = ? AND state = 'claimed' AND closed_at IS NULL",
            (person.id,),
        ).fetchall()
        for (case_id,) in held:
            cases.act(db, case_id, Release(actor=EARSHOT), now)
        revisions.bump(conn, "queue")
    return len(held)


def back(db: Database, person: Person, actor: Person) -> None:
    """Note that somebody is back."""
    if actor.id != person.id and not actor.leads:
        raise Refused("only a lead says that somebody else is back")
    with db.write() as conn:
        conn.execute("DELETE FROM away WHERE person_id = ?", (person.id,))
        revisions.bump(conn, "queue")


def _must_lead(actor: Person) -> None:
    if not actor.leads:
        raise Refused(f"{actor.name} does not lead; only a lead changes promises and hours")
