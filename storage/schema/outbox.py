"""The table of what is to leave: replies and mails; one more migration."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# ``content`` is a reply's text or a mail as JSON, ``closing`` what follows once a reply
# stands; both go with an erasure. ``back`` is the state to which the case returns.
_OUTBOX = """
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, kind TEXT NOT NULL,
  state TEXT NOT NULL, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, sender TEXT, sender_until INTEGER, error TEXT,
  actor_id INTEGER NOT NULL REFERENCES people, changed_by INTEGER NOT NULL REFERENCES people,
  changed_at INTEGER NOT NULL, case_id INTEGER, mention_id INTEGER REFERENCES mentions,
  mention_version INTEGER, source_id INTEGER REFERENCES sources, back TEXT, content TEXT,
  closing TEXT, native_id TEXT, url TEXT) STRICT;
CREATE INDEX outbox_due ON outbox (channel, next_at) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_mention ON outbox (mention_id) WHERE mention_id IS NOT NULL;
CREATE UNIQUE INDEX outbox_one_reply ON outbox (case_id)
  WHERE channel = 'reply' AND state IN ('pending', 'sending');
"""


def m009_outbox(db: sqlite_utils.Database) -> None:
    """Replies and mails on their way."""
    run(db, _OUTBOX)


# ``doubts`` counts attempts whose end nobody knows: a mail that is sent again after one is
# marked as a repeat. ``person`` is a keyed digest of a mail address; so is ``stopped``'s.
_AFTER = """
ALTER TABLE outbox ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
CREATE TABLE follow_ups (
  id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, closed_at INTEGER NOT NULL,
  person BLOB NOT NULL, entry_id INTEGER NOT NULL REFERENCES outbox, asked_at INTEGER NOT NULL,
  answer TEXT, answered_at INTEGER, actor_id INTEGER REFERENCES people,
  UNIQUE (case_id, closed_at)) STRICT;
CREATE INDEX follow_ups_person ON follow_ups (person, asked_at);
CREATE TABLE follow_up_stops (
  person BLOB PRIMARY KEY, at INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people) STRICT, WITHOUT ROWID;
CREATE TABLE case_outcomes (
  case_id INTEGER NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, before INTEGER,
  after INTEGER, PRIMARY KEY (case_id, what, at)) STRICT, WITHOUT ROWID;
"""


def after_the_reply(db: sqlite_utils.Database) -> None:
    """Mails sent again, what customers were asked afterwards, and what came of replies."""
    run(db, _AFTER)
