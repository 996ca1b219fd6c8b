"""The tables of checked scores: draws, the texts drawn, what people said; one more migration.

No words are kept here: a task names a version of a mention, so that an erasure has nothing
to find. ``population`` of a draw says how many texts of each model and category there were.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_CHECKS = """
CREATE TABLE check_draws (
  id INTEGER PRIMARY KEY, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, drawn_at INTEGER NOT NULL) STRICT;
CREATE TABLE check_strata (
  draw_id INTEGER NOT NULL REFERENCES check_draws, model_id INTEGER NOT NULL REFERENCES models,
  said TEXT NOT NULL, population INTEGER NOT NULL,
  PRIMARY KEY (draw_id, model_id, said)) STRICT, WITHOUT ROWID;
CREATE TABLE label_tasks (
  id INTEGER PRIMARY KEY, draw_id INTEGER NOT NULL REFERENCES check_draws,
  mention_id INTEGER NOT NULL REFERENCES mentions, version INTEGER NOT NULL,
  model_id INTEGER NOT NULL REFERENCES models, said TEXT NOT NULL,
  raters INTEGER NOT NULL, UNIQUE (mention_id, version, model_id)) STRICT;
CREATE TABLE label_answers (
  task_id INTEGER NOT NULL REFERENCES label_tasks, rater_id INTEGER NOT NULL REFERENCES people,
  label TEXT NOT NULL, answered_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, rater_id)) STRICT, WITHOUT ROWID;
"""


def m020_checks(db: sqlite_utils.Database) -> None:
    """Random texts that people label without seeing what the model said."""
    run(db, _CHECKS)
