"""Targets: what a figure of a kind is to be, by which day, and who answers for it.

Only added to, so that a summary made again has the targets of then. Each change is a
setting event with its actor. Not here: whether one is on track (``sentiment.outlook``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from storage import revisions, setting_events
from storage.errors import InputError, NotFound, Refused
from storage.models import Kind
from storage.people import EARSHOT, Person
from storage.times import day_date, day_number, millis

FILE, DATABASE = "file", "database"
AREA = "targets"
OWNER_LIMIT = 80
BOUNDS = {
    "rating": (1.0, 5.0),
    "nps": (-100.0, 100.0),
    "csat": (0.0, 100.0),
    "ces": (1.0, 7.0),
    "negative_share": (0.0, 1.0),
}
"""What can have a target, and between which values it lies, in the unit of the measure."""
SHOWN = {"negative_share": 100}
"""How many of the unit that people read make one of the measure's own: per cent for shares."""
MEASURES: dict[Kind, tuple[str, ...]] = dict.fromkeys(Kind, ("negative_share",)) | {
    Kind.REVIEW: ("rating", "negative_share"),
    Kind.SURVEY: ("nps", "csat", "ces", "negative_share"),
}
"""Which figures a kind has."""
_EVER = 1 << 62


class Target(NamedTuple):
    """What a figure is to be on a day; shares are 0–1. ``origin`` is "file" or "database"."""

    kind: Kind
    measure: str
    value: float
    due: date
    owner: str
    origin: str = DATABASE

    @property
    def good(self) -> int:
        """+1 where more of the measure is better, −1 where less is."""
        return -1 if self.measure == "negative_share" else 1


def targets(conn: sqlite3.Connection, at: datetime | None = None) -> list[Target]:
    """Return the targets as they stood at a moment, by kind and measure."""
    rows = conn.execute(
        "SELECT kind, measure, value, due, owner, origin, max(id) FROM targets WHERE at <= ?"
        " GROUP BY kind, measure",
        (_EVER if at is None else millis(at),),
    )
    found = [
        Target(Kind(kind), measure, value, day_date(due), owner, origin)
        for kind, measure, value, due, owner, origin, _ in rows
        if value is not None
    ]
    kinds, measures = list(Kind), list(BOUNDS)
    return sorted(found, key=lambda each: (kinds.index(each.kind), measures.index(each.measure)))


def find(conn: sqlite3.Connection, kind: Kind, measure: str) -> Target | None:
    """Return the target of a figure, None where it has none."""
    known = targets(conn)
    return next((each for each in known if (each.kind, each.measure) == (kind, measure)), None)


def save(conn: sqlite3.Connection, target: Target, actor: Person, now: datetime) -> None:
    """Give a figure a target, or change it.

    Raises InputError for what no figure can be, Refused for one that the file declares and
    for who does not lead.
    """
    _must_lead(actor)
    target = checked(target)
    before = _free(conn, target.kind, target.measure)
    if before != target:
        _add(conn, before, target, actor, now)


def remove(
    conn: sqlite3.Connection, kind: Kind, measure: str, actor: Person, now: datetime
) -> None:
    """Take a target away; summaries of before keep it."""
    _must_lead(actor)
    before = _free(conn, kind, measure)
    if before is None:
        raise NotFound(f"{kind.value} {measure} has no target; `earshot targets list` shows all")
    _add(conn, before, None, actor, now)


def declare(conn: sqlite3.Connection, declared: Iterable[Target], now: datetime) -> None:
    """Make the targets of ``earshot.toml`` true; one that left the file goes."""
    wanted = {(each.kind, each.measure): each._replace(origin=FILE) for each in declared}
    for known in targets(conn):
        key = (known.kind, known.measure)
        if known.origin == FILE and key not in wanted:
            _add(conn, known, None, EARSHOT, now)
    for (kind, measure), target in wanted.items():
        before = find(conn, kind, measure)
        if before != target:
            _add(conn, before, target, EARSHOT, now)


def checked(target: Target) -> Target:
    """Return the target with its owner tidied; InputError where it cannot be one."""
    if target.measure not in MEASURES[target.kind]:
        known = ", ".join(MEASURES[target.kind])
        raise InputError(f"{target.kind.value} has no {target.measure!r}; it has {known}")
    low, high = BOUNDS[target.measure]
    if not low <= target.value <= high:
        raise InputError(f"{target.measure} lies between {low:g} and {high:g}; so must its target")
    owner = " ".join(target.owner.split())
    if not owner or len(owner) > OWNER_LIMIT:
        raise InputError(f"say in at most {OWNER_LIMIT} characters who answers for the target")
    return target._replace(owner=owner)


def told(target: Target | None) -> str:
    """Say a target for the record of changes; '' for none."""
    if target is None:
        return ""
    return f"{target.value:g} by {target.due.isoformat()}, {target.owner}"


def _must_lead(actor: Person) -> None:
    if not actor.leads:
        raise Refused(f"{actor.name} does not lead; only a lead changes targets")


def _free(conn: sqlite3.Connection, kind: Kind, measure: str) -> Target | None:
    before = find(conn, kind, measure)
    if before is not None and before.origin == FILE:
        raise Refused("this target is declared in earshot.toml; change it there")
    return before


def _add(
    conn: sqlite3.Connection,
    before: Target | None,
    after: Target | None,
    actor: Person,
    now: datetime,
) -> None:
    which = after or before
    assert which is not None
    conn.execute(
        "INSERT INTO targets (kind, measure, value, due, owner, origin, actor_id, at)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (
            *(which.kind.value, which.measure, None if after is None else after.value),
            *(None if after is None else day_number(after.due), which.owner, which.origin),
            *(actor.id, millis(now)),
        ),
    )
    change = (AREA, f"{which.kind.value} {which.measure}", told(before), told(after))
    setting_events.record(conn, actor, change, now)
    revisions.bump(conn, "settings")
