"""Customers that a team knows: key, name, tier, value, owner and any further column.

A customer is matched by exact key with the name that a site shows, and by nothing else. Names
and keys are personal data; an erasure of somebody's mentions leaves this list alone, which is
the team's own (``remove`` takes somebody out of it).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from storage import revisions
from storage.errors import NotFound, Refused
from storage.people import Person
from storage.times import millis


class Customer(NamedTuple):
    """Somebody whom the team knows."""

    key: str
    name: str = ""
    tier: str = ""
    value: float | None = None
    owner_id: int | None = None
    extra: Mapping[str, str] = {}


def save(
    conn: sqlite3.Connection, customers: Iterable[Customer], actor: Person, now: datetime
) -> int:
    """Add or change customers in the caller's transaction; return how many."""
    if not actor.leads:
        raise Refused(f"{actor.name} does not lead; only a lead imports customers")
    rows = [
        (
            each.key,
            each.name,
            each.tier,
            each.value,
            each.owner_id,
            json.dumps(dict(each.extra), sort_keys=True, ensure_ascii=False),
            millis(now),
        )
        for each in customers
    ]
    conn.executemany(
        "INSERT INTO customers VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
        " name = excluded.name, tier = excluded.tier, value = excluded.value,"
        " owner_id = excluded.owner_id, extra = excluded.extra, at = excluded.at",
        rows,
    )
    revisions.bump(conn, "settings")
    return len(rows)


def of(conn: sqlite3.Connection, key: str) -> Customer | None:
    """Return the customer of exactly this key."""
    row = conn.execute(
        "SELECT key, name, tier, value, owner_id, extra FROM customers WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    key, name, tier, value, owner_id, extra = row
    return Customer(key, name, tier, value, owner_id, json.loads(extra))


def tiers(conn: sqlite3.Connection) -> list[str]:
    """Return the tiers that customers have."""
    rows = conn.execute("SELECT DISTINCT tier FROM customers WHERE tier <> '' ORDER BY tier")
    return [str(tier) for (tier,) in rows]


def count(conn: sqlite3.Connection) -> int:
    """Return how many customers are known."""
    return int(conn.execute("SELECT count(*) FROM customers").fetchone()[0])


def changed_at(conn: sqlite3.Connection) -> int:
    """Return when somebody was last added or changed, in milliseconds; 0 where nobody is known."""
    return int(conn.execute("SELECT coalesce(max(at), 0) FROM customers").fetchone()[0])


def some(conn: sqlite3.Connection, limit: int) -> list[Customer]:
    """Return the first customers by key."""
    rows = conn.execute("SELECT key FROM customers ORDER BY key LIMIT ?", (limit,)).fetchall()
    return [found for (key,) in rows if (found := of(conn, key)) is not None]


def remove(conn: sqlite3.Connection, key: str, actor: Person) -> None:
    """Take somebody out of the list."""
    if not actor.leads:
        raise Refused(f"{actor.name} does not lead; only a lead changes the list of customers")
    if conn.execute("DELETE FROM customers WHERE key = ?", (key,)).rowcount == 0:
        raise NotFound(f"no customer has the key {key!a}")
    revisions.bump(conn, "settings")


def usual_owner(conn: sqlite3.Connection, mention_id: int) -> int | None:
    """Return who should answer a message: its customer's owner, else who answered this person last.

    The same person is the same name on the same site; whoever is away is left out.
    """
    row = conn.execute(
        "SELECT i.author, substr(p.key, 1, instr(p.key || ':', ':') - 1) FROM identities i"
        " JOIN places p ON p.id = i.place_id WHERE i.mention_id = ? AND i.author <> ''",
        (mention_id,),
    ).fetchone()
    if row is None:
        return None
    author, site = row
    found = (
        conn.execute(
            "SELECT owner_id FROM customers WHERE key = ? AND owner_id IS NOT NULL"
            " AND owner_id NOT IN (SELECT person_id FROM away)",
            (author,),
        ).fetchone()
        or conn.execute(
            "SELECT c.owner_id FROM identities i JOIN places p ON p.id = i.place_id"
            " JOIN cases c ON c.mention_id = i.mention_id WHERE i.author <> '' AND i.author = ?"
            " AND substr(p.key, 1, instr(p.key || ':', ':') - 1) = ? AND i.mention_id <> ?"
            " AND c.owner_id > 0 AND c.owner_id NOT IN (SELECT person_id FROM away)"
            " ORDER BY c.last_at DESC LIMIT 1",
            (author, site, mention_id),
        ).fetchone()
    )
    return None if found is None else int(found[0])
