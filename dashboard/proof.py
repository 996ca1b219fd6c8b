"""What can be said of an action that was judged, in a sentence and as a drawing. Pure."""

from __future__ import annotations

from dashboard import theme
from dashboard.judging import Judged
from dashboard.reports import svg
from dashboard.reports.speech import number, say
from dashboard.reports.wording import UNITS, figure, moved_by
from sentiment.effects import Effect, Verdict


def said(judged: Judged) -> str:
    """Say in a sentence what can be said."""
    action, effect = judged.action, judged.effect
    if action.withdrawn is not None:
        return say("Withdrawn: {why}", why=action.withdrawn)
    if effect is None:
        return say("Planned: say when it is done, and weeks after it will tell.")
    size = span = ""
    if effect.value is not None and effect.low is not None and effect.high is not None:
        size = moved_by(effect.value, action.measure)
        low, high = (moved_by(each, action.measure) for each in (effect.low, effect.high))
        span = say(
            "{size} beyond what changed elsewhere ({low} to {high})", size=size, low=low, high=high
        )
    words = {
        Verdict.WORKS: say("Works: {span}.", span=span),
        Verdict.WORSE: say("Became worse: {span}.", span=span),
        Verdict.NONE: say("No evidence: {span}; what was hoped for would have shown.", span=span),
        Verdict.MORE: _more(effect, span),
    }
    late = say("Registered after its result could be known: no proof.") if action.late else ""
    return f"{words[effect.verdict]} {late}".rstrip()


def _more(effect: Effect, span: str) -> str:
    so_far = say("So far {span}.", span=span) if span else ""
    if effect.weeks_more is None:
        told = say("Cannot be told: too little was said before it.")
    elif effect.weeks_more == 1:
        told = say("Too early to tell: about 1 more week needed.")
    else:
        weeks = number(effect.weeks_more)
        told = say("Too early to tell: about {n} more weeks needed.", n=weeks)
    return f"{told} {so_far}".rstrip()


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
