"""The summary as one table, a row per number: what the CSV file and the numbers sheet hold.

The same bytes whenever the same week is counted from the same facts. Pure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from dashboard.exports import plain
from dashboard.reports import deed_words
from dashboard.reports.deeds import Deed
from dashboard.reports.goals import Goal
from dashboard.reports.model import Headline, Summary, Topic, Trend
from sentiment import metrics
from sentiment.metrics import Change
from storage.models import Measure
from storage.queue_figures import QueueFigures
from storage.quotes import Quote

Number: TypeAlias = "int | float | None"

_DIGITS = 6
"""Decimals that are written; a figure of floats is not equal to the last bit everywhere."""


class Row(NamedTuple):
    """One number. ``subject`` is what it is of: a kind, a topic, a brand, a source.

    Units as `earshot kpi` has them: shares 0–1, csat per cent, nps −100 to 100.
    """

    section: str
    subject: str
    name: str
    period: str
    value: Number = None
    low: Number = None
    high: Number = None
    n: Number = None
    before: Number = None
    before_n: Number = None
    change: Number = None
    change_low: Number = None
    change_high: Number = None
    verdict: str = ""
    text: str = ""


def rows(report: Summary) -> Iterator[Row]:
    """Yield every number of a summary."""
    week = report.span.text
    yield from _about(report)
    for headline in report.headlines:
        yield from _headline(headline, week)
    for goal in report.goals:
        yield from _goal(goal, week)
    for deed in report.deeds:
        yield from _deed(deed, week)
    for trend in report.trends:
        yield from _trend(trend)
    for topic in report.topics:
        yield from _topic(topic, week)
    for each in report.impacts:
        yield Row(
            *("impact", each.key, each.measure, week, each.impact.value),
            *(each.impact.low, each.impact.high, each.impact.n),
            text=each.name,
        )
    for brand in report.rivals:
        name = brand.name or "none"
        for measure in (brand.share, brand.negative):
            yield _measured(Row("brand", name, measure.name, week), measure)
    yield from _queue(report.queue, report.queue_before, week)
    for section, found in (("best", report.best), ("worst", report.worst)):
        yield from (_quote(section, quote) for quote in found)
    yield from _coverage(report)


def cells(row: Row) -> list[str | int | float]:
    """Return a row as it is written: numbers rounded, nothing as an empty text."""
    return [_cell(value) for value in row]


def write_csv(report: Summary) -> bytes:
    """Return the table as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(Row._fields)
    for row in rows(report):
        writer.writerow([plain(each) if isinstance(each, str) else each for each in cells(row)])
    return out.getvalue().encode()


def _about(report: Summary) -> Iterator[Row]:
    week = report.span.text
    facts = {
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        "finished": "yes" if report.finished else "no",
        "compared_with": report.compared,
        "timezone": report.timezone,
        "brands": ", ".join(report.brands) or "all",
        "as_known_at": report.known_at.isoformat(timespec="seconds")
        if report.known_at
        else "never",
        "comment": report.comment,
        "sample": "yes" if report.sample else "no",
    }
    for name, text in facts.items():
        yield Row("about", "", name, week, text=text)


def _headline(headline: Headline, week: str) -> Iterator[Row]:
    kind, before = headline.kind.value, headline.before
    yield Row(
        *("headline", kind, "mentions", week),
        value=headline.now.n,
        n=headline.now.n,
        before=None if before is None else before.n,
        before_n=None if before is None else before.n,
        change=None if before is None else headline.now.n - before.n,
    )
    for change, split, least in zip(
        headline.changes, headline.splits, headline.detectable, strict=True
    ):
        yield _changed(Row("headline", kind, change.name, week), change)
        if least is not None:
            yield Row("detectable", kind, change.name, week, least)
        if split is not None:
            row = Row("split", kind, change.name, week, n=split.n, before_n=split.before_n)
            for name, part in (("mix", split.mix), ("feeling", split.feeling)):
                yield row._replace(
                    name=f"{change.name}_{name}",
                    change=part.value,
                    change_low=part.low,
                    change_high=part.high,
                    verdict=split.verdict,
                )


def _deed(deed: Deed, week: str) -> Iterator[Row]:
    """The effect of an action, and how many of those who raised it know and came back."""
    action, effect = deed.judged.action, deed.judged.effect
    assert action.done_on is not None
    since = f"since {action.done_on.isoformat()}"
    row = Row("action", str(action.id), action.measure, since, text=action.title)
    if effect is not None:
        yield row._replace(
            value=effect.value,
            low=effect.low,
            high=effect.high,
            n=effect.after_n,
            before_n=effect.before_n,
            verdict=deed_words.verdict(deed),
        )
        yield row._replace(name="weeks_more", value=effect.weeks_more)
    if deed.told is not None:
        for name in (
            *("raised", "told", "answered", "waiting", "held", "unreachable"),
            *("back", "happier"),
        ):
            yield row._replace(name=name, period=week, value=getattr(deed.told, name), text="")


def _goal(goal: Goal, week: str) -> Iterator[Row]:
    """The target, the figure of the last four weeks, and what is expected on the day."""
    target, found = goal.target, goal.outlook
    row = Row("target", target.kind.value, target.measure, week)
    day = target.due.isoformat()
    verdict = found.verdict.value
    yield row._replace(value=target.value, verdict=verdict, text=f"by {day}, {target.owner}")
    yield _measured(row._replace(period=f"4 weeks to {goal.until.isoformat()}"), goal.now)
    yield row._replace(
        name=f"{target.measure}_expected",
        period=day,
        value=found.value,
        low=found.low,
        high=found.high,
    )


def _trend(trend: Trend) -> Iterator[Row]:
    for each in trend.steps:
        row = Row("trend", trend.kind.value, "mentions", each.span.text)
        gap = "part of this week was not collected" if each.gap else ""
        yield row._replace(value=each.sums.n, n=each.sums.n, text=gap)
        measures = {measure.name: measure for measure in (each.main, each.negative)}
        for name, measure in measures.items():
            yield _measured(row._replace(name=name), measure)


def _topic(topic: Topic, week: str) -> Iterator[Row]:
    row = Row("topic", topic.key, "mentions", week, text=topic.name)
    change = None if topic.before is None else topic.n - topic.before
    yield row._replace(
        value=topic.n, n=topic.n, before=topic.before, before_n=topic.before, change=change
    )
    for each in (topic.share, topic.negative):
        yield _changed(row._replace(name=each.name), each)


def _queue(now: QueueFigures, before: QueueFigures | None, week: str) -> Iterator[Row]:
    for name in ("opened", "answered", "resolved", "dismissed", "open", "overdue"):
        value = getattr(now, name)
        row = Row("queue", "", name, week, value=value)
        if before is not None:
            earlier = getattr(before, name)
            row = row._replace(before=earlier, change=value - earlier)
        yield row
    yield Row(
        *("queue", "", "median_first_response_hours", week),
        value=now.median_hours,
        n=len(now.waits),
        before=None if before is None else before.median_hours,
        before_n=None if before is None else len(before.waits),
    )
    yield _changed(Row("queue", "", "in_time", week), in_time(now, before))


def in_time(now: QueueFigures, before: QueueFigures | None) -> Change:
    """Return the share of due cases that were answered in time, against the week before."""
    return metrics.change(_in_time(now), _in_time(before))


def _in_time(queue: QueueFigures | None) -> Measure:
    if queue is None:
        return Measure("in_time", None, None, None, 0)
    return Measure("in_time", *metrics.share(queue.in_time, queue.due), queue.due)


def _quote(section: str, quote: Quote) -> Row:
    said = f"{quote.title}: {quote.text}" if quote.title else quote.text
    subject = f"{quote.kind.value} {quote.source}"
    day = quote.day.isoformat()
    return Row(f"quote_{section}", subject, str(quote.mention_id), day, quote.score, text=said)


def _coverage(report: Summary) -> Iterator[Row]:
    week = report.span.text
    for measure in (report.unscored, report.unsure):
        yield _measured(Row("coverage", "", measure.name, week), measure)
    for source in report.polls:
        for name in ("polls", "failed", "new", "changed", "gone", "refused"):
            yield Row("coverage", source.source, name, week, value=getattr(source, name))
    for gap in report.gaps:
        lasted = (gap.end - gap.start).total_seconds() / 3600
        since = gap.start.isoformat(timespec="seconds")
        yield Row("coverage", gap.source, "gap_hours", week, lasted, text=f"{since}: {gap.error}")


def _measured(row: Row, measure: Measure) -> Row:
    return row._replace(value=measure.value, low=measure.low, high=measure.high, n=measure.n)


def _changed(row: Row, change: Change) -> Row:
    return _measured(row, change.now)._replace(
        before=change.before.value,
        before_n=change.before.n,
        change=change.difference,
        change_low=change.low,
        change_high=change.high,
        verdict=change.verdict,
    )


def _cell(value: str | Number) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, float):
        value = round(value, _DIGITS)
        return int(value) if value.is_integer() else value
    return value
