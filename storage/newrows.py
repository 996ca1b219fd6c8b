"""Rows of new mentions, collected and written with one executemany a table."""

from __future__ import annotations

import sqlite3


class NewRows:
    """Rows of new mentions, collected to be written with one executemany a table."""

    def __init__(self) -> None:
        self.mentions: list[tuple[object, ...]] = []
        self.identities: list[tuple[object, ...]] = []
        self.versions: list[tuple[object, ...]] = []
        self.sightings: list[tuple[object, ...]] = []
        self.search: list[tuple[int, str, str]] = []
        self.replies: list[tuple[object, ...]] = []
        self.labels: list[tuple[object, ...]] = []
        self.reach: list[tuple[int, int]] = []

    def write(self, conn: sqlite3.Connection) -> None:
        """Write and empty the lists, parents first."""
        if self.mentions:
            conn.executemany(
                "INSERT INTO mentions (id, position, slice_id, place_id, day, published_at,"
                " precision, first_seen_at, version, rating, nps, csat, ces, replied, pending)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                self.mentions,
            )
            conn.executemany("INSERT INTO identities VALUES (?,?,?,?,?,?)", self.identities)
            conn.executemany(
                "INSERT INTO versions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", self.versions
            )
            # FTS5 flushes its pending terms whenever a rowid goes down.
            self.search.sort()
            conn.executemany("INSERT INTO search (rowid, title, text) VALUES (?,?,?)", self.search)
            conn.executemany("INSERT INTO replies VALUES (?,?,?,?)", self.replies)
            conn.executemany(
                "INSERT INTO labels (mention_id, version, label, actor, labelled_at)"
                " VALUES (?,?,?,?,?)",
                self.labels,
            )
            conn.executemany("INSERT INTO reach VALUES (?,?)", self.reach)
        conn.executemany("INSERT OR IGNORE INTO sightings VALUES (?,?,?)", self.sightings)
        self.mentions.clear()
        self.identities.clear()
        self.versions.clear()
        self.sightings.clear()
        self.search.clear()
        self.replies.clear()
        self.labels.clear()
        self.reach.clear()
