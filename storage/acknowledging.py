"""An acknowledgement from a rule's decision to its site: asked for once, sent once, recorded.

It travels by the outbox of replies, on a channel of its own: unlike a reply it does not hold
its case, and a person's answer goes before it. What is sent by itself is no answer: nothing
here stops a clock.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from storage import acknowledgements, cases, outbox, people
from storage.acknowledgements import Due, StoredAck
from storage.case_model import Acknowledge, AnsweredElsewhere
from storage.database import Database
from storage.models import CaseState
from storage.outbox import Channel, Entry, State
from storage.people import EARSHOT
from storage.times import millis


def ask(
    db: Database,
    stored: StoredAck,
    due: Due,
    text: str,
    now: datetime,
    *,
    source: str | None,
) -> bool:
    """Hand an acknowledgement to the outbox; False where the rule was stopped meanwhile.

    ``source`` is the way by which it leaves; None is practice: it is recorded at once and
    nothing leaves.
    """
    with db.write() as conn:
        if not _is_on(conn, stored.id) or not _noted(conn, stored.id, due, now, None):
            return False
        actor = people.of_rule(conn, stored.rule.name, now)
        if source is None:
            case = cases.load(conn, due.case_id)
            done = Acknowledge(actor=actor, text=text)
            cases.act_on(conn, db.key("audit"), case, done, now)
            return True
        row = conn.execute(
            "INSERT INTO outbox (key, channel, kind, state, created_at, next_at, actor_id,"
            " changed_by, changed_at, case_id, mention_id, mention_version, source_id, content)"
            " VALUES (?,?,'post','pending',?,?,?,?,?,?,?,?,"
            " (SELECT id FROM sources WHERE key = ?),?) RETURNING id",
            (
                f"acknowledgement:{due.case_id}",
                Channel.ACKNOWLEDGEMENT.value,
                millis(now),
                millis(now),
                actor.id,
                actor.id,
                millis(now),
                due.case_id,
                due.mention.id,
                due.mention.version,
                source,
                text.strip(),
            ),
        ).fetchone()
        conn.execute(
            "UPDATE acknowledgements SET entry_id = ? WHERE case_id = ?", (row[0], due.case_id)
        )
        return True


def leave_out(db: Database, stored: StoredAck, due: Due, why: str, now: datetime) -> None:
    """Record that a case gets no acknowledgement, and why; it is not looked at again."""
    with db.write() as conn:
        _noted(conn, stored.id, due, now, why)


def obstacle(conn: sqlite3.Connection, entry: Entry) -> str | None:
    """Say why a claimed acknowledgement must not leave any more, None where it may."""
    assert entry.case_id is not None
    rule = conn.execute(
        "SELECT r.on_since FROM acknowledgements a LEFT JOIN acknowledgement_rules r"
        " ON r.id = a.rule_id WHERE a.entry_id = ?",
        (entry.id,),
    ).fetchone()
    if rule is None or rule[0] is None:
        return "the rule was switched off; nothing was sent"
    case = cases.load(conn, entry.case_id)
    if case.gone or entry.content is None:
        return "the text was deleted at its source; nothing was sent"
    if case.current_version != entry.mention_version:
        return "the customer changed the text meanwhile; nothing was sent"
    if not case.is_open or case.answered_at is not None or case.state is CaseState.SENDING:
        return "a person answered meanwhile; nothing was sent"
    writing = conn.execute("SELECT 1 FROM writing WHERE case_id = ?", (case.id,)).fetchone()
    if case.draft_seq is not None or writing is not None:
        return "somebody is writing an answer; nothing was sent"
    return None


def posted(
    db: Database, entry: Entry, sender: str, now: datetime, *, native_id: str, url: str
) -> bool:
    """Record that an acknowledgement stands at its site; False where the claim was lost."""
    assert entry.case_id is not None
    with db.write() as conn:
        if not outbox.end(conn, entry.id, sender, State.SENT, now):
            return False
        conn.execute(
            "UPDATE outbox SET native_id = ?, url = ? WHERE id = ?", (native_id, url, entry.id)
        )
        actor = people.Person(entry.actor_id, entry.actor, people.Role.SYSTEM)
        done = Acknowledge(actor=actor, text=entry.content or "", url=url)
        cases.act_on(conn, db.key("audit"), cases.load(conn, entry.case_id), done, now)
        return True


def failed(
    db: Database, entry: Entry, sender: str, now: datetime, why: str, *, elsewhere: bool = False
) -> bool:
    """Record that an acknowledgement was not posted: nobody has to do anything about it.

    ``elsewhere``: somebody's answer stands at the site and closes the case.
    """
    assert entry.case_id is not None
    with db.write() as conn:
        if not outbox.end(conn, entry.id, sender, State.CANCELLED, now, error=why):
            return False
        if elsewhere:
            case = cases.load(conn, entry.case_id)
            cases.act_on(conn, db.key("audit"), case, AnsweredElsewhere(actor=EARSHOT), now)
        return True


def tried(conn: sqlite3.Connection, mention_id: int) -> bool:
    """Say whether an acknowledgement may stand at a mention's site."""
    row = conn.execute(
        "SELECT 1 FROM outbox WHERE mention_id = ? AND channel = 'acknowledgement'"
        f" AND {outbox.MAY_STAND}",
        (mention_id,),
    ).fetchone()
    return row is not None


def wording(conn: sqlite3.Connection, stored: StoredAck) -> str:
    """Return the wording whose turn it is."""
    texts = stored.rule.texts
    return texts[acknowledgements.count(conn, stored.id) % len(texts)]


def _is_on(conn: sqlite3.Connection, rule_id: int) -> bool:
    row = conn.execute(
        "SELECT on_since FROM acknowledgement_rules WHERE id = ?", (rule_id,)
    ).fetchone()
    return row is not None and row[0] is not None


def _noted(
    conn: sqlite3.Connection, rule_id: int, due: Due, now: datetime, why: str | None
) -> bool:
    """Note what a case gets, once; False where that was decided already."""
    done = conn.execute(
        "INSERT OR IGNORE INTO acknowledgements (case_id, rule_id, at, person, left_out)"
        " VALUES (?,?,?,?,?)",
        (due.case_id, rule_id, millis(now), due.person, why),
    )
    return done.rowcount == 1
