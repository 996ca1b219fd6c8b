"""Where what a writer wants and what cannot wait is kept; one more migration.

``scores.signs`` holds it with its evidence, per version and model; ``mentions.signs`` what
counts now, as bits (``storage.signs``); ``mention_signs`` lists mentions by bit, like
``mention_topics`` does by topic. What was scored before has no signs until scored anew.
"""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_SIGNS = """
ALTER TABLE scores ADD COLUMN signs TEXT NOT NULL DEFAULT '';
ALTER TABLE mentions ADD COLUMN signs INTEGER NOT NULL DEFAULT 0;
CREATE TABLE mention_signs (
  sign INTEGER NOT NULL, slice_id INTEGER NOT NULL, position INTEGER NOT NULL,
  mention_id INTEGER NOT NULL,
  PRIMARY KEY (sign, slice_id, position)) STRICT, WITHOUT ROWID;
"""


def m012_signs(db: sqlite_utils.Database) -> None:
    """Intent, urgency, and where stars and text disagree."""
    run(db, _SIGNS)
