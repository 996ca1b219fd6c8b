"""The tables of summaries: what was made when, quoting whom; one more migration."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# Numbers are counted again whenever asked for, so none is kept; of a quote only whose it
# was, so that an erased one stays erased here, too. Comments and hidings are only added:
# the newest up to a moment is what counted then. ``brands`` is a JSON list.
_REPORTS = """
CREATE TABLE report_editions (
  id INTEGER PRIMARY KEY, week TEXT NOT NULL, brands TEXT NOT NULL, made_at INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people) STRICT;
CREATE INDEX report_editions_week ON report_editions (week, brands, made_at);
CREATE TABLE report_quotes (
  edition_id INTEGER NOT NULL REFERENCES report_editions, label TEXT NOT NULL,
  rank INTEGER NOT NULL, mention_id INTEGER NOT NULL REFERENCES mentions,
  version INTEGER NOT NULL, PRIMARY KEY (edition_id, label, rank)) STRICT, WITHOUT ROWID;
CREATE TABLE report_comments (
  id INTEGER PRIMARY KEY, week TEXT NOT NULL, text TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, at INTEGER NOT NULL) STRICT;
CREATE INDEX report_comments_week ON report_comments (week, id);
CREATE TABLE report_hidings (
  id INTEGER PRIMARY KEY, week TEXT NOT NULL, mention_id INTEGER NOT NULL REFERENCES mentions,
  hidden INTEGER NOT NULL, actor_id INTEGER NOT NULL REFERENCES people,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX report_hidings_week ON report_hidings (week, id);
"""


def m013_reports(db: sqlite_utils.Database) -> None:
    """Editions of summaries."""
    run(db, _REPORTS)
