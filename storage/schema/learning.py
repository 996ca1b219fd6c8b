"""The tables of learning: runs, models, and which model counts where; one more migration.

Models are numbers and n-grams of at least five people each, reports are figures: nothing
here says what one person said.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

# ``sources`` tells for each source the languages that it had; ``arrays`` of versions that
# were never promoted are let go when newer ones come. A promotion without a model is one
# of the default.
_LEARNING = """
CREATE TABLE training_runs (
  id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
  seed INTEGER NOT NULL, lessons INTEGER NOT NULL, report TEXT NOT NULL) STRICT;
CREATE TABLE learned_models (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, scope TEXT NOT NULL,
  version INTEGER NOT NULL, run_id INTEGER NOT NULL REFERENCES training_runs,
  lang TEXT NOT NULL, kind TEXT NOT NULL, sources TEXT NOT NULL,
  lessons INTEGER NOT NULL, first_position INTEGER NOT NULL, last_position INTEGER NOT NULL,
  made_at INTEGER NOT NULL, engine TEXT NOT NULL, about TEXT NOT NULL, arrays BLOB,
  digest TEXT NOT NULL, UNIQUE (scope, version)) STRICT;
CREATE TABLE model_promotions (
  id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, lang TEXT NOT NULL,
  model_id INTEGER REFERENCES learned_models, what TEXT NOT NULL, scope TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES people, why TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX model_promotions_group ON model_promotions (source_id, lang, id);
"""


def m008_learning(db: sqlite_utils.Database) -> None:
    """Models learned from own labels."""
    run(db, _LEARNING)
