"""What Topics, Places & products and Competitors show: parts beside their like period before.

Rows are made here from named queries and measures; drawing is in ``part_markup`` and
``brand_figure``. People's names are in no cache; they are read in ``components.people``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from dashboard import data, periods
from dashboard.data import At, reads
from dashboard.periods import Comparison
from sentiment import metrics
from sentiment.metrics import Change
from storage import brand_figures, part_figures
from storage.brand_figures import Site
from storage.models import Kind, Label, Measure, MentionFilter, Sums
from storage.part_figures import Tally
from storage.queries import Group

topic_trends = reads("facts", keep=32)(part_figures.topic_trends)
places = reads("facts", keep=32)(part_figures.places)
brand_order = reads("settings", "facts", keep=8)(brand_figures.brand_order)
_sites = reads("sources", "facts", keep=16)(brand_figures.sites)

ANSWERABLE = (Kind.REVIEW, Kind.SOCIAL, Kind.CONVERSATION)
"""Kinds in which somebody waits for an answer; nobody answers a survey or an article."""
_DAILY = 62


class TopicRow(NamedTuple):
    """One topic: its mentions, how negative, how that changed, and over time."""

    key: str
    name: str
    flt: MentionFilter
    sums: Sums
    negative: Measure
    change: Change | None
    points: Sequence[Tally]


class PartRow(NamedTuple):
    """One place or product; ``asked`` are negatives that somebody could answer, ``waiting``
    those of them that nobody answered yet.
    """

    name: str
    flt: MentionFilter
    sums: Sums
    rating: Measure
    drawn: float | None
    change: Change | None
    asked: int
    waiting: int

    @property
    def small(self) -> bool:
        """Say whether the stars are too few to stand by themselves."""
        return 0 < self.rating.n < metrics.TOO_FEW


class BrandRow(NamedTuple):
    """One brand on the sites that were looked at alike for all."""

    name: str
    flt: MentionFilter
    n: int
    voice: Measure
    rating: Measure
    reviews: MentionFilter
    response: Measure


def like(at: At, flt: MentionFilter) -> Comparison:
    """Return the complete days of a filter and the like period before."""
    return periods.like(flt, at.today, data.choices(at).first_day)


def topics(at: At, flt: MentionFilter) -> list[TopicRow]:
    """Every topic of a filter, most mentions first."""
    both = like(at, flt)
    before = _by_key(data.breakdown(at, both.before, "topic")) if both.before else None
    names = dict(data.choices(at).topics)
    trends = topic_trends(at, both.now, trend_step(both.now))
    return [
        TopicRow(
            key,
            names.get(key, key),
            replace(both.now, topics=(key,)),
            sums,
            metrics.negative_share(sums),
            _compared(sums, before, key, "negative_share"),
            trends.get(key, ()),
        )
        for key, sums in data.breakdown(at, both.now, "topic")
        if not flt.topics or key in flt.topics
    ]


def ordered(rows: Sequence[TopicRow], by: str) -> list[TopicRow]:
    """Return topics by mentions, by how surely they are negative, or real changes first.

    The lower end of the interval puts a topic with one bad mention behind one with many.
    """
    if by == "negative":
        return sorted(rows, key=lambda row: -(row.negative.low or 0.0))
    if by == "change":
        return sorted(rows, key=lambda row: -_moved(row.change))
    return list(rows)


def _moved(change: Change | None) -> float:
    """How far a change goes beyond chance; below 0 where it does not."""
    if change is None or change.low is None or change.high is None or change.difference is None:
        return -2.0
    beyond = max(change.low, -change.high)
    return beyond if change.real or beyond < 0 else -1.0


def trend_step(flt: MentionFilter) -> Literal["day", "month"]:
    """Return how fine the small drawings are: days up to two months, else months."""
    if flt.start is None or flt.end is None:
        return "month"
    return "day" if (flt.end - flt.start).days < _DAILY else "month"


def steps(at: At, flt: MentionFilter) -> list[date]:
    """Return the steps of the small drawings, also those in which nothing was said."""
    now = like(at, flt).now
    first = now.start or data.choices(at).first_day or at.today
    last = now.end or at.today
    return [bar.start for bar in periods.bars(min(first, last), last, at.today, trend_step(now))]


def products(at: At, flt: MentionFilter) -> list[PartRow]:
    """Every product of a filter, most mentions first; what names none is left out."""
    both = like(at, flt)
    asked = answerable(both.now)
    now = [each for each in data.breakdown(at, both.now, "product") if each.key]
    return part_rows(
        [(replace(both.now, products=(key,)), Group(key, sums)) for key, sums in now],
        _by_key(data.breakdown(at, both.before, "product")) if both.before else None,
        _by_key(data.breakdown(at, asked, "product")) if asked else {},
        _by_key(data.breakdown(at, waiting(asked), "product")) if asked else {},
    )


def all_places(at: At, flt: MentionFilter) -> list[PartRow]:
    """Every place of a filter, most mentions first."""
    both = like(at, flt)
    asked = answerable(both.now)
    return part_rows(
        [(replace(both.now, places=(each.key,)), each) for each in places(at, both.now)],
        _by_key(places(at, both.before)) if both.before else None,
        _by_key(places(at, asked)) if asked else {},
        _by_key(places(at, waiting(asked))) if asked else {},
    )


def part_rows(
    now: Sequence[tuple[MentionFilter, Group]],
    before: Mapping[str, Sums] | None,
    asked: Mapping[str, Sums],
    waiting: Mapping[str, Sums],
) -> list[PartRow]:
    """Return the rows of some parts: stars of few are drawn towards the group of all."""
    drawn = metrics.shrunk_ratings([each.sums for _, each in now])
    return [
        PartRow(
            key,
            flt,
            sums,
            metrics.rating(sums),
            own,
            _compared(sums, before, key, "rating" if sums.rating_n else "negative_share"),
            asked.get(key, Sums()).n,
            waiting.get(key, Sums()).n,
        )
        for (flt, (key, sums)), own in zip(now, drawn, strict=True)
    ]


def answerable(flt: MentionFilter) -> MentionFilter | None:
    """Return the negatives of a filter that somebody could answer; None where there are none."""
    kinds = tuple(each for each in ANSWERABLE if not flt.kinds or each in flt.kinds)
    if not kinds or (flt.labels and Label.NEGATIVE not in flt.labels):
        return None
    return replace(flt, kinds=kinds, labels=(Label.NEGATIVE,))


def waiting(asked: MentionFilter) -> MentionFilter:
    """Return those of a filter that nobody answered."""
    return replace(asked, unanswered=True)


def sites(at: At, flt: MentionFilter) -> list[Site]:
    """Every polled site, and whether it was looked at alike for all brands in the period."""
    start = flt.start or data.choices(at).first_day or at.today
    end = min(flt.end or at.today, at.today)
    after = min(_midnight(end + timedelta(1), at.zone), at.minute + timedelta(minutes=1))
    return _sites(at, _midnight(start, at.zone), after)


def brands(at: At, flt: MentionFilter) -> list[BrandRow]:
    """Every brand on the comparable sites, in the order that fixes their colours."""
    sources = tuple(key for site in sites(at, flt) if not site.why for key in site.sources)
    if flt.sources:
        sources = tuple(key for key in sources if key in flt.sources)
    if not sources:
        return []
    names = tuple(brand_order(at))
    everywhere = replace(flt, sources=sources, brands=names)
    reviews = replace(everywhere, kinds=(Kind.REVIEW,))
    if flt.kinds and Kind.REVIEW not in flt.kinds:
        reviewed: Mapping[str, Sums] = {}
    else:
        reviewed = _by_key(data.breakdown(at, reviews, "brand"))
    said = _by_key(data.breakdown(at, everywhere, "brand"))
    total = sum(sums.n for sums in said.values())
    return [brand_row(name, everywhere, said, reviewed, total) for name in names]


def brand_row(
    name: str,
    everywhere: MentionFilter,
    said: Mapping[str, Sums],
    reviewed: Mapping[str, Sums],
    total: int,
) -> BrandRow:
    """Return one brand's share of all that was said, and its stars and answers in reviews."""
    n = said.get(name, Sums()).n
    own = reviewed.get(name, Sums())
    flt = replace(everywhere, brands=(name,))
    return BrandRow(
        name,
        flt,
        n,
        Measure("share_of_voice", *metrics.share(n, total), total),
        metrics.rating(own),
        replace(flt, kinds=(Kind.REVIEW,)),
        metrics.response_rate(own),
    )


def _by_key(groups: Sequence[Group]) -> dict[str, Sums]:
    return {each.key: each.sums for each in groups}


def _compared(now: Sums, before: Mapping[str, Sums] | None, key: str, name: str) -> Change | None:
    return None if before is None else metrics.compare(now, before.get(key, Sums()), name)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
