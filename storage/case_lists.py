"""Cases as people read them: the queue by urgency, what is closed, one case's history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from storage import cases, listing
from storage.case_model import Case, EventType, Recorded
from storage.case_projection import recorded
from storage.listing import MentionRow
from storage.models import CaseState
from storage.times import millis

OPEN_STATES = (
    CaseState.NEW,
    CaseState.CLAIMED,
    CaseState.WAITING,
    CaseState.SENDING,
    CaseState.ANSWERED,
)


class Item(NamedTuple):
    """A case beside the mention that it is about."""

    case: Case
    mention: MentionRow


class Draft(NamedTuple):
    """One saved state of a reply that is being written."""

    seq: int
    author: str
    saved_at: datetime
    mention_version: int
    text: str


class Load(NamedTuple):
    """How much there is to do: open cases by state, and those past due.

    ``answered`` counts those whose answer is on its way, too.
    """

    new: int
    claimed: int
    waiting: int
    answered: int
    overdue: int


def queue(
    conn: sqlite3.Connection,
    *,
    states: Iterable[CaseState] = (),
    owner_id: int | None = None,
    after: Case | None = None,
    limit: int = 100,
) -> list[Item]:
    """Return open cases, most urgent first; ``after`` is the last of the page before."""
    where, args = _in_states("c.closed_at IS NULL", states)
    if owner_id is not None:
        where += " AND c.owner_id = ?"
        args.append(owner_id)
    if after is not None:
        where += " AND (c.priority, c.due_at, c.id) > (?, ?, ?)"
        args += [after.priority, millis(after.due_at), after.id]
    return _items(
        conn, f"WHERE {where} ORDER BY c.priority, c.due_at, c.id LIMIT ?", (*args, limit)
    )


def closed(
    conn: sqlite3.Connection,
    *,
    states: Iterable[CaseState] = (),
    before: Case | None = None,
    limit: int = 100,
) -> list[Item]:
    """Return closed cases, last closed first; ``before`` is the last of the page before."""
    where, args = _in_states("c.closed_at IS NOT NULL", states)
    if before is not None and before.closed_at is not None:
        where += " AND (c.closed_at, c.id) < (?, ?)"
        args += [millis(before.closed_at), before.id]
    return _items(
        conn, f"WHERE {where} ORDER BY c.closed_at DESC, c.id DESC LIMIT ?", (*args, limit)
    )


def item(conn: sqlite3.Connection, case_id: int) -> Item:
    """Return one case with its mention."""
    case = cases.load(conn, case_id)
    return Item(case, listing.rows(conn, [case.mention_id])[0])


def load(conn: sqlite3.Connection, now: datetime) -> Load:
    """Return how much there is to do; what was answered is not overdue."""
    rows = conn.execute(
        "SELECT state, count(*), sum(due_at < ?) FROM cases WHERE closed_at IS NULL GROUP BY state",
        (millis(now),),
    )
    count = dict.fromkeys(OPEN_STATES, 0)
    overdue = 0
    for name, number, late in rows:
        count[CaseState(name)] = int(number)
        overdue += 0 if name in (CaseState.ANSWERED, CaseState.SENDING) else int(late)
    new, claimed, waiting, sending, answered = count.values()
    return Load(new, claimed, waiting, answered + sending, overdue)


def history(conn: sqlite3.Connection, case_id: int) -> list[Recorded]:
    """Return what happened to a case, in its order."""
    cases.load(conn, case_id)
    return list(recorded(conn, case_id))


def drafts(conn: sqlite3.Connection, case_id: int) -> list[Draft]:
    """Return every saved state of the reply, the latest last; erased ones are left out."""
    return [
        Draft(
            each.seq,
            each.actor,
            each.event.at,
            each.event.mention_version,
            each.event.content["text"],
        )
        for each in recorded(conn, case_id)
        if each.event.type is EventType.DRAFTED and not each.erased
    ]


def root_causes(conn: sqlite3.Connection) -> list[str]:
    """Return the root causes named so far, the most used first."""
    rows = conn.execute(
        "SELECT r.name FROM root_causes r LEFT JOIN cases c ON c.root_cause_id = r.id"
        " GROUP BY r.id ORDER BY count(c.id) DESC, r.name"
    )
    return [str(name) for (name,) in rows]


def actions(conn: sqlite3.Connection) -> list[str]:
    """Return the actions taken lately, the most used first."""
    rows = conn.execute(
        "SELECT action FROM (SELECT action FROM cases WHERE closed_at IS NOT NULL"
        " ORDER BY closed_at DESC LIMIT 500) WHERE action <> '' AND length(action) <= 60"
        " GROUP BY action ORDER BY count(*) DESC, action LIMIT 8"
    )
    return [str(action) for (action,) in rows]


def recent_answers(conn: sqlite3.Connection, limit: int = 30) -> list[str]:
    """Return the words of the latest answers, newest first; erased ones are left out."""
    rows = conn.execute(
        "SELECT c.content ->> 'text' FROM case_events e JOIN event_content c ON c.seq = e.seq"
        " WHERE e.type IN (?, ?) AND e.seq > (SELECT seq FROM audit_head) - 5000"
        " ORDER BY e.seq DESC LIMIT ?",
        (EventType.REPLIED, EventType.QUEUED, limit),
    )
    return [str(text) for (text,) in rows if text]


def _in_states(where: str, states: Iterable[CaseState]) -> tuple[str, list[str | int]]:
    """Return a condition and its arguments; no state means all."""
    wanted: list[str | int] = [each.value for each in states]
    if not wanted:
        return where, []
    return f"{where} AND c.state IN ({', '.join('?' for _ in wanted)})", wanted


def _items(conn: sqlite3.Connection, tail: str, args: tuple[str | int, ...]) -> list[Item]:
    found = [cases.from_row(row) for row in conn.execute(f"{cases.SELECT} {tail}", args)]
    mentions = {row.id: row for row in listing.rows(conn, [each.mention_id for each in found])}
    return [Item(each, mentions[each.mention_id]) for each in found]
