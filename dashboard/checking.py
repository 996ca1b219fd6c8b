"""The measured error of the models, and the share of negatives corrected for it.

Brings together what people checked (storage), the estimate (sentiment) and a page's
filter. Errors are measured on the filter's own texts: a model is not equally right
everywhere.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard import data
from dashboard.data import At, Axis, reads
from dashboard.figures import Figure
from dashboard.wiring import Workspace
from sentiment import prevalence
from sentiment.prevalence import Agreement, Checked, Estimate, ModelError
from storage import check_figures, checks, queries, workspace
from storage.models import Label, MentionFilter, Sums
from storage.people import EARSHOT, Person

A_WEEK = 20
"""Texts drawn a week, unless a workspace says otherwise."""
_SETTING = "checks_a_week"
WEEKS_BACK = 8
"""A first draw, and one asked for, takes texts of so many weeks."""
MOST_TEXTS = 100_000
"""More texts in a period are not counted by model: it would take seconds."""
_MAYBE = 1.3
"""An error that gives intervals so many times too wide may still do for some step."""


class Correction(NamedTuple):
    """What can be said of a filter: ``points`` by first day of a step, narrow ones only.

    ``checked`` texts of about ``needed``; ``accuracy`` as in ModelError, of all of them.
    """

    points: Mapping[date, Estimate]
    checked: int
    needed: int
    accuracy: float


@reads("settings", keep=64)
def errors(conn: sqlite3.Connection, flt: MentionFilter) -> dict[str, ModelError]:
    """The measured error of each model on the texts of a filter, whenever they were said."""
    found: dict[str, list[Checked]] = {}
    for text in check_figures.checked(conn, flt):
        checked = Checked(text.said, text.answer is Label.NEGATIVE, text.weight)
        found.setdefault(text.model, []).append(checked)
    return {model: prevalence.measured(texts) for model, texts in found.items()}


@reads("settings", keep=8)
def agreement(conn: sqlite3.Connection) -> Agreement:
    """How far people agree: no model can be expected to agree more with them."""
    return prevalence.agreement(check_figures.answers(conn))


def correction(at: At, flt: MentionFilter, axis: Axis) -> Correction | None:
    """Return what can be said of a filter; None where it asks for what is not checked by.

    Only days, kinds, brands, sources, products and languages narrow what was checked.
    """
    if queries.needs_facts(flt) or flt.topics or flt.labels:
        return None
    total = data.total(at, flt)
    if not total.model:
        return None
    known = errors(
        at,
        MentionFilter(
            kinds=flt.kinds,
            brands=flt.brands,
            sources=flt.sources,
            products=flt.products,
            langs=flt.langs,
        ),
    )
    best = max(known.values(), key=lambda error: error.checked, default=prevalence.measured([]))
    usual = best.usual()
    points: Mapping[date, Estimate] = {}
    if usual is not None and usual.half <= prevalence.WIDEST * _MAYBE and total.model <= MOST_TEXTS:
        said = _said(at, flt, axis.step)
        points = corrected(data.trend(at, flt, axis.step), said, known)
    return Correction(points, best.checked, best.needed(), best.accuracy)


def shares(at: At, flt: MentionFilter, axis: Axis) -> Figure:
    """The figure of shares over time, with the corrected share where it can be drawn."""
    found = correction(at, flt, axis)
    return data.shares(at, flt, axis, tuple(found.points.items()) if found else ())


def corrected(
    points: Sequence[queries.Point],
    said: Sequence[check_figures.Said],
    known: Mapping[str, ModelError],
) -> dict[date, Estimate]:
    """Return the corrected share of negatives of each step that can be told narrowly.

    Where people or stars say what a mention is, that stands; unscored texts stay in the
    denominator. A step in which a model counted that was not checked enough has none.
    """
    by_step: dict[date, dict[str, Counter[Label]]] = {}
    for each in said:
        counts = by_step.setdefault(each.start, {}).setdefault(each.model, Counter())
        counts[each.label] += each.texts
    found: dict[date, Estimate] = {}
    for point in points:
        estimate = _of_step(point.sums, by_step.get(point.start, {}), known)
        if estimate is not None and estimate.narrow:
            found[point.start] = estimate
    return found


def _of_step(
    sums: Sums, said: Mapping[str, Counter[Label]], known: Mapping[str, ModelError]
) -> Estimate | None:
    told = sum(counts[Label.NEGATIVE] for counts in said.values())
    negative, variance = float(sums.negative - told), 0.0
    if not said:
        return None
    for model, counts in said.items():
        error = known.get(model)
        estimate = error.corrected(counts) if error else None
        if estimate is None:
            return None
        texts = sum(counts[each] for each in prevalence.CATEGORIES)
        negative += texts * estimate.value
        variance += (texts * estimate.half) ** 2
    value, half = negative / sums.n, sqrt(variance) / sums.n
    return Estimate(value, max(0.0, value - half), min(1.0, value + half), half)


@reads("facts", "settings", keep=64)
def _said(
    conn: sqlite3.Connection, flt: MentionFilter, step: queries.Step
) -> list[check_figures.Said]:
    return check_figures.said(conn, flt, step)


def a_week(conn: sqlite3.Connection) -> int:
    """Return how many texts are drawn a week; 0 for none."""
    return int(workspace.meta(conn, _SETTING) or A_WEEK)


def set_a_week(space: Workspace, number: int) -> None:
    """Change how many texts are drawn a week."""
    with space.db.write() as conn:
        workspace.set_meta(conn, _SETTING, str(number))


def draw_if_due(space: Workspace) -> int:
    """Draw from the last complete week, and from weeks that were missed; return how many."""
    conn = space.db.reader()
    sunday = _last_sunday(space.now(), space.timezone)
    before = checks.last_drawn(conn)
    if before is not None and before >= sunday:
        return 0
    first = sunday - timedelta(weeks=WEEKS_BACK, days=-1)
    if before is not None:
        first = max(first, before + timedelta(days=1))
    return checks.draw(space.db, first, sunday, a_week(conn), EARSHOT, space.now())


def draw_more(space: Workspace, number: int, actor: Person) -> int:
    """Draw further texts from the last weeks; return how many."""
    sunday = _last_sunday(space.now(), space.timezone)
    first = sunday - timedelta(weeks=WEEKS_BACK, days=-1)
    return checks.draw(space.db, first, sunday, number, actor, space.now())


def _last_sunday(now: datetime, zone: str) -> date:
    today = now.astimezone(ZoneInfo(zone)).date()
    return today - timedelta(days=today.weekday() + 1)
