"""Lists kept by name: a query as the address of the page carries it, one's own or the team's."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage.case_checks import words
from storage.errors import NotFound, Refused
from storage.people import Person
from storage.times import millis

NAME_LIMIT, KEPT = 60, 50


class SavedView(NamedTuple):
    """A list by name; ``person_id`` is None where it is the team's."""

    id: int
    name: str
    person_id: int | None
    query: str


def views(conn: sqlite3.Connection, person_id: int | None) -> list[SavedView]:
    """Return the team's views and somebody's own, by name."""
    rows = conn.execute(
        "SELECT id, name, person_id, query FROM saved_views WHERE person_id IS NULL"
        " OR person_id = ? ORDER BY name, id",
        (person_id,),
    )
    return [SavedView(*row) for row in rows]


def save(
    conn: sqlite3.Connection, actor: Person, name: str, query: str, now: datetime, *, team: bool
) -> None:
    """Keep a list under a name, in the place of an older one of that name."""
    kept = words(name, "a name", NAME_LIMIT)
    owner = None if team else actor.id
    conn.execute("DELETE FROM saved_views WHERE name = ? AND person_id IS ?", (kept, owner))
    held = conn.execute("SELECT count(*) FROM saved_views WHERE person_id IS ?", (owner,))
    if int(held.fetchone()[0]) >= KEPT:
        raise Refused(f"there are {KEPT} views already; remove one first")
    conn.execute(
        "INSERT INTO saved_views (name, person_id, query, at) VALUES (?,?,?,?)",
        (kept, owner, query, millis(now)),
    )


def remove(conn: sqlite3.Connection, view_id: int, actor: Person) -> None:
    """Forget a view: one's own, or the team's by whoever leads."""
    row = conn.execute("SELECT person_id FROM saved_views WHERE id = ?", (view_id,)).fetchone()
    if row is None:
        raise NotFound("this view is not here any more")
    if row[0] is None and not actor.leads:
        raise Refused("only a lead removes a view of the team")
    if row[0] is not None and row[0] != actor.id:
        raise Refused("this view is somebody else's")
    conn.execute("DELETE FROM saved_views WHERE id = ?", (view_id,))
