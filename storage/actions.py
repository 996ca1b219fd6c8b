"""What was done about a topic: registered with its measure before its result is looked at.

A registration never changes. Whether it was done, when, and whether it was withdrawn are
events. Not here: whether it worked (``sentiment.effects``, ``dashboard.proof``).
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime, timedelta
from typing import NamedTuple

from storage import addressees, outbox, revisions
from storage.errors import InputError, NotFound, Refused
from storage.times import day_date, day_number, millis, moment

TITLE_LIMIT = 120
GRACE = timedelta(days=7)
"""Registered later than so long after it was done, its result may have been known."""
MEASURES = ("topic_share", "negative_share", "rating")
"""How often a topic is raised; how badly; how many stars those give who raise it."""


class Scope(NamedTuple):
    """Where something was done; without names, everywhere."""

    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Action(NamedTuple):
    """One action. ``done_on`` is None while it is only planned; ``withdrawn`` says why, if so.

    ``expected`` is the size that was hoped for, in the unit of the measure: shares 0–1, stars.
    """

    id: int
    title: str
    topic: str
    topic_name: str
    scope: Scope
    measure: str
    expected: float | None
    registered_at: datetime
    actor: str
    done_on: date | None
    withdrawn: str | None

    @property
    def good(self) -> int:
        """+1 where more of the measure is better, −1 where less is."""
        return 1 if self.measure == "rating" else -1

    @property
    def late(self) -> bool:
        """Say whether its result may have been known when it was registered."""
        return self.done_on is not None and self.registered_at.date() > self.done_on + GRACE


_SELECT = (
    "SELECT a.id, a.title, t.key, t.name, a.scope, a.measure, a.expected, a.registered_at, p.name,"
    " (SELECT day FROM action_events e WHERE e.action_id = a.id AND e.type = 'done'"
    "  AND e.at <= :at ORDER BY e.id DESC LIMIT 1),"
    " (SELECT note FROM action_events e WHERE e.action_id = a.id AND e.type = 'withdrawn'"
    "  AND e.at <= :at ORDER BY e.id DESC LIMIT 1)"
    " FROM actions a JOIN topics t ON t.id = a.topic_id JOIN people p ON p.id = a.actor_id"
    " WHERE a.registered_at <= :at"
)
_EVER = 1 << 62


def register(
    conn: sqlite3.Connection,
    title: str,
    topic: str,
    measure: str,
    scope: Scope,
    expected: float | None,
    actor_id: int,
    now: datetime,
) -> int:
    """Register an action with what it is to be judged by; return its id.

    Raises InputError for an unknown topic or measure and for an empty or long title.
    """
    said = " ".join(title.split())
    if not said or len(said) > TITLE_LIMIT:
        raise InputError(f"say in at most {TITLE_LIMIT} characters what is done")
    if measure not in MEASURES:
        raise InputError(f"{measure!r} is no measure of an action; known: {', '.join(MEASURES)}")
    if expected is not None and not expected > 0:
        raise InputError("the expected size is a number above 0; leave it out if nobody knows")
    row = conn.execute("SELECT id FROM topics WHERE key = ?", (topic,)).fetchone()
    if row is None:
        raise InputError(f"there is no topic {topic!r}; `earshot topics list` shows them")
    found = conn.execute(
        "INSERT INTO actions (title, topic_id, scope, measure, expected, registered_at, actor_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (said, row[0], json.dumps(scope._asdict()), measure, expected, millis(now), actor_id),
    ).fetchone()
    revisions.bump(conn, "settings")
    return int(found[0])


def done(
    conn: sqlite3.Connection, action_id: int, day: date, today: date, actor_id: int, now: datetime
) -> None:
    """Say on which day an action took effect; a later word counts."""
    action = get(conn, action_id)
    if action.withdrawn is not None:
        raise Refused(f"action {action_id} was withdrawn; register it anew")
    if day > today:
        raise InputError(f"{day} is to come; say it once it is done")
    _add(conn, action_id, "done", day_number(day), "", actor_id, now)


def withdraw(
    conn: sqlite3.Connection, action_id: int, why: str, actor_id: int, now: datetime
) -> None:
    """Take an action back, with a reason; it stays on record. Mails that wait do not leave."""
    if get(conn, action_id).withdrawn is not None:
        raise Refused(f"action {action_id} is withdrawn already")
    if not why.strip():
        raise InputError("say why it is withdrawn; it stays on record")
    _add(conn, action_id, "withdrawn", None, why.strip()[:500], actor_id, now)
    rows = conn.execute(
        "SELECT entry_id FROM action_tellings WHERE action_id = ? AND entry_id IS NOT NULL",
        (action_id,),
    ).fetchall()
    outbox.call_off(conn, [row[0] for row in rows], actor_id, now, addressees.WITHDRAWN)


def get(conn: sqlite3.Connection, action_id: int) -> Action:
    """Return one action."""
    row = conn.execute(f"{_SELECT} AND a.id = :id", {"at": _EVER, "id": action_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no action {action_id}; `earshot actions list` shows them")
    return _action(row)


def actions(conn: sqlite3.Connection, at: datetime | None = None) -> list[Action]:
    """Return every action as it stood at a moment, the newest first."""
    until = {"at": _EVER if at is None else millis(at)}
    return [_action(row) for row in conn.execute(f"{_SELECT} ORDER BY a.id DESC", until)]


def _action(row: tuple[object, ...]) -> Action:
    number, title, topic, name, scope, measure, expected, at, actor, day, withdrawn = row
    chosen = json.loads(str(scope))
    return Action(
        int(str(number)),
        str(title),
        str(topic),
        str(name),
        Scope(tuple(chosen["brands"]), tuple(chosen["sources"])),
        str(measure),
        None if expected is None else float(str(expected)),
        moment(int(str(at))),
        str(actor),
        None if day is None else day_date(int(str(day))),
        None if withdrawn is None else str(withdrawn),
    )


def _add(
    conn: sqlite3.Connection,
    action_id: int,
    kind: str,
    day: int | None,
    note: str,
    actor_id: int,
    now: datetime,
) -> None:
    conn.execute(
        "INSERT INTO action_events (action_id, type, day, note, actor_id, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (action_id, kind, day, note, actor_id, millis(now)),
    )
    revisions.bump(conn, "settings")
