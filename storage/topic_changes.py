"""What people do to a taxonomy: add, rename, merge, split, move and retire topics.

Each change is one transaction of the caller's: the topic, the event with its actor, and the
marks on mentions that are to be read again. What ``earshot.toml`` declares is refused.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from storage.errors import InputError, Refused
from storage.models import Json
from storage.people import Person
from storage.topics import (
    ACTIVE,
    DATABASE,
    FILE,
    MERGED,
    RETIRED,
    StoredTopic,
    below,
    get,
    mark,
    record,
    stored,
)

NAME_LIMIT = 80
TERM_LIMIT = 100
TERMS_LIMIT = 500


def add(
    conn: sqlite3.Connection,
    name: str,
    terms: Iterable[str],
    actor: Person,
    now: datetime,
    *,
    parent: str | None = None,
    accepted: int | None = None,
) -> StoredTopic:
    """Add a topic, on a person's own account or by accepting a proposal."""
    name, wanted = _name(name), _terms(terms)
    _free(conn, wanted, "")
    key = _key(conn, name)
    above = None if parent is None else _usable(conn, parent, own=False)
    conn.execute(
        "INSERT INTO topics (key, name, terms, origin, parent_id) VALUES (?, ?, ?, ?, ?)",
        (key, name, json.dumps(wanted), DATABASE, above.id if above else None),
    )
    found = get(conn, key)
    data: dict[str, Json] = {"name": name, "terms": [*wanted], "parent": parent}
    if accepted is not None:
        data["proposal"] = accepted
    record(conn, found.id, "accepted" if accepted is not None else "added", actor, now, data)
    mark(conn, [], wanted)
    return found


def rename(
    conn: sqlite3.Connection, key: str, name: str, actor: Person, now: datetime
) -> StoredTopic:
    """Give a topic another name; its key, id and figures stay."""
    found, name = _usable(conn, key), _name(name)
    conn.execute("UPDATE topics SET name = ?, origin = ? WHERE id = ?", (name, DATABASE, found.id))
    record(conn, found.id, "renamed", actor, now, {"before": found.name, "name": name})
    return get(conn, key)


def set_terms(
    conn: sqlite3.Connection, key: str, terms: Iterable[str], actor: Person, now: datetime
) -> StoredTopic:
    """Change the words that a topic is found by."""
    found, wanted = _usable(conn, key), _terms(terms)
    _free(conn, wanted, key)
    conn.execute(
        "UPDATE topics SET terms = ?, origin = ? WHERE id = ?",
        (json.dumps(wanted), DATABASE, found.id),
    )
    data: dict[str, Json] = {"before": [*found.terms], "terms": [*wanted]}
    record(conn, found.id, "terms", actor, now, data)
    mark(conn, [key], set(wanted) - set(found.terms))
    return get(conn, key)


def move(
    conn: sqlite3.Connection, key: str, parent: str | None, actor: Person, now: datetime
) -> StoredTopic:
    """Hang a topic under another, or under none."""
    found = _usable(conn, key)
    above = None if parent is None else _usable(conn, parent, own=False)
    if parent is not None and parent in {key, *below(conn, key)}:
        raise Refused(f"{key!r} cannot be part of itself")
    conn.execute(
        "UPDATE topics SET parent_id = ?, origin = ? WHERE id = ?",
        (above.id if above else None, DATABASE, found.id),
    )
    record(conn, found.id, "moved", actor, now, {"before": found.parent, "parent": parent})
    mark(conn, [key], ())
    return get(conn, key)


def merge(
    conn: sqlite3.Connection, key: str, into: str, actor: Person, now: datetime
) -> StoredTopic:
    """Let a topic be taken over by another: its terms, its parts and its mentions."""
    found, target = _usable(conn, key), _usable(conn, into)
    if into in {key, *below(conn, key)}:
        raise Refused(f"{key!r} cannot be merged into itself or one of its parts")
    terms = [*dict.fromkeys([*target.terms, *found.terms])]
    conn.execute(
        "UPDATE topics SET terms = ?, origin = ? WHERE id = ?",
        (json.dumps(terms), DATABASE, target.id),
    )
    conn.execute(
        "UPDATE topics SET state = 'merged', merged_into = ?, origin = ? WHERE id = ?",
        (target.id, DATABASE, found.id),
    )
    conn.execute("UPDATE topics SET merged_into = ? WHERE merged_into = ?", (target.id, found.id))
    conn.execute(
        "UPDATE topics SET parent_id = ?, origin = ? WHERE parent_id = ?",
        (target.id, DATABASE, found.id),
    )
    data: dict[str, Json] = {"into": into, "terms": [*found.terms]}
    record(conn, found.id, "merged", actor, now, data)
    mark(conn, [key], ())
    return get(conn, into)


def split(
    conn: sqlite3.Connection,
    key: str,
    parts: Sequence[tuple[str, Sequence[str]]],
    actor: Person,
    now: datetime,
) -> list[StoredTopic]:
    """Part a topic: each part, a name and terms, hangs under it and takes its terms along.

    The topic stays as the whole, so that its figures go on unchanged.
    """
    found = _usable(conn, key)
    if not parts:
        raise InputError("name at least one part")
    taken: list[str] = []
    for _, terms in parts:
        for term in _terms(terms):
            if term in taken:
                raise InputError(f"{term!r} is in two parts")
            if term not in found.terms:
                _free(conn, [term], key)
            taken.append(term)
    rest = [term for term in found.terms if term not in taken]
    conn.execute(
        "UPDATE topics SET terms = ?, origin = ? WHERE id = ?",
        (json.dumps(rest), DATABASE, found.id),
    )
    made = []
    for name, terms in parts:
        part = _key(conn, _name(name))
        conn.execute(
            "INSERT INTO topics (key, name, terms, origin, parent_id) VALUES (?,?,?,?,?)",
            (part, _name(name), json.dumps(_terms(terms)), DATABASE, found.id),
        )
        made.append(get(conn, part))
    data: dict[str, Json] = {"before": [*found.terms], "parts": [each.key for each in made]}
    record(conn, found.id, "split", actor, now, data)
    for each in made:
        record(conn, each.id, "added", actor, now, {"split_from": key, "terms": [*each.terms]})
    mark(conn, [key], set(taken) - set(found.terms))
    return made


def retire(conn: sqlite3.Connection, key: str, actor: Person, now: datetime) -> StoredTopic:
    """Sort nothing into a topic any more; its parts hang under its parent."""
    found = _usable(conn, key)
    conn.execute(
        "UPDATE topics SET state = ?, origin = ? WHERE id = ?", (RETIRED, DATABASE, found.id)
    )
    conn.execute(
        "UPDATE topics SET parent_id = (SELECT parent_id FROM topics WHERE id = ?1)"
        " WHERE parent_id = ?1",
        (found.id,),
    )
    record(conn, found.id, RETIRED, actor, now, {})
    mark(conn, [key], ())
    return get(conn, key)


def restore(conn: sqlite3.Connection, key: str, actor: Person, now: datetime) -> StoredTopic:
    """Sort mentions into a retired topic again."""
    found = get(conn, key)
    if found.state != RETIRED:
        raise Refused(f"the topic {key!r} is {found.state}, not retired")
    _free(conn, found.terms, key)
    conn.execute(
        "UPDATE topics SET state = ?, origin = ? WHERE id = ?", (ACTIVE, DATABASE, found.id)
    )
    record(conn, found.id, "restored", actor, now, {})
    mark(conn, [], found.terms)
    return get(conn, key)


def _usable(conn: sqlite3.Connection, key: str, *, own: bool = True) -> StoredTopic:
    """Return a topic that may be changed, or only hung under where not ``own``."""
    found = get(conn, key)
    if found.state == MERGED:
        raise Refused(f"{key!r} was merged into {found.merged_into!r}")
    if found.state != ACTIVE:
        raise Refused(f"the topic {key!r} is retired; restore it first")
    if own and found.origin == FILE:
        raise Refused(f"the topic {key!r} is declared in earshot.toml; change it there")
    return found


def _free(conn: sqlite3.Connection, terms: Collection[str], own: str) -> None:
    """Refuse terms that another topic is found by: each text goes one way."""
    wanted = {each.rstrip("*") for each in terms}
    for each in stored(conn):
        both = wanted & {term.rstrip("*") for term in each.terms}
        if each.state == ACTIVE and each.key != own and both:
            raise Refused(f"{min(both)!r} is a term of {each.name} ({each.key}) already")


def _name(name: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not clean or len(clean) > NAME_LIMIT or not clean.isprintable():
        raise InputError(f"a topic needs a name of at most {NAME_LIMIT} printable letters")
    return clean


def _terms(terms: Iterable[str]) -> list[str]:
    found = [" ".join(unicodedata.normalize("NFC", each).casefold().split()) for each in terms]
    wanted = [*dict.fromkeys(each for each in found if each)]
    for each in wanted:
        if len(each) > TERM_LIMIT or not any(sign.isalnum() for sign in each):
            raise InputError(f"{each[:TERM_LIMIT]!r} is not a word or phrase")
    if not wanted or len(wanted) > TERMS_LIMIT:
        raise InputError(f"a topic is found by 1 to {TERMS_LIMIT} terms")
    return wanted


def _key(conn: sqlite3.Connection, name: str) -> str:
    """Return a key for a new topic, made of its name, that none ever had."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "topic"
    taken = {each for (each,) in conn.execute("SELECT key FROM topics")}
    number, key = 2, base
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key
