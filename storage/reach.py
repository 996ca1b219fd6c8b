"""How far something reached, as its source told: votes, likes, views or followers.

A number that grows at the source is stored again once it has doubled, and the mention is then
looked at by the case rules again: what takes off is found though its text stays the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from storage.recast import RULES

KEYS = frozenset(
    (
        *("score", "ups", "upvotes", "votes", "likes", "likecount", "thumbsup", "thumbsupcount"),
        *("helpful", "helpfulvotes", "views", "viewcount", "followers", "followercount"),
        *("followerscount", "karma", "shares", "retweets", "retweetcount"),
    )
)
"""Names under which sources and files tell a reach, without marks and capitals."""
MOST = 10**12


def told(extra: Mapping[str, str]) -> int:
    """Return the greatest reach among what came beside a text, 0 where nothing tells it."""
    found = 0
    for name, value in extra.items():
        if "".join(each for each in name.lower() if each.isalpha()) in KEYS:
            digits = value.replace(",", "").strip()
            if digits.isascii() and digits.isdecimal() and len(digits) < len(str(MOST)):
                found = max(found, int(digits))
    return found


def grown(conn: sqlite3.Connection, mention_id: int, value: int) -> bool:
    """Say whether a reach has doubled since it was stored."""
    row = conn.execute("SELECT value FROM reach WHERE mention_id = ?", (mention_id,)).fetchone()
    return value >= 2 * (row[0] if row else 1)


def keep(conn: sqlite3.Connection, mention_id: int, value: int, *, pending: int) -> None:
    """Store a reach that has grown; ``pending`` may let the rules look again."""
    conn.execute(
        "INSERT INTO reach VALUES (?,?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (mention_id, value),
    )
    conn.execute(
        "UPDATE mentions SET pending = pending | ? WHERE id = ?", (pending & RULES, mention_id)
    )
