"""Telling people what was changed about what they had raised: whom, once, and how many.

Everybody who raised the topic of an action, within its scope and before its day, is listed
with the way by which they can be reached. A round is started by a person; its mails leave
by the outbox. What they say afterwards is in ``came_back``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from storage import actions, addressees, facts, mail_outbox, matching, revisions, workspace
from storage.actions import Action
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.mail_outbox import Mail
from storage.models import Label, MentionFilter
from storage.people import EARSHOT, Person, Role
from storage.times import day_date, millis, moment

BACK = timedelta(days=365)
"""Nobody is told of what they said longer before the action."""
_ASKED = """
coalesce((SELECT max(CASE o.label WHEN 'negative' THEN 2 WHEN 'positive' THEN 1 ELSE 0 END)
 FROM scores c JOIN opinions o ON o.mention_id = c.mention_id AND o.version = c.version
 AND o.model_id = c.model_id WHERE c.mention_id = m.id AND c.version = m.version
 AND c.counted = 1 AND o.topic_id IN (SELECT value FROM json_each(?))), z.label = ?) <> 1
"""
"""Who praised the topic asked for no change, however the rest was meant; who also blamed it did."""

_TOKEN = re.compile(r"told-([0-9]{1,18})-([0-9]{1,19})-([0-9a-f]{32})")


class Way(StrEnum):
    """By which way somebody can be told; the last four say why not."""

    MAIL = "mail"
    REPLY = "reply"
    TOLD = "told already"
    STOPPED = "asked not to be written to"
    LATELY = "was written to within 30 days"
    NOWHERE = "left no address"


class Raised(NamedTuple):
    """Somebody who raised a topic; ``mention_id`` is the newest thing that they said of it."""

    mention_id: int
    version: int
    author: str
    address: str
    source: str
    brand: str
    lang: str
    day: date
    way: Way
    person: bytes


class Told(NamedTuple):
    """What became of the people who raised a topic, as known at a moment.

    ``raised`` is everybody ever told or listed by the last round. ``told`` by a mail that is not
    lost; ``answered`` were to be told by a reply and got one since, whatever it says; ``waiting``
    got none yet. ``held`` were left out by the checks, by their own wish, or since they had a
    mail lately. ``back`` of the told and answered said something later, ``happier`` something
    better.
    """

    at: datetime
    raised: int
    told: int
    answered: int
    waiting: int
    held: int
    unreachable: int
    back: int
    happier: int


def asked_for(conn: sqlite3.Connection, action: Action) -> MentionFilter | None:
    """Return what was said of an action's topic before it; None while it is not done."""
    if action.done_on is None:
        return None
    own = [each.name for each in workspace.brands(conn) if each.own]
    rivals = {each.name for each in workspace.brands(conn) if not each.own}
    chosen = tuple(each for each in action.scope.brands if each not in rivals)
    if action.scope.brands and not chosen:
        return None
    return MentionFilter(
        start=action.done_on - BACK,
        end=action.done_on - timedelta(days=1),
        topics=(action.topic,),
        brands=chosen or ((*own, "") if rivals else ()),
        sources=action.scope.sources,
    )


def raised(db: Database, action: Action, answering: Collection[str], now: datetime) -> list[Raised]:
    """Return everybody who raised the topic of an action, each once, the newest first.

    ``answering`` are the sources that take a reply. What counts is the opinion on the topic;
    where there is none, how the whole was meant.
    """
    conn = db.reader()
    flt = asked_for(conn, action)
    if flt is None:
        return []
    where = facts.found(conn, flt)
    topics = json.dumps(matching.of_topics(conn, flt))
    rows = conn.execute(
        "SELECT m.id, m.version, coalesce(i.author, ''), v.extra, k.key, b.name, z.lang, m.day,"
        f" m.place_id FROM (SELECT m.*{where.sql}) m"
        " JOIN slices z ON z.id = m.slice_id JOIN brands b ON b.id = z.brand_id"
        " JOIN sources k ON k.id = z.source_id LEFT JOIN identities i ON i.mention_id = m.id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        f" WHERE m.erased_at IS NULL AND {_ASKED} ORDER BY m.position DESC",
        (*where.args, topics, Label.POSITIVE.value),
    )
    told = _told_already(conn, action.id)
    found: dict[bytes, Raised] = {}
    same: dict[bytes, bytes] = {}
    for id_, version, author, extra, source, brand, lang, day, place in rows:
        address = addressees.address(author, extra)
        name = author if addressees.is_name(author) else f"\0{id_}"
        named = _named(db, place, name)
        person = addressees.person(db, address) if address else same.get(named, named)
        if address:
            same[named] = person
            found.pop(named, None)
        if person in found:
            continue
        way = _way(db, address, author, source in answering, now)
        way = Way.TOLD if person in told else way
        found[person] = Raised(
            *(id_, version, author, address, source, brand, lang, day_date(day), way, person)
        )
    return list(found.values())


def start(
    db: Database,
    action: Action,
    people: Sequence[Raised],
    mails: Mapping[bytes, Mail],
    text: str,
    note: str,
    actor: Person,
    now: datetime,
) -> int:
    """Put one mail a person into the outbox and note who is to get a reply; return the mails.

    ``people`` is the whole list, ``mails`` those that passed the checks, by person. Somebody
    who was written to meanwhile is left out.
    """
    if actor.role is Role.VIEWER:
        raise Refused(f"{actor.name} may look but not act")
    count = 0
    with db.write() as conn:
        if actions.get(conn, action.id).withdrawn is not None:
            raise Refused(f"action {action.id} was withdrawn meanwhile; nobody is told")
        before = _told_already(conn, action.id) - {each.person for each in people}
        for each in people:
            mail = mails.get(each.person)
            if each.way is Way.REPLY:
                _tell(conn, action, each, None, actor, now)
            elif each.way is Way.MAIL and mail and addressees.may_ask(db, each.address, now, conn):
                key = f"{action.id}:{each.mention_id}"
                entry = mail_outbox.enqueue(
                    conn, "told", key, mail, now, actor=actor, mention_id=each.mention_id
                )
                count += _tell(conn, action, each, entry.id, actor, now)
        unreachable = sum(each.way is Way.NOWHERE for each in people)
        reached = sum(each.way in (Way.REPLY, Way.TOLD) for each in people) + count
        conn.execute(
            "INSERT INTO action_rounds (action_id, at, actor_id, raised, unreachable, held, text,"
            " note) VALUES (?,?,?,?,?,?,?,?)",
            (
                *(action.id, millis(now), actor.id, len(people) + len(before), unreachable),
                *(len(people) - unreachable - reached, text, note),
            ),
        )
        revisions.bump(conn, "settings")
    return count


def of_action(conn: sqlite3.Connection, action_id: int, at: datetime) -> Told | None:
    """Return what became of the people who raised it; None where nobody began to tell them."""
    until = {"action": action_id, "at": millis(at)}
    last = conn.execute(
        "SELECT at, raised, unreachable, held FROM action_rounds WHERE action_id = :action"
        " AND at <= :at ORDER BY id DESC LIMIT 1",
        until,
    ).fetchone()
    if last is None:
        return None
    told, answered, waiting, back, happier = conn.execute(
        "WITH t AS (SELECT id, told_at, mention_id, entry_id,"
        "  EXISTS (SELECT 1 FROM outbox o WHERE o.id = entry_id AND o.changed_at <= :at"
        "   AND o.state IN ('failed', 'cancelled')) AS lost,"
        "  EXISTS (SELECT 1 FROM replies r WHERE r.mention_id = l.mention_id"
        "   AND r.learned_at BETWEEN l.told_at AND :at)"
        "  OR EXISTS (SELECT 1 FROM cases k JOIN main.case_events e ON e.case_id = k.id"
        "   WHERE k.mention_id = l.mention_id AND e.type = 'replied'"
        "   AND e.at BETWEEN l.told_at AND :at) AS replied,"
        "  (SELECT count(*) FROM action_returns x WHERE x.telling_id = l.id AND x.at <= :at) AS n,"
        "  (SELECT better FROM action_returns x WHERE x.telling_id = l.id AND x.at <= :at"
        "   ORDER BY x.at DESC, x.mention_id DESC, x.version DESC LIMIT 1) AS better"
        "  FROM action_tellings l WHERE action_id = :action AND told_at <= :at),"
        " d AS (SELECT *, CASE WHEN entry_id IS NULL THEN replied ELSE NOT lost END AS done FROM t)"
        " SELECT coalesce(sum(done AND entry_id IS NOT NULL), 0),"
        " coalesce(sum(done AND entry_id IS NULL), 0),"
        " coalesce(sum(entry_id IS NULL AND NOT done), 0),"
        " coalesce(sum(done AND n > 0), 0), coalesce(sum(done AND better = 1), 0) FROM d",
        until,
    ).fetchone()
    return Told(moment(last[0]), last[1], told, answered, waiting, last[3], last[2], back, happier)


def waiting(conn: sqlite3.Connection, action_id: int) -> list[int]:
    """Return the mentions whose writers are to get a reply at their source, the newest first."""
    rows = conn.execute(
        "SELECT l.mention_id FROM action_tellings l JOIN mentions m ON m.id = l.mention_id"
        " WHERE l.action_id = ? AND l.entry_id IS NULL AND m.deleted_at IS NULL"
        " AND m.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM replies r"
        "  WHERE r.mention_id = l.mention_id AND r.learned_at >= l.told_at)"
        " AND NOT EXISTS (SELECT 1 FROM cases k JOIN case_events e ON e.case_id = k.id"
        "  WHERE k.mention_id = l.mention_id AND e.type = 'replied' AND e.at >= l.told_at)"
        " ORDER BY m.position DESC",
        (action_id,),
    )
    return [int(row[0]) for row in rows]


def link(db: Database, action_id: int, mention_id: int) -> str:
    """Return what signs the wish of one person never to be written to again."""
    return f"told-{action_id}-{mention_id}-{_seal(db, action_id, mention_id)}"


def opened(db: Database, token: str) -> bytes:
    """Return the person of a link; NotFound where its seal is wrong."""
    found = _TOKEN.fullmatch(token)
    if found and hmac.compare_digest(_seal(db, int(found[1]), int(found[2])), found[3]):
        row = (
            db.reader()
            .execute(
                "SELECT person FROM action_tellings WHERE (action_id, mention_id) = (?, ?)",
                (int(found[1]), int(found[2])),
            )
            .fetchone()
        )
        if row is not None:
            return bytes(row[0])
    raise NotFound("this link is not known here (any more)")


def stop_by_link(db: Database, token: str, now: datetime) -> None:
    """Never write to the person of a link again."""
    addressees.stop(db, opened(db, token), EARSHOT, now)


def _way(db: Database, address: str, author: str, answering: bool, now: datetime) -> Way:
    if not address:
        return Way.REPLY if author and answering else Way.NOWHERE
    if addressees.stopped(db, address):
        return Way.STOPPED
    return Way.LATELY if addressees.lately(db, address, now) else Way.MAIL


def _told_already(conn: sqlite3.Connection, action_id: int) -> set[bytes]:
    rows = conn.execute("SELECT person FROM action_tellings WHERE action_id = ?", (action_id,))
    return {bytes(row[0]) for row in rows}


def _tell(
    conn: sqlite3.Connection,
    action: Action,
    each: Raised,
    entry_id: int | None,
    actor: Person,
    now: datetime,
) -> int:
    done = conn.execute(
        "INSERT OR IGNORE INTO action_tellings (action_id, mention_id, version, person, entry_id,"
        " told_at, actor_id, rating, nps, csat, label) SELECT ?, m.id, m.version, ?, ?, ?, ?,"
        " m.rating, m.nps, m.csat, s.label FROM mentions m JOIN slices s ON s.id = m.slice_id"
        " WHERE m.id = ?",
        (action.id, each.person, entry_id, millis(now), actor.id, each.mention_id),
    )
    return done.rowcount


def _named(db: Database, place: int, name: str) -> bytes:
    return hmac.digest(db.key("follow-up"), f"{place}\0{name}".encode(), "sha256")


def _seal(db: Database, action_id: int, mention_id: int) -> str:
    told = f"{action_id}-{mention_id}".encode()
    return hmac.new(db.key("told-link"), told, hashlib.sha256).hexdigest()[:32]
