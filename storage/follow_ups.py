"""Asking customers whether it was sorted out: whom, once, and what they said.

A person is a mail address, known here by a keyed digest only; the address itself stands in
what they wrote and in the mail. An answer of "no" reopens the case.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import addressees, cases, mail_outbox
from storage.case_model import Note, Reopen
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.mail_outbox import Mail
from storage.people import EARSHOT, Person, Role
from storage.times import millis, moment

AFTER = timedelta(hours=24)
"""How long after closing somebody is asked; reopened meanwhile, they are not."""
FORGET = timedelta(days=7)
"""Cases closed longer ago are not asked about any more."""


class Asked(NamedTuple):
    """A case whose person can be asked, and where."""

    case_id: int
    mention_id: int
    closed_at: datetime
    address: str
    author: str
    brand: str


class FollowUp(NamedTuple):
    """What was asked and answered; ``answer`` is "yes", "no" or None so far."""

    id: int
    case_id: int
    closed_at: datetime
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


def due(db: Database, now: datetime) -> list[Asked]:
    """Return the cases whose people are to be asked now, each person once."""
    conn = db.reader()
    rows = conn.execute(
        "SELECT c.id, c.mention_id, c.closed_at, i.author, v.extra, b.name FROM cases c"
        " JOIN mentions m ON m.id = c.mention_id JOIN identities i ON i.mention_id = m.id"
        " JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE c.state = 'resolved' AND c.outcome = 'resolved' AND c.answered_at IS NOT NULL"
        " AND c.closed_at BETWEEN ? AND ? AND m.deleted_at IS NULL AND m.erased_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.case_id = c.id"
        " AND f.closed_at = c.closed_at) ORDER BY c.closed_at, c.id",
        (millis(now - FORGET), millis(now - AFTER)),
    )
    found: dict[str, Asked] = {}
    for case_id, mention_id, closed, author, extra, brand in rows:
        address = addressees.address(author, extra)
        if address and address not in found and addressees.may_ask(db, address, now):
            found[address] = Asked(case_id, mention_id, moment(closed), address, author, brand)
    return list(found.values())


def ask(db: Database, asked: Asked, mail: Mail, now: datetime) -> bool:
    """Put the question into the outbox, unless somebody asked meanwhile; say whether it did."""
    with db.write() as conn:
        if not addressees.may_ask(db, asked.address, now, conn):
            return False
        key = f"{asked.case_id}:{millis(asked.closed_at)}"
        entry = mail_outbox.enqueue(
            conn,
            "follow_up",
            key,
            mail,
            now,
            case_id=asked.case_id,
            mention_id=asked.mention_id,
        )
        done = conn.execute(
            "INSERT OR IGNORE INTO follow_ups (case_id, closed_at, person, entry_id, asked_at)"
            " VALUES (?,?,?,?,?)",
            (
                asked.case_id,
                millis(asked.closed_at),
                addressees.person(db, asked.address),
                entry.id,
                millis(now),
            ),
        )
        return done.rowcount == 1


def of_case(conn: sqlite3.Connection, case_id: int) -> list[FollowUp]:
    """Return what was asked about a case, the latest last."""
    rows = conn.execute(
        "SELECT id, case_id, closed_at, asked_at, answer, answered_at FROM follow_ups"
        " WHERE case_id = ? ORDER BY id",
        (case_id,),
    )
    return [_read(row) for row in rows]


def answer(
    db: Database, case_id: int, sorted_out: bool, now: datetime, *, actor: Person, by: str
) -> None:
    """Record what somebody said after a case was closed; "no" opens it again.

    ``by`` says how we learned of it. The last word counts; the same again changes nothing.
    """
    with db.write() as conn:
        case = cases.load(conn, case_id)
        if actor.role is Role.VIEWER:
            raise Refused(f"{actor.name} may look but not act")
        said = "yes" if sorted_out else "no"
        before = conn.execute(
            "SELECT answer FROM follow_ups WHERE case_id = ? ORDER BY id DESC LIMIT 1", (case_id,)
        ).fetchone()
        if before is not None and before[0] == said:
            return
        if case.is_open:
            raise Refused(f"case {case_id} is open (again): there is nothing to answer")
        conn.execute(
            "UPDATE follow_ups SET answer = ?, answered_at = ?, actor_id = ? WHERE id ="
            " (SELECT max(id) FROM follow_ups WHERE case_id = ?)",
            (said, millis(now), actor.id, case_id),
        )
        words = f"The customer says ({by}) that it {'is' if sorted_out else 'is not'} sorted out."
        key = db.key("audit")
        if sorted_out or case.gone:
            cases.act_on(conn, key, case, Note(actor=actor, text=words), now)
        else:
            cases.act_on(conn, key, case, Reopen(actor=actor, reason=words), now)


def stop(db: Database, address: str, actor: Person, now: datetime) -> None:
    """Never ask the person of an address again."""
    addressees.stop(db, addressees.person(db, address), actor, now)


def link(db: Database, follow_up: FollowUp | Asked, word: str) -> str:
    """Return what signs one answer of one person: unguessable, and good for that only."""
    closed = millis(follow_up.closed_at)
    return f"{follow_up.case_id}-{closed}-{word}-{_seal(db, follow_up.case_id, closed, word)}"


def answer_by_link(db: Database, token: str, now: datetime) -> str:
    """Do what a link in a mail stands for; return its word: "yes", "no" or "stop".

    Raises NotFound for what was never signed here, Refused where it is too late.
    """
    case_id, closed, word = opened(db, token)
    row = (
        db.reader()
        .execute(
            "SELECT person FROM follow_ups WHERE case_id = ? AND closed_at = ?", (case_id, closed)
        )
        .fetchone()
    )
    if row is None:
        raise NotFound("this link is not known here (any more)")
    if word == "stop":
        addressees.stop(db, bytes(row[0]), EARSHOT, now)
    else:
        answer(db, case_id, word == "yes", now, actor=EARSHOT, by="by a link")
    return word


def opened(db: Database, token: str) -> tuple[int, int, str]:
    """Return case, closing time and word of a link; NotFound where its seal is wrong."""
    parts = token.split("-")
    if len(parts) == 4 and all(each.isascii() for each in parts):
        case_id, closed, word, seal = parts
        if case_id.isdecimal() and closed.isdecimal() and len(case_id) + len(closed) < 36:
            wanted = _seal(db, int(case_id), int(closed), word)
            if hmac.compare_digest(wanted, seal):
                return int(case_id), int(closed), word
    raise NotFound("this link is not known here (any more)")


def _seal(db: Database, case_id: int, closed: int, word: str) -> str:
    told = f"{case_id}-{closed}-{word}".encode()
    return hmac.new(db.key("follow-up-link"), told, hashlib.sha256).hexdigest()[:32]


def _read(row: tuple[int, int, int, int, str | None, int | None]) -> FollowUp:
    id_, case_id, closed, asked, said, answered = row
    at = None if answered is None else moment(answered)
    return FollowUp(id_, case_id, moment(closed), moment(asked), said, at)
