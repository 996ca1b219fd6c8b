"""The best that was said, who agreed to be quoted, and what of it is published.

A consent is bound to the version that its writer was asked about: an edited, deleted or
erased text leaves what is published by itself. Not here: which sources allow it at all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from storage import facts, revisions, workspace
from storage.errors import InputError, NotFound, Refused
from storage.models import RATING_SCALE, Label, MentionFilter, Suspects
from storage.people import Person, Role
from storage.rollups import topic_ids
from storage.times import day_date, day_number, millis, moment

SHORTEST, LONGEST = 30, 600
"""Characters of a text that can be shown whole."""
_LOOKED_AT = 40
"""Looked at per text wanted: some are too short or too long, some stand in several places."""


class Step(StrEnum):
    """What happened: the writer was asked, agreed or not, took it back; it went up or down."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    REVOKED = "revoked"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken down"


class How(StrEnum):
    """By which way the writer was asked."""

    MAIL = "by mail"
    PHONE = "by phone"
    PERSON = "in person"
    REPLY = "by a reply"
    FORM = "by a form"


class Shown(StrEnum):
    """What the writer agreed to have shown."""

    WORDS = "the words, without a name"
    FIRST = "the words and the first name"
    NAME = "the words and the name"


_OF_CONSENT = (Step.ASKED, Step.GIVEN, Step.REFUSED, Step.REVOKED)


class Consent(NamedTuple):
    """How a text stands: the newest word of its writer, and whether it is up.

    ``up`` says that it was published and neither taken down nor lost its consent.
    """

    step: Step
    version: int
    how: str
    scope: str
    asked_on: date | None
    actor: str
    at: datetime
    up: bool


class Praise(NamedTuple):
    """A text that praises; ``kinds`` are those of every source that brought it."""

    mention_id: int
    version: int
    place: str
    kinds: frozenset[str]
    brand: str
    author: str
    day: date
    rating: float | None
    topics: tuple[str, ...]
    title: str
    text: str


def candidates(conn: sqlite3.Connection, flt: MentionFilter, limit: int) -> list[Praise]:
    """Return the best texts of a filter, the best first; each text once, no look-alikes."""
    return chosen(conn, best(conn, flt, limit), limit)


def best(conn: sqlite3.Connection, flt: MentionFilter, limit: int) -> list[int]:
    """Return the mentions among which the best texts are, the best first.

    Of a year among a million mentions this takes 0.2 s; nobody's words are in it.
    """
    wanted = replace(flt, labels=(Label.POSITIVE,), suspects=Suspects.WITHOUT)
    where = facts.found(conn, wanted)
    rows = conn.execute(
        f"SELECT m.id{where.sql} AND m.score IS NOT NULL AND m.erased_at IS NULL"
        " ORDER BY m.score DESC, m.rating DESC, m.position DESC LIMIT ?",
        (*where.args, limit * _LOOKED_AT),
    )
    return [int(row[0]) for row in rows]


def chosen(conn: sqlite3.Connection, ids: Collection[int], limit: int) -> list[Praise]:
    """Return the first texts that can be shown whole, each once."""
    found: dict[str, Praise] = {}
    waiting = iter(ids)
    # Most of the first can be shown: what comes behind them is not read.
    while len(found) < limit and (some := list(islice(waiting, limit))):
        for each in _read(conn, some):
            if SHORTEST <= len(each.text) <= LONGEST and len(each.title) <= LONGEST:
                found.setdefault(" ".join(each.text.lower().split()), each)
    return list(found.values())[:limit]


def one(conn: sqlite3.Connection, mention_id: int) -> Praise:
    """Return one text as it stands; NotFound where it is gone."""
    found = _read(conn, [mention_id])
    if not found:
        raise NotFound(f"there is no text of mention {mention_id} (any more)")
    return found[0]


def consents(conn: sqlite3.Connection, ids: Collection[int]) -> dict[int, Consent]:
    """Return how some texts stand; those that nobody was asked about are absent."""
    rows = conn.execute(
        "SELECT e.mention_id, e.type, e.version, e.how, e.scope, e.asked_on, p.name, e.at"
        " FROM praise_events e JOIN people p ON p.id = e.actor_id WHERE e.mention_id IN"
        " (SELECT value FROM json_each(?)) ORDER BY e.id",
        (json.dumps(list(ids)),),
    )
    found: dict[int, Consent] = {}
    for id_, kind, version, how, scope, asked, actor, at in rows:
        step, before = Step(kind), found.get(id_)
        if step in _OF_CONSENT:
            day = None if asked is None else day_date(asked)
            # What was put up is that text: another one is put up anew.
            same = before is not None and before.up and before.version == version
            up = same and step is Step.GIVEN
            found[id_] = Consent(step, version, how, scope, day, actor, moment(at), up)
        elif before is not None:
            found[id_] = before._replace(up=step is Step.PUBLISHED)
    return found


def published(conn: sqlite3.Connection) -> list[tuple[Praise, Consent]]:
    """Return what is up, of ours, and still what its writer agreed to, the newest consent first."""
    ids = [int(row[0]) for row in conn.execute("SELECT DISTINCT mention_id FROM praise_events")]
    known = {id_: each for id_, each in consents(conn, ids).items() if each.up}
    rivals = _rivals(conn)
    found = [
        (each, known[each.mention_id])
        for each in _read(conn, list(known))
        if each.version == known[each.mention_id].version and each.brand not in rivals
    ]
    return sorted(found, key=lambda pair: (pair[1].at, pair[0].mention_id), reverse=True)


def record(
    conn: sqlite3.Connection,
    mention_id: int,
    step: Step,
    actor: Person,
    now: datetime,
    *,
    version: int | None = None,
    how: How | None = None,
    scope: Shown | None = None,
    asked_on: date | None = None,
) -> None:
    """Record a step; one that changes nothing is refused.

    ``version`` is the text that the person saw. Asking and agreeing need how, scope and day.
    """
    # Our day may have begun where UTC's has not.
    latest = now.date() + timedelta(days=1)
    if actor.role is Role.VIEWER:
        raise Refused(f"{actor.name} may look but not act")
    before = consents(conn, [mention_id]).get(mention_id)
    if step in (Step.REVOKED, Step.TAKEN_DOWN):
        version = _undone(before, step)
    else:
        text = one(conn, mention_id)
        if version is not None and version != text.version:
            raise Refused("the text was edited meanwhile: look at it again")
        version = text.version
        if step is Step.PUBLISHED:
            how, scope, asked_on = None, None, None
            if text.brand in _rivals(conn):
                raise Refused(f"this praises {text.brand}, which is not ours")
            if before is None or before.step is not Step.GIVEN or before.version != version:
                raise Refused("its writer has not agreed to this text")
        elif how is None or scope is None or asked_on is None or asked_on > latest:
            raise InputError("say how the writer was asked, on which day, and what may be shown")
    conn.execute(
        "INSERT INTO praise_events (mention_id, version, type, how, scope, asked_on, actor_id, at)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (
            *(mention_id, version, step.value, how.value if how else ""),
            *(scope.value if scope else "", None if asked_on is None else day_number(asked_on)),
            *(actor.id, millis(now)),
        ),
    )
    revisions.bump(conn, "settings")


def _rivals(conn: sqlite3.Connection) -> frozenset[str]:
    return frozenset(each.name for each in workspace.brands(conn) if not each.own)


def _undone(before: Consent | None, step: Step) -> int:
    if before is None:
        raise Refused("nobody was asked about this text")
    if step is Step.REVOKED and before.step is not Step.GIVEN:
        raise Refused("there is no consent to take back")
    if step is Step.TAKEN_DOWN and not before.up:
        raise Refused("this text is not up")
    return before.version


def _read(conn: sqlite3.Connection, ids: Collection[int]) -> list[Praise]:
    """Return texts in the order of their ids as given; those that are gone are left out."""
    names: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    # Sources come first: a sighting is found by its source and mention, not by the mention alone.
    rows = conn.execute(
        "SELECT m.id, m.version, p.key, (SELECT json_group_array(o.kind) FROM sources o"
        "  CROSS JOIN sightings x ON x.source_id = o.id AND x.mention_id = m.id), k.kind, b.name,"
        " i.author, m.day, m.rating, m.topics, v.title, v.text FROM json_each(?) j"
        " CROSS JOIN mentions m ON m.id = j.value JOIN places p ON p.id = m.place_id"
        " JOIN slices s ON s.id = m.slice_id JOIN sources k ON k.id = s.source_id"
        " JOIN brands b ON b.id = s.brand_id JOIN identities i ON i.mention_id = m.id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE m.deleted_at IS NULL AND m.erased_at IS NULL AND v.text IS NOT NULL"
        " ORDER BY j.key",
        (json.dumps(list(ids)),),
    )
    return [_praise(row, names) for row in rows]


def _praise(row: tuple[object, ...], names: Mapping[int, str]) -> Praise:
    id_, version, place, kinds, kind, brand, author, day, rating, topics, title, text = row
    return Praise(
        int(str(id_)),
        int(str(version)),
        str(place),
        frozenset((*json.loads(str(kinds)), str(kind))),
        str(brand),
        str(author),
        day_date(int(str(day))),
        None if rating is None else int(str(rating)) / RATING_SCALE,
        tuple(names[each] for each in topic_ids(str(topics)) if each in names),
        str(title or ""),
        str(text),
    )
