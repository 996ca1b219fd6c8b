"""Targets beside their figures: the last quarter, the four weeks up to now, the outlook.

The same for the overview, the settings page, the summary and ``earshot targets``: complete
weeks of our own mentions. Not here: the rule (``sentiment.outlook``), words (``goal_words``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sentiment import decomposition, metrics, outlook
from sentiment.outlook import SPAN, WEEKS, Outlook, Week
from storage import queries, targets
from storage.models import Measure, MentionFilter, Sums
from storage.targets import Target

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


class Goal(NamedTuple):
    """A target, the figure over the four weeks up to ``until``, and what can be said."""

    target: Target
    until: date
    now: Measure
    outlook: Outlook


def goals(
    conn: sqlite3.Connection,
    brands: Sequence[str],
    last: date,
    at: datetime | None = None,
) -> tuple[Goal, ...]:
    """Judge every target of a moment by the complete weeks up to ``last``, a Sunday."""
    own = MentionFilter(brands=tuple(brands))
    return tuple(_goal(conn, each, own, last) for each in targets.targets(conn, at))


def last_sunday(today: date) -> date:
    """Return the last day of the last complete week."""
    return today - (today.weekday() + 1) * _DAY


def _goal(conn: sqlite3.Connection, target: Target, own: MentionFilter, last: date) -> Goal:
    asked = replace(own, kinds=(target.kind,))
    until = min(last, target.due)
    span = replace(asked, start=until - SPAN * _WEEK + _DAY, end=until)
    now = metrics.MEASURES[target.measure](queries.total(conn, span))
    if target.due <= last:
        return Goal(target, until, now, outlook.settled(now, target.value, target.good))
    return Goal(target, until, now, _ahead(conn, target, asked, last))


def _ahead(conn: sqlite3.Connection, target: Target, asked: MentionFilter, last: date) -> Outlook:
    first = last + _DAY - WEEKS * _WEEK
    weeks, whole = [], Sums()
    for point in queries.trend(conn, replace(asked, start=first, end=last), "week"):
        measure = metrics.MEASURES[target.measure](point.sums)
        if measure.value is not None:
            at = (point.start - first) / _WEEK + 0.5
            weeks.append(Week(at, measure.value, measure.n))
            whole = whole.plus(point.sums)
    due = (target.due + _DAY - first) / _WEEK
    variance = decomposition.spread(target.measure, whole)
    bounds = targets.BOUNDS[target.measure]
    return outlook.outlook(weeks, variance, due, target.value, target.good, bounds)
