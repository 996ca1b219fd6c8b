"""The taxonomy of a workspace: a tree of topics, and who changed it how.

A key and an id never change their meaning: a renamed topic keeps them, a merged one points
at the topic that took it over, a split one stays as the parent of its parts. Each change is
an event with its actor, never altered, and marks the mentions whose topics it may change,
to be read again by the worker (``rereading``); their labels and scores stay as they are.
Changes by people are in ``topic_changes``.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from storage import revisions
from storage.errors import NotFound
from storage.models import Json, Topic
from storage.people import EARSHOT, Person
from storage.recast import ANALYSE, TOPICS
from storage.times import millis, moment

ACTIVE, MERGED, RETIRED = "active", "merged", "retired"
FILE, STARTER, DATABASE = "file", "starter", "database"

_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_COLUMNS = (
    "t.id, t.key, t.name, t.terms, p.key, t.origin, t.state, i.key FROM topics t"
    " LEFT JOIN topics p ON p.id = t.parent_id LEFT JOIN topics i ON i.id = t.merged_into"
)


class StoredTopic(NamedTuple):
    """A topic as it stands; ``merged_into`` is the key of the topic that took it over."""

    id: int
    key: str
    name: str
    terms: tuple[str, ...]
    parent: str | None
    origin: str
    state: str
    merged_into: str | None


class TopicEvent(NamedTuple):
    """A change of the taxonomy; ``topic`` is a key, None where it was about all of it."""

    id: int
    topic: str | None
    type: str
    actor: str
    at: datetime
    data: dict[str, Json]


def stored(conn: sqlite3.Connection) -> list[StoredTopic]:
    """Return every topic there ever was, in the order in which they came."""
    rows = conn.execute(f"SELECT {_COLUMNS} ORDER BY t.id")
    return [
        StoredTopic(id_, key, name, tuple(json.loads(terms)), *more)
        for id_, key, name, terms, *more in rows
    ]


def active(conn: sqlite3.Connection) -> tuple[Topic, ...]:
    """Return the topics that texts are sorted into; none before a taxonomy was chosen."""
    return tuple(
        Topic(each.key, each.name, each.terms, each.parent)
        for each in stored(conn)
        if each.state == ACTIVE
    )


def get(conn: sqlite3.Connection, key: str) -> StoredTopic:
    """Return a topic by key; NotFound names the nearest."""
    from difflib import get_close_matches

    found = {each.key: each for each in stored(conn)}
    if key not in found:
        near = get_close_matches(key, found, 1)
        raise NotFound(f"there is no topic {key!r}{f'; did you mean {near[0]!r}?' if near else ''}")
    return found[key]


def declare(conn: sqlite3.Connection, topics: Sequence[Topic], origin: str, now: datetime) -> int:
    """Let the taxonomy be what the file or a starter says, beside what people made themselves.

    What a person changed of a starter's topic stays so; what the file says counts always.
    Returns how many mentions are to be read again.
    """
    before = {each.key: each for each in stored(conn)}
    fresh: list[str] = []
    for topic in topics:
        known = before.get(topic.key)
        if known and known.origin == DATABASE and origin != FILE:
            continue
        if known is None or known.state != ACTIVE:
            fresh.append(topic.key)
        _put(conn, topic, origin)
    _hang(conn, [each for each in topics if not _is_own(before.get(each.key), origin)])
    wanted = {each.key for each in topics}
    gone = [
        each
        for each in before.values()
        if each.state == ACTIVE and each.origin != DATABASE and each.key not in wanted
    ]
    for each in gone:
        conn.execute("UPDATE topics SET state = 'retired' WHERE id = ?", (each.id,))
    changed = [
        topic
        for topic in topics
        if topic.key in fresh or _differs(before[topic.key], topic, origin)
    ]
    keys = [topic.key for topic in changed] + [each.key for each in gone]
    marked = mark(conn, keys, {term for topic in changed for term in topic.terms})
    if fresh or gone:
        data: dict[str, Json] = {
            "origin": origin,
            "new": [*fresh],
            "retired": [each.key for each in gone],
        }
        record(conn, None, "declared", EARSHOT, now, data)
    return marked


def chosen(conn: sqlite3.Connection, starter: str, actor: Person, now: datetime) -> None:
    """Record which starter a person chose; ``declare`` follows."""
    record(conn, None, "starter", actor, now, {"starter": starter})


def beside(conn: sqlite3.Connection, declared: Sequence[Topic]) -> tuple[Topic, ...]:
    """Return declared topics and those that people made; all active ones if none is declared."""
    if not declared:
        return active(conn)
    known = {each.key for each in declared}
    made = {each.key for each in stored(conn) if each.origin == DATABASE} - known
    return (*declared, *(each for each in active(conn) if each.key in made))


def merged(conn: sqlite3.Connection) -> dict[str, str]:
    """Return for each merged topic the key of the one that took it over."""
    return dict(
        conn.execute(
            "SELECT t.key, i.key FROM topics t JOIN topics i ON i.id = t.merged_into"
        ).fetchall()
    )


def history(conn: sqlite3.Connection, key: str | None = None) -> list[TopicEvent]:
    """Return the changes of the taxonomy, or of one topic, oldest first."""
    rows = conn.execute(
        "SELECT e.id, t.key, e.type, p.name, e.at, e.data FROM topic_events e"
        " JOIN people p ON p.id = e.actor_id LEFT JOIN topics t ON t.id = e.topic_id"
        " WHERE ?1 IS NULL OR t.key = ?1 ORDER BY e.id",
        (key,),
    )
    return [
        TopicEvent(id_, topic, type_, actor, moment(at), json.loads(data))
        for id_, topic, type_, actor, at, data in rows
    ]


def below(conn: sqlite3.Connection, key: str) -> set[str]:
    """Return the keys of all parts of a topic, and of theirs."""
    rows = conn.execute(
        "WITH RECURSIVE parts (id) AS (SELECT t.id FROM topics t JOIN topics p"
        " ON p.id = t.parent_id WHERE p.key = ? UNION SELECT t.id FROM topics t"
        " JOIN parts ON t.parent_id = parts.id) SELECT t.key FROM parts JOIN topics t USING (id)",
        (key,),
    )
    return {each for (each,) in rows}


def mark(conn: sqlite3.Connection, keys: Collection[str], terms: Collection[str]) -> int:
    """Mark mentions that have a topic, or may hold a term, to be read again."""
    revisions.bump(conn, "settings")
    if any(_UNSPACED.search(term) for term in terms):
        # Words of these scripts are not apart in the search index.
        return mark_all(conn)
    count = 0
    if keys:
        count += conn.execute(
            "UPDATE mentions SET pending = pending | ?1 WHERE pending & ?2 = 0"
            " AND deleted_at IS NULL AND erased_at IS NULL AND id IN"
            " (SELECT x.mention_id FROM topics t CROSS JOIN mention_topics x ON x.topic_id = t.id"
            " WHERE t.key IN (SELECT value FROM json_each(?3)))",
            (TOPICS, ANALYSE | TOPICS, json.dumps(sorted(keys))),
        ).rowcount
    if query := _query(terms):
        count += conn.execute(
            "UPDATE mentions SET pending = pending | ? WHERE pending & ? = 0"
            " AND deleted_at IS NULL AND erased_at IS NULL AND position IN"
            " (SELECT rowid FROM search WHERE search MATCH ?)",
            (TOPICS, ANALYSE | TOPICS, query),
        ).rowcount
    return count


def mark_all(conn: sqlite3.Connection) -> int:
    """Mark every mention with a text to be read again."""
    revisions.bump(conn, "settings")
    return conn.execute(
        "UPDATE mentions SET pending = pending | ? WHERE pending & ? = 0 AND deleted_at IS NULL"
        " AND erased_at IS NULL AND id IN (SELECT s.mention_id FROM scores s WHERE s.counted = 1)",
        (TOPICS, ANALYSE | TOPICS),
    ).rowcount


def _query(terms: Collection[str]) -> str:
    """Return a search for any of the terms; a trailing * matches any ending."""
    found = []
    for term in sorted(terms):
        words = "".join(sign if sign.isalnum() else " " for sign in term).split()
        if words:
            found.append(f'"{" ".join(words)}"{" *" if term.endswith("*") else ""}')
    return " OR ".join(found)


def _put(conn: sqlite3.Connection, topic: Topic, origin: str) -> None:
    conn.execute(
        "INSERT INTO topics (key, name, terms, origin) VALUES (?,?,?,?)"
        " ON CONFLICT (key) DO UPDATE SET name = excluded.name, terms = excluded.terms,"
        " origin = excluded.origin, state = 'active', merged_into = NULL",
        (topic.key, topic.name, json.dumps(topic.terms), origin),
    )


def _hang(conn: sqlite3.Connection, topics: Iterable[Topic]) -> None:
    conn.executemany(
        "UPDATE topics SET parent_id = (SELECT id FROM topics WHERE key = ?) WHERE key = ?",
        [(topic.parent, topic.key) for topic in topics],
    )


def _is_own(known: StoredTopic | None, origin: str) -> bool:
    return known is not None and known.origin == DATABASE and origin != FILE


def _differs(known: StoredTopic, topic: Topic, origin: str) -> bool:
    if _is_own(known, origin):
        return False
    return (known.terms, known.parent) != (topic.terms, topic.parent)


def record(
    conn: sqlite3.Connection,
    topic_id: int | None,
    what: str,
    actor: Person,
    now: datetime,
    data: dict[str, Json],
) -> None:
    """Write an event of a topic, or of the whole taxonomy."""
    conn.execute(
        "INSERT INTO topic_events (topic_id, type, actor_id, at, data) VALUES (?,?,?,?,?)",
        (topic_id, what, actor.id, millis(now), json.dumps(data)),
    )
    revisions.bump(conn, "settings")
