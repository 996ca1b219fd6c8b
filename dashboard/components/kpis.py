"""Headline figures per kind against the like period before: change in words first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import comparisons, data, periods
from dashboard.components import goal_charts, links
from dashboard.components.goal_charts import Goals
from dashboard.data import At
from dashboard.periods import Comparison
from sentiment import metrics
from sentiment.metrics import Change
from storage.models import Kind, Label, Mark, Measure, MentionFilter, Sums

_PLURAL = {
    Kind.REVIEW: "reviews",
    Kind.SURVEY: "survey answers",
    Kind.SOCIAL: "social posts",
    Kind.ARTICLE: "articles",
    Kind.CONVERSATION: "conversations",
}
_SINGULAR = {
    Kind.REVIEW: "review",
    Kind.SURVEY: "survey answer",
    Kind.SOCIAL: "social post",
    Kind.ARTICLE: "article",
    Kind.CONVERSATION: "conversation",
}
_WIDE = 6
"""Figures side by side on a wide screen."""
_NAMES = {
    "rating": "Rating",
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "Effort",
    "negative_share": "Negative",
}
_MEANINGS = {
    "rating": "Mean of the stars given, 1–5.",
    "nps": "Share of 9–10 minus share of 0–6 among NPS answers, −100…100.",
    "csat": "Share of 4 and 5 among satisfaction answers of 1–5.",
    "ces": "Mean agreement, 1–7, that it was easy.",
    "negative_share": "Share of all mentions of this kind, also unsure and unscored ones, "
    "that count as negative.",
}
_GOOD_WHEN_LOW = {"negative_share"}


class Waiting(NamedTuple):
    """Where the numbers of unanswered negatives belong, and of which mentions."""

    flt: MentionFilter
    heads: Mapping[Kind, DeltaGenerator]


def headlines(at: At, flt: MentionFilter, goals: Goals) -> Waiting:
    """Draw one card per kind; each number in it opens the mentions that it counts.

    Returns where the unanswered negatives of each kind belong: see `unanswered`.
    """
    like = periods.like(flt, at.today, data.choices(at).first_day)
    now = data.totals(at, like.now)
    before = data.totals(at, like.before) if like.before else {}
    heads: dict[Kind, DeltaGenerator] = {}
    st.caption(_compared(like))
    for row in _rows(
        [Card(kind, metrics.headline(kind, now[kind])) for kind in Kind if kind in now]
    ):
        columns = st.columns([len(card.measures) for card in row], gap="small")
        for card, column in zip(row, columns, strict=True):
            kind = card.kind
            only = replace(like.now, kinds=(kind,))
            with column.container(border=True, height="stretch", gap="small"):
                heads[kind] = _head(only, kind, now[kind].n)
                with st.grid("auto", min_column_width=100, gap="small"):
                    for measure in card.measures:
                        with st.container(gap=None):
                            _tile(measure, now[kind], _earlier(like, before, kind))
                            _counted(only, measure, now[kind])
                            if (kind, measure.name) in goals:
                                goal_charts.card(goals[kind, measure.name])
    return Waiting(like.now, heads)


def unanswered(at: At, waiting: Waiting) -> None:
    """Add to each card what of it is negative and waits, a number that opens its mentions.

    To be called after the figures: of all time among a million mentions it takes half a
    second to count.
    """
    asked = comparisons.answerable(waiting.flt)
    counted = data.totals(at, comparisons.waiting(asked)) if asked else {}
    for kind, head in waiting.heads.items():
        found = comparisons.answerable(replace(waiting.flt, kinds=(kind,)))
        n = counted.get(kind, Sums()).n
        if n and found is not None:
            with head:
                links.mentions(f"{n:,} negative unanswered →", comparisons.waiting(found))


class Card(NamedTuple):
    """What one kind shows."""

    kind: Kind
    measures: list[Measure]


def _rows(cards: list[Card]) -> list[list[Card]]:
    """Fill rows with cards, each as wide as it has measures, so that no row is half empty."""
    rows: list[list[Card]] = []
    for card in cards:
        wide = sum(len(each.measures) for each in rows[-1]) if rows else _WIDE
        if wide + len(card.measures) > _WIDE:
            rows.append([])
        rows[-1].append(card)
    return rows


def _head(only: MentionFilter, kind: Kind, n: int) -> DeltaGenerator:
    head = st.container(horizontal=True, gap="small", vertical_alignment="center")
    with head:
        links.mentions(f"**{n:,} {_PLURAL[kind] if n != 1 else _SINGULAR[kind]}** →", only)
    return head


def _counted(only: MentionFilter, measure: Measure, sums: Sums) -> None:
    """Link to the mentions that a figure rests on; for a share, to those that it counts."""
    if measure.name == "negative_share":
        links.mentions(f"{sums.negative:,} of them →", replace(only, labels=(Label.NEGATIVE,)))
    elif measure.n:
        links.mentions(f"{measure.n:,} answers →", replace(only, marks=(Mark(measure.name),)))


def _compared(like: Comparison) -> str:
    if like.before is None:
        return f"{periods.words(like.now)} · {like.why}"
    return f"{periods.words(like.now)} (complete days) against {periods.words(like.before)}"


def _earlier(like: Comparison, before: Mapping[Kind, Sums], kind: Kind) -> Sums | None:
    return before.get(kind, Sums()) if like.before else None


def _tile(measure: Measure, now: Sums, before: Sums | None) -> None:
    change = metrics.compare(now, before, measure.name) if before is not None else None
    st.metric(
        _NAMES[measure.name],
        shown(measure),
        delta=change.verdict if change else None,
        delta_arrow=_arrow(change),
        delta_color=_colour(change),
        help=explained(measure, change),
    )


def _arrow(change: Change | None) -> Literal["up", "down", "off"]:
    if change is None or not change.real or change.difference is None:
        return "off"
    return "up" if change.difference > 0 else "down"


def _colour(change: Change | None) -> Literal["blue", "orange", "off"]:
    if change is None or not change.real or change.difference is None:
        return "off"
    better = (change.difference > 0) != (change.name in _GOOD_WHEN_LOW)
    return "blue" if better else "orange"


def shown(measure: Measure) -> str:
    """Return a measure's value as people read it."""
    return "–" if measure.value is None else number(measure.name, measure.value)


def number(name: str, value: float) -> str:
    """Return a number of a measure in its unit."""
    if name == "negative_share":
        return f"{value:.1%}"
    if name == "rating":
        return f"{value:.2f} ★"
    return f"{value:.1f}" if name == "ces" else f"{value:.0f}"


def explained(measure: Measure, change: Change | None) -> str:
    """Say what a measure means, how sure it is, and on how many answers it rests."""
    parts = [_MEANINGS[measure.name]]
    if measure.low is not None and measure.high is not None:
        low, high = number(measure.name, measure.low), number(measure.name, measure.high)
        parts.append(f"95 % interval {low} to {high}, n = {measure.n:,}.")
    if change and change.before.value is not None:
        before = number(measure.name, change.before.value)
        parts.append(f"Before: {before}, n = {change.before.n:,}.")
    return " ".join(parts)
