"""The table of consents: who may be quoted where anybody reads it, and what is shown."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# Only added to; holds nobody's words or names, so that an erasure need not touch it.
# ``asked_on`` is a day, ``how`` and ``scope`` are words of ours.
_PRAISE = """
CREATE TABLE praise_events (
  id INTEGER PRIMARY KEY, mention_id INTEGER NOT NULL REFERENCES mentions,
  version INTEGER NOT NULL, type TEXT NOT NULL, how TEXT NOT NULL, scope TEXT NOT NULL,
  asked_on INTEGER, actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT;
CREATE INDEX praise_events_mention ON praise_events (mention_id, id);
"""


def consents_to_be_quoted(db: sqlite_utils.Database) -> None:
    """Consents and what was published."""
    run(db, _PRAISE)
    for change in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER praise_events_no_{change.lower()} BEFORE {change} ON praise_events"
            " BEGIN SELECT RAISE(ABORT, 'consents are only added to'); END"
        )
