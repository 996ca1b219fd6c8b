"""Editions of a week's summary: who made it when and whom it quoted; comments and hidings.

No numbers and no words of customers: the first are counted again, the second are read
from where an erasure finds them. Not here: what a summary says (``dashboard.reports``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from storage import revisions
from storage.errors import InputError, NotFound
from storage.models import Label
from storage.times import millis, moment

COMMENT_LIMIT = 4_000
"""Characters of a comment: a page."""
_EVER = 2**62


class Quoted(NamedTuple):
    """One quote: under which label, whose text, and which version of it."""

    label: Label
    mention_id: int
    version: int


class Edition(NamedTuple):
    """One making of a summary; ``facts`` is the revision that it counted, None if not known."""

    id: int
    week: str
    brands: tuple[str, ...]
    places: tuple[str, ...]
    made_at: datetime
    actor: str
    facts: int | None


def keep(
    conn: sqlite3.Connection,
    week: str,
    brands: Sequence[str],
    places: Sequence[str],
    at: datetime,
    actor_id: int,
    quotes: Iterable[Quoted],
    facts: int | None = None,
) -> int:
    """Record that a summary was made; return the edition's id."""
    row = conn.execute(
        "INSERT INTO report_editions (week, brands, places, made_at, actor_id, facts)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (week, json.dumps(list(brands)), json.dumps(list(places)), millis(at), actor_id, facts),
    ).fetchone()
    conn.executemany(
        "INSERT INTO report_quotes VALUES (?, ?, ?, ?, ?)",
        [
            (row[0], each.label.value, rank, each.mention_id, each.version)
            for rank, each in enumerate(quotes)
        ],
    )
    return int(row[0])


def first(conn: sqlite3.Connection, week: str, brands: Sequence[str]) -> datetime | None:
    """Return when the first summary of a week was made for these brands, of all places."""
    row = conn.execute(
        "SELECT min(made_at) FROM report_editions WHERE week = ? AND brands = ? AND places = '[]'",
        (week, json.dumps(list(brands))),
    ).fetchone()
    return None if row[0] is None else moment(row[0])


def quoted(
    conn: sqlite3.Connection,
    week: str,
    brands: Sequence[str],
    places: Sequence[str],
    at: datetime,
) -> tuple[Quoted, ...] | None:
    """Return whom the summary made at exactly this moment quoted; None where none was made."""
    row = conn.execute(
        "SELECT id FROM report_editions WHERE (week, brands, places, made_at) = (?, ?, ?, ?)"
        " ORDER BY id DESC LIMIT 1",
        (week, json.dumps(list(brands)), json.dumps(list(places)), millis(at)),
    ).fetchone()
    if row is None:
        return None
    rows = conn.execute(
        "SELECT label, mention_id, version FROM report_quotes WHERE edition_id = ? ORDER BY rank",
        row,
    )
    return tuple(Quoted(Label(label), *rest) for label, *rest in rows)


def editions(conn: sqlite3.Connection, week: str | None = None, limit: int = 50) -> list[Edition]:
    """Return what was made, the newest first."""
    rows = conn.execute(
        f"{_SELECT} WHERE ?1 IS NULL OR e.week = ?1 ORDER BY e.made_at DESC, e.id DESC LIMIT ?2",
        (week, limit),
    )
    return [_edition(row) for row in rows]


def get(conn: sqlite3.Connection, edition_id: int) -> Edition:
    """Return an edition by its number."""
    row = conn.execute(f"{_SELECT} WHERE e.id = ?", (edition_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no edition {edition_id}")
    return _edition(row)


_SELECT = (
    "SELECT e.id, e.week, e.brands, e.places, e.made_at, p.name, e.facts FROM report_editions e"
    " JOIN people p ON p.id = e.actor_id"
)


def _edition(row: tuple[int, str, str, str, int, str, int | None]) -> Edition:
    number, week, brands, places, at, actor, facts = row
    scope = tuple(json.loads(brands)), tuple(json.loads(places))
    return Edition(number, week, *scope, moment(at), actor, facts)


def comment(conn: sqlite3.Connection, week: str, at: datetime | None = None) -> str:
    """Return what somebody wrote about a week, as it read at a moment."""
    row = conn.execute(
        "SELECT text FROM report_comments WHERE week = ? AND at <= ? ORDER BY id DESC LIMIT 1",
        (week, _EVER if at is None else millis(at)),
    ).fetchone()
    return str(row[0]) if row else ""


def write_comment(
    conn: sqlite3.Connection, week: str, text: str, actor_id: int, at: datetime
) -> None:
    """Write the comment on a week; an empty one takes it away."""
    said = text.strip()
    if len(said) > COMMENT_LIMIT:
        raise InputError(f"a comment has at most {COMMENT_LIMIT:,} characters; shorten it")
    if said == comment(conn, week):
        return
    conn.execute(
        "INSERT INTO report_comments (week, text, actor_id, at) VALUES (?, ?, ?, ?)",
        (week, said, actor_id, millis(at)),
    )
    revisions.bump(conn, "settings")


def hidden(conn: sqlite3.Connection, week: str, at: datetime | None = None) -> frozenset[int]:
    """Return the mentions that a week's summary does not quote, as was decided at a moment."""
    rows = conn.execute(
        "SELECT mention_id, hidden, max(id) FROM report_hidings WHERE week = ? AND at <= ?"
        " GROUP BY mention_id",
        (week, _EVER if at is None else millis(at)),
    )
    return frozenset(mention_id for mention_id, is_hidden, _ in rows if is_hidden)


def hide(
    conn: sqlite3.Connection,
    week: str,
    mention_id: int,
    actor_id: int,
    at: datetime,
    *,
    show: bool = False,
) -> None:
    """Leave a text out of a week's summary, or (``show``) let it be quoted again."""
    if not conn.execute("SELECT 1 FROM mentions WHERE id = ?", (mention_id,)).fetchone():
        raise NotFound(f"there is no mention {mention_id}")
    if (mention_id in hidden(conn, week)) is not show:
        return
    conn.execute(
        "INSERT INTO report_hidings (week, mention_id, hidden, actor_id, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (week, mention_id, int(not show), actor_id, millis(at)),
    )
    revisions.bump(conn, "settings")
