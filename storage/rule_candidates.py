"""Mentions as case rules look at them: their row, and what the pure matching takes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from storage import signs
from storage.customer_columns import BAND, OWNER
from storage.models import RATING_SCALE, SCORE_SCALE, Kind, Label
from storage.rollups import topic_ids
from storage.rule_matching import Subject

CANDIDATES = f"""
SELECT m.id, m.version, m.pending, m.published_at, m.first_seen_at, m.replied,
  m.deleted_at IS NOT NULL OR m.erased_at IS NOT NULL, c.id, s.kind, s.label, m.rating, m.nps,
  m.score, m.topics, m.signs, s.lang, o.key, b.own, v.title, v.text, p.key, k.tier, k.extra,
  {OWNER}, {BAND}, r.value, k.name
FROM mentions m JOIN slices s ON s.id = m.slice_id
JOIN brands b ON b.id = s.brand_id JOIN sources o ON o.id = s.source_id
LEFT JOIN versions v ON v.mention_id = m.id AND v.version = m.version
LEFT JOIN cases c ON c.mention_id = m.id JOIN places p ON p.id = m.place_id
LEFT JOIN identities i ON i.mention_id = m.id AND i.author <> ''
LEFT JOIN customers k ON k.key = i.author LEFT JOIN reach r ON r.mention_id = m.id
"""
"""Mentions as rules look at them; each row is a ``Candidate``."""


class Candidate(NamedTuple):
    """A mention that rules may open a case for."""

    id: int
    version: int
    pending: int
    published_at: int
    first_seen_at: int
    replied: int
    gone: int
    case_id: int | None
    kind: str
    label: str
    rating: int | None
    nps: int | None
    score: int | None
    topics: str
    signs: int
    lang: str
    source: str
    own: int
    title: str | None
    text: str | None
    place: str
    tier: str | None
    extra: str | None
    owner: str | None
    band: str
    reach: int | None
    customer: str | None


def subject(due: Candidate, topics: Mapping[int, str]) -> Subject:
    """Return what the pure matching looks at."""
    return Subject(
        kind=Kind(due.kind),
        label=Label(due.label),
        stars=None if due.rating is None else due.rating / RATING_SCALE,
        nps=due.nps,
        score=None if due.score is None else due.score / SCORE_SCALE,
        topics=tuple(topics[each] for each in topic_ids(due.topics) if each in topics),
        intent=signs.intent(due.signs),
        urgency=signs.urgency(due.signs),
        lang=due.lang,
        source=due.source,
        own=bool(due.own),
        text=f"{due.title or ''}\n{due.text or ''}",
        place=due.place,
        tier=due.tier or "",
        columns=_columns(due),
        reach=due.reach or 0,
    )


def _columns(due: Candidate) -> tuple[str, ...]:
    """Return what the list of customers holds of a writer, as "COLUMN=VALUE"."""
    own = {"tier": due.tier, "name": due.customer, "owner": due.owner, "value": due.band}
    found = {**json.loads(due.extra or "{}"), **own}
    return tuple(f"{name}={value}" for name, value in found.items() if value)
