"""Mails on their way: accepted once by key, sent at least once, always with one Message-ID.

A mail server may have taken what was never recorded; such a repeat carries the same
Message-ID and is marked. Not here: SMTP (``dashboard.delivery.mail``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage import addressees, outbox, revisions
from storage.database import Database
from storage.errors import InputError
from storage.outbox import Channel, Entry, State
from storage.people import EARSHOT, Person
from storage.times import millis

SUMMARY = "report"
"""Kind of a mail that brings a summary."""
ADDRESS_LIMIT = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""


class Attachment(NamedTuple):
    """A file that goes with a mail; ``type`` like application/pdf."""

    name: str
    type: str
    data: bytes


class Made(NamedTuple):
    """A file that is made when the mail leaves: an edition of a summary, in a locale.

    Until then nothing that customers wrote lies in the outbox, and an erasure counts.
    """

    edition: int
    locale: str


class Mail(NamedTuple):
    """What somebody gets; ``html`` may stand beside the text, never instead."""

    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    made: Made | None = None


def enqueue(
    conn: sqlite3.Connection,
    kind: str,
    key: str,
    mail: Mail,
    now: datetime,
    *,
    actor: Person = EARSHOT,
    not_before: datetime | None = None,
    case_id: int | None = None,
    mention_id: int | None = None,
) -> Entry:
    """Put a mail into the outbox in the caller's transaction; the same key again is that one.

    ``kind`` says what it is (follow_up, digest, report, …), ``key`` is its idempotency key
    within the kind. A mail about a mention goes when that is erased.
    """
    whole = f"mail:{kind}:{key}"
    check_address(mail.to)
    conn.execute(
        "INSERT OR IGNORE INTO outbox (key, channel, kind, state, created_at, next_at, actor_id,"
        " changed_by, changed_at, case_id, mention_id, content, native_id)"
        " VALUES (?,'mail',?,'pending',?,?,?,?,?,?,?,?,?)",
        (
            whole,
            kind,
            millis(now),
            millis(not_before or now),
            actor.id,
            actor.id,
            millis(now),
            case_id,
            mention_id,
            _json(mail),
            hashlib.sha256(whole.encode()).hexdigest()[:32],
        ),
    )
    revisions.bump(conn, "queue")
    found = outbox.of_key(conn, whole)
    assert found is not None
    return found


def read(entry: Entry) -> Mail | None:
    """Return the mail of an entry; None where its words were erased."""
    if entry.content is None:
        return None
    raw = json.loads(entry.content)
    attachments = tuple(
        Attachment(name, type_, base64.b64decode(data)) for name, type_, data in raw["attachments"]
    )
    headers = tuple((name, value) for name, value in raw["headers"])
    made = Made(*raw["made"]) if raw.get("made") else None
    return Mail(raw["to"], raw["subject"], raw["text"], raw["html"], attachments, headers, made)


def obstacle(db: Database, conn: sqlite3.Connection, entry: Entry) -> str | None:
    """Say why a mail must not leave any more, None where it may or is no mail."""
    mail = read(entry) if entry.channel is Channel.MAIL else None
    return None if mail is None else addressees.obstacle(db, conn, entry, mail.to)


def doubts(conn: sqlite3.Connection, entry_id: int) -> int:
    """Return how many attempts may have sent the mail without our knowing."""
    row = conn.execute("SELECT doubts FROM outbox WHERE id = ?", (entry_id,)).fetchone()
    return int(row[0])


def sent(db: Database, entry: Entry, sender: str, now: datetime) -> bool:
    """Record that the mail server took it; what was attached is not kept."""
    with db.write() as conn:
        if not outbox.end(conn, entry.id, sender, State.SENT, now):
            return False
        mail = read(entry)
        if mail is not None and mail.attachments:
            kept = _json(mail._replace(attachments=()))
            conn.execute("UPDATE outbox SET content = ? WHERE id = ?", (kept, entry.id))
        return True


def failed(
    db: Database, entry: Entry, sender: str, now: datetime, why: str, *, doubt: bool = False
) -> bool:
    """Record that it will not be sent by itself; ``doubt``: it may have been all the same."""
    with db.write() as conn:
        _note(conn, entry, doubt=doubt)
        return outbox.end(conn, entry.id, sender, State.FAILED, now, error=why)


def called_off(db: Database, entry: Entry, sender: str, now: datetime, why: str) -> bool:
    """Record that it is not to be sent any more."""
    with db.write() as conn:
        return outbox.end(conn, entry.id, sender, State.CANCELLED, now, error=why)


def postpone(
    db: Database,
    entry: Entry,
    sender: str,
    now: datetime,
    why: str,
    until: datetime,
    *,
    doubt: bool,
) -> bool:
    """Put it back until a time; ``doubt``: it may have been sent for all we know."""
    with db.write() as conn:
        _note(conn, entry, doubt=doubt)
        return outbox.end(conn, entry.id, sender, State.PENDING, now, error=why, next_at=until)


def _note(conn: sqlite3.Connection, entry: Entry, *, doubt: bool) -> None:
    if doubt:
        conn.execute("UPDATE outbox SET doubts = doubts + 1 WHERE id = ?", (entry.id,))


def _json(mail: Mail) -> str:
    packed = [(each.name, each.type, base64.b64encode(each.data).decode()) for each in mail[4]]
    return json.dumps(
        {**mail._asdict(), "attachments": packed, "subject": " ".join(mail.subject.split())},
        ensure_ascii=False,
    )


def check_address(text: str) -> None:
    """Raise InputError for what is no mail address."""
    local, at, host = text.rpartition("@")
    whole = bool(at and local and host) and len(text) <= ADDRESS_LIMIT
    plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;<>"()[]\\')
    if not (whole and plain):
        raise InputError(f"{text!a} is no mail address")
