"""What somebody should know about a case: a row each, made in the transaction of its event.

Read in the bell or mailed in a digest; a notice holds ids only, its words are made where it
is shown. Not here: sending mail.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from storage.case_model import Case, Event, EventType
from storage.database import Database
from storage.errors import InputError
from storage.models import CaseState
from storage.times import millis, moment

SOON = timedelta(minutes=30)
"""How long ahead of its due time a case's holder is told."""
KEPT = timedelta(days=60)
_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}")


class NoticeKind(StrEnum):
    """Why somebody is told; the names are stored."""

    ASSIGNED = "assigned"
    TAKEN = "taken"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    APPROVAL = "approval"
    MENTIONED = "mentioned"
    ANSWERED = "answered"
    GONE = "gone"
    REOPENED = "reopened"
    DUE = "due"
    LATE = "late"


class Notice(NamedTuple):
    """One thing that somebody should know."""

    id: int
    case_id: int
    kind: NoticeKind
    by: str
    at: datetime
    read: bool


def tell(conn: sqlite3.Connection, case: Case, event: Event) -> None:
    """Make the notices of an event, in its transaction; nobody is told what they did."""
    for person_id, kind in _wanted(conn, case, event):
        if person_id != event.actor_id:
            _insert(conn, person_id, case.id, kind, event.actor_id, event.at)


def due(db: Database, now: datetime) -> int:
    """Tell holders what is due within half an hour, once for each due time."""
    with db.write() as conn:
        rows = conn.execute(
            "SELECT c.owner_id, c.id FROM cases c WHERE c.closed_at IS NULL AND c.owner_id"
            " IS NOT NULL AND c.state = ? AND c.paused_at IS NULL AND c.due_at > ?"
            " AND c.due_at <= ? AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.case_id = c.id"
            " AND n.person_id = c.owner_id AND n.kind = ? AND n.at > c.due_at - ?)",
            (
                CaseState.CLAIMED,
                millis(now),
                millis(now + SOON),
                NoticeKind.DUE,
                int(SOON.total_seconds() * 1000),
            ),
        ).fetchall()
        for person_id, case_id in rows:
            _insert(conn, person_id, case_id, NoticeKind.DUE, 0, now)
        _escalate(conn, now)
        conn.execute("DELETE FROM notices WHERE at < ?", (millis(now - KEPT),))
    return len(rows)


def of(conn: sqlite3.Connection, person_id: int, limit: int = 20) -> list[Notice]:
    """Return somebody's notices, the latest first."""
    rows = conn.execute(
        "SELECT n.id, n.case_id, n.kind, p.name, n.at, n.read_at IS NOT NULL FROM notices n"
        " JOIN people p ON p.id = n.by_id WHERE n.person_id = ? ORDER BY n.id DESC LIMIT ?",
        (person_id, limit),
    )
    return [_notice(row) for row in rows]


def unread(conn: sqlite3.Connection, person_id: int) -> int:
    """Return how many of somebody's notices are unread."""
    row = conn.execute(
        "SELECT count(*) FROM notices WHERE person_id = ? AND read_at IS NULL", (person_id,)
    ).fetchone()
    return int(row[0])


def read(db: Database, person_id: int, now: datetime, *, case_id: int | None = None) -> None:
    """Mark somebody's notices as read: those of one case, or all."""
    with db.write() as conn:
        conn.execute(
            "UPDATE notices SET read_at = ? WHERE person_id = ? AND read_at IS NULL"
            " AND (?3 IS NULL OR case_id = ?3)",
            (millis(now), person_id, case_id),
        )


def to_mail(conn: sqlite3.Connection, before: datetime) -> dict[int, list[Notice]]:
    """Return what nobody has read or mailed yet and is older than ``before``, by person."""
    found: dict[int, list[Notice]] = {}
    for person_id, *row in conn.execute(
        "SELECT n.person_id, n.id, n.case_id, n.kind, p.name, n.at, 0 FROM notices n"
        " JOIN people p ON p.id = n.by_id WHERE n.read_at IS NULL AND n.mailed_at IS NULL"
        " AND n.at <= ? ORDER BY n.id",
        (millis(before),),
    ):
        found.setdefault(person_id, []).append(_notice(tuple(row)))
    return found


def mailed(conn: sqlite3.Connection, ids: Iterable[int], now: datetime) -> None:
    """Note that notices went out in a digest, in the caller's transaction."""
    conn.executemany(
        "UPDATE notices SET mailed_at = ? WHERE id = ?", [(millis(now), each) for each in ids]
    )


def mailed_since(conn: sqlite3.Connection, person_id: int, since: datetime) -> bool:
    """Say whether a digest went out to somebody since a moment."""
    row = conn.execute(
        "SELECT 1 FROM notices WHERE person_id = ? AND mailed_at > ? LIMIT 1",
        (person_id, millis(since)),
    ).fetchone()
    return row is not None


def address(conn: sqlite3.Connection, person_id: int) -> str:
    """Return where somebody's digest goes, '' where none is wanted."""
    row = conn.execute(
        "SELECT address FROM person_mail WHERE person_id = ?", (person_id,)
    ).fetchone()
    return "" if row is None else str(row[0])


def set_address(conn: sqlite3.Connection, person_id: int, text: str) -> None:
    """Choose where somebody's digest goes; '' ends it."""
    wanted = text.strip()
    if wanted and not _ADDRESS.fullmatch(wanted):
        raise InputError(f"{wanted!a} is no mail address")
    conn.execute("DELETE FROM person_mail WHERE person_id = ?", (person_id,))
    if wanted:
        conn.execute("INSERT INTO person_mail VALUES (?,?)", (person_id, wanted))


def _escalate(conn: sqlite3.Connection, now: datetime) -> None:
    """Tell leads of what became late within the last hour, once; a backlog tells nobody."""
    rows = conn.execute(
        "SELECT p.id, c.id FROM cases c, people p WHERE c.closed_at IS NULL"
        " AND c.state IN (?, ?) AND c.paused_at IS NULL AND c.due_at > ? AND c.due_at <= ?"
        " AND p.role IN ('lead', 'admin') AND NOT EXISTS (SELECT 1 FROM notices n"
        " WHERE n.case_id = c.id AND n.person_id = p.id AND n.kind = ?"
        " AND n.at >= c.due_at) LIMIT 200",
        (
            CaseState.NEW,
            CaseState.CLAIMED,
            millis(now - 2 * SOON),
            millis(now),
            NoticeKind.LATE,
        ),
    ).fetchall()
    for person_id, case_id in rows:
        _insert(conn, person_id, case_id, NoticeKind.LATE, 0, now)


def _wanted(conn: sqlite3.Connection, case: Case, event: Event) -> list[tuple[int, NoticeKind]]:
    """Return who should be told of an event; ``case`` is as it was before."""
    data = event.data
    owner = [] if case.owner_id is None else [case.owner_id]
    match event.type:
        case EventType.TRANSFERRED:
            to = data["to"]
            assert isinstance(to, int)
            return [(to, NoticeKind.ASSIGNED)]
        case EventType.CLAIMED:
            return [(each, NoticeKind.TAKEN) for each in owner]
        case EventType.NOTED:
            to = data.get("to", [])
            assert isinstance(to, list)
            return [(each, NoticeKind.MENTIONED) for each in to if isinstance(each, int)]
        case EventType.SENT_BACK:
            return [(each, NoticeKind.SENT_BACK) for each in owner]
        case EventType.APPROVED:
            return [(each, NoticeKind.APPROVED) for each in owner]
        case EventType.APPROVAL_ASKED:
            leads = conn.execute("SELECT id FROM people WHERE role IN ('lead', 'admin')")
            return [(each, NoticeKind.APPROVAL) for (each,) in leads.fetchall()]
        case EventType.MENTION_CHANGED:
            return [(each, NoticeKind.ANSWERED) for each in owner]
        case EventType.REOPENED:
            return [(each, NoticeKind.REOPENED) for each in owner]
        case EventType.MENTION_GONE:
            return [(each, NoticeKind.GONE) for each in owner]
        case _:
            return []


def _insert(
    conn: sqlite3.Connection, person_id: int, case_id: int, kind: NoticeKind, by: int, at: datetime
) -> None:
    conn.execute(
        "INSERT INTO notices (person_id, case_id, kind, by_id, at) VALUES (?,?,?,?,?)",
        (person_id, case_id, kind, by, millis(at)),
    )


def _notice(row: tuple[int, int, str, str, int, int]) -> Notice:
    id_, case_id, kind, by, at, seen = row
    return Notice(id_, case_id, NoticeKind(kind), by, moment(at), bool(seen))
