"""How targets are spoken, on pages, in summaries and on the command line. Pure."""

from __future__ import annotations

from dashboard.reports import wording
from dashboard.reports.goals import Goal
from dashboard.reports.speech import number, say
from dashboard.reports.wording import figure, kinds
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
    return say("{measure} of {kind}", measure=wording.name(measure), kind=kinds(kind))


def aim(target: Target) -> str:
    """Say what is to be reached."""
    side = "at most {value}" if target.good < 0 else "at least {value}"
    return say(side, value=figure(target.value, target.measure))


def heading(target: Target) -> str:
    """Say what is to be reached, by when, and who answers for it."""
    by = wording.day(target.due)
    return say("Target: {aim} by {day} · {who}", aim=aim(target), day=by, who=target.owner)


def now(goal: Goal) -> str:
    """Say the figure of the last four weeks."""
    span = wording.between(goal.now)
    value = figure(goal.now.value, goal.target.measure)
    return f"{value} ({span}, n {number(goal.now.n)})" if span else value


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
    day = wording.day(goal.until)
    told = say("{now} in the four weeks to {day}", now=now(goal), day=day)
    if over(goal):
        return f"{told}: {verdict(goal)}."
    ahead = expected(goal)
    if ahead == NONE:
        return say("{told}; no line can be drawn to that day yet.", told=told)
    return say("{told}; going on like the last quarter, {ahead} by then.", told=told, ahead=ahead)


def verdict(goal: Goal) -> str:
    """Say what can be said of a target."""
    return say(goal.outlook.verdict.value)


def lines(goals: tuple[Goal, ...]) -> list[str]:
    """Say every target in a sentence, for the first page."""
    return [
        say(
            "{name}: {verdict}. {target}; now {now}.",
            name=name(goal.target.kind, goal.target.measure),
            verdict=verdict(goal),
            target=heading(goal.target),
            now=now(goal),
        )
        for goal in goals
    ]


def decisions(goals: tuple[Goal, ...]) -> list[str]:
    """Say which targets need a decision."""
    return [
        say(
            "{name} has missed its target of {value}: what changes, {who}?"
            if goal.outlook.verdict is Verdict.MISSED
            else "{name} is behind its target of {value}: what changes, {who}?",
            name=name(goal.target.kind, goal.target.measure),
            value=figure(goal.target.value, goal.target.measure),
            who=goal.target.owner,
        )
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
            verdict(goal),
        )
        for goal in goals
    ]
