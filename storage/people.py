"""People who act, by name, and what their role allows; the program itself is one of them.

Not here: signing in. Without it a name is what somebody says it is, and the server
listens on this machine only.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from storage.errors import InputError, NotFound, Refused
from storage.times import millis

NAME_LIMIT = 80


class Role(StrEnum):
    """What a person may do: look, work cases, steer the queue, read the reports, everything."""

    VIEWER = "viewer"
    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"


class Person(NamedTuple):
    """Somebody who acts."""

    id: int
    name: str
    role: Role

    @property
    def leads(self) -> bool:
        """Say whether this person may take over and hand on what others hold."""
        return self.role in (Role.LEAD, Role.ADMIN, Role.SYSTEM)


class Skills(NamedTuple):
    """Languages (ISO 639-1) that somebody answers in, and places; empty means all."""

    langs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


EARSHOT = Person(0, "earshot", Role.SYSTEM)
"""The program itself: opens cases and alerts, closes what was answered elsewhere."""


def person(
    conn: sqlite3.Connection, name: str, now: datetime, *, role: Role | None = None
) -> Person:
    """Return the person of that name (upper and lower case are one), new if unknown.

    Without a ``role`` the first person of a workspace is its lead, since somebody must be
    able to take over, and the others are agents.
    """
    wanted = _clean(name)
    found = _find(conn, wanted)
    if found is None:
        if role is None:
            role = Role.AGENT if people(conn) else Role.LEAD
        conn.execute(
            "INSERT INTO people (name, role, created_at) VALUES (?, ?, ?)",
            (wanted, role.value, millis(now)),
        )
        found = _find(conn, wanted)
        assert found is not None
    if found.role is Role.SYSTEM:
        raise Refused(f"{found.name} is the program itself; nobody else may act under that name")
    return found


def of_rule(conn: sqlite3.Connection, rule: str, now: datetime) -> Person:
    """Return the actor "rule NAME" under which the program does what a rule asks for."""
    name = _clean(f"rule {rule}")
    found = _find(conn, name)
    if found is None:
        conn.execute(
            "INSERT INTO people (name, role, created_at) VALUES (?, ?, ?)",
            (name, Role.SYSTEM.value, millis(now)),
        )
        found = _find(conn, name)
        assert found is not None
    if found.role is not Role.SYSTEM:
        raise InputError(f"somebody here is called {name!r}; give the rule another name")
    return found


def known(conn: sqlite3.Connection, name: str) -> Person:
    """Return the person of that name; NotFound where there is none."""
    found = _find(conn, _clean(name))
    if found is None or found.role is Role.SYSTEM:
        raise NotFound(f"nobody here is called {name!r}")
    return found


def known_or_program(conn: sqlite3.Connection, name: str) -> Person:
    """Return the person of that name; the program itself where nobody is called so."""
    return _find(conn, " ".join(name.split())) or EARSHOT


def people(conn: sqlite3.Connection) -> list[Person]:
    """Return everybody but the program itself and its rules, by name."""
    rows = conn.execute("SELECT id, name, role FROM people WHERE role <> 'system' ORDER BY name")
    return [Person(id_, name, Role(role)) for id_, name, role in rows]


def named(conn: sqlite3.Connection, text: str) -> list[Person]:
    """Return whom a text names with @: by the whole name, or a first name that only one has."""
    folded = text.casefold()
    everybody = people(conn)
    firsts = [each.name.casefold().split()[0] for each in everybody]
    return [
        each
        for each, first in zip(everybody, firsts, strict=True)
        if f"@{each.name.casefold()}" in folded
        or (firsts.count(first) == 1 and re.search(rf"@{re.escape(first)}(?!\w)", folded))
    ]


def add(conn: sqlite3.Connection, name: str, role: Role, now: datetime) -> Person:
    """Add a person; refused where the name is taken."""
    if _find(conn, _clean(name)) is not None:
        raise Refused(f"somebody here is already called {_clean(name)!r}")
    if role is Role.SYSTEM:
        raise Refused("only the program itself has the role system")
    return person(conn, name, now, role=role)


def rename(conn: sqlite3.Connection, person_id: int, name: str) -> Person:
    """Give a person another name; what they did stays theirs, since events hold the id."""
    wanted = _clean(name)
    other = _find(conn, wanted)
    if other is not None and other.id != person_id:
        raise Refused(f"somebody here is already called {wanted!r}")
    found = next((each for each in people(conn) if each.id == person_id), None)
    if found is None:
        raise NotFound("this person is not here any more")
    conn.execute("UPDATE people SET name = ? WHERE id = ?", (wanted, person_id))
    return found._replace(name=wanted)


def set_role(conn: sqlite3.Connection, name: str, role: Role) -> Person:
    """Give a person another role; the last one who leads keeps leading."""
    if role is Role.SYSTEM:
        raise Refused("only the program itself has the role system")
    found = known(conn, name)
    others = [each for each in people(conn) if each.leads and each.id != found.id]
    if found.leads and not found._replace(role=role).leads and not others:
        raise Refused(f"{found.name} is the only one who leads; give somebody else that role first")
    conn.execute("UPDATE people SET role = ? WHERE id = ?", (role.value, found.id))
    return found._replace(role=role)


def skills(conn: sqlite3.Connection) -> dict[int, Skills]:
    """Return what everybody speaks and looks after, by a person's id."""
    rows = conn.execute("SELECT id, langs, places FROM people WHERE role <> 'system'")
    return {
        id_: Skills(tuple(json.loads(langs)), tuple(json.loads(places)))
        for id_, langs, places in rows
    }


def set_skills(conn: sqlite3.Connection, person_id: int, found: Skills) -> None:
    """Say which languages somebody speaks and which places they look after."""
    changed = conn.execute(
        "UPDATE people SET langs = ?, places = ? WHERE id = ?",
        (json.dumps(found.langs), json.dumps(found.places), person_id),
    )
    if not changed.rowcount:
        raise NotFound("this person is not here any more")


def _find(conn: sqlite3.Connection, name: str) -> Person | None:
    row = conn.execute("SELECT id, name, role FROM people WHERE name = ?", (name,)).fetchone()
    return None if row is None else Person(int(row[0]), str(row[1]), Role(row[2]))


def _clean(name: str) -> str:
    """Return a name as it is stored; refuse what could not be shown in one line."""
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if not text:
        raise InputError("a name is needed")
    if len(text) > NAME_LIMIT:
        raise InputError(f"a name has at most {NAME_LIMIT} characters")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co") for letter in text):
        raise InputError(f"the name {text!a} holds characters that cannot be shown")
    return text
