"""The numbers of the weekly summary, each once; renderers only show them.

The same queries, comparisons and measures as the pages: a figure here is the figure
there. Everything is as of one moment of the database and of the end of the week, so that
a finished week reads the same whenever it is made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard import periods
from dashboard.reports import deeds, goals
from dashboard.reports.goals import Goal
from dashboard.reports.model import (
    BrandShare,
    Counted,
    Headline,
    Scope,
    Summary,
    Topic,
    TopicImpact,
    Trend,
    TrendStep,
)
from dashboard.reports.months import Month
from dashboard.reports.spans import Span
from sentiment import decomposition, metrics
from sentiment.metrics import Change
from storage import (
    coverage,
    editions,
    past,
    poll_figures,
    queries,
    queue_figures,
    quotes,
    sources,
    workspace,
)
from storage.coverage import Gap
from storage.editions import Quoted
from storage.errors import InputError
from storage.models import Kind, Label, Measure, MentionFilter, Sums
from storage.queue_figures import QueueFigures

STEPS = 13
"""Weeks or months of the trend, this one included: a quarter, or a year and a month."""
WHOLE = Scope()
QUOTES = 4
_WIDTHS = {"nps": 200.0, "csat": 100.0, "ces": 6.0, "rating": 4.0, "sentiment": 2.0}
"""From one end of a scale to the other; no change is larger. Shares have 1."""
_OVER = timedelta(weeks=4)
"""So long a summary speaks of a target whose day has passed."""
_ERROR = 300
"""Characters of an error message that a summary repeats."""
_TOO_EARLY = "the data do not reach back far enough"


def summary(conn: sqlite3.Connection, span: Span, at: datetime, scope: Scope = WHOLE) -> Summary:
    """Count a week or month as of a moment; call it in a snapshot, or on a connection of the past.

    One that still runs at that moment ends the day before it.
    """
    return quoting(conn, count(conn, span, at, scope))


def quoting(conn: sqlite3.Connection, counted: Counted) -> Summary:
    """Return a summary with the words of its quotes as they are stored now."""
    best, worst = (
        tuple(quotes.read(conn, [each[1:] for each in counted.quoted if each.label is label]))
        for label in (Label.POSITIVE, Label.NEGATIVE)
    )
    return counted.numbers._replace(best=best, worst=worst)


def count(conn: sqlite3.Connection, span: Span, at: datetime, scope: Scope = WHOLE) -> Counted:
    """Count a week or month and choose its quotes."""
    zone = ZoneInfo(workspace.timezone(conn))
    today = at.astimezone(zone).date()
    if span.first > today:
        raise InputError(f"{span.text} has not begun; today is {today}")
    scope = whole(conn, scope)
    brands = scope.brands or workspace.own_brands(conn)
    asked = MentionFilter(start=span.first, end=span.last, brands=brands, places=scope.places)
    held = periods.like_month if isinstance(span, Month) else periods.like
    like = held(asked, today, coverage.choices(conn).first_day)
    start, end = span.first, like.now.end or span.last
    now = queries.totals(conn, like.now)
    before = None if like.before is None else queries.totals(conn, like.before)
    first, after = _bounds(start, end, zone)
    total = queries.total(conn, like.now)
    others = _others(conn, scope)
    numbers = Summary(
        span=span,
        start=start,
        end=end,
        finished=span.last < today,
        compared=like.why if like.before is None else periods.words(like.before),
        before=_held(like),
        timezone=zone.key,
        brands=tuple(each for each in brands if each),
        places=scope.places,
        sample=workspace.is_sample(conn),
        at=at,
        known_at=past.last_fact(conn, at),
        comment=editions.comment(conn, span.text, at) if scope == WHOLE else "",
        headlines=_headlines(conn, like, now, before),
        goals=_goals(conn, brands, span, today, at) if scope == WHOLE else (),
        deeds=() if scope.places else deeds.deeds(conn, start, end, at, scope.brands),
        trends=_trends(conn, replace(asked, end=end), span, zone, tuple(now)),
        topics=_topics(conn, like),
        impacts=_impacts(conn, like.now, now),
        rivals=_rivals(conn, like.now, scope) if brands and not scope.places else (),
        best=(),
        worst=(),
        queue=queue_figures.queue(conn, first, after, *scope),
        queue_before=None if like.before is None else _queue(conn, like.before, scope, zone),
        gaps=tuple(
            gap._replace(error=gap.error[:_ERROR])
            for gap in coverage.gaps(conn, first, after)
            if gap.source not in others
        ),
        polls=tuple(
            each for each in poll_figures.polls(conn, first, after) if each.source not in others
        ),
        unscored=Measure("unscored", *metrics.share(total.unscored, total.n), total.n),
        unsure=Measure("unsure", *metrics.share(total.unsure, total.n), total.n),
    )
    return Counted(numbers, _quoted(conn, numbers, at, like.now))


def _goals(
    conn: sqlite3.Connection, brands: tuple[str, ...], span: Span, today: date, at: datetime
) -> tuple[Goal, ...]:
    """Judge the targets by complete weeks; those long over are left out."""
    last = goals.last_sunday(min(span.last + timedelta(days=1), today))
    found = goals.goals(conn, brands, last, at)
    return tuple(each for each in found if each.target.due > last - _OVER)


def whole(conn: sqlite3.Connection, scope: Scope) -> Scope:
    """Return a scope that says nothing of brands where it names all of ours."""
    own = {brand.name for brand in workspace.brands(conn) if brand.own}
    return scope._replace(brands=()) if own and own <= set(scope.brands) else scope


def _others(conn: sqlite3.Connection, scope: Scope) -> frozenset[str]:
    """Return the sources of our brands that a scope leaves out."""
    if not scope.brands:
        return frozenset()
    own = {brand.name for brand in workspace.brands(conn) if brand.own} - {*scope.brands}
    return frozenset(each.id for each in sources.all_sources(conn) if each.brand in own)


def _held(like: periods.Comparison) -> tuple[date, date] | None:
    """Return the days that a summary is compared with."""
    if like.before is None or like.before.start is None or like.before.end is None:
        return None
    return like.before.start, like.before.end


def days(conn: sqlite3.Connection, span: Span, at: datetime) -> tuple[date, date, date]:
    """Return the first and last day that a summary counts: its trend, and one step before.

    Third, since when it asks for sums: it judges actions by the weeks before them.
    """
    first = span.back(STEPS).first
    return first, span.last, min(first, deeds.first_day(conn, span.last, at))


def quoted(report: Summary) -> list[Quoted]:
    """Return whom a summary quotes, for its edition."""
    return [
        Quoted(label, quote.mention_id, quote.version)
        for label, found in ((Label.POSITIVE, report.best), (Label.NEGATIVE, report.worst))
        for quote in found
    ]


def _quoted(
    conn: sqlite3.Connection, numbers: Summary, at: datetime, flt: MentionFilter
) -> tuple[Quoted, ...]:
    """The best and the worst; an edition made at this very moment quotes whom it quoted."""
    week = numbers.span.text
    kept = editions.quoted(conn, week, numbers.brands, numbers.places, at)
    if kept is not None:
        return kept
    hidden = editions.hidden(conn, week, at)
    return tuple(
        Quoted(label, *found)
        for label in (Label.POSITIVE, Label.NEGATIVE)
        for found in quotes.clearest(conn, flt, label, QUOTES, hidden)
    )


def _headlines(
    conn: sqlite3.Connection,
    like: periods.Comparison,
    now: Mapping[Kind, Sums],
    before: Mapping[Kind, Sums] | None,
) -> tuple[Headline, ...]:
    found = []
    for kind in Kind:
        sums = now.get(kind, Sums())
        earlier = None if before is None else before.get(kind, Sums())
        if not sums.n and not (earlier and earlier.n):
            continue
        asked = [*metrics.headline(kind, sums), *metrics.headline(kind, earlier or Sums())]
        names = dict.fromkeys(each.name for each in asked)
        if kind is Kind.REVIEW:
            names |= {"response_rate": None}
        changes = tuple(_change(name, sums, earlier) for name in names)
        segments = [_segments(conn, flt, kind) for flt in (like.now, like.before)]
        splits = tuple(decomposition.split(name, *segments) for name in names)
        seen = tuple(_detectable(each, sums, earlier) for each in changes)
        found.append(Headline(kind, sums, earlier, changes, splits, seen))
    return tuple(found)


def _segments(conn: sqlite3.Connection, flt: MentionFilter | None, kind: Kind) -> dict[str, Sums]:
    if flt is None:
        return {}
    groups = queries.breakdown(conn, replace(flt, kinds=(kind,)), "source")
    return {group.key: group.sums for group in groups}


def _detectable(change: Change, now: Sums, before: Sums | None) -> float | None:
    """The smallest change that two periods of this size would show four times in five."""
    if before is None or not change.now.n or not change.before.n:
        return None
    variance = decomposition.spread(change.name, now.plus(before))
    least = decomposition.detectable(variance, change.now.n, change.before.n)
    return least if least < _WIDTHS.get(change.name, 1.0) else None


def _impacts(
    conn: sqlite3.Connection, flt: MentionFilter, now: Mapping[Kind, Sums]
) -> tuple[TopicImpact, ...]:
    """What topics do to stars and NPS, the strongest pull downwards first."""
    names = dict(coverage.choices(conn).topics)
    found = []
    for kind, measure in ((Kind.REVIEW, "rating"), (Kind.SURVEY, "nps")):
        whole = now.get(kind, Sums())
        for group in queries.breakdown(conn, replace(flt, kinds=(kind,)), "topic"):
            pull = decomposition.impact(measure, group.sums, whole)
            if pull is not None:
                name = names.get(group.key, group.key)
                found.append(TopicImpact(kind, measure, group.key, name, pull))
    return tuple(sorted(found, key=lambda each: (each.kind, each.impact.value, each.key)))


def _change(name: str, now: Sums, before: Sums | None) -> Change:
    change = metrics.compare(now, before or Sums(), name)
    return change if before is not None else change._replace(verdict=_TOO_EARLY)


def _trends(
    conn: sqlite3.Connection,
    flt: MentionFilter,
    span: Span,
    zone: ZoneInfo,
    kinds: tuple[Kind, ...],
) -> tuple[Trend, ...]:
    """The steps that end with this one, per kind that has mentions in it."""
    assert flt.end is not None
    step: queries.Step = "month" if isinstance(span, Month) else "week"
    spans = [span.back(STEPS - 1 - number) for number in range(STEPS)]
    first = spans[0].first
    gaps = coverage.gaps(conn, *_bounds(first, flt.end, zone))
    found = []
    for kind in (each for each in Kind if each in kinds):
        asked = replace(flt, start=first, kinds=(kind,))
        points = queries.trend(conn, asked, step)
        bringing = poll_figures.bringing(conn, asked)
        missed = [gap for gap in gaps if gap.source in bringing]
        sums = {point.start: point.sums for point in points}
        main = _main(kind, [sums.get(each.first, Sums()) for each in spans])
        steps = [_step(each, sums.get(each.first, Sums()), main, missed, zone) for each in spans]
        found.append(Trend(kind, main, tuple(steps)))
    return tuple(found)


def _main(kind: Kind, steps: list[Sums]) -> str:
    """The measure of a kind that heads it in most steps."""
    asked = Sums()
    for sums in steps:
        asked = asked.plus(sums)
    return metrics.headline(kind, asked)[0].name


def _step(span: Span, sums: Sums, main: str, gaps: list[Gap], zone: ZoneInfo) -> TrendStep:
    first, after = _bounds(span.first, span.last, zone)
    return TrendStep(
        span,
        sums,
        metrics.MEASURES[main](sums),
        metrics.negative_share(sums),
        any(gap.start < after and gap.end > first for gap in gaps),
    )


def _topics(conn: sqlite3.Connection, like: periods.Comparison) -> tuple[Topic, ...]:
    """Every topic of either week, the most spoken of first."""
    names = dict(coverage.choices(conn).topics)
    now = {each.key: each.sums for each in queries.breakdown(conn, like.now, "topic")}
    total = queries.count(conn, like.now)
    before: dict[str, Sums] = {}
    earlier = 0
    if like.before is not None:
        groups = queries.breakdown(conn, like.before, "topic")
        before = {each.key: each.sums for each in groups}
        earlier = queries.count(conn, like.before)
    found = [
        Topic(
            key,
            names.get(key, key),
            now.get(key, Sums()).n,
            None if like.before is None else before.get(key, Sums()).n,
            _topic_share(now.get(key, Sums()).n, total, before.get(key, Sums()).n, earlier),
            metrics.compare(now.get(key, Sums()), before.get(key, Sums()), "negative_share"),
        )
        for key in now.keys() | before.keys()
    ]
    return tuple(sorted(found, key=lambda topic: (-topic.n, topic.name, topic.key)))


def _topic_share(n: int, total: int, before: int, earlier: int) -> Change:
    return metrics.change(metrics.topic_share(n, total), metrics.topic_share(before, earlier))


def _rivals(conn: sqlite3.Connection, flt: MentionFilter, scope: Scope) -> tuple[BrandShare, ...]:
    """All brands beside each other, the most spoken of first; with a scope no other of ours."""
    own = {brand.name: brand.own for brand in workspace.brands(conn)}
    rivals = tuple(name for name, ours in own.items() if not ours)
    if scope.brands and not rivals:
        return ()
    chosen = (*scope.brands, *rivals) if scope.brands else ()
    groups = queries.breakdown(conn, replace(flt, brands=chosen), "brand")
    total = sum(group.sums.n for group in groups)
    return tuple(
        BrandShare(
            group.key,
            own.get(group.key, True),
            group.sums.n,
            Measure("brand_share", *metrics.share(group.sums.n, total), total),
            metrics.negative_share(group.sums),
        )
        for group in groups
    )


def _queue(
    conn: sqlite3.Connection, flt: MentionFilter, scope: Scope, zone: ZoneInfo
) -> QueueFigures:
    assert flt.start is not None
    assert flt.end is not None
    return queue_figures.queue(conn, *_bounds(flt.start, flt.end, zone), *scope)


def _bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments at which a first day begins and a last day is over."""
    start = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)
