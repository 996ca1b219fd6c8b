"""When which summary is mailed to whom: weekly or monthly, to addresses without an account.

Not here: when a schedule is due (``dashboard.reports.due``), what is mailed
(``dashboard.delivery.summaries``), sending.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from storage import mail_outbox, revisions
from storage.errors import InputError, NotFound, Refused
from storage.people import Person, Role
from storage.times import millis, moment

LAST_DAY = {"week": 7, "month": 28}
"""Every month has 28 days."""
MONDAY, SEVEN = 1, 7 * 60
NAME_LIMIT = 60


class Every(StrEnum):
    """What a summary is of."""

    WEEK = "week"
    MONTH = "month"


class Recipient(NamedTuple):
    """Whom a summary is mailed to: of which brands and places (empty: all), in which locale."""

    address: str
    brands: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    locale: str = "en-GB"


class Schedule(NamedTuple):
    """``day`` is 1 (Monday) to 7 of a week, or 1 to 28 of a month; ``minute`` of that day."""

    name: str
    recipients: tuple[Recipient, ...]
    every: Every = Every.WEEK
    day: int = MONDAY
    minute: int = SEVEN
    enabled: bool = True


class StoredSchedule(NamedTuple):
    """A schedule, where it comes from, since when it counts, and the newest period sent."""

    schedule: Schedule
    origin: str
    since: datetime
    done: str


def schedules(conn: sqlite3.Connection) -> list[StoredSchedule]:
    """Return every schedule by name."""
    rows = conn.execute(
        "SELECT id, name, every, day, minute, enabled, origin, since_at, done"
        " FROM report_schedules ORDER BY name"
    ).fetchall()
    return [
        StoredSchedule(
            Schedule(name, _recipients(conn, id_), Every(every), day, minute, bool(enabled)),
            origin,
            moment(since),
            done,
        )
        for id_, name, every, day, minute, enabled, origin, since, done in rows
    ]


def get(conn: sqlite3.Connection, name: str) -> StoredSchedule:
    """Return a schedule by its name."""
    found = next((each for each in schedules(conn) if each.schedule.name == name), None)
    if found is None:
        raise NotFound(f"there is no schedule {name!a}")
    return found


def may_mail(person: Person) -> bool:
    """Say whether somebody may mail summaries, and set when they are mailed."""
    return person.role in (Role.LEAD, Role.ADMIN, Role.MANAGER, Role.SYSTEM)


def save(conn: sqlite3.Connection, schedule: Schedule, actor: Person, now: datetime) -> None:
    """Add or change a schedule of the database; what the file declares is refused."""
    _may(actor)
    row = conn.execute(
        "SELECT origin FROM report_schedules WHERE name = ?", (schedule.name,)
    ).fetchone()
    if row is not None and row[0] == "file":
        raise Refused(f"the report {schedule.name!r} is declared in earshot.toml; change it there")
    _save(conn, checked(schedule), "database", now)


def remove(conn: sqlite3.Connection, name: str, actor: Person) -> None:
    """Forget a schedule; mails on their way leave all the same."""
    _may(actor)
    if get(conn, name).origin == "file":
        raise Refused(f"the report {name!r} is declared in earshot.toml; take it out there")
    _remove(conn, [name])


def _may(actor: Person) -> None:
    if not may_mail(actor):
        raise Refused(f"{actor.name} may look; leads, managers and admins say what is mailed")


def sync_file(conn: sqlite3.Connection, declared: Iterable[Schedule], now: datetime) -> None:
    """Make what ``earshot.toml`` declares true; what it no longer declares goes."""
    wanted = [checked(each) for each in declared]
    names = {each.name for each in wanted}
    known = {each.schedule.name: each for each in schedules(conn)}
    gone = [name for name, each in known.items() if each.origin == "file" and name not in names]
    _remove(conn, gone)
    for each in wanted:
        found = known.get(each.name)
        if found is None or (found.schedule, found.origin) != (each, "file"):
            _save(conn, each, "file", now)


def sent(conn: sqlite3.Connection, name: str, period: str) -> None:
    """Note that the mails of a period are in the outbox, in the transaction that put them there."""
    conn.execute("UPDATE report_schedules SET done = ? WHERE name = ?", (period, name))
    revisions.bump(conn, "settings")


def checked(schedule: Schedule) -> Schedule:
    """Return a schedule as it is kept; raises InputError for what cannot be."""
    name = " ".join(schedule.name.split())
    if not name or len(name) > NAME_LIMIT:
        raise InputError(f"a report's name has 1 to {NAME_LIMIT} characters")
    last = LAST_DAY[schedule.every]
    if not 1 <= schedule.day <= last:
        raise InputError(f"the day of a {schedule.every.value} is 1 to {last}")
    if not 0 <= schedule.minute < 24 * 60:
        raise InputError("the time of a report is 00:00 to 23:59")
    for each in schedule.recipients:
        mail_outbox.check_address(each.address)
    addresses = [each.address.lower() for each in schedule.recipients]
    twice = next((each for each in addresses if addresses.count(each) > 1), None)
    if twice is not None:
        raise InputError(f"{twice} is there twice")
    return schedule._replace(name=name)


def _save(conn: sqlite3.Connection, schedule: Schedule, origin: str, now: datetime) -> None:
    """Store a schedule; one that is new, on again, or of another time counts from now on."""
    (id_,) = conn.execute(
        "INSERT INTO report_schedules (name, every, day, minute, enabled, origin, since_at)"
        " VALUES (?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET"
        " since_at = CASE WHEN (every, day, minute) = (excluded.every, excluded.day,"
        "  excluded.minute) AND enabled >= excluded.enabled"
        "  THEN since_at ELSE excluded.since_at END,"
        " every = excluded.every, day = excluded.day, minute = excluded.minute,"
        " enabled = excluded.enabled, origin = excluded.origin RETURNING id",
        (
            schedule.name,
            schedule.every.value,
            schedule.day,
            schedule.minute,
            int(schedule.enabled),
            origin,
            millis(now),
        ),
    ).fetchone()
    conn.execute("DELETE FROM report_recipients WHERE schedule_id = ?", (id_,))
    conn.executemany(
        "INSERT INTO report_recipients VALUES (?,?,?,?,?,?)",
        [
            (id_, rank, each.address, json.dumps(each.brands), json.dumps(each.places), each.locale)
            for rank, each in enumerate(schedule.recipients)
        ],
    )
    revisions.bump(conn, "settings")


def _remove(conn: sqlite3.Connection, names: list[str]) -> None:
    for name in names:
        (id_,) = conn.execute("SELECT id FROM report_schedules WHERE name = ?", (name,)).fetchone()
        conn.execute("DELETE FROM report_recipients WHERE schedule_id = ?", (id_,))
        conn.execute("DELETE FROM report_schedules WHERE id = ?", (id_,))
        revisions.bump(conn, "settings")


def _recipients(conn: sqlite3.Connection, schedule_id: int) -> tuple[Recipient, ...]:
    rows = conn.execute(
        "SELECT address, brands, places, locale FROM report_recipients WHERE schedule_id = ?"
        " ORDER BY rank",
        (schedule_id,),
    )
    return tuple(
        Recipient(address, tuple(json.loads(brands)), tuple(json.loads(places)), locale)
        for address, brands, places, locale in rows
    )
