"""How a summary names itself and its week or month. Pure."""

from __future__ import annotations

from dashboard.reports import spans, wording
from dashboard.reports.model import Weekly
from dashboard.reports.spans import Span
from dashboard.reports.weeks import Week

SAMPLE = "Sample data: an invented company"


def noun(span: Span) -> str:
    """Return what a span is: week or month."""
    return spans.every(span).value


def title(report: Weekly) -> str:
    """Return the summary's name: Weekly summary 2026-W46."""
    return f"{_kind(report)} {report.span.text}"


def heading(report: Weekly) -> str:
    """Return its heading: Week 46, 2026."""
    span = report.span
    unfinished = "" if report.finished else " (unfinished)"
    named = f"Week {span.number}" if isinstance(span, Week) else f"{span.first:%B}"
    comma = "," if isinstance(span, Week) else ""
    return f"{named}{comma} {span.year}{unfinished}"


def over(report: Weekly) -> str:
    """Say of whom it is: Weekly summary · Acme · play:com.acme."""
    brands = ", ".join(report.brands) or "All brands"
    return " · ".join([_kind(report), brands, *([", ".join(report.places)] * bool(report.places))])


def about(report: Weekly) -> str:
    """Say which days it counts, against which, in which timezone, as known when."""
    until = wording.moment(report.known_at, report.timezone)
    return (
        f"{wording.period(report)} · compared with {report.compared} · times in"
        f" {report.timezone} · data to {until}"
    )


def _kind(report: Weekly) -> str:
    return f"{noun(report.span).capitalize()}ly summary"
