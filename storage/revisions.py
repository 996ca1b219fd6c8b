"""One counter per area that moves with every write that matters to it.

Pages cache on the areas that they read: exact invalidation, no time-to-live.
Areas: facts, queue, alerts, sources, settings.
"""

from __future__ import annotations

import sqlite3

AREAS = ("facts", "queue", "alerts", "sources", "settings")


def bump(conn: sqlite3.Connection, area: str) -> None:
    """Move an area's counter, in the caller's transaction."""
    conn.execute(
        "INSERT INTO revisions VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1", (area,)
    )


def current(conn: sqlite3.Connection) -> dict[str, int]:
    """Return every area's counter; an area never written is 0."""
    return dict.fromkeys(AREAS, 0) | dict(conn.execute("SELECT area, value FROM revisions"))
