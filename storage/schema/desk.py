"""The tables of the desk: people, cases and their events, rules, alerts; more migrations."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_PEOPLE = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
"""

# ``data`` holds what replay needs and no person's words, so that it may stay after an
# erasure; people's words are in event_content, and ``digest`` ties the two together.
# WITHOUT ROWID: a row's bytes then are what the seal covers, with no unused field between.
_EVENTS = """
CREATE TABLE case_events (
  seq INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, type TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL,
  case_version INTEGER NOT NULL, mention_id INTEGER NOT NULL REFERENCES mentions,
  mention_version INTEGER NOT NULL, data TEXT NOT NULL,
  digest BLOB NOT NULL, hmac BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX case_events_case ON case_events (case_id);
CREATE TABLE event_content (
  seq INTEGER PRIMARY KEY REFERENCES case_events, salt BLOB NOT NULL,
  content TEXT NOT NULL) STRICT;
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, count INTEGER NOT NULL,
  hmac BLOB NOT NULL) STRICT;
INSERT INTO audit_head VALUES (1, 0, 0, zeroblob(32));
"""

# On one line each: the script is cut at semicolons that end a line.
_GUARDS = (
    "CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events"
    " BEGIN SELECT RAISE(ABORT, 'case_events is append-only'); END",
    "CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events"
    " BEGIN SELECT RAISE(ABORT, 'case_events is append-only'); END",
    "CREATE TRIGGER case_events_no_gap BEFORE INSERT ON case_events"
    " WHEN NEW.seq IS NOT (SELECT seq + 1 FROM audit_head)"
    " BEGIN SELECT RAISE(ABORT, 'case_events continues its head'); END",
    "CREATE TRIGGER event_content_no_update BEFORE UPDATE ON event_content"
    " BEGIN SELECT RAISE(ABORT, 'event_content is written once'); END",
)

_CASES = """
CREATE TABLE root_causes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE) STRICT;
CREATE TABLE cases (
  id INTEGER PRIMARY KEY, mention_id INTEGER NOT NULL UNIQUE REFERENCES mentions,
  state TEXT NOT NULL, version INTEGER NOT NULL, mention_version INTEGER NOT NULL,
  changed INTEGER NOT NULL, priority INTEGER NOT NULL, rule TEXT NOT NULL,
  reasons TEXT NOT NULL, opened_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
  owner_id INTEGER REFERENCES people, lease_until INTEGER, snooze_until INTEGER,
  draft_seq INTEGER, answered_at INTEGER, reply_url TEXT,
  root_cause_id INTEGER REFERENCES root_causes, action TEXT, reason TEXT,
  closed_at INTEGER, outcome TEXT, last_type TEXT NOT NULL,
  last_actor_id INTEGER NOT NULL REFERENCES people, last_at INTEGER NOT NULL) STRICT;
CREATE INDEX cases_open ON cases (priority, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX cases_state ON cases (state, priority, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX cases_owner ON cases (owner_id, priority, due_at, id)
  WHERE closed_at IS NULL AND owner_id IS NOT NULL;
CREATE INDEX cases_leased ON cases (lease_until) WHERE state = 'claimed';
CREATE INDEX cases_snoozed ON cases (snooze_until) WHERE state = 'waiting';
CREATE INDEX cases_closed ON cases (closed_at, id) WHERE closed_at IS NOT NULL;
"""

_RULES = """
CREATE TABLE case_rules (
  name TEXT PRIMARY KEY, position INTEGER NOT NULL, definition TEXT NOT NULL,
  origin TEXT NOT NULL, enabled INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

# A cause stays taken until things are normal again, also when a person resolved the alert.
_ALERTS = """
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY, signal TEXT NOT NULL, scope TEXT NOT NULL, cause TEXT NOT NULL,
  state TEXT NOT NULL, opened_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  snooze_until INTEGER, normal_at INTEGER, words TEXT NOT NULL, numbers TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, changed_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX alerts_cause ON alerts (cause) WHERE normal_at IS NULL;
CREATE INDEX alerts_opened ON alerts (opened_at, id);
CREATE TABLE alert_events (
  id INTEGER PRIMARY KEY, alert_id INTEGER NOT NULL REFERENCES alerts, type TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL,
  data TEXT NOT NULL) STRICT;
CREATE INDEX alert_events_alert ON alert_events (alert_id);
"""


def m002_people(db: sqlite_utils.Database) -> None:
    """Who acts."""
    run(db, _PEOPLE)


def m003_cases(db: sqlite_utils.Database) -> None:
    """Cases, the chain of their events, and the actor that is the program itself."""
    db.conn.execute("INSERT INTO people VALUES (0, 'earshot', 'system', 0)")
    run(db, _EVENTS)
    for guard in _GUARDS:
        db.conn.execute(guard)
    run(db, _CASES)


def m004_case_rules(db: sqlite_utils.Database) -> None:
    """What opens a case."""
    run(db, _RULES)


def m005_alerts(db: sqlite_utils.Database) -> None:
    """Alerts and their life."""
    run(db, _ALERTS)
