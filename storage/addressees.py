"""By which address a person can be reached, and whether they may be written to now.

Shared by every mail that nobody asked for: whether it was sorted out (``follow_ups``), what
was changed (``told``). A person is known here by a keyed digest of the address only.
"""

from __future__ import annotations

import hmac
import json
import re
import sqlite3
from datetime import datetime, timedelta

from storage import outbox
from storage.database import Database
from storage.outbox import Entry
from storage.people import Person
from storage.times import millis

ONCE_IN = timedelta(days=30)
"""Nobody gets more than one such mail in so long, whatever happens."""

UNASKED = ("follow_up", "told")
"""Kinds of mails that nobody asked for."""
STOPPED = "they asked not to be written to; it is not sent"
WITHDRAWN = "the action was withdrawn; it is not sent"

_MAIL = re.compile(r"[^\s@<>,;()\[\]\\\"]+@[^\s@<>,;()\[\]\\\"]+\.[^\s@<>,;()\[\]\\\"]+")
_COLUMNS = ("email", "e-mail", "mail", "email address", "e-mail address", "email_address")

_ANYBODY = frozenset(
    (
        *("a google user", "ein google-nutzer", "un utilisateur de google", "anonymous", "guest"),
        *("anonym", "anonyme", "[deleted]", "customer", "user", "kunde", "client"),
    )
)
"""What sites write instead of a name."""


def address(author: str, extra: str | None) -> str:
    """Return the mail address that somebody left: in a column of a survey, or as their name."""
    columns = {name.strip().lower(): value for name, value in json.loads(extra or "{}").items()}
    for given in (*(columns.get(name, "") for name in _COLUMNS), author):
        if _MAIL.fullmatch(given.strip()):
            return str(given.strip())
    return ""


def is_name(author: str) -> bool:
    """Say whether a name can tell one person from another."""
    return bool(author.strip()) and author.strip().casefold() not in _ANYBODY


def person(db: Database, address: str) -> bytes:
    """Return the digest by which the person of an address is known."""
    return hmac.digest(db.key("follow-up"), address.strip().lower().encode(), "sha256")


def may_ask(
    db: Database, address: str, now: datetime, conn: sqlite3.Connection | None = None
) -> bool:
    """Say whether somebody may be written to: never stopped it, and not written to lately."""
    return not stopped(db, address, conn) and not lately(db, address, now, conn)


def stopped(db: Database, address: str, conn: sqlite3.Connection | None = None) -> bool:
    """Say whether somebody asked never to be written to again."""
    row = (conn or db.reader()).execute(
        "SELECT EXISTS (SELECT 1 FROM follow_up_stops WHERE person = ?)", (person(db, address),)
    )
    return bool(row.fetchone()[0])


def lately(
    db: Database, address: str, now: datetime, conn: sqlite3.Connection | None = None
) -> bool:
    """Say whether somebody got such a mail within `ONCE_IN`."""
    row = (conn or db.reader()).execute(
        "SELECT EXISTS (SELECT 1 FROM follow_ups WHERE person = :person AND asked_at > :since)"
        " OR EXISTS (SELECT 1 FROM action_tellings WHERE person = :person"
        " AND told_at > :since AND entry_id IS NOT NULL)",
        {"person": person(db, address), "since": millis(now - ONCE_IN)},
    )
    return bool(row.fetchone()[0])


def stop(db: Database, digest: bytes, actor: Person, now: datetime) -> None:
    """Never write to a person again; what waits for them, or failed, is called off."""
    with db.write() as conn:
        conn.execute(
            "INSERT OR IGNORE INTO follow_up_stops VALUES (?,?,?)", (digest, millis(now), actor.id)
        )
        rows = conn.execute(
            "SELECT entry_id FROM follow_ups WHERE person = :person UNION"
            " SELECT entry_id FROM action_tellings WHERE person = :person"
            " AND entry_id IS NOT NULL",
            {"person": digest},
        ).fetchall()
        outbox.call_off(conn, [row[0] for row in rows], actor.id, now, STOPPED)


def obstacle(db: Database, conn: sqlite3.Connection, entry: Entry, address: str) -> str | None:
    """Say why a mail must not leave any more, None where it may: asked right before it does."""
    if entry.kind not in UNASKED:
        return None
    if stopped(db, address, conn):
        return STOPPED
    row = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM action_tellings l JOIN action_events e"
        " ON e.action_id = l.action_id AND e.type = 'withdrawn'"
        " WHERE l.person = ? AND l.entry_id = ?)",
        (person(db, address), entry.id),
    )
    return WITHDRAWN if row.fetchone()[0] else None
