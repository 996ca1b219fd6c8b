"""Who looked when, what people speak and look after, and who changed which setting.

One more migration. ``visits`` may be forgotten at any time; ``setting_events`` is history.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# ``before_at`` is the end of the visit before the one that goes on.
_WATCH = """
CREATE TABLE visits (
  person_id INTEGER PRIMARY KEY REFERENCES people, seen_at INTEGER NOT NULL,
  before_at INTEGER) STRICT;
ALTER TABLE people ADD COLUMN langs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE people ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
CREATE TABLE setting_events (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor_id INTEGER NOT NULL REFERENCES people,
  area TEXT NOT NULL, subject TEXT NOT NULL, before TEXT, after TEXT) STRICT;
"""

_GUARDS = (
    "CREATE TRIGGER setting_events_no_update BEFORE UPDATE ON setting_events"
    " BEGIN SELECT RAISE(ABORT, 'setting_events is append-only'); END",
    "CREATE TRIGGER setting_events_no_delete BEFORE DELETE ON setting_events"
    " BEGIN SELECT RAISE(ABORT, 'setting_events is append-only'); END",
)


def watching(db: sqlite_utils.Database) -> None:
    """Visits, languages and places of people, and changes of settings."""
    run(db, _WATCH)
    for guard in _GUARDS:
        db.conn.execute(guard)
