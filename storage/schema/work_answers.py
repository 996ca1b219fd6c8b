"""Templates and their use, customers by key, business hours, promises of time; one migration."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_ANSWERS = """
CREATE TABLE templates (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, topic TEXT NOT NULL, lang TEXT NOT NULL,
  tone TEXT NOT NULL, text TEXT NOT NULL, actor_id INTEGER NOT NULL REFERENCES people,
  at INTEGER NOT NULL, retired_at INTEGER) STRICT;
CREATE UNIQUE INDEX templates_name ON templates (name) WHERE retired_at IS NULL;
CREATE TABLE template_uses (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, case_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT;
CREATE INDEX template_uses_name ON template_uses (name, at);
CREATE INDEX template_uses_case ON template_uses (case_id);
CREATE INDEX cases_asked ON cases (id) WHERE approval = 'asked' AND closed_at IS NULL;
"""

# ``key`` is compared exactly with the name that a site shows; ``extra`` holds any further
# column of the file that it came from.
_CUSTOMERS = """
CREATE TABLE customers (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, tier TEXT NOT NULL, value REAL,
  owner_id INTEGER REFERENCES people, extra TEXT NOT NULL, at INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
"""

_CLOCKS = """
CREATE TABLE calendars (
  name TEXT PRIMARY KEY, timezone TEXT NOT NULL, periods TEXT NOT NULL,
  holidays TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sla_policies (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, tier TEXT NOT NULL, priority INTEGER,
  minutes INTEGER NOT NULL, calendar TEXT NOT NULL) STRICT;
CREATE TABLE away (
  person_id INTEGER PRIMARY KEY REFERENCES people, since INTEGER NOT NULL) STRICT;
"""


def answers_customers_clocks(db: sqlite_utils.Database) -> None:
    """What an answer begins with, whom it goes to, and by when."""
    for script in (_ANSWERS, _CUSTOMERS, _CLOCKS):
        run(db, script)
