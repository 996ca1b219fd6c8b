"""The tables of look-alikes: sketches of texts, groups, bursts and what people decided.

A sketch is 64 bytes from which no word can be read back; it goes with the words when a
mention is erased. ``slices`` gains the standing of what it counts.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# SQLite cannot add a column to a UNIQUE constraint: the table is made anew with its ids.
_SLICES = """
CREATE TABLE slices_new (
  id INTEGER PRIMARY KEY, grouping INTEGER NOT NULL, kind TEXT NOT NULL,
  brand_id INTEGER NOT NULL REFERENCES brands, source_id INTEGER NOT NULL REFERENCES sources,
  product_id INTEGER NOT NULL REFERENCES products, lang TEXT NOT NULL,
  label TEXT NOT NULL, origin TEXT NOT NULL, standing TEXT NOT NULL DEFAULT '',
  UNIQUE (grouping, kind, brand_id, source_id, product_id, lang, label, origin, standing)) STRICT;
INSERT INTO slices_new SELECT id, grouping, kind, brand_id, source_id, product_id, lang, label,
  origin, '' FROM slices;
DROP TABLE slices;
ALTER TABLE slices_new RENAME TO slices;
CREATE INDEX slices_standing ON slices (standing) WHERE standing <> '';
"""

# ``state`` and ``standing`` are what the events come to; ``sketch_due`` lists edited texts.
# A position begins with the second of publishing, so that sketches of a time lie together.
_LOOKALIKES = """
CREATE TABLE sketches (
  position INTEGER PRIMARY KEY, mention_id INTEGER NOT NULL REFERENCES mentions,
  matched INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE INDEX sketches_unmatched ON sketches (position) WHERE matched = 0;
CREATE TABLE sketch_due (mention_id INTEGER PRIMARY KEY REFERENCES mentions) STRICT;
CREATE TABLE lookalikes (
  mention_id INTEGER PRIMARY KEY REFERENCES mentions, group_id INTEGER NOT NULL,
  alike INTEGER NOT NULL) STRICT;
CREATE INDEX lookalikes_group ON lookalikes (group_id);
CREATE TABLE bursts (
  id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, state TEXT NOT NULL,
  found_at INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  evidence TEXT NOT NULL) STRICT;
CREATE INDEX bursts_group ON bursts (group_id);
CREATE TABLE burst_members (
  mention_id INTEGER PRIMARY KEY REFERENCES mentions,
  burst_id INTEGER NOT NULL REFERENCES bursts, standing TEXT NOT NULL) STRICT;
CREATE INDEX burst_members_burst ON burst_members (burst_id);
CREATE TABLE burst_events (
  id INTEGER PRIMARY KEY, burst_id INTEGER NOT NULL REFERENCES bursts, type TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL,
  why TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX burst_events_burst ON burst_events (burst_id, id);
"""
_GUARDS = (
    "CREATE TRIGGER burst_events_no_update BEFORE UPDATE ON burst_events"
    " BEGIN SELECT RAISE(ABORT, 'burst_events is append-only'); END",
    "CREATE TRIGGER burst_events_no_delete BEFORE DELETE ON burst_events"
    " BEGIN SELECT RAISE(ABORT, 'burst_events is append-only'); END",
)


def m010_lookalikes(db: sqlite_utils.Database) -> None:
    """Look-alikes, and figures with and without suspicious ones."""
    run(db, _SLICES)
    run(db, _LOOKALIKES)
    for guard in _GUARDS:
        db.conn.execute(guard)
