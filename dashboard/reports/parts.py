"""What page and PDF share: drawings, rows and sentences, ready to be set. Pure.

Numbers come from ``weekly``, words from ``wording``, drawing from ``svg``. Nothing is
escaped here.
"""

from __future__ import annotations

from typing import NamedTuple

from dashboard import theme
from dashboard.reports import span_words, svg, wording
from dashboard.reports.model import Headline, Trend, TrendStep, Weekly
from dashboard.reports.tidy import in_time
from dashboard.reports.weeks import Week
from dashboard.reports.wording import UNITS, figure
from sentiment.metrics import Change
from storage.models import Label
from storage.quotes import Quote

_ORDER = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE, Label.UNSURE, Label.UNSCORED)
_FEW = 65
"""Mentions in the quarter, five a week: fewer make no line, only noise; the workbook has all."""


class Chart(NamedTuple):
    """One drawing; ``spoken`` says it to those who cannot see it."""

    title: str
    spoken: str
    svg: str


def charts(report: Weekly) -> list[Chart]:
    """Draw what has enough mentions to be more than noise."""
    return [
        chart
        for trend in report.trends
        if sum(each.sums.n for each in trend.steps) >= _FEW
        for chart in _trend(trend, span_words.noun(report.span))
    ]


def legend() -> list[tuple[str, str]]:
    """Return name and colour of every label."""
    return [(label.value, theme.LABELS[label]) for label in _ORDER]


def _trend(trend: Trend, noun: str) -> tuple[Chart, Chart]:
    kind = wording.KINDS[trend.kind]
    points = [
        svg.Point(_label(each), each.main.value, each.main.low, each.main.high, each.gap)
        for each in trend.steps
    ]
    stacks = [
        svg.Stack(
            _label(each),
            tuple((theme.LABELS[label], getattr(each.sums, label.value)) for label in _ORDER),
            each.gap,
        )
        for each in trend.steps
    ]
    first, last = trend.steps[0], trend.steps[-1]
    spoken = (
        f"{UNITS[trend.main].name} of {kind.lower()} by {noun}, from"
        f" {figure(first.main.value, trend.main)} to {figure(last.main.value, trend.main)}"
    )
    line = svg.line(points, theme.LIGHT.primary, lambda x: figure(x, trend.main), spoken)
    counted = f"Number of {kind.lower()} by {noun}"
    bars = svg.bars(stacks, lambda x: f"{x:,.0f}", counted)
    return (
        Chart(f"{kind} · {wording.inline(trend.main)}", spoken, line),
        Chart(f"{kind} · number per {noun}, by label", counted, bars),
    )


def _label(each: TrendStep) -> str:
    first = each.span.first
    return f"{first.day} {first:%b}" if isinstance(each.span, Week) else f"{first:%b %y}"


def volume(report: Weekly, headline: Headline) -> str:
    """Say how many mentions of a kind there were."""
    noun = span_words.noun(report.span)
    said = f"{headline.now.n:,} this {noun}"
    return said if headline.before is None else f"{said}, {headline.before.n:,} the {noun} before"


def moved(change: Change, least: float | None) -> str:
    """Say how a figure changed, and whether that is more than chance."""
    if change.difference is None:
        return change.verdict
    if wording.is_good(change) is None:
        return verdict(change, least)
    return f"{wording.difference(change)}, real change"


def verdict(change: Change, least: float | None) -> str:
    """Say that a change means nothing, and how large one would have had to be."""
    said = "within chance" if change.verdict == "no real change" else change.verdict
    if least is not None:
        said += f"; {wording.size_of(least, change.name)} would show"
    return f"{wording.difference(change)}, {said}"


def adds(quote: Quote) -> bool:
    """Say whether a title says something that the text does not begin with."""
    return bool(quote.title) and not quote.text.startswith(quote.title)


def queue_rows(report: Weekly) -> list[tuple[str, str, str]]:
    """Return name, value and value of the span before of every figure of the queue."""
    now, before = report.queue, report.queue_before
    rows = []
    for name, title in (
        ("opened", "Opened"),
        ("answered", "Answered for the first time"),
        ("resolved", "Resolved"),
        ("dismissed", "Dismissed"),
        ("open", "Open at the end"),
        ("overdue", "Overdue at the end"),
    ):
        earlier = wording.DASH if before is None else f"{getattr(before, name):,}"
        rows.append((title, f"{getattr(now, name):,}", earlier))
    late = "more than half still wait" if now.waits and now.median_hours is None else ""
    waited = wording.DASH if before is None else wording.hours(before.median_hours)
    rows.append(("Median first response", late or wording.hours(now.median_hours), waited))
    change = in_time(now, before)
    share = figure(change.now.value, "in_time")
    span = f" ({wording.between(change.now)})" if now.due else ""
    rows.append(("Answered in time", share + span, figure(change.before.value, "in_time")))
    return rows


def coverage_lines(report: Weekly) -> list[str]:
    """Say what the figures may miss."""
    told = [
        f"{gap.source} could not be read from"
        f" {wording.moment(gap.start, report.timezone)} to"
        f" {wording.moment(gap.end, report.timezone)}: {gap.error}"
        for gap in report.gaps
    ] or [f"Every source was read all {span_words.noun(report.span)}, as far as the polls tell."]
    told.append(
        f"{figure(report.unscored.value, 'unscored')} of mentions have no label yet,"
        f" of {figure(report.unsure.value, 'unsure')} the model is not sure; both stay in every"
        " share."
    )
    refused = sum(each.refused for each in report.polls)
    gone = sum(each.gone for each in report.polls)
    told.append(
        f"{sum(each.polls for each in report.polls):,} polls of {len(report.polls)} sources;"
        f" {refused:,} rows could not be taken; {gone:,} mentions were deleted at their source."
    )
    return told


def queue_head(report: Weekly) -> tuple[str, str, str]:
    """Return the head of the queue's table."""
    noun = span_words.noun(report.span)
    return ("Cases", f"This {noun}", f"{noun.capitalize()} before")


def trend_heading(report: Weekly) -> str:
    """Return the heading of the charts."""
    steps = len(report.trends[0].steps) if report.trends else 0
    return f"Last {steps or 13} {span_words.noun(report.span)}s"


IMPACT_HEAD = ("Topic", "Of", "Impact", "Range", "Mentions")
_IMPACTS = 10


def impact_rows(report: Weekly) -> list[tuple[str, str, str, str, str]]:
    """Return the topics that really move stars or NPS, those that pull down first."""
    found = [each for each in report.impacts if each.impact.real]
    strongest = sorted(found, key=lambda each: -abs(each.impact.value))[:_IMPACTS]
    return [
        (
            each.name,
            f"{wording.inline(each.measure)}, {wording.KINDS[each.kind].lower()}",
            wording.moved_by(each.impact.value, each.measure),
            f"{wording.moved_by(each.impact.low, each.measure)} to"
            f" {wording.moved_by(each.impact.high, each.measure)}",
            f"{each.impact.n:,}",
        )
        for each in found
        if each in strongest
    ]
