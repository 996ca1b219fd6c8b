"""How targets are spoken, on pages, in summaries and on the command line. Pure."""

from __future__ import annotations

from dashboard.reports import wording
from dashboard.reports.goals import Goal
from dashboard.reports.wording import KINDS, UNITS, figure
from sentiment.outlook import Verdict
from storage.models import Kind, Measure
from storage.targets import Target

HEAD = ("Target", "By", "Who", "Last 4 weeks", "Expected by then", "Verdict")
NONE = wording.DASH
"""Where no line can be drawn to the day, or it is over."""
GOOD = (Verdict.ON_TRACK, Verdict.REACHED)
BAD = (Verdict.BEHIND, Verdict.MISSED)


def name(kind: Kind, measure: str) -> str:
    """Name a figure of a kind."""
    return f"{UNITS[measure].name} of {KINDS[kind].lower()}"


def aim(target: Target) -> str:
    """Say what is to be reached."""
    side = "at most" if target.good < 0 else "at least"
    return f"{side} {figure(target.value, target.measure)}"


def heading(target: Target) -> str:
    """Say what is to be reached, by when, and who answers for it."""
    return f"Target: {aim(target)} by {wording.day(target.due)} · {target.owner}"


def now(goal: Goal) -> str:
    """Say the figure of the last four weeks."""
    span = wording.between(goal.now)
    value = figure(goal.now.value, goal.target.measure)
    return f"{value} ({span}, n {goal.now.n:,})" if span else value


def expected(goal: Goal) -> str:
    """Say where the figure may lie on the day; a dash where no line can be drawn to it."""
    found, target = goal.outlook, goal.target
    if found.low is None or found.high is None or over(goal):
        return NONE
    return wording.between(Measure(target.measure, found.value, found.low, found.high, 0))


def over(goal: Goal) -> bool:
    """Say whether the day of a target has passed."""
    return goal.outlook.verdict in (Verdict.REACHED, Verdict.MISSED, Verdict.CLOSE)


def said(goal: Goal) -> str:
    """Say in a sentence how a figure stands to its target."""
    told = f"{now(goal)} in the four weeks to {wording.day(goal.until)}"
    if over(goal):
        return f"{told}: {goal.outlook.verdict.value}."
    ahead = expected(goal)
    if ahead == NONE:
        return f"{told}; no line can be drawn to that day yet."
    return f"{told}; going on like the last quarter, {ahead} by then."


def lines(goals: tuple[Goal, ...]) -> list[str]:
    """Say every target in a sentence, for the first page."""
    return [
        f"{name(goal.target.kind, goal.target.measure)}: {goal.outlook.verdict.value}."
        f" {heading(goal.target)}; now {now(goal)}."
        for goal in goals
    ]


def decisions(goals: tuple[Goal, ...]) -> list[str]:
    """Say which targets need a decision."""
    return [
        f"{name(goal.target.kind, goal.target.measure)}"
        f" {'has missed' if goal.outlook.verdict is Verdict.MISSED else 'is behind'} its target of"
        f" {figure(goal.target.value, goal.target.measure)}: what changes, {goal.target.owner}?"
        for goal in goals
        if goal.outlook.verdict in BAD
    ]


def rows(goals: tuple[Goal, ...]) -> list[tuple[str, ...]]:
    """Return the rows of the table under `HEAD`."""
    return [
        (
            f"{name(goal.target.kind, goal.target.measure)}: {aim(goal.target)}",
            wording.day(goal.target.due),
            goal.target.owner,
            now(goal),
            expected(goal),
            goal.outlook.verdict.value,
        )
        for goal in goals
    ]
