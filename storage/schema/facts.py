"""The tables of the facts: everything from a source to a score; the first migration.

Drawn and explained in ``docs/data-model.md``.
"""

from __future__ import annotations

import sqlite_utils

from storage.measures import MEASURES
from storage.schema.statements import run

_REFERENCE = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE revisions (area TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE brands (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, own INTEGER NOT NULL,
  terms TEXT NOT NULL DEFAULT '[]', handles TEXT NOT NULL DEFAULT '[]',
  origin TEXT NOT NULL DEFAULT 'database') STRICT;
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE places (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE topics (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  terms TEXT NOT NULL DEFAULT '[]') STRICT;
CREATE TABLE sources (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  brand TEXT, product TEXT, every REAL NOT NULL, options TEXT NOT NULL DEFAULT '{}',
  origin TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1, cursor TEXT,
  created_at INTEGER NOT NULL, removed_at INTEGER) STRICT;
CREATE TABLE models (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
INSERT INTO brands (id, name, own) VALUES (0, '', 1);
INSERT INTO products (id, name) VALUES (0, '');
INSERT INTO sources (id, key, kind, every, origin, enabled, created_at)
  VALUES (0, '', '', 0, 'database', 0, 0);
"""

_FACTS = """
CREATE TABLE slices (
  id INTEGER PRIMARY KEY, grouping INTEGER NOT NULL, kind TEXT NOT NULL,
  brand_id INTEGER NOT NULL REFERENCES brands, source_id INTEGER NOT NULL REFERENCES sources,
  product_id INTEGER NOT NULL REFERENCES products, lang TEXT NOT NULL,
  label TEXT NOT NULL, origin TEXT NOT NULL,
  UNIQUE (grouping, kind, brand_id, source_id, product_id, lang, label, origin)) STRICT;
CREATE TABLE mentions (
  id INTEGER PRIMARY KEY, position INTEGER NOT NULL,
  slice_id INTEGER NOT NULL REFERENCES slices, place_id INTEGER NOT NULL REFERENCES places,
  day INTEGER NOT NULL, published_at INTEGER NOT NULL, precision TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL, version INTEGER NOT NULL,
  rating INTEGER, nps INTEGER, csat INTEGER, ces INTEGER, score INTEGER,
  replied INTEGER NOT NULL DEFAULT 0, topics TEXT NOT NULL DEFAULT '',
  pending INTEGER NOT NULL, deleted_at INTEGER, erased_at INTEGER) STRICT;
CREATE UNIQUE INDEX mentions_position ON mentions (position);
CREATE INDEX mentions_slice ON mentions (slice_id, position);
CREATE INDEX mentions_pending ON mentions (pending, id) WHERE pending > 0;
CREATE TABLE identities (
  mention_id INTEGER PRIMARY KEY REFERENCES mentions, place_id INTEGER NOT NULL,
  native_id TEXT NOT NULL, author TEXT NOT NULL, url TEXT NOT NULL, parent TEXT) STRICT;
CREATE UNIQUE INDEX identities_native ON identities (place_id, native_id);
CREATE TABLE versions (
  mention_id INTEGER NOT NULL REFERENCES mentions, version INTEGER NOT NULL,
  learned_at INTEGER NOT NULL, updated_at INTEGER, hash BLOB,
  rating INTEGER, nps INTEGER, csat INTEGER, ces INTEGER, lang TEXT,
  title TEXT, text TEXT, extra TEXT,
  PRIMARY KEY (mention_id, version)) STRICT, WITHOUT ROWID;
CREATE TABLE churn (
  mention_id INTEGER PRIMARY KEY REFERENCES mentions, edits INTEGER NOT NULL,
  last_at INTEGER NOT NULL) STRICT;
CREATE TABLE replies (
  mention_id INTEGER NOT NULL REFERENCES mentions, learned_at INTEGER NOT NULL,
  replied_at INTEGER, text TEXT,
  PRIMARY KEY (mention_id, learned_at)) STRICT, WITHOUT ROWID;
CREATE TABLE sightings (
  source_id INTEGER NOT NULL REFERENCES sources, mention_id INTEGER NOT NULL REFERENCES mentions,
  first_seen_at INTEGER NOT NULL,
  PRIMARY KEY (source_id, mention_id)) STRICT, WITHOUT ROWID;
CREATE TABLE labels (
  id INTEGER PRIMARY KEY, mention_id INTEGER NOT NULL REFERENCES mentions,
  version INTEGER NOT NULL, label TEXT NOT NULL, actor TEXT NOT NULL,
  labelled_at INTEGER NOT NULL) STRICT;
CREATE INDEX labels_mention ON labels (mention_id);
CREATE TABLE tombstones (digest BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

_UNDERSTANDING = """
CREATE TABLE scores (
  mention_id INTEGER NOT NULL, version INTEGER NOT NULL,
  model_id INTEGER NOT NULL REFERENCES models, counted INTEGER NOT NULL,
  label TEXT NOT NULL, score INTEGER, confidence INTEGER NOT NULL, compound REAL NOT NULL,
  lang TEXT, unsure INTEGER NOT NULL, disagrees INTEGER NOT NULL,
  topics TEXT NOT NULL DEFAULT '', scored_at INTEGER NOT NULL,
  PRIMARY KEY (mention_id, version, model_id),
  FOREIGN KEY (mention_id, version) REFERENCES versions) STRICT, WITHOUT ROWID;
CREATE TABLE opinions (
  mention_id INTEGER NOT NULL, version INTEGER NOT NULL, model_id INTEGER NOT NULL,
  seq INTEGER NOT NULL, topic_id INTEGER NOT NULL REFERENCES topics,
  start INTEGER NOT NULL, end INTEGER NOT NULL, label TEXT NOT NULL, score INTEGER NOT NULL,
  PRIMARY KEY (mention_id, version, model_id, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE mention_topics (
  topic_id INTEGER NOT NULL, slice_id INTEGER NOT NULL, position INTEGER NOT NULL,
  mention_id INTEGER NOT NULL,
  PRIMARY KEY (topic_id, slice_id, position)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (
  title, text, content='', tokenize='unicode61 remove_diacritics 2');
"""

_POLLS = """
CREATE TABLE polls (
  id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources,
  started_at INTEGER NOT NULL, ended_at INTEGER, expected INTEGER,
  new INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0, error TEXT, actor TEXT NOT NULL) STRICT;
CREATE INDEX polls_source ON polls (source_id, started_at);
CREATE INDEX polls_failed ON polls (source_id, started_at) WHERE error IS NOT NULL;
CREATE INDEX polls_refused ON polls (source_id, refused) WHERE refused > 0;
CREATE TABLE refusals (
  poll_id INTEGER NOT NULL REFERENCES polls, line INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE INDEX refusals_poll ON refusals (poll_id);
CREATE TABLE jobs (
  name TEXT PRIMARY KEY, due_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0, error TEXT, fence_owner TEXT,
  fence_until INTEGER) STRICT, WITHOUT ROWID;
"""


def rollup(table: str, period: str) -> str:
    """Return the statement that makes a table of cells by topic, slice and period."""
    columns = ", ".join(f"{name} INTEGER NOT NULL" for name in MEASURES)
    return (
        f"CREATE TABLE {table} (topic_id INTEGER NOT NULL, slice_id INTEGER NOT NULL, "
        f"{period} INTEGER NOT NULL, {columns}, "
        f"PRIMARY KEY (topic_id, slice_id, {period})) STRICT, WITHOUT ROWID;"
    )


def m001_facts(db: sqlite_utils.Database) -> None:
    """Everything from a source to a score."""
    for script in (_REFERENCE, _FACTS, _UNDERSTANDING, _POLLS):
        run(db, script)
    run(db, rollup("rollup_day", "day") + "\n" + rollup("rollup_month", "month"))
