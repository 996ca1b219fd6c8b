"""What alerts need beyond their life: severity, rules, routes, thumbs, who was told; a migration.

``alert_tellings`` is written in the transaction that opens an alert: one row for each event
and route, so that nobody is told twice and nobody is forgotten, whenever the process dies.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_ALERTING = """
ALTER TABLE alerts ADD COLUMN severity TEXT NOT NULL DEFAULT 'normal';
ALTER TABLE alerts ADD COLUMN rule TEXT NOT NULL DEFAULT '';
CREATE TABLE alert_rules (
  name TEXT PRIMARY KEY, definition TEXT NOT NULL, enabled INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE alert_routes (
  name TEXT PRIMARY KEY, definition TEXT NOT NULL, enabled INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE alert_votes (
  alert_id INTEGER NOT NULL REFERENCES alerts, person_id INTEGER NOT NULL REFERENCES people,
  useful INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (alert_id, person_id)) STRICT, WITHOUT ROWID;
CREATE TABLE alert_tellings (
  id INTEGER PRIMARY KEY, alert_id INTEGER NOT NULL REFERENCES alerts,
  event_id INTEGER NOT NULL REFERENCES alert_events, route TEXT NOT NULL,
  due_at INTEGER NOT NULL, entry_id INTEGER REFERENCES outbox,
  UNIQUE (event_id, route)) STRICT;
CREATE INDEX alert_tellings_due ON alert_tellings (due_at) WHERE entry_id IS NULL;
"""


def alerting(db: sqlite_utils.Database) -> None:
    """Severity, rules, routes, thumbs and who was told of alerts."""
    run(db, _ALERTING)
