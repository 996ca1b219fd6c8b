"""The tables of telling people what was changed about what they had raised."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# ``person`` is a keyed digest of a mail address, or of a name at a place. Without an entry
# somebody is to be told by a reply at the source. ``rating`` to ``label`` are what they gave
# before; ``better`` is NULL where nothing can be compared.
_TOLD = """
CREATE TABLE action_rounds (
  id INTEGER PRIMARY KEY, action_id INTEGER NOT NULL REFERENCES actions, at INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, raised INTEGER NOT NULL,
  unreachable INTEGER NOT NULL, held INTEGER NOT NULL, text TEXT NOT NULL,
  note TEXT NOT NULL) STRICT;
CREATE TABLE action_tellings (
  id INTEGER PRIMARY KEY, action_id INTEGER NOT NULL REFERENCES actions,
  mention_id INTEGER NOT NULL REFERENCES mentions, version INTEGER NOT NULL,
  person BLOB NOT NULL, entry_id INTEGER REFERENCES outbox, told_at INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, rating INTEGER, nps INTEGER, csat INTEGER,
  label TEXT NOT NULL, UNIQUE (action_id, person)) STRICT;
CREATE INDEX action_tellings_person ON action_tellings (person, told_at);
CREATE TABLE action_returns (
  telling_id INTEGER NOT NULL REFERENCES action_tellings, mention_id INTEGER NOT NULL,
  version INTEGER NOT NULL, at INTEGER NOT NULL, better INTEGER,
  PRIMARY KEY (telling_id, mention_id, version)) STRICT, WITHOUT ROWID;
"""


def told_and_came_back(db: sqlite_utils.Database) -> None:
    """Who was told of an action, and what they said afterwards."""
    run(db, _TOLD)
