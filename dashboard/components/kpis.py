"""Headline figures per kind against the like period before: change in words first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import streamlit as st

from dashboard import data, periods
from dashboard.components import links
from dashboard.data import At
from dashboard.periods import Comparison
from sentiment import metrics
from sentiment.metrics import Change
from storage.models import Kind, Measure, MentionFilter, Sums

_PLURAL = {
    Kind.REVIEW: "reviews",
    Kind.SURVEY: "survey answers",
    Kind.SOCIAL: "social posts",
    Kind.ARTICLE: "articles",
    Kind.CONVERSATION: "conversations",
}
_SHORT = {
    Kind.REVIEW: "Reviews",
    Kind.SURVEY: "Survey",
    Kind.SOCIAL: "Social",
    Kind.ARTICLE: "Articles",
    Kind.CONVERSATION: "Chats",
}
_NAMES = {
    "rating": "rating",
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "effort",
    "negative_share": "negative",
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


def headlines(at: At, flt: MentionFilter) -> None:
    """Draw one tile per kind and measure, and one link per kind to its mentions."""
    like = periods.like(flt, at.today, data.choices(at).first_day)
    now = data.totals(at, like.now)
    before = data.totals(at, like.before) if like.before else {}
    st.caption(_compared(like))
    with st.grid("auto", min_column_width=165, gap="small"):
        for kind in (each for each in Kind if each in now):
            for measure in metrics.headline(kind, now[kind]):
                _tile(kind, measure, now[kind], _earlier(like, before, kind))
    with st.container(horizontal=True, gap="small"):
        for kind in (each for each in Kind if each in now):
            label = f"{now[kind].n:,} {_PLURAL[kind]} →"
            links.mentions(label, replace(like.now, kinds=(kind,)))


def _compared(like: Comparison) -> str:
    if like.before is None:
        return f"{periods.words(like.now)} · {like.why}"
    return f"{periods.words(like.now)} (complete days) against {periods.words(like.before)}"


def _earlier(like: Comparison, before: Mapping[Kind, Sums], kind: Kind) -> Sums | None:
    return before.get(kind, Sums()) if like.before else None


def _tile(kind: Kind, measure: Measure, now: Sums, before: Sums | None) -> None:
    change = metrics.compare(now, before, measure.name) if before is not None else None
    st.metric(
        f"{_SHORT[kind]} · {_NAMES[measure.name]}",
        shown(measure),
        delta=change.verdict if change else None,
        delta_arrow=_arrow(change),
        delta_color=_colour(change),
        help=explained(measure, change),
        border=True,
        height="stretch",
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
