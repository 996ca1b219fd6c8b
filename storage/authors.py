"""People who wrote to or about us: who bears a name on a site, and what they said.

A person is one name on one site, exactly as the site shows it. The same name on another
site may be somebody else: it is suggested, never merged. Names are personal data: nothing
here is kept in memory, and an erased name finds nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from storage.times import moment

NAMES_FOUND = 30
# Saying that no name is empty lets SQLite use the index of names, which leaves these out.


class Author(NamedTuple):
    """One name on one site: how much they said, how badly, and when."""

    site: str
    name: str
    mentions: int
    negative: int
    cases: int
    open_cases: int
    first_at: datetime
    last_at: datetime


_SITE = "substr(p.key, 1, instr(p.key || ':', ':') - 1)"
_MATCHING = (
    "SELECT DISTINCT author FROM identities WHERE author <> '' AND author {} ORDER BY author"
    " LIMIT ?"
)


def names(conn: sqlite3.Connection, text: str) -> list[str]:
    """Names that begin with what was typed, letter case counting, the exact one first."""
    wanted = text.strip()
    if not wanted:
        return []
    exact = conn.execute(_MATCHING.format("= ?"), (wanted, 1)).fetchall()
    after = wanted + chr(0x10FFFF)
    like = conn.execute(_MATCHING.format("> ? AND author < ?"), (wanted, after, NAMES_FOUND))
    return [name for (name,) in [*exact, *like]][:NAMES_FOUND]


def by_name(conn: sqlite3.Connection, name: str) -> list[Author]:
    """Everybody of exactly this name, one per site, most mentions first."""
    if not name:
        return []
    rows = conn.execute(
        f"SELECT {_SITE}, count(*), sum(s.label = 'negative'), count(c.id),"
        " coalesce(sum(c.id IS NOT NULL AND c.closed_at IS NULL), 0),"
        " min(m.published_at), max(m.published_at)"
        " FROM identities i CROSS JOIN mentions m ON m.id = i.mention_id"
        " JOIN places p ON p.id = m.place_id JOIN slices s ON s.id = m.slice_id"
        " LEFT JOIN cases c ON c.mention_id = m.id"
        " WHERE i.author <> '' AND i.author = ? AND m.deleted_at IS NULL"
        " GROUP BY 1 ORDER BY 2 DESC, 1",
        (name,),
    )
    return [
        Author(site, name, n, bad, cases, waiting, moment(first), moment(last))
        for site, n, bad, cases, waiting, first, last in rows
    ]


def mention_ids(conn: sqlite3.Connection, site: str, name: str, limit: int) -> list[int]:
    """The newest mentions of one name on one site."""
    if not name:
        return []
    rows = conn.execute(
        "SELECT m.id FROM identities i CROSS JOIN mentions m ON m.id = i.mention_id"
        " JOIN places p ON p.id = m.place_id"
        f" WHERE i.author <> '' AND i.author = ? AND {_SITE} = ? AND m.deleted_at IS NULL"
        " ORDER BY m.position DESC LIMIT ?",
        (name, site, limit),
    )
    return [row[0] for row in rows]


def frequent(conn: sqlite3.Connection, since: datetime, limit: int) -> tuple[tuple[int, int], ...]:
    """Who said most since a time: a mention of theirs, and how many; its name is read anew."""
    rows = conn.execute(
        f"SELECT max(m.id), count(*) FROM mentions m"
        " CROSS JOIN identities i ON i.mention_id = m.id JOIN places p ON p.id = m.place_id"
        " WHERE m.position >= ? AND m.deleted_at IS NULL AND i.author <> ''"
        f" GROUP BY {_SITE}, i.author HAVING count(*) > 1 ORDER BY 2 DESC, i.author, {_SITE}"
        " LIMIT ?",
        (int(since.timestamp()) << 31, limit),
    )
    return tuple((mention_id, n) for mention_id, n in rows)


def bearers(conn: sqlite3.Connection, mention_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Site and name of who said each mention; one without a name has none."""
    rows = conn.execute(
        f"SELECT m.id, {_SITE}, i.author FROM json_each(?) j CROSS JOIN mentions m"
        " ON m.id = j.value JOIN identities i ON i.mention_id = m.id"
        " JOIN places p ON p.id = m.place_id WHERE i.author <> '' ORDER BY j.key",
        (json.dumps(mention_ids),),
    )
    return {mention_id: (site, name) for mention_id, site, name in rows}


def cases_of(conn: sqlite3.Connection, mention_ids: list[int]) -> dict[int, int]:
    """The case of each mention that has one."""
    rows = conn.execute(
        "SELECT c.mention_id, c.id FROM json_each(?) j JOIN cases c ON c.mention_id = j.value",
        (json.dumps(mention_ids),),
    )
    return dict(rows.fetchall())
