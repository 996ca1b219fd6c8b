"""The table of targets: what a figure is to be, by when, and who answers for it."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# Only added to: the newest row of a kind and measure up to a moment is the target of then.
# ``value`` is in the unit of the measure, NULL where the target was taken away.
_TARGETS = """
CREATE TABLE targets (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, measure TEXT NOT NULL, value REAL, due INTEGER,
  owner TEXT NOT NULL, origin TEXT NOT NULL, actor_id INTEGER NOT NULL REFERENCES people,
  at INTEGER NOT NULL) STRICT;
"""


def targets_of_figures(db: sqlite_utils.Database) -> None:
    """Targets, each with owner and date."""
    run(db, _TARGETS)
    for change in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER targets_no_{change.lower()} BEFORE {change} ON targets"
            " BEGIN SELECT RAISE(ABORT, 'targets are only added to'); END"
        )
