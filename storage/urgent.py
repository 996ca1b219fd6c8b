"""Mentions that cannot wait and that nobody has answered yet: of safety, law, personal data.

Reads only. Not here: what becomes of them (alerts, cases).
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from storage.models import Kind, Standing, Urgency
from storage.signs import URGENCIES, urgency
from storage.times import millis, moment

SERIOUS = (Urgency.SAFETY, Urgency.LEGAL, Urgency.DATA_LEAK)
"""The gravest first."""
LONGEST = timedelta(days=14)
"""What was said longer ago is history, answered or not."""


class UrgentMention(NamedTuple):
    """One such mention of an own brand; ``kinds`` are in the order of SERIOUS."""

    id: int
    kinds: tuple[Urgency, ...]
    kind: Kind
    source: str
    said_at: datetime


_URGENT = """
SELECT DISTINCT m.id, m.signs, s.kind, o.key, m.published_at
FROM mention_signs g CROSS JOIN mentions m ON m.id = g.mention_id
JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id
JOIN sources o ON o.id = s.source_id LEFT JOIN cases c ON c.mention_id = m.id
WHERE g.sign IN (SELECT value FROM json_each(?))
  AND g.slice_id IN (SELECT id FROM slices WHERE grouping = 0) AND g.position >= ?
  AND b.own AND s.standing <> ? AND m.deleted_at IS NULL AND m.erased_at IS NULL
  AND NOT m.replied AND c.answered_at IS NULL AND c.closed_at IS NULL
ORDER BY m.first_seen_at, m.id
"""


def unanswered(conn: sqlite3.Connection, now: datetime) -> list[UrgentMention]:
    """Return what waits for an answer, first seen first."""
    first = (millis(now - LONGEST) // 1000) << 31
    bits = json.dumps([URGENCIES[each] for each in SERIOUS])
    return [
        UrgentMention(
            mention_id,
            tuple(each for each in SERIOUS if each in urgency(signs)),
            Kind(kind),
            source,
            moment(said_at),
        )
        for mention_id, signs, kind, source, said_at in conn.execute(
            _URGENT, (bits, first, Standing.EXCLUDED.value)
        )
    ]
