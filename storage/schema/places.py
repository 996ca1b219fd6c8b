"""Rollups by place; one more migration, which counts them from the mentions.

A place is often all that tells apart what a chain of shops or hotels imports from one file;
counted from its mentions, a figure by place took 2 s for two years of a million. Cells
are of a full slice at one place (``place_slices``), by day and by month, like the others.
"""

from __future__ import annotations

import sqlite_utils

from storage.facts import SUMS
from storage.measures import MEASURES
from storage.schema.facts import rollup
from storage.schema.statements import run

_PARTS = """
CREATE TABLE place_slices (
  id INTEGER PRIMARY KEY, slice_id INTEGER NOT NULL REFERENCES slices,
  place_id INTEGER NOT NULL REFERENCES places, UNIQUE (slice_id, place_id)) STRICT;
"""

_FILL = f"""
INSERT INTO place_slices (slice_id, place_id)
  SELECT DISTINCT slice_id, place_id FROM mentions WHERE deleted_at IS NULL;
INSERT INTO rollup_place_day SELECT 0, x.id, m.day, {SUMS} FROM mentions m
  JOIN place_slices x ON x.slice_id = m.slice_id AND x.place_id = m.place_id
  WHERE m.deleted_at IS NULL GROUP BY 2, 3;
INSERT INTO rollup_place_day SELECT t.topic_id, x.id, m.day, {SUMS} FROM mention_topics t
  CROSS JOIN mentions m ON m.id = t.mention_id
  JOIN place_slices x ON x.slice_id = m.slice_id AND x.place_id = m.place_id
  WHERE m.deleted_at IS NULL GROUP BY 1, 2, 3;
INSERT INTO rollup_place_month SELECT topic_id, slice_id,
  strftime('%Y', day * 86400, 'unixepoch') * 12 + strftime('%m', day * 86400, 'unixepoch') - 1,
  {", ".join(f"sum({name})" for name in MEASURES)} FROM rollup_place_day GROUP BY 1, 2, 3;
"""


def m016_places(db: sqlite_utils.Database) -> None:
    """Figures by place from cells of their own."""
    run(db, _PARTS)
    run(db, rollup("rollup_place_day", "day") + "\n" + rollup("rollup_place_month", "month"))
    run(db, _FILL)
