"""How the desk does: who has how much, how long answers took, and steps that flatter a clock.

Read from cases and their events; not here: the estimate over those that still wait.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime
from typing import NamedTuple

from storage.customer_columns import value_of
from storage.times import millis

_BY_MINUTE = 24 * 60
_BEFORE = 24 * 3_600_000
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
    """How long ``many`` cases waited for their first answer, or have so far, in hours.

    They are counted by the started minute, after a day by the started hour; ``group`` is what a
    column says of their customers.
    """

    hours: float
    answered: bool
    open: bool
    group: str
    many: int


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
        " ifnull(sum(c.state <> 'claimed'), 0), ifnull(r.n, 0), a.person_id IS NOT NULL"
        " FROM people p LEFT JOIN cases c ON c.owner_id = p.id AND c.closed_at IS NULL"
        " LEFT JOIN (SELECT actor_id, count(*) AS n FROM case_events"
        " WHERE type = 'replied' AND at >= ?2 GROUP BY actor_id) r ON r.actor_id = p.id"
        " LEFT JOIN away a ON a.person_id = p.id"
        " WHERE p.role IN ('agent', 'lead', 'admin') GROUP BY p.id ORDER BY p.name",
        (millis(now), millis(since)),
    )
    return [Workload(*row) for row in rows]


def waits(
    conn: sqlite3.Connection, start: datetime, end: datetime, column: str = "tier"
) -> list[Waited]:
    """Return how long cases opened in a period waited, up to the period's end.

    What was closed without an answer waited until then and was not answered.
    """
    group, joined, args = _by_column(conn, column)
    # One number a case, counted here: a third of what grouping in SQL takes.
    rows = conn.execute(
        "SELECT (max(0, coalesce(iif(c.answered_at <= ?1, c.answered_at, NULL),"
        " iif(c.closed_at <= ?1, c.closed_at, NULL), ?1) - c.opened_at) + 59999) / 60000 * 4"
        f" + ifnull(c.answered_at <= ?1, 0) * 2 + ifnull(c.closed_at <= ?1, 0), {group}"
        f" FROM cases c{joined} WHERE c.opened_at >= ?2 AND c.opened_at < ?1",
        (millis(end), millis(start), *args),
    )
    found: Counter[tuple[float, bool, bool, str]] = Counter()
    for (packed, name), many in Counter(rows).items():
        minutes, answered, closed = packed >> 2, bool(packed & 2), bool(packed & 1)
        if minutes > _BY_MINUTE:
            minutes = (minutes + 59) // 60 * 60
        found[minutes / 60, answered, not answered and not closed, name] += many
    return [Waited(*each, many) for each, many in found.items()]


def _by_column(conn: sqlite3.Connection, column: str) -> tuple[str, str, tuple[str | int, ...]]:
    """Return what a column says, how to get there and parameters; cheap where nobody is known."""
    if conn.execute("SELECT 1 FROM customers LIMIT 1").fetchone() is None:
        return "''", "", ()
    held = value_of(column)
    joined = (
        " LEFT JOIN identities i ON i.mention_id = c.mention_id AND i.author <> ''"
        " LEFT JOIN customers k ON k.key = i.author"
    )
    return f"ifnull({held.sql.replace('?', '?3')}, '')", joined, held.args


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
