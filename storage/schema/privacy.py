"""The table of erasures: who erased how much and when, never what; one more migration."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# An erasure without ``done_at`` took the words out of the tables, but some process still
# kept old pages of the file from being overwritten.
_ERASURES = """
CREATE TABLE erasures (
  id INTEGER PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, chosen_by TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, mentions INTEGER NOT NULL,
  versions INTEGER NOT NULL, replies INTEGER NOT NULL, cases INTEGER NOT NULL,
  begun_at INTEGER NOT NULL, done_at INTEGER) STRICT;
"""


def m006_erasures(db: sqlite_utils.Database) -> None:
    """Receipts of erasures."""
    run(db, _ERASURES)
