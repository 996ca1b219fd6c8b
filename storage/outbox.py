"""What is to leave: one row a reply or mail, from being accepted to standing at its site.

A sender claims a row before its first step and ends the claim with what came of it, in the
transaction that tells the case. A row whose sender died may be claimed again; ``attempts``
then says that something may have left already, so that the sender looks before it repeats.
Not here: posting (``collectors.sender``), writing mails (``mail_outbox``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from storage import revisions
from storage.database import Database
from storage.errors import NotFound, fit
from storage.jobs import alive
from storage.times import millis, moment

HOLD = timedelta(seconds=180)
"""How long a claim of a process that neither died nor ended it is respected.

Longer than any post may take: a request is cut off after 60 seconds, an attempt makes three.
"""


MAY_STAND = "(state = 'sent' OR state <> 'cancelled' AND attempts > 0)"
"""Condition on rows of the outbox: what they hold may stand at its site."""


class Channel(StrEnum):
    """By which way something leaves."""

    REPLY = "reply"
    ACKNOWLEDGEMENT = "acknowledgement"
    MAIL = "mail"
    NOTICE = "notice"


class State(StrEnum):
    """Where an entry stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Entry(NamedTuple):
    """One thing that is to leave, or left.

    ``key`` is its idempotency key. ``next_at`` is when it may leave, or be tried again.
    ``content`` is a reply's text or a mail as JSON, None once erased; ``closing`` as JSON
    what follows. ``back`` is the state of the case before. ``actor`` asked for it.
    """

    id: int
    key: str
    channel: Channel
    kind: str
    state: State
    created_at: datetime
    next_at: datetime
    attempts: int
    error: str | None
    actor_id: int
    actor: str
    changed_at: datetime
    case_id: int | None
    mention_id: int | None
    mention_version: int | None
    source: str | None
    back: str | None
    content: str | None
    closing: str | None
    native_id: str | None
    url: str | None


_SELECT = (
    "SELECT b.id, b.key, b.channel, b.kind, b.state, b.created_at, b.next_at, b.attempts,"
    " b.error, b.actor_id, p.name, b.changed_at, b.case_id, b.mention_id, b.mention_version,"
    " s.key, b.back, b.content, b.closing, b.native_id, b.url FROM outbox b"
    " JOIN people p ON p.id = b.actor_id LEFT JOIN sources s ON s.id = b.source_id"
)


def get(conn: sqlite3.Connection, entry_id: int) -> Entry:
    """Return an entry by its number."""
    found = _one(conn, "WHERE b.id = ?", entry_id)
    if found is None:
        raise NotFound(f"there is nothing numbered {entry_id} in the outbox")
    return found


def of_key(conn: sqlite3.Connection, key: str) -> Entry | None:
    """Return the entry with an idempotency key, None where there is none."""
    return _one(conn, "WHERE b.key = ?", key)


def of_mention(conn: sqlite3.Connection, mention_id: int) -> Entry | None:
    """Return the latest reply to a mention, None where none was ever sent."""
    where = "WHERE b.mention_id = ? AND b.channel = 'reply' ORDER BY b.id DESC LIMIT 1"
    return _one(conn, where, mention_id)


def entries(
    conn: sqlite3.Connection,
    *,
    states: Iterable[State] = (),
    channels: Iterable[Channel] = (),
    kinds: Iterable[str] = (),
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Return entries, the latest first; ``before`` is the last number of the page before."""
    where, args = "WHERE 1", list[str | int]()
    wanted: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("state", tuple(states)),
        ("channel", tuple(channels)),
        ("kind", tuple(kinds)),
    )
    for column, values in wanted:
        if values:
            where += f" AND b.{column} IN ({', '.join('?' for _ in values)})"
            args += [str(each) for each in values]
    if before is not None:
        where += " AND b.id < ?"
        args.append(before)
    rows = conn.execute(f"{_SELECT} {where} ORDER BY b.id DESC LIMIT ?", (*args, limit))
    return [_entry(row) for row in rows]


def counts(conn: sqlite3.Connection) -> dict[State, int]:
    """Return how many entries stand in each state."""
    rows = conn.execute("SELECT state, count(*) FROM outbox GROUP BY state")
    return dict.fromkeys(State, 0) | {State(name): int(count) for name, count in rows}


def claim(db: Database, channel: Channel, sender: str, now: datetime) -> Entry | None:
    """Claim what is due and nobody else sends; None where there is nothing.

    ``sender`` begins with the process id and names who claims: see ``Jobs``.
    """
    if _due(db.reader(), channel, now) is None:
        return None
    with db.write() as conn:
        entry_id = _due(conn, channel, now)
        if entry_id is None:
            return None
        conn.execute(
            "UPDATE outbox SET doubts = doubts + (state = 'sending'), state = 'sending',"
            " sender = ?, sender_until = ?, attempts = attempts + 1 WHERE id = ?",
            (sender, millis(now + HOLD), entry_id),
        )
        revisions.bump(conn, "queue")
        return get(conn, entry_id)


def is_mine(conn: sqlite3.Connection, entry_id: int, sender: str, now: datetime) -> bool:
    """Say whether a claim still stands: asked right before something leaves."""
    row = conn.execute(
        "SELECT sender_until FROM outbox WHERE id = ? AND state = 'sending' AND sender = ?",
        (entry_id, sender),
    ).fetchone()
    return row is not None and int(row[0]) > millis(now)


def end(
    conn: sqlite3.Connection,
    entry_id: int,
    sender: str,
    state: State,
    now: datetime,
    *,
    error: str | None = None,
    next_at: datetime | None = None,
) -> bool:
    """End a claim in the caller's transaction; False where another has it by now."""
    done = conn.execute(
        "UPDATE outbox SET state = ?, sender = NULL, sender_until = NULL, error = ?,"
        " changed_at = ?, next_at = coalesce(?, next_at)"
        " WHERE id = ? AND state = 'sending' AND sender = ?",
        (
            state.value,
            fit(error) if error else None,
            millis(now),
            None if next_at is None else millis(next_at),
            entry_id,
            sender,
        ),
    )
    if done.rowcount:
        revisions.bump(conn, "queue")
    return done.rowcount == 1


def postpone(
    db: Database, entry_id: int, sender: str, now: datetime, why: str, until: datetime
) -> bool:
    """Put an entry back because it could not leave now; it is tried again by itself."""
    with db.write() as conn:
        return end(conn, entry_id, sender, State.PENDING, now, error=why, next_at=until)


def put(
    conn: sqlite3.Connection, entry_id: int, state: State, by: int, now: datetime, next_at: datetime
) -> None:
    """Set the state of an entry that nobody sends, in the caller's transaction."""
    conn.execute(
        "UPDATE outbox SET state = ?, changed_by = ?, changed_at = ?, next_at = ? WHERE id = ?",
        (state.value, by, millis(now), millis(next_at), entry_id),
    )
    revisions.bump(conn, "queue")


def call_off(
    conn: sqlite3.Connection, entry_ids: Iterable[int], by: int, now: datetime, why: str
) -> None:
    """Cancel what waits or failed, in the caller's transaction; what left already stays so.

    What is being sent right now is for its sender to ask about again before it leaves.
    """
    done = conn.executemany(
        "UPDATE outbox SET state = 'cancelled', changed_by = ?, changed_at = ?, error = ?"
        " WHERE id = ? AND state IN ('pending', 'failed')",
        [(by, millis(now), fit(why), entry_id) for entry_id in entry_ids],
    )
    if done.rowcount > 0:
        revisions.bump(conn, "queue")


def _due(conn: sqlite3.Connection, channel: Channel, now: datetime) -> int | None:
    rows = conn.execute(
        "SELECT b.id, b.state, b.sender, b.sender_until FROM outbox b WHERE b.channel = ?"
        " AND b.state IN ('pending', 'sending') AND b.next_at <= ?"
        # An answer and an acknowledgement to the same person never leave side by side.
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.mention_id = b.mention_id"
        " AND o.id <> b.id AND o.state = 'sending'"
        " AND o.channel IN ('reply', 'acknowledgement')) ORDER BY b.next_at, b.id",
        (channel.value, millis(now)),
    )
    for entry_id, state, sender, until in rows:
        if state == State.PENDING or until <= millis(now) or not alive(sender):
            return int(entry_id)
    return None


def _one(conn: sqlite3.Connection, where: str, value: str | int) -> Entry | None:
    row = conn.execute(f"{_SELECT} {where}", (value,)).fetchone()
    return None if row is None else _entry(row)


def _entry(row: tuple[object, ...]) -> Entry:
    entry = Entry._make(row)
    return entry._replace(
        channel=Channel(entry.channel),
        state=State(entry.state),
        created_at=moment(int(str(entry.created_at))),
        next_at=moment(int(str(entry.next_at))),
        changed_at=moment(int(str(entry.changed_at))),
    )
