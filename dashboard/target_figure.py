"""A figure by week on its way to a target, as a plotly dictionary. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboard import figures, periods, theme
from dashboard.figures import Figure
from dashboard.periods import Bar
from dashboard.reports import goal_words
from dashboard.reports.goals import Goal
from dashboard.reports.wording import UNITS, figure
from sentiment import metrics
from sentiment.outlook import WEEKS
from storage.models import Measure, Sums
from storage.queries import Point
from storage.targets import Target

HEIGHT = 240
AIM = "#8a63d2"
"""Neither the colour of a label nor that of the line; 3:1 on both backgrounds."""
_ROOM = 0.16


def span(goal: Goal, last: date) -> tuple[date, date]:
    """Return the first and last day that are counted: a quarter of complete weeks."""
    end = min(last, goal.target.due)
    return end - timedelta(days=end.weekday()) - timedelta(weeks=WEEKS - 1), end


def drawn(goal: Goal, points: Sequence[Point], first: date, last: date) -> Figure:
    """Return the measure per week, the line to be reached, and what is expected by its day."""
    target = goal.target
    sums = {point.start: point.sums for point in points}
    counted = periods.bars(first, last, last + timedelta(days=1), "week")
    shown = last if goal_words.expected(goal) == goal_words.NONE else max(last, target.due)
    bars = periods.bars(first, shown, last + timedelta(days=1), "week")
    found = [metrics.MEASURES[target.measure](sums.get(bar.start, Sums())) for bar in counted]
    layout = figures.layout(bars, height=HEIGHT)
    layout["yaxis"] |= _scale(goal, found)
    layout["showlegend"] = False
    layout["margin"] = {"l": 48, "r": 12, "t": 8, "b": 26}
    layout["shapes"] = [_line(target)]
    ahead = [_expected(goal)] if shown > last else []
    return {"data": [_weeks(target, found, counted), *ahead], "layout": layout}


def _scale(goal: Goal, found: Sequence[Measure]) -> Figure:
    seen = [each.value for each in found] + [goal.outlook.low, goal.outlook.high]
    values = [goal.target.value, *(each for each in seen if each is not None)]
    low, high = min(values), max(values)
    room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
    share = UNITS[goal.target.measure].factor == 100
    return {
        "range": [low - room, high + room],
        "tickformat": ".0%" if share else "",
        "nticks": 4,
    }


def _line(target: Target) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y",
        "y0": target.value,
        "y1": target.value,
        "line": {"width": 2, "dash": "dash", "color": AIM},
    }


def _expected(goal: Goal) -> Figure:
    """Where the figure may lie on the day, as a whisker."""
    seen = goal.outlook
    assert seen.value is not None
    assert seen.low is not None
    assert seen.high is not None
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [datetime.combine(goal.target.due, time(12)).isoformat()],
        "y": [seen.value],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [seen.high - seen.value],
            "arrayminus": [seen.value - seen.low],
            "thickness": 2,
            "width": 6,
        },
        "marker": {"size": 8, "symbol": "diamond-open", "color": theme.LIGHT.categories[0]},
        "text": [f"expected: {goal_words.expected(goal)}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _weeks(target: Target, found: Sequence[Measure], bars: Sequence[Bar]) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": UNITS[target.measure].name,
        "x": [figures.middle(bar) for bar in bars],
        "y": [each.value for each in found],
        "line": {"color": theme.LIGHT.categories[0], "width": 2},
        "marker": {
            "size": 6,
            "symbol": ["circle-open" if bar.partial else "circle" for bar in bars],
        },
        "connectgaps": False,
        "text": [_words(target, each, bar) for each, bar in zip(found, bars, strict=True)],
        "customdata": [[bar.start.isoformat(), bar.end.isoformat()] for bar in bars],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _words(target: Target, measure: Measure, bar: Bar) -> str:
    if measure.value is None or measure.low is None or measure.high is None:
        return ""
    low, high = figure(measure.low, target.measure), figure(measure.high, target.measure)
    value = figure(measure.value, target.measure)
    return f"{figures.tick(bar)}: {value} ({low} – {high}, n {measure.n:,})"


def spoken(goal: Goal) -> str:
    """Say what the figure shows, for people who do not see it."""
    target = goal.target
    return (
        f"{UNITS[target.measure].name} of the last {WEEKS} weeks beside the target of"
        f" {figure(target.value, target.measure)}. {goal_words.said(goal)}"
    )
