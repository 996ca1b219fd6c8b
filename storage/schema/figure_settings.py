"""The table of settings that move figures, and since when somebody is one of a burst."""

from __future__ import annotations

import json

import sqlite_utils

from storage.schema.statements import run

# One row a change, only added to; ``own`` is a JSON object of brand ids, 1 for ours. What was
# set before the first row is taken to be as it.
_SETTINGS = """
CREATE TABLE figure_settings (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, timezone TEXT NOT NULL, own TEXT NOT NULL) STRICT;
ALTER TABLE burst_members ADD COLUMN joined_at INTEGER NOT NULL DEFAULT 0;
"""


def settings_that_move_figures(db: sqlite_utils.Database) -> None:
    """Settings that move figures, beginning with those of a file that holds something."""
    run(db, _SETTINGS)
    if db.conn.execute("SELECT 1 FROM mentions LIMIT 1").fetchone():
        zone = db.conn.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()
        own = {str(id_): is_own for id_, is_own in db.conn.execute("SELECT id, own FROM brands")}
        db.conn.execute(
            "INSERT INTO figure_settings (at, timezone, own) VALUES (0, ?, ?)",
            (zone[0] if zone else "UTC", json.dumps(own)),
        )
    for change in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER figure_settings_no_{change.lower()} BEFORE {change} ON figure_settings"
            " BEGIN SELECT RAISE(ABORT, 'figure_settings is only added to'); END"
        )
