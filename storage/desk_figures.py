"""How the desk does: who has how much, how long answers took, and steps that flatter a clock.

Read from cases and their events; not here: the estimate over those that still wait.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage.times import millis

_HOUR = 3_600_000
_BEFORE = 24 * _HOUR
"""How long before a new rating a change of hands counts as just before."""


class Workload(NamedTuple):
    """What a person has: open cases that are theirs to work on, and those past due."""

    person_id: int
    name: str
    open: int
    overdue: int
    waiting: int
    answered: int
    away: int


class Waited(NamedTuple):
    """How long a case waited for its first answer, or has so far; by the customer's tier."""

    hours: float
    answered: bool
    open: bool
    tier: str


class Suspicion(NamedTuple):
    """A step that may have made a clock look better than it was."""

    kind: str
    case_id: int
    by: str
    at: int


def workloads(conn: sqlite3.Connection, now: datetime, since: datetime) -> list[Workload]:
    """Return what everybody who works on cases has, by name; answers since a moment."""
    rows = conn.execute(
        "SELECT p.id, p.name, ifnull(sum(c.state = 'claimed'), 0),"
        " ifnull(sum(c.state = 'claimed' AND c.due_at < ?1 AND c.paused_at IS NULL), 0),"
        " ifnull(sum(c.state <> 'claimed'), 0), (SELECT count(*) FROM case_events e"
        " WHERE e.actor_id = p.id AND e.type = 'replied' AND e.at >= ?2), a.person_id IS NOT NULL"
        " FROM people p LEFT JOIN cases c ON c.owner_id = p.id AND c.closed_at IS NULL"
        " LEFT JOIN away a ON a.person_id = p.id WHERE"
        " p.role IN ('agent', 'lead', 'admin') GROUP BY p.id ORDER BY p.name",
        (millis(now), millis(since)),
    )
    return [Workload(*row) for row in rows]


def waits(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[Waited]:
    """Return how long each case opened in a period waited, up to the period's end.

    What was closed without an answer waited until then and was not answered.
    """
    after = millis(end)
    rows = conn.execute(
        "SELECT c.opened_at, c.answered_at, c.closed_at, ifnull(k.tier, '') FROM cases c"
        " LEFT JOIN identities i ON i.mention_id = c.mention_id AND i.author <> ''"
        " LEFT JOIN customers k ON k.key = i.author WHERE c.opened_at >= ? AND c.opened_at < ?",
        (millis(start), after),
    )
    found = []
    for opened, answered, closed, tier in rows:
        done = answered is not None and answered <= after
        ended = closed is not None and closed <= after
        until = answered if done else closed if ended else after
        found.append(Waited(max(0, until - opened) / _HOUR, done, not done and not ended, tier))
    return found


def suspicions(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[Suspicion]:
    """Return steps of a period that flatter: see the three kinds below."""
    found = []
    for kind, sql in _KINDS.items():
        rows = conn.execute(sql, {"start": millis(start), "end": millis(end), "day": _BEFORE})
        found += [Suspicion(kind, case_id, by, at) for case_id, by, at in rows]
    return sorted(found, key=lambda each: -each.at)


_EVENT = (
    "SELECT e.case_id, p.name, e.at FROM case_events e JOIN people p ON p.id = e.actor_id"
    " WHERE e.at >= :start AND e.at < :end AND "
)
_KINDS = {
    "clock stopped while the customer waited for us": _EVENT
    + "e.type = 'paused' AND NOT EXISTS (SELECT 1 FROM case_events r WHERE r.case_id = e.case_id"
    " AND r.type = 'replied' AND r.seq < e.seq)",
    "closed as dealt with, without an answer": _EVENT
    + "e.type = 'resolved' AND NOT EXISTS (SELECT 1 FROM case_events r"
    " WHERE r.case_id = e.case_id AND r.type = 'replied' AND r.seq < e.seq)",
    "changed hands within a day before a new rating": _EVENT
    + "(e.type = 'transferred' OR e.type = 'claimed' AND e.data LIKE '%\"from\"%')"
    " AND EXISTS (SELECT 1 FROM versions v JOIN versions w ON w.mention_id = v.mention_id"
    " AND w.version = v.version - 1 WHERE v.mention_id = e.mention_id"
    " AND v.rating IS NOT w.rating AND v.learned_at > e.at AND v.learned_at <= e.at + :day)",
}
