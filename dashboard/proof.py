"""What can be said of an action that was judged, in a sentence and as a drawing. Pure."""

from __future__ import annotations

from dashboard import theme
from dashboard.judging import Judged
from dashboard.reports import svg
from dashboard.reports.wording import UNITS, figure, moved_by
from sentiment.effects import Effect, Verdict


def said(judged: Judged) -> str:
    """Say in a sentence what can be said."""
    action, effect = judged.action, judged.effect
    if action.withdrawn is not None:
        return f"Withdrawn: {action.withdrawn}"
    if effect is None:
        return "Planned: say when it is done, and weeks after it will tell."
    size = span = ""
    if effect.value is not None and effect.low is not None and effect.high is not None:
        size = moved_by(effect.value, action.measure)
        low, high = (moved_by(each, action.measure) for each in (effect.low, effect.high))
        span = f"{size} beyond what changed elsewhere ({low} to {high})"
    words = {
        Verdict.WORKS: f"Works: {span}.",
        Verdict.WORSE: f"Became worse: {span}.",
        Verdict.NONE: f"No evidence: {span}; what was hoped for would have shown.",
        Verdict.MORE: _more(effect, span),
    }
    late = " Registered after its result could be known: no proof." if action.late else ""
    return words[effect.verdict] + late


def _more(effect: Effect, span: str) -> str:
    so_far = f" So far {span}." if span else ""
    if effect.weeks_more is None:
        return f"Cannot be told: too little was said before it.{so_far}"
    weeks = f"{effect.weeks_more:,} more week" + ("" if effect.weeks_more == 1 else "s")
    return f"Too early to tell: about {weeks} needed.{so_far}"


def drawing(judged: Judged) -> str:
    """Draw the weeks of the measure as an SVG; those beside the action are hatched."""
    points = [
        svg.Point(
            f"{each.monday.day} {each.monday:%b}",
            each.treated,
            each.treated,
            each.treated,
            each.part in ("prompt", "week of the action"),
        )
        for each in judged.points
    ]
    name = judged.action.measure
    return svg.line(points, theme.LIGHT.primary, lambda x: figure(x, name), spoken(judged))


def spoken(judged: Judged) -> str:
    """Say the drawing."""
    weeks = len(judged.points)
    return f"{judged.action.title}: {UNITS[judged.action.measure].name.lower()} over {weeks} weeks"
