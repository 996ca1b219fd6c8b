"""The tables of the desk: people, cases and their events, alerts; more migrations."""

from __future__ import annotations

import sqlite_utils

from storage.schema import migrations, run

_PEOPLE = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
"""


@migrations()
def m002_people(db: sqlite_utils.Database) -> None:
    """Who acts."""
    run(db, _PEOPLE)
