"""What discovery found in texts beside the taxonomy, and what people made of its proposals.

A study keeps figures, terms that five people said at least, and ids of examples; no text.
Accepting a proposal makes a topic, dismissing it keeps it from coming back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from storage import revisions, topic_changes
from storage import topics as taxonomy
from storage.errors import NotFound, Refused
from storage.listing import scored_text
from storage.models import Json
from storage.people import Person
from storage.times import millis, moment
from storage.topics import StoredTopic

KEPT = 20
"""Studies whose report is kept; proposals that somebody decided on stay."""
OPEN, ACCEPTED, DISMISSED = "open", "accepted", "dismissed"


class TextRow(NamedTuple):
    """A text of an own brand with who said it when; ``day`` is the stored day."""

    id: int
    day: int
    author: str
    lang: str
    text: str
    topics: str


class Proposed(Protocol):
    """A proposal as discovery makes it."""

    @property
    def name(self) -> str:
        """As it would be shown."""
        ...

    @property
    def terms(self) -> tuple[str, ...]:
        """Words and phrases."""
        ...

    @property
    def lang(self) -> str:
        """Language."""
        ...

    @property
    def size(self) -> int:
        """Texts that hold a term."""
        ...

    @property
    def authors(self) -> int:
        """People who said them."""
        ...

    @property
    def examples(self) -> tuple[int, ...]:
        """Mentions."""
        ...


class Proposal(NamedTuple):
    """A stored proposal; ``topic`` is the key of the topic that it became."""

    id: int
    name: str
    terms: tuple[str, ...]
    lang: str
    size: int
    authors: int
    examples: tuple[int, ...]
    state: str
    topic: str | None


class Study(NamedTuple):
    """One look at the texts: how many were read, how many had no topic, what emerges."""

    id: int
    started_at: datetime
    ended_at: datetime
    seed: int
    read: int
    uncovered: int
    report: dict[str, Json]


def texts(conn: sqlite3.Connection, limit: int, since_day: int) -> Iterator[TextRow]:
    """Yield the newest texts of own brands that nobody suspects, newest first."""
    rows = conn.execute(
        "SELECT m.id, m.day, coalesce(i.author, ''), s.lang, v.title, v.text, m.topics"
        " FROM mentions m JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " LEFT JOIN identities i ON i.mention_id = m.id"
        " WHERE m.deleted_at IS NULL AND s.standing = '' AND b.own AND m.day >= ?"
        " AND v.title || v.text <> '' ORDER BY m.position DESC LIMIT ?",
        (since_day, limit),
    )
    for id_, day, author, lang, title, text, topics in rows:
        yield TextRow(id_, day, author, lang, scored_text(title, text), topics)


def first_seen(conn: sqlite3.Connection) -> datetime | None:
    """Return when the first mention was stored."""
    row = conn.execute("SELECT first_seen_at FROM mentions ORDER BY id LIMIT 1").fetchone()
    return None if row is None else moment(row[0])


def save(
    conn: sqlite3.Connection,
    started: datetime,
    now: datetime,
    *,
    seed: int,
    read: int,
    uncovered: int,
    report: dict[str, Json],
    proposals: Sequence[Proposed],
) -> int:
    """Keep a study; its proposals take the place of open ones, without those dismissed before."""
    row = conn.execute(
        "INSERT INTO topic_studies (started_at, ended_at, seed, read, uncovered, report)"
        " VALUES (?,?,?,?,?,?) RETURNING id",
        (millis(started), millis(now), seed, read, uncovered, json.dumps(report)),
    ).fetchone()
    study_id = int(row[0])
    conn.execute("DELETE FROM topic_proposals WHERE state = 'open'")
    refused = [
        set(json.loads(terms))
        for (terms,) in conn.execute("SELECT terms FROM topic_proposals WHERE state = 'dismissed'")
    ]
    fresh = [each for each in proposals if not any(_same(set(each.terms), no) for no in refused)]
    conn.executemany(
        "INSERT INTO topic_proposals (study_id, name, terms, lang, size, authors, examples)"
        " VALUES (?,?,?,?,?,?,?)",
        [
            (study_id, each.name, json.dumps(each.terms), each.lang, each.size, each.authors)
            + (json.dumps(each.examples),)
            for each in fresh
        ],
    )
    conn.execute(
        "DELETE FROM topic_studies WHERE id <= ? AND id NOT IN"
        " (SELECT study_id FROM topic_proposals)",
        (study_id - KEPT,),
    )
    revisions.bump(conn, "settings")
    return study_id


def last(conn: sqlite3.Connection) -> Study | None:
    """Return the latest study, None before the first."""
    row = conn.execute(
        "SELECT id, started_at, ended_at, seed, read, uncovered, report FROM topic_studies"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    return Study(row[0], moment(row[1]), moment(row[2]), row[3], row[4], row[5], json.loads(row[6]))


def proposals(conn: sqlite3.Connection, state: str = OPEN) -> list[Proposal]:
    """Return the proposals of a state, the biggest first."""
    return _proposals(conn, "WHERE r.state = ? ORDER BY r.size DESC, r.id", state)


def proposal(conn: sqlite3.Connection, proposal_id: int) -> Proposal:
    """Return one proposal."""
    found = _proposals(conn, "WHERE r.id = ?", proposal_id)
    if not found:
        raise NotFound(f"there is no proposal {proposal_id}; see `earshot topics proposals`")
    return found[0]


def accept(
    conn: sqlite3.Connection,
    proposal_id: int,
    actor: Person,
    now: datetime,
    *,
    name: str | None = None,
    terms: Sequence[str] = (),
    parent: str | None = None,
) -> StoredTopic:
    """Make a topic of a proposal, under another name and with fewer terms if asked for."""
    found = _decidable(conn, proposal_id)
    made = topic_changes.add(
        conn,
        name or found.name,
        terms or found.terms,
        actor,
        now,
        parent=parent,
        accepted=proposal_id,
    )
    conn.execute(
        "UPDATE topic_proposals SET state = ?, topic_id = ? WHERE id = ?",
        (ACCEPTED, made.id, proposal_id),
    )
    return made


def dismiss(conn: sqlite3.Connection, proposal_id: int, actor: Person, now: datetime) -> Proposal:
    """Say that a proposal is no topic; it does not come back."""
    found = _decidable(conn, proposal_id)
    conn.execute("UPDATE topic_proposals SET state = ? WHERE id = ?", (DISMISSED, proposal_id))
    data: dict[str, Json] = {"proposal": proposal_id, "name": found.name, "terms": [*found.terms]}
    taxonomy.record(conn, None, DISMISSED, actor, now, data)
    return proposal(conn, proposal_id)


def _decidable(conn: sqlite3.Connection, proposal_id: int) -> Proposal:
    found = proposal(conn, proposal_id)
    if found.state != OPEN:
        raise Refused(f"proposal {proposal_id} was {found.state} already")
    return found


def _same(a: set[str], b: set[str]) -> bool:
    """Say whether two proposals are mostly of the same terms."""
    return len(a & b) * 2 >= min(len(a), len(b))


def _proposals(conn: sqlite3.Connection, tail: str, value: int | str) -> list[Proposal]:
    rows = conn.execute(
        "SELECT r.id, r.name, r.terms, r.lang, r.size, r.authors, r.examples, r.state, t.key"
        f" FROM topic_proposals r LEFT JOIN topics t ON t.id = r.topic_id {tail}",
        (value,),
    )
    return [
        Proposal(
            id_, name, tuple(json.loads(terms)), lang, size, authors, tuple(json.loads(ids)), *more
        )
        for id_, name, terms, lang, size, authors, ids, *more in rows
    ]
