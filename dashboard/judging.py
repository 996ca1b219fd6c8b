"""Did it work? An action's weeks before and after, against what nobody touched, and a verdict.

The control is what the same people at the same places said of everything else. Not here:
the estimate (``sentiment.effects``), what was registered (``storage.actions``), and words
(``proof``).
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sentiment import effects
from sentiment.effects import Effect, Week
from storage import coverage, queries, workspace
from storage.actions import Action
from storage.models import RATING_SCALE, MentionFilter, Sums

BEFORE, AFTER = 26, 26
"""Weeks looked at, at most, on either side."""
PROMPT = 2
"""Weeks before an action that are left out: bad ones prompt actions, and better ones follow
bad ones by themselves (regression to the mean)."""


class Point(NamedTuple):
    """One week of the measure: where something was done, and elsewhere; None without answers."""

    monday: date
    treated: float | None
    control: float | None
    part: str


class Judged(NamedTuple):
    """An action with its weeks and what can be said of it; no effect before it was done."""

    action: Action
    points: tuple[Point, ...]
    effect: Effect | None


def judge(conn: sqlite3.Connection, action: Action, today: date) -> Judged:
    """Judge an action by its complete weeks."""
    if action.done_on is None or action.withdrawn is not None:
        return Judged(action, (), None)
    monday = action.done_on - timedelta(days=action.done_on.weekday())
    known = coverage.choices(conn).first_day or today
    first = max(monday - timedelta(weeks=BEFORE), known + timedelta(days=-known.weekday() % 7))
    last = min(monday + timedelta(weeks=AFTER + 1), today - timedelta(days=today.weekday()))
    mondays = [first + timedelta(weeks=n) for n in range(max(0, (last - first).days // 7))]
    weeks = _weeks(conn, action, first, last - timedelta(days=1)) if mondays else {}
    points, before, after = [], [], []
    for each in mondays:
        week = weeks.get(each, Week(0, 0, 0, 0))
        part = _part(each, monday)
        points.append(Point(each, _value(week.part, week.n), _control(week), part))
        if part == "before":
            before.append(week)
        elif part == "after":
            after.append(week)
    found = effects.effect(before, after, good=action.good, expected=action.expected)
    return Judged(action, tuple(points), found)


def _part(monday: date, done: date) -> str:
    """To which side a week belongs; the week of the action itself belongs to neither."""
    if monday < done - timedelta(weeks=PROMPT):
        return "before"
    if monday < done:
        return "prompt"
    return "week of the action" if monday == done else "after"


def _weeks(conn: sqlite3.Connection, action: Action, first: date, last: date) -> dict[date, Week]:
    brands = action.scope.brands or workspace.own_brands(conn)
    flt = MentionFilter(start=first, end=last, brands=brands, sources=action.scope.sources)
    about = _by_week(conn, replace(flt, topics=(action.topic,)))
    whole = _by_week(conn, flt)
    return {
        monday: _week(action.measure, about.get(monday, Sums()), sums)
        for monday, sums in whole.items()
    }


def _by_week(conn: sqlite3.Connection, flt: MentionFilter) -> dict[date, Sums]:
    return {point.start: point.sums for point in queries.trend(conn, flt, "week")}


def _week(measure: str, about: Sums, whole: Sums) -> Week:
    """Sum and number of answers of a week, about the topic and about everything else."""
    rest = Sums(*(a - b for a, b in zip(whole, about, strict=True)))
    if measure == "rating":
        return Week(
            *(about.rating_sum / RATING_SCALE, about.rating_n),
            *(rest.rating_sum / RATING_SCALE, rest.rating_n),
        )
    if measure == "negative_share":
        return Week(about.negative, about.n, rest.negative, rest.n)
    # How often a topic is raised has no control among the others: their share is the rest.
    return Week(about.n, whole.n, 0, 0)


def _value(part: float, n: float) -> float | None:
    return part / n if n else None


def _control(week: Week) -> float | None:
    return _value(week.control_part, week.control_n)
