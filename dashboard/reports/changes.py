"""Why a week's numbers are not what they were: each figure's way from then to now, in parts.

The parts of a figure add up to its whole difference. Not here: what happened to each
mention (``storage.differences``).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard.reports.spans import Span
from sentiment import metrics
from storage import bursts, differences, setting_events, workspace
from storage.database import Database
from storage.differences import Cause, Step
from storage.models import Kind, Sums


class Part(NamedTuple):
    """What one cause did to a figure; ``mentions`` is how many it touched, of all kinds."""

    cause: Cause
    mentions: int
    difference: float


class Way(NamedTuple):
    """A figure then and now; the parts lead from one to the other.

    Values are None where nobody had answered; then there are no parts.
    """

    kind: Kind
    measure: str
    then: float | None
    now: float | None
    parts: tuple[Part, ...]


def ways(db: Database, span: Span, then: datetime, now: datetime) -> list[Way]:
    """Return how each headline figure of a week or month came from what was known then."""
    with db.snapshot() as conn:
        steps = differences.steps(conn, then, now, span.first, span.last, ours=True)
    kinds = [kind for kind in Kind if any(kind in step.sums for step in steps)]
    return [way for kind in kinds for way in _ways(kind, steps)]


AREAS = ("brands", "workspace")
"""Areas of settings that move a headline figure."""


def settings(conn: sqlite3.Connection, then: datetime, now: datetime) -> list[str]:
    """Say which settings that move figures were changed meanwhile, when and by whom."""
    found = [
        (each.at, f"{each.actor}: {each.subject}: {each.before or 'nothing'} → {each.after or '–'}")
        for each in setting_events.between(conn, AREAS, then, now)
    ]
    found += [
        (each.at, f"{each.actor}: look-alikes of burst {burst}: {each.type} ({each.mentions:,})")
        for burst, each in bursts.decided(conn, then, now)
    ]
    zone = ZoneInfo(workspace.timezone(conn))
    return [f"{at.astimezone(zone):%Y-%m-%d %H:%M} {words}" for at, words in sorted(found)]


def _ways(kind: Kind, steps: list[Step]) -> list[Way]:
    sums = [step.sums.get(kind, Sums()) for step in steps]
    asked = [*metrics.headline(kind, sums[0]), *metrics.headline(kind, sums[-1])]
    names = list(dict.fromkeys(each.name for each in asked))
    counted = [float(each.n) for each in sums]
    found = [Way(kind, "mentions", counted[0], counted[-1], _parts(steps, counted))]
    for name in names:
        values = [metrics.MEASURES[name](each).value for each in sums]
        known = [value for value in values if value is not None]
        whole = len(known) == len(values)
        parts = _parts(steps, known) if whole else ()
        found.append(Way(kind, name, values[0], values[-1], parts))
    return found


def _parts(steps: list[Step], values: list[float]) -> tuple[Part, ...]:
    """The difference that each cause made; one that touched no mention of any kind is left out."""
    return tuple(
        Part(step.cause, step.mentions, value - before)
        for step, before, value in zip(steps[1:], values, values[1:], strict=False)
        if step.cause is not None and step.mentions
    )
