"""What may be learned from: mentions that a person labelled or that carry stars, with their text.

Reads only. What was deleted or erased has no text and is not among them; a mark without a
word teaches nothing, and a label of an earlier version is none of the present one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from storage.listing import scored_text
from storage.models import SCORE_SCALE, Analysis, Kind, Label, Origin

MOST = 100_000
"""Texts of one source, the latest."""


class LessonRow(NamedTuple):
    """A labelled text; ``at`` orders by when it was said.

    ``said`` is what the asked model stored of this version, None where it has not yet
    looked at it; topics and opinions are left out.
    """

    text: str
    label: Label
    origin: Origin
    source: str
    kind: Kind
    declared: str | None
    author: str
    at: int
    said: Analysis | None


_LESSONS = """
SELECT v.title, v.text, s.label, s.origin, s.kind, v.lang, i.author, m.position,
  c.label, c.score, c.confidence, c.compound, c.lang, c.unsure
FROM slices s CROSS JOIN mentions m ON m.slice_id = s.id
JOIN versions v ON v.mention_id = m.id AND v.version = m.version
JOIN identities i ON i.mention_id = m.id
LEFT JOIN scores c ON c.mention_id = m.id AND c.version = m.version
  AND c.model_id = (SELECT id FROM models WHERE name = ?)
WHERE s.grouping = 0 AND s.source_id = ? AND s.origin IN ('human', 'stars')
  AND s.label IN ('negative', 'neutral', 'positive')
  AND s.standing <> 'excluded'
  AND m.deleted_at IS NULL AND m.erased_at IS NULL AND v.title || v.text <> ''
ORDER BY m.position DESC LIMIT ?
"""


def lessons(conn: sqlite3.Connection, model: str, most: int = MOST) -> Iterator[LessonRow]:
    """Yield the labelled texts of each source, the latest first, with what a model said."""
    for source_id, source in conn.execute("SELECT id, key FROM sources ORDER BY id").fetchall():
        for title, text, label, origin, kind, lang, author, position, *said in conn.execute(
            _LESSONS, (model, source_id, most)
        ):
            yield LessonRow(
                scored_text(title, text),
                Label(label),
                Origin(origin),
                source,
                Kind(kind),
                lang,
                author,
                position,
                _said(*said),
            )


def _said(
    label: str | None,
    score: int | None,
    confidence: int,
    compound: float,
    lang: str | None,
    unsure: int,
) -> Analysis | None:
    if label is None:
        return None
    return Analysis(
        Label(label),
        None if score is None else score / SCORE_SCALE,
        confidence / SCORE_SCALE,
        compound,
        lang,
        unsure=bool(unsure),
    )
