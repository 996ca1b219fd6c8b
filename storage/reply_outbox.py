"""Replies on their way: accepted from the holder of a case, taken back, tried again, told.

Each step moves the outbox and the case in one transaction. A case whose reply is on its
way is in the state ``sending``, in which nobody can answer, hand on or close it.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import cases, mail_outbox, outbox
from storage.case_model import AnsweredElsewhere, QueueReply, Resolve, SendFailed, Sent, Unsend
from storage.database import Database
from storage.errors import EarshotError, Refused
from storage.mail_outbox import SUMMARY
from storage.models import CaseState
from storage.outbox import Channel, Entry, State
from storage.people import EARSHOT, Person, Role
from storage.recast import RULES
from storage.times import millis, moment

UNDO = timedelta(seconds=10)
"""How long a sent reply can be taken back before it leaves."""


class Closing(NamedTuple):
    """What to close the case with once the reply stands; see ``Resolve``."""

    root_cause: str
    action: str


class Address(NamedTuple):
    """Where a reply goes: the site's own id, and what is known of the mention there.

    ``sources`` may bring the answer there: first the one that it is counted under, then
    the others that saw it. ``changed_at`` is when it was written or last edited.
    """

    sources: tuple[str, ...]
    native_id: str
    url: str
    changed_at: datetime


def enqueue_reply(
    db: Database,
    case_id: int,
    text: str,
    actor: Person,
    now: datetime,
    *,
    version: int | None = None,
    mention_version: int | None = None,
    source: str | None = None,
    closing: Closing | None = None,
    wait: timedelta = UNDO,
) -> Entry:
    """Accept a reply from the holder of a case; it leaves after ``wait``.

    ``version`` and ``mention_version`` are what the actor had before their eyes; ``source``
    is the way by which it leaves (default: the one that the mention is counted under).
    Raises Refused or Conflict with the reason.
    """
    with db.write() as conn:
        case = cases.load(conn, case_id)
        seen = case.mention_version if mention_version is None else mention_version
        command = QueueReply(
            actor=actor, version=version, mention_version=seen, text=text, leaves_at=now + wait
        )
        cases.act_on(conn, db.key("audit"), case, command, now)
        after = cases.load(conn, case_id)
        row = conn.execute(
            "INSERT INTO outbox (key, channel, kind, state, created_at, next_at, actor_id,"
            " changed_by, changed_at, case_id, mention_id, mention_version, source_id, back,"
            " content, closing) VALUES (?,'reply',?,'pending',?,?,?,?,?,?,?,?,"
            " (SELECT id FROM sources WHERE key = ?),?,?,?) RETURNING id",
            (
                f"reply:{case_id}:{after.version}",
                "post" if case.answered_at is None else "again",
                millis(now),
                millis(now + wait),
                actor.id,
                actor.id,
                millis(now),
                case_id,
                case.mention_id,
                seen,
                source or _source(conn, case.mention_id),
                (CaseState.ANSWERED if case.state is CaseState.ANSWERED else CaseState.CLAIMED),
                text.strip(),
                None if closing is None else json.dumps(closing._asdict()),
            ),
        ).fetchone()
        return outbox.get(conn, int(row[0]))


def cancel(db: Database, entry_id: int, actor: Person, now: datetime) -> Entry:
    """Take something back before it leaves, or drop what failed.

    Refused once it is being sent, and to whoever neither sent it nor leads.
    """
    with db.write() as conn:
        entry = outbox.get(conn, entry_id)
        _may_steer(entry, actor)
        if entry.state not in (State.PENDING, State.FAILED):
            told = {State.SENDING: "is being sent right now", State.SENT: "was sent already"}
            raise Refused(f"number {entry_id} {told.get(entry.state, 'was taken back already')}")
        if entry.state is State.PENDING and entry.attempts and not actor.leads:
            raise Refused(
                f"number {entry_id} was tried already and may stand there; it is looked up and"
                f" tried again at {entry.next_at:%H:%M} UTC, a lead may stop that"
            )
        outbox.put(conn, entry_id, State.CANCELLED, actor.id, now, entry.next_at)
        if entry.state is State.PENDING and entry.channel is Channel.REPLY:
            _back(db, conn, entry, Unsend(actor=actor, back=_state(entry)), now)
        return outbox.get(conn, entry_id)


def retry(
    db: Database,
    entry_id: int,
    actor: Person,
    now: datetime,
    *,
    mention_version: int | None = None,
    wait: timedelta = timedelta(0),
) -> Entry:
    """Try again what failed; a reply only for the holder of its case.

    ``mention_version`` is the one that the actor saw (default: the one that was answered).
    """
    with db.write() as conn:
        entry = outbox.get(conn, entry_id)
        _may_steer(entry, actor)
        if entry.state is not State.FAILED:
            raise Refused(f"number {entry_id} has not failed: it is {entry.state.value}")
        if entry.content is None:
            raise Refused(f"the words of number {entry_id} were erased")
        why = mail_outbox.obstacle(db, conn, entry)
        if why is not None:
            raise Refused(f"number {entry_id}: {why}")
        outbox.put(conn, entry_id, State.PENDING, actor.id, now, now + wait)
        if entry.channel is Channel.REPLY:
            assert entry.case_id is not None
            case = cases.load(conn, entry.case_id)
            seen = entry.mention_version if mention_version is None else mention_version
            command = QueueReply(
                actor=actor, mention_version=seen, text=entry.content, leaves_at=now + wait
            )
            cases.act_on(conn, db.key("audit"), case, command, now)
            conn.execute(
                "UPDATE outbox SET mention_version = ?, actor_id = ?, back = ? WHERE id = ?",
                (seen, actor.id, case.state.value, entry_id),
            )
        return outbox.get(conn, entry_id)


def obstacle(conn: sqlite3.Connection, entry: Entry) -> str | None:
    """Say why a claimed reply must not leave any more, None where it may."""
    assert entry.case_id is not None
    case = cases.load(conn, entry.case_id)
    if case.gone:
        return "the text was deleted at its source; nothing was sent"
    if case.state is not CaseState.SENDING or entry.content is None:
        return "the case has moved on; nothing was sent"
    if case.current_version != entry.mention_version:
        return "the customer changed the text meanwhile; nothing was sent: look again"
    return None


def address(conn: sqlite3.Connection, mention_id: int) -> Address | None:
    """Return where a reply to a mention goes; None where the mention was erased."""
    row = conn.execute(
        "SELECT i.native_id, i.url, coalesce(v.updated_at, m.published_at)"
        " FROM identities i JOIN mentions m ON m.id = i.mention_id"
        " LEFT JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE i.mention_id = ?",
        (mention_id,),
    ).fetchone()
    if row is None:
        return None
    native_id, url, changed = row
    seen = conn.execute(
        # Sources first: a sighting is found by its source and mention.
        "SELECT o.key FROM sources o CROSS JOIN sightings t ON t.source_id = o.id"
        " AND t.mention_id = ? ORDER BY t.first_seen_at, o.key",
        (mention_id,),
    )
    first = _source(conn, mention_id)
    ways = dict.fromkeys([first, *(str(key) for (key,) in seen)])
    return Address(tuple(ways), native_id, url, moment(changed))


def recorded(conn: sqlite3.Connection, mention_id: int) -> frozenset[str]:
    """Return the sites' ids of replies to a mention that are known to stand there."""
    rows = conn.execute(
        "SELECT native_id FROM outbox WHERE mention_id = ? AND state = 'sent'"
        " AND native_id IS NOT NULL",
        (mention_id,),
    )
    return frozenset(str(native_id) for (native_id,) in rows)


def posted(
    db: Database, entry: Entry, sender: str, now: datetime, *, native_id: str, url: str
) -> bool:
    """Record that a reply stands at its site; False where the claim was lost meanwhile."""
    with db.write() as conn:
        if not outbox.end(conn, entry.id, sender, State.SENT, now):
            return False
        conn.execute(
            "UPDATE outbox SET native_id = ?, url = ? WHERE id = ?", (native_id, url, entry.id)
        )
        actor = _recorded_as(entry)
        text = entry.content or ""
        _back(db, conn, entry, Sent(actor=actor, url=url, text=text), now)
        if entry.closing is not None:
            _close(db, conn, entry, actor, now)
        return True


def failed(
    db: Database, entry: Entry, sender: str, now: datetime, why: str, *, elsewhere: bool = False
) -> bool:
    """Record that a reply was not posted and will not be by itself.

    ``elsewhere``: an answer that is not this one stands at the site and closes the case.
    """
    with db.write() as conn:
        state = State.CANCELLED if elsewhere else State.FAILED
        if not outbox.end(conn, entry.id, sender, state, now, error=why):
            return False
        _back(db, conn, entry, SendFailed(actor=EARSHOT, back=_state(entry), why=why), now)
        if elsewhere and entry.case_id is not None:
            case = cases.load(conn, entry.case_id)
            cases.act_on(conn, db.key("audit"), case, AnsweredElsewhere(actor=EARSHOT), now)
        return True


def _back(
    db: Database,
    conn: sqlite3.Connection,
    entry: Entry,
    command: Unsend | SendFailed | Sent,
    now: datetime,
) -> None:
    """Tell the case what became of its reply, then let it hear what it missed meanwhile."""
    assert entry.case_id is not None
    case = cases.load(conn, entry.case_id)
    if case.state is CaseState.SENDING:
        cases.act_on(conn, db.key("audit"), case, command, now)
        conn.execute(
            "UPDATE mentions SET pending = pending | ? WHERE id = ? AND erased_at IS NULL",
            (RULES, entry.mention_id),
        )


def _close(
    db: Database, conn: sqlite3.Connection, entry: Entry, actor: Person, now: datetime
) -> None:
    assert entry.case_id is not None
    closing = json.loads(entry.closing or "{}")
    command = Resolve(actor=actor, root_cause=closing["root_cause"], action=closing["action"])
    try:
        cases.act_on(conn, db.key("audit"), cases.load(conn, entry.case_id), command, now)
    except EarshotError as error:  # the reply stands; that it could not be closed is told
        conn.execute("UPDATE outbox SET error = ? WHERE id = ?", (str(error), entry.id))


def _may_steer(entry: Entry, actor: Person) -> None:
    if actor.role is Role.VIEWER:
        raise Refused(f"{actor.name} may look but not act")
    summary = entry.kind == SUMMARY and actor.role is Role.MANAGER
    if entry.actor_id != actor.id and not actor.leads and not summary:
        raise Refused(f"{entry.actor} sent number {entry.id}; they or a lead may change that")


def _state(entry: Entry) -> CaseState:
    return CaseState(entry.back or CaseState.CLAIMED.value)


def _recorded_as(entry: Entry) -> Person:
    """Whoever sent it, with the right to: what was accepted is recorded whatever they are now."""
    return Person(entry.actor_id, entry.actor, Role.SYSTEM)


def _source(conn: sqlite3.Connection, mention_id: int) -> str:
    row = conn.execute(
        "SELECT o.key FROM mentions m JOIN slices s ON s.id = m.slice_id"
        " JOIN sources o ON o.id = s.source_id WHERE m.id = ?",
        (mention_id,),
    ).fetchone()
    return str(row[0])
