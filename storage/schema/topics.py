"""The tables of a taxonomy that people change: its events, its past, what was discovered.

Ids and keys of topics are permanent. ``past_topics`` keeps what a score said of topics
before it was read again: no figure of yesterday becomes inexplicable.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_TREE = """
ALTER TABLE topics ADD COLUMN parent_id INTEGER REFERENCES topics;
ALTER TABLE topics ADD COLUMN origin TEXT NOT NULL DEFAULT 'starter';
ALTER TABLE topics ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE topics ADD COLUMN merged_into INTEGER REFERENCES topics;
CREATE TABLE topic_events (
  id INTEGER PRIMARY KEY, topic_id INTEGER REFERENCES topics, type TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX topic_events_topic ON topic_events (topic_id, id);
CREATE TABLE past_topics (
  mention_id INTEGER NOT NULL, version INTEGER NOT NULL, model_id INTEGER NOT NULL,
  until_at INTEGER NOT NULL, topics TEXT NOT NULL,
  PRIMARY KEY (mention_id, version, model_id, until_at)) STRICT, WITHOUT ROWID;
"""

# Terms of a proposal were said by five people at least; examples are ids, never words.
_STUDIES = """
CREATE TABLE topic_studies (
  id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
  seed INTEGER NOT NULL, read INTEGER NOT NULL, uncovered INTEGER NOT NULL,
  report TEXT NOT NULL) STRICT;
CREATE TABLE topic_proposals (
  id INTEGER PRIMARY KEY, study_id INTEGER NOT NULL REFERENCES topic_studies,
  name TEXT NOT NULL, terms TEXT NOT NULL, lang TEXT NOT NULL, size INTEGER NOT NULL,
  authors INTEGER NOT NULL, examples TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open',
  topic_id INTEGER REFERENCES topics) STRICT;
CREATE INDEX topic_proposals_study ON topic_proposals (study_id);
"""
_GUARDS = (
    "CREATE TRIGGER topic_events_no_update BEFORE UPDATE ON topic_events"
    " BEGIN SELECT RAISE(ABORT, 'topic_events is append-only'); END",
    "CREATE TRIGGER topic_events_no_delete BEFORE DELETE ON topic_events"
    " BEGIN SELECT RAISE(ABORT, 'topic_events is append-only'); END",
)


def m017_topics(db: sqlite_utils.Database) -> None:
    """A tree of topics, its events, and what discovery proposes."""
    run(db, _TREE)
    run(db, _STUDIES)
    for guard in _GUARDS:
        db.conn.execute(guard)
