"""What page and PDF share: drawings, rows and sentences, ready to be set. Pure.

Numbers come from ``counting``, words from ``wording``, drawing from ``svg``. Nothing is
escaped here.
"""

from __future__ import annotations

from typing import NamedTuple

from dashboard import theme
from dashboard.reports import speech, svg, wording
from dashboard.reports.model import BrandShare, Headline, Summary, Trend, TrendStep
from dashboard.reports.span_words import per
from dashboard.reports.spans import Span
from dashboard.reports.speech import number, say
from dashboard.reports.tidy import in_time
from dashboard.reports.weeks import Week
from dashboard.reports.wording import figure
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


def charts(report: Summary) -> list[Chart]:
    """Draw what has enough mentions to be more than noise."""
    return [
        chart
        for trend in report.trends
        if sum(each.sums.n for each in trend.steps) >= _FEW
        for chart in _trend(trend, report.span)
    ]


def legend() -> list[tuple[str, str]]:
    """Return name and colour of every label."""
    return [(say(label.value), theme.LABELS[label]) for label in _ORDER]


def _trend(trend: Trend, span: Span) -> tuple[Chart, Chart]:
    kind, kinds = wording.kind(trend.kind), wording.kinds(trend.kind)
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
    spoken = per(
        span,
        "{measure} of {kind} by week, from {first} to {last}",
        "{measure} of {kind} by month, from {first} to {last}",
        measure=wording.name(trend.main),
        kind=kinds,
        first=figure(first.main.value, trend.main),
        last=figure(last.main.value, trend.main),
    )
    line = svg.line(points, theme.LIGHT.primary, lambda x: figure(x, trend.main), spoken)
    counted = per(span, "Number of {kind} by week", "Number of {kind} by month", kind=kinds)
    bars = svg.bars(stacks, number, counted)
    by_label = per(span, "number per week, by label", "number per month, by label")
    return (
        Chart(f"{kind} · {wording.inline(trend.main)}", spoken, line),
        Chart(f"{kind} · {by_label}", counted, bars),
    )


def _label(each: TrendStep) -> str:
    first = each.span.first
    is_week = isinstance(each.span, Week)
    return speech.short_day(first) if is_week else speech.short_month(first)


def volume(report: Summary, headline: Headline) -> str:
    """Say how many mentions of a kind there were."""
    said = per(report.span, "{n} this week", "{n} this month", n=number(headline.now.n))
    if headline.before is None:
        return said
    earlier = "{n} the week before", "{n} the month before"
    return f"{said}, {per(report.span, *earlier, n=number(headline.before.n))}"


def moved(change: Change, least: float | None) -> str:
    """Say how a figure changed, and whether that is more than chance."""
    if change.difference is None:
        return wording.verdict(change)
    if wording.is_good(change) is None:
        return verdict(change, least)
    return f"{wording.difference(change)}, {say('real change')}"


def verdict(change: Change, least: float | None) -> str:
    """Say that a change means nothing, and how large one would have had to be."""
    within = change.verdict == "no real change"
    said = say("within chance") if within else wording.verdict(change)
    if least is not None:
        size = wording.size_of(least, change.name)
        said += f"; {say('{size} would show', size=size)}"
    return f"{wording.difference(change)}, {said}"


def brand(each: BrandShare) -> str:
    """Name a brand, and say where it is not ours."""
    name = each.name or say("no brand named")
    return name if each.own else say("{brand} (rival)", brand=name)


def adds(quote: Quote) -> bool:
    """Say whether a title says something that the text does not begin with."""
    return bool(quote.title) and not quote.text.startswith(quote.title)


def queue_rows(report: Summary) -> list[tuple[str, str, str]]:
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
        earlier = wording.DASH if before is None else number(getattr(before, name))
        rows.append((say(title), number(getattr(now, name)), earlier))
    late = say("more than half still wait") if now.waits and now.median_hours is None else ""
    waited = wording.DASH if before is None else wording.hours(before.median_hours)
    rows.append((say("Median first response"), late or wording.hours(now.median_hours), waited))
    change = in_time(now, before)
    share = figure(change.now.value, "in_time")
    span = f" ({wording.between(change.now)})" if now.due else ""
    rows.append((say("Answered in time"), share + span, figure(change.before.value, "in_time")))
    return rows


def coverage_lines(report: Summary) -> list[str]:
    """Say what the figures may miss."""
    told = [
        say(
            "{source} could not be read from {start} to {end}: {error}",
            source=gap.source,
            start=wording.moment(gap.start, report.timezone),
            end=wording.moment(gap.end, report.timezone),
            error=gap.error,
        )
        for gap in report.gaps
    ] or [say("Every source was read all the time, as far as the polls tell.")]
    told.append(
        say(
            "{unscored} of mentions have no label yet, of {unsure} the model is not sure; both stay"
            " in every share.",
            unscored=figure(report.unscored.value, "unscored"),
            unsure=figure(report.unsure.value, "unsure"),
        )
    )
    refused = sum(each.refused for each in report.polls)
    gone = sum(each.gone for each in report.polls)
    told.append(
        say(
            "{polls} polls of {sources} sources; {refused} rows could not be taken; {gone} mentions"
            " were deleted at their source.",
            polls=number(sum(each.polls for each in report.polls)),
            sources=number(len(report.polls)),
            refused=number(refused),
            gone=number(gone),
        )
    )
    return told


def queue_head(report: Summary) -> tuple[str, str, str]:
    """Return the head of the queue's table, in English."""
    if isinstance(report.span, Week):
        return ("Cases", "This week", "Week before")
    return ("Cases", "This month", "Month before")


def trend_heading(report: Summary) -> str:
    """Return the heading of the charts."""
    steps = len(report.trends[0].steps) if report.trends else 0
    return per(report.span, "Last {n} weeks", "Last {n} months", n=steps or 13)


IMPACT_HEAD = ("Topic", "Of", "Impact", "Range", "Mentions")
TOPIC_HEAD = ("Topic", "Mentions", "Before", "Share", "± points", "Negative", "± points")
RIVAL_HEAD = ("Brand", "Mentions", "Share of mentions", "Range", "Negative", "Range")
RIVAL_NOTE = (
    "Counted in the sources that are watched here; not a share of all that is said anywhere."
)
MADE_BY = "Made by Earshot from the same figures as its pages."
MORE = "{n} more in the workbook."
_IMPACTS = 10


def impact_rows(report: Summary) -> list[tuple[str, str, str, str, str]]:
    """Return the topics that really move stars or NPS, those that pull down first."""
    found = [each for each in report.impacts if each.impact.real]
    strongest = sorted(found, key=lambda each: -abs(each.impact.value))[:_IMPACTS]
    return [
        (
            each.name,
            f"{wording.inline(each.measure)}, {wording.kinds(each.kind)}",
            wording.moved_by(each.impact.value, each.measure),
            say(
                "{low} to {high}",
                low=wording.moved_by(each.impact.low, each.measure),
                high=wording.moved_by(each.impact.high, each.measure),
            ),
            number(each.impact.n),
        )
        for each in found
        if each in strongest
    ]
