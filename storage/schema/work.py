"""What colleagues need to work on cases together; one more migration.

New columns of ``cases`` come from events like the others. ``writing`` holds what stands in
somebody's field before it becomes a draft's event, ``presence`` who looks at what: both may
be forgotten at any time, neither is history.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_CASES = """
ALTER TABLE cases ADD COLUMN approval TEXT;
ALTER TABLE cases ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE cases ADD COLUMN paused_at INTEGER;
ALTER TABLE cases ADD COLUMN merged_into INTEGER;
ALTER TABLE cases ADD COLUMN ticket_url TEXT;
ALTER TABLE cases ADD COLUMN ticket_owner TEXT;
ALTER TABLE cases ADD COLUMN ticket_due_at INTEGER;
"""

# No reference to cases: ``rebuild`` makes these anew, and what is typed must survive that.
_TOGETHER = """
CREATE TABLE writing (
  case_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people,
  mention_version INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE presence (
  case_id INTEGER NOT NULL, person_id INTEGER NOT NULL REFERENCES people,
  seen_at INTEGER NOT NULL, PRIMARY KEY (case_id, person_id)) STRICT, WITHOUT ROWID;
CREATE TABLE approval_rules (
  id INTEGER PRIMARY KEY, role TEXT, max_rating INTEGER, source TEXT,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT;
CREATE TABLE saved_views (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, person_id INTEGER REFERENCES people,
  query TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE notices (
  id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people,
  case_id INTEGER NOT NULL, kind TEXT NOT NULL, by_id INTEGER NOT NULL REFERENCES people,
  at INTEGER NOT NULL, read_at INTEGER, mailed_at INTEGER) STRICT;
CREATE INDEX notices_person ON notices (person_id, id);
CREATE INDEX notices_unread ON notices (person_id, id) WHERE read_at IS NULL;
"""


def cases_together(db: sqlite_utils.Database) -> None:
    """Approvals, pauses, tags, tickets; what is being typed and by whom; notices."""
    run(db, _CASES)
    run(db, _TOGETHER)
