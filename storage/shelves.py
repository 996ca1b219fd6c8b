"""The four states that a person sees: new, mine, waiting, done, whatever the events say.

A case is on one shelf of a person: done when closed; mine when it is theirs to work on now;
waiting when something else has to happen first (a date, an approval, an answer on its way, a
stopped clock); new when anybody may take it. What a colleague works on is on none of them.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from storage import cases, customer_columns, listing
from storage.case_lists import Item
from storage.people import Person
from storage.times import millis


class Shelf(StrEnum):
    """Where a case is for somebody."""

    NEW = "new"
    MINE = "mine"
    WAITING = "waiting"
    DONE = "done"


class Sieve(NamedTuple):
    """What a list leaves out; empty fields leave out nothing.

    ``tier`` and ``customer`` ("region=north") are of the list of customers, ``rule`` is the
    case rule that opened it, ``priority`` the least urgent shown.
    """

    source: str = ""
    tag: str = ""
    rule: str = ""
    topic: str = ""
    tier: str = ""
    customer: str = ""
    priority: int = 5


ALL = Sieve()
COUNTED = 1_000
"""Counting ends here: a page says "1000+"."""
Args: TypeAlias = dict[str, str | int]

_ASLEEP = "(c.state = 'waiting' AND c.snooze_until > :now)"
_BLOCKED = (
    f"({_ASLEEP} OR c.state IN ('answered', 'sending')"
    " OR ifnull(c.approval, '') = 'asked' OR c.paused_at IS NOT NULL)"
)
_FREE = (
    "c.state = 'new' AND c.closed_at IS NULL",
    "c.state = 'claimed' AND c.lease_until <= :now AND c.owner_id <> :who",
    "c.state = 'waiting' AND c.snooze_until <= :now AND c.owner_id IS NOT :who",
)
"""Three conditions with an index each: nobody has it, its holder left, its date has come."""
_KNOWN = (
    " AND EXISTS (SELECT 1 FROM identities i JOIN customers k ON k.key = i.author"
    " WHERE i.mention_id = m.id AND i.author <> '' AND {})"
)
_THERE = "m.deleted_at IS NULL AND m.erased_at IS NULL"


def items(
    conn: sqlite3.Connection,
    shelf: Shelf,
    person: Person | None,
    now: datetime,
    *,
    sieve: Sieve = ALL,
    limit: int = 30,
) -> list[Item]:
    """Return the cases of a shelf: by due time where they are somebody's, new by urgency."""
    ids = _ids(conn, shelf, person, now, sieve, limit)
    rows = conn.execute(
        f"{cases.SELECT} WHERE c.id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )
    found = {case.id: case for case in map(cases.from_row, rows)}
    order = [found[each] for each in ids]
    mentions = {row.id: row for row in listing.rows(conn, [each.mention_id for each in order])}
    return [Item(each, mentions[each.mention_id]) for each in order]


def count(
    conn: sqlite3.Connection, shelf: Shelf, person: Person | None, now: datetime, sieve: Sieve = ALL
) -> int:
    """Return how many cases are on a shelf, counted up to ``COUNTED``."""
    return len(_ids(conn, shelf, person, now, sieve, COUNTED))


def following(conn: sqlite3.Connection, person: Person, now: datetime, *, but: int) -> int | None:
    """Return the case to open next: what is theirs by due time, else the most urgent new one."""
    for shelf in (Shelf.MINE, Shelf.NEW):
        for case_id in _ids(conn, shelf, person, now, ALL, 2):
            if case_id != but:
                return case_id
    return None


def tags(conn: sqlite3.Connection) -> list[str]:
    """Return the tags that open cases have, in order."""
    rows = conn.execute(
        "SELECT DISTINCT t.value FROM cases c INDEXED BY cases_tagged, json_each(c.tags) t"
        " WHERE c.closed_at IS NULL AND c.tags <> '[]' ORDER BY 1"
    )
    return [str(tag) for (tag,) in rows]


def _ids(
    conn: sqlite3.Connection,
    shelf: Shelf,
    person: Person | None,
    now: datetime,
    sieve: Sieve,
    limit: int,
) -> list[int]:
    who = -1 if person is None else person.id
    args: Args = {"now": millis(now), "who": who, "limit": limit}
    where = _sieved(sieve, args)
    start = "SELECT c.id, c.priority, c.due_at FROM cases c CROSS JOIN mentions m"
    start += " ON m.id = c.mention_id WHERE "
    urgent = " ORDER BY c.priority, c.due_at, c.id LIMIT :limit"
    if shelf is Shelf.NEW:
        parts = [f"SELECT * FROM ({start}{_THERE} AND {each}{where}{urgent})" for each in _FREE]
        sql = " UNION ALL ".join(parts) + " ORDER BY 2, 3, 1 LIMIT :limit"
    elif shelf is Shelf.DONE:
        sql = f"{start}c.closed_at IS NOT NULL{where} ORDER BY c.closed_at DESC, c.id DESC"
        sql += " LIMIT :limit"
    else:
        # By due time: the holder's index is walked whole, which is a day's work at most.
        mine = f"c.owner_id = :who AND c.closed_at IS NULL AND {_BLOCKED} = :blocked"
        args["blocked"] = int(shelf is Shelf.WAITING)
        parts = [f"{start}{mine}{where}"]
        if shelf is Shelf.WAITING and person is not None and person.leads:
            asked = "c.approval = 'asked' AND c.closed_at IS NULL AND c.owner_id IS NOT :who"
            parts.append(f"{start}{asked}{where}")
        sql = " UNION ALL ".join(parts) + " ORDER BY 3, 2, 1 LIMIT :limit"
    return [int(row[0]) for row in conn.execute(sql, args)]


def _sieved(sieve: Sieve, args: Args) -> str:
    found = ""
    if sieve.source:
        found += (
            " AND m.slice_id IN (SELECT s.id FROM slices s JOIN sources o ON o.id = s.source_id"
            " WHERE o.key = :source)"
        )
        args["source"] = sieve.source
    if sieve.tag:
        found += " AND EXISTS (SELECT 1 FROM json_each(c.tags) t WHERE t.value = :tag)"
        args["tag"] = sieve.tag
    if sieve.rule:
        found += " AND c.rule = :rule"
        args["rule"] = sieve.rule
    if sieve.topic:
        found += (
            " AND EXISTS (SELECT 1 FROM mention_topics k JOIN topics t ON t.id = k.topic_id"
            " WHERE k.mention_id = m.id AND k.slice_id = m.slice_id AND k.position = m.position"
            " AND t.key = :topic)"
        )
        args["topic"] = sieve.topic
    if sieve.tier:
        found += _KNOWN.format("k.tier = :tier")
        args["tier"] = sieve.tier
    if sieve.customer:
        column, _, value = sieve.customer.partition("=")
        held = customer_columns.value_of(column)
        args |= {"column": column, "value": value}
        found += _KNOWN.format(f"{held.sql.replace('?', ':column')} = :value")
    if sieve.priority < ALL.priority:
        found += " AND c.priority <= :priority"
        args["priority"] = sieve.priority
    return found
