"""Rules that acknowledge a message by themselves, reach, and events by kind; migrations."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# ``person`` is a keyed digest of site and name; ``left_out`` says why nothing was sent.
_ACKNOWLEDGEMENTS = """
ALTER TABLE cases ADD COLUMN acknowledged_at INTEGER;
CREATE INDEX cases_opened ON cases (opened_at, id);
CREATE TABLE acknowledgement_rules (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, definition TEXT NOT NULL,
  on_since INTEGER, actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT;
CREATE TABLE acknowledgements (
  case_id INTEGER PRIMARY KEY, rule_id INTEGER NOT NULL, at INTEGER NOT NULL, person BLOB,
  entry_id INTEGER REFERENCES outbox, left_out TEXT) STRICT;
CREATE INDEX acknowledgements_rule ON acknowledgements (rule_id, at);
CREATE INDEX acknowledgements_person ON acknowledgements (person, at) WHERE person IS NOT NULL;
CREATE UNIQUE INDEX outbox_one_acknowledgement ON outbox (case_id)
  WHERE channel = 'acknowledgement';
"""


def acknowledgements(db: sqlite_utils.Database) -> None:
    """Rules for acknowledgements, off by default, and what they did."""
    run(db, _ACKNOWLEDGEMENTS)


def reach(db: sqlite_utils.Database) -> None:
    """How far a mention reached, where its source tells."""
    db.conn.execute(
        "CREATE TABLE reach (mention_id INTEGER PRIMARY KEY REFERENCES mentions,"
        " value INTEGER NOT NULL) STRICT"
    )


def events_by_kind(db: sqlite_utils.Database) -> None:
    """What a period's events of one kind, and its waits, are found by."""
    db.conn.execute("CREATE INDEX case_events_type ON case_events (type, at, actor_id)")
    db.conn.execute("DROP INDEX cases_opened")
    db.conn.execute(
        "CREATE INDEX cases_opened ON cases (opened_at, answered_at, closed_at, mention_id)"
    )
