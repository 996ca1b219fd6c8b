"""Targets on the overview: a line in the chart of each figure, and a word on its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from dashboard import data, markup, target_figure
from dashboard.components import charts, links
from dashboard.data import At
from dashboard.reports import goal_words, wording
from dashboard.reports.goals import Goal, last_sunday
from sentiment.outlook import Verdict
from storage.models import Kind, Label, Mark, MentionFilter

Goals = dict[tuple[Kind, str], Goal]

COLOURS = {
    **dict.fromkeys(goal_words.GOOD, "blue"),
    **dict.fromkeys(goal_words.BAD, "orange"),
    **dict.fromkeys((Verdict.EARLY, Verdict.CLOSE), "gray"),
}


_DASHES = (
    f'<span style="border-top:2px dashed {target_figure.AIM};width:1.6rem;display:inline-block;'
    'vertical-align:middle;margin-right:.4rem" aria-hidden="true"></span>'
)
"""What the line to be reached looks like."""


def of(at: At, flt: MentionFilter) -> Goals:
    """Return the targets of what a filter shows: none where it shows a part of ours only."""
    whole = replace(flt, start=None, end=None, kinds=(), brands=())
    if whole != MentionFilter() or flt.brands not in ((), data.own_brands(at)):
        return {}
    if not flt.brands and data.own_brands(at):
        return {}
    found = data.goals(at)
    return {
        (goal.target.kind, goal.target.measure): goal
        for goal in found
        if not flt.kinds or goal.target.kind in flt.kinds
    }


def card(goal: Goal) -> None:
    """Say on a figure's card what it is to be and how that stands."""
    target, verdict = goal.target, goal.outlook.verdict
    value = wording.figure(target.value, target.measure)
    day = f"{target.due.day} {target.due:%b %y}"
    st.caption(f"Target {value} by {day}: :{COLOURS[verdict]}[{verdict.value}]")


def draw(at: At, goals: Goals) -> None:
    """Draw each figure with its target, two beside each other."""
    found = list(goals.values())
    for pair in (found[at_once : at_once + 2] for at_once in range(0, len(found), 2)):
        for goal, column in zip(pair, st.columns(2), strict=False):
            with column.container(border=True):
                one(at, goal)


def one(at: At, goal: Goal) -> None:
    """Draw the last quarter of a figure with its target, by week, and what can be said."""
    target = goal.target
    first, last = target_figure.span(goal, last_sunday(at.today))
    only = MentionFilter(start=first, end=last, kinds=(target.kind,), brands=data.own_brands(at))
    name = goal_words.name(target.kind, target.measure)
    chip = markup.chip(goal.outlook.verdict.value)
    st.html(
        f'<div class="es-row"><span class="es-title">{markup.said(name)}</span>{chip}</div>'
        f'<div class="es-line">{_DASHES}{markup.said(goal_words.heading(target))}</div>'
    )
    charts.chart(
        data.towards(at, goal, only),
        key=f"target-{target.kind.value}-{target.measure}",
        alt=target_figure.spoken(goal),
        narrow=partial(_of_step, only, target.measure),
    )
    st.html(markup.line(goal_words.said(goal)))


def _of_step(flt: MentionFilter, measure: str, mark: list[Any]) -> MentionFilter | None:
    """Return the filter of the answers behind one point."""
    if len(mark) != 2:
        return None
    start, end = (date.fromisoformat(each) for each in mark)
    start, end = max(start, flt.start or start), min(end, flt.end or end)
    within = replace(flt, start=start, end=end)
    if measure == "negative_share":
        return replace(within, labels=(Label.NEGATIVE,))
    return replace(within, marks=(Mark(measure),))


def link() -> None:
    """Lead to where targets are set."""
    st.page_link(links.TARGETS, label="Targets →")
