"""The tables of summaries that are mailed by themselves; one more migration."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# ``day`` is 1 (Monday) to 7 of a week, or 1 to 28 of a month; ``minute`` that of the day in
# the reporting timezone. Nothing due before ``since_at`` is sent; ``done`` is the newest
# period that was. ``brands`` and ``places`` are JSON lists, empty for all.
_SCHEDULES = """
ALTER TABLE report_editions ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
CREATE TABLE report_schedules (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, every TEXT NOT NULL, day INTEGER NOT NULL,
  minute INTEGER NOT NULL, enabled INTEGER NOT NULL, origin TEXT NOT NULL,
  since_at INTEGER NOT NULL, done TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE report_recipients (
  schedule_id INTEGER NOT NULL REFERENCES report_schedules, rank INTEGER NOT NULL,
  address TEXT NOT NULL, brands TEXT NOT NULL, places TEXT NOT NULL, locale TEXT NOT NULL,
  PRIMARY KEY (schedule_id, rank), UNIQUE (schedule_id, address)) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_kind ON outbox (kind, id);
"""


def m023_summaries(db: sqlite_utils.Database) -> None:
    """Schedules of summaries, whom each is mailed to, and places of an edition."""
    run(db, _SCHEDULES)


def edition_facts(db: sqlite_utils.Database) -> None:
    """How far facts had moved when an edition was made; empty where that is not known."""
    db.conn.execute("ALTER TABLE report_editions ADD COLUMN facts INTEGER")
