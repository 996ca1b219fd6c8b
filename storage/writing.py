"""What stands in somebody's field before it is a draft of record, and who looks at a case.

Typing is kept every second or two without an event; the next step on the case seals it as a
draft of its writer, so that nothing typed is lost and the chain holds no keystrokes. Neither
table is history: both may be emptied at any time.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import cases
from storage.case_checks import TEXT_LIMIT, must_hold, storable, words
from storage.case_model import Claim, SaveDraft
from storage.database import Database
from storage.people import Person
from storage.times import millis, moment

TYPING = timedelta(seconds=10)
"""How long after the last letter somebody still counts as writing."""
HERE = timedelta(seconds=30)
"""How long after the last sign somebody still counts as looking at a case."""


class Writing(NamedTuple):
    """What somebody has typed since the last draft of record."""

    person_id: int
    person: str
    mention_version: int
    text: str
    at: datetime


class Here(NamedTuple):
    """Somebody who looks at a case, and whether they are typing."""

    person_id: int
    name: str
    typing: bool


def keep(
    db: Database, case_id: int, actor: Person, text: str, now: datetime, *, mention_version: int
) -> None:
    """Keep what has been typed so far; who types into a case that nobody holds takes it.

    Raises Refused where somebody else holds it, Conflict where the text that is answered
    changed; what was typed then stays in the browser.
    """
    with db.write() as conn:
        case = cases.load(conn, case_id)
        words(text, "a draft", TEXT_LIMIT, needed=False)
        if case.owner_id != actor.id or case.lease_until is None or case.lease_until <= now:
            claim = Claim(actor=actor, mention_version=mention_version)
            case = cases.act_on(conn, db.key("audit"), case, claim, now) or case
        must_hold(case, SaveDraft(actor=actor, text=text), now)
        conn.execute(
            "INSERT INTO writing VALUES (?,?,?,?,?) ON CONFLICT (case_id) DO UPDATE SET"
            " person_id = excluded.person_id, mention_version = excluded.mention_version,"
            " text = excluded.text, at = excluded.at",
            (case_id, actor.id, mention_version, storable(text), millis(now)),
        )


def current(conn: sqlite3.Connection, case_id: int) -> Writing | None:
    """Return what is being typed in a case, None where all of it is a draft already."""
    row = conn.execute(
        "SELECT w.person_id, p.name, w.mention_version, w.text, w.at FROM writing w"
        " JOIN people p ON p.id = w.person_id WHERE w.case_id = ?",
        (case_id,),
    ).fetchone()
    if row is None:
        return None
    person_id, name, version, text, at = row
    return Writing(person_id, name, version, text, moment(at))


def look(db: Database, case_id: int, person: Person, now: datetime) -> None:
    """Note that somebody looks at a case."""
    with db.write() as conn:
        conn.execute(
            "INSERT INTO presence VALUES (?,?,?) ON CONFLICT DO UPDATE SET seen_at = ?3",
            (case_id, person.id, millis(now)),
        )
        conn.execute("DELETE FROM presence WHERE seen_at < ?", (millis(now - 10 * HERE),))


def here(conn: sqlite3.Connection, case_id: int, now: datetime) -> list[Here]:
    """Return who looks at a case now, those who type first."""
    rows = conn.execute(
        "SELECT p.person_id, n.name, coalesce(w.at, 0) >= ? FROM presence p"
        " JOIN people n ON n.id = p.person_id"
        " LEFT JOIN writing w ON w.case_id = p.case_id AND w.person_id = p.person_id"
        " WHERE p.case_id = ? AND p.seen_at >= ? ORDER BY 3 DESC, 2",
        (millis(now - TYPING), case_id, millis(now - HERE)),
    )
    return [Here(person_id, name, bool(typing)) for person_id, name, typing in rows]
