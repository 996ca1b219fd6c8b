"""The tables of actions: what was done about a topic, said before its result was looked at."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# What is judged never changes once registered: only dates of doing, withdrawing and
# publishing are added, as events. ``scope`` is a JSON object of lists: brands, sources.
_ACTIONS = """
CREATE TABLE actions (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, topic_id INTEGER NOT NULL REFERENCES topics,
  scope TEXT NOT NULL, measure TEXT NOT NULL, expected REAL,
  registered_at INTEGER NOT NULL, actor_id INTEGER NOT NULL REFERENCES people) STRICT;
CREATE TABLE action_events (
  id INTEGER PRIMARY KEY, action_id INTEGER NOT NULL REFERENCES actions, type TEXT NOT NULL,
  day INTEGER, note TEXT NOT NULL, actor_id INTEGER NOT NULL REFERENCES people,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX action_events_action ON action_events (action_id, id);
"""
_GUARDS = (
    "CREATE TRIGGER actions_no_update BEFORE UPDATE ON actions"
    " BEGIN SELECT RAISE(ABORT, 'what was registered stays'); END",
    "CREATE TRIGGER action_events_no_update BEFORE UPDATE ON action_events"
    " BEGIN SELECT RAISE(ABORT, 'action_events is append-only'); END",
    "CREATE TRIGGER action_events_no_delete BEFORE DELETE ON action_events"
    " BEGIN SELECT RAISE(ABORT, 'action_events is append-only'); END",
)


def m019_actions(db: sqlite_utils.Database) -> None:
    """Actions and what became of them."""
    run(db, _ACTIONS)
    for guard in _GUARDS:
        db.conn.execute(guard)
