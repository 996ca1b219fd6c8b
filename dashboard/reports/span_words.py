"""How a summary names itself and its week or month. Pure."""

from __future__ import annotations

from dashboard.reports import speech, wording
from dashboard.reports.model import Summary
from dashboard.reports.spans import Span
from dashboard.reports.speech import say
from dashboard.reports.weeks import Week

SAMPLE = "Sample data: an invented company"


def per(span: Span, week: str, month: str, **parts: object) -> str:
    """Say one sentence of a week, the other of a month."""
    return say(week if isinstance(span, Week) else month, **parts)


def title(report: Summary) -> str:
    """Return the summary's name: Weekly summary 2026-W46."""
    return f"{_kind(report)} {report.span.text}"


def heading(report: Summary) -> str:
    """Return its heading: Week 46, 2026."""
    span = report.span
    unfinished = "" if report.finished else f" ({say('unfinished')})"
    if isinstance(span, Week):
        return say("Week {n}, {year}", n=span.number, year=span.year) + unfinished
    return speech.month(span.first) + unfinished


def over(report: Summary) -> str:
    """Say of whom it is: Weekly summary · Acme · play:com.acme."""
    brands = ", ".join(report.brands) or say("All brands")
    return " · ".join([_kind(report), brands, *([", ".join(report.places)] * bool(report.places))])


def about(report: Summary) -> str:
    """Say which days it counts, against which, in which timezone, as known when."""
    return " · ".join([wording.period(report), compared(report), *known(report)])


def compared(report: Summary) -> str:
    """Say with which days it is compared, or why with none."""
    if report.before is None:
        return say(report.compared)
    days = wording.days(*report.before)
    return say("compared with {days}", days=days)


def known(report: Summary) -> tuple[str, str]:
    """Say in which timezone it counts, and up to when things were known."""
    until = wording.moment(report.known_at, report.timezone)
    return (
        say("times in {zone}", zone=report.timezone),
        say("data to {moment}", moment=until),
    )


def _kind(report: Summary) -> str:
    return per(report.span, "Weekly summary", "Monthly summary")
