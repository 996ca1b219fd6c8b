"""What a week's summary holds: numbers with their intervals, quotes, notes. No query, no words."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from dashboard.reports.deeds import Deed
from dashboard.reports.goals import Goal
from dashboard.reports.spans import Span
from sentiment.decomposition import Impact, Split
from sentiment.metrics import Change
from storage.coverage import Gap
from storage.editions import Quoted
from storage.models import Kind, Measure, Sums
from storage.poll_figures import PollFigures
from storage.queue_figures import QueueFigures
from storage.quotes import Quote


class Headline(NamedTuple):
    """One kind: how many mentions, and its measures against the week before.

    Beside each change stands how it splits into other people and other feelings, by
    source, and the smallest change that weeks of this size would show; None where there
    is nothing to compare.
    """

    kind: Kind
    now: Sums
    before: Sums | None
    changes: tuple[Change, ...]
    splits: tuple[Split | None, ...]
    detectable: tuple[float | None, ...]


class TopicImpact(NamedTuple):
    """What a topic does to the first measure of a kind."""

    kind: Kind
    measure: str
    key: str
    name: str
    impact: Impact


class TrendStep(NamedTuple):
    """One week or month of a trend; ``gap`` where collecting failed in it."""

    span: Span
    sums: Sums
    main: Measure
    negative: Measure
    gap: bool


class Trend(NamedTuple):
    """The last thirteen weeks or months of one kind; ``main`` names its first measure."""

    kind: Kind
    main: str
    steps: tuple[TrendStep, ...]


class Topic(NamedTuple):
    """One topic: how much it was spoken of, and how badly, against the week before."""

    key: str
    name: str
    n: int
    before: int | None
    share: Change
    negative: Change


class BrandShare(NamedTuple):
    """One brand beside the others."""

    name: str
    own: bool
    n: int
    share: Measure
    negative: Measure


class Scope(NamedTuple):
    """Of which brands and places a summary is; empty for all of ours."""

    brands: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Summary(NamedTuple):
    """All numbers of a summary, counted as of ``at``; no ``brands`` and ``places`` are all."""

    span: Span
    start: date
    end: date
    finished: bool
    compared: str
    before: tuple[date, date] | None
    timezone: str
    brands: tuple[str, ...]
    places: tuple[str, ...]
    sample: bool
    at: datetime
    known_at: datetime | None
    comment: str
    headlines: tuple[Headline, ...]
    goals: tuple[Goal, ...]
    deeds: tuple[Deed, ...]
    trends: tuple[Trend, ...]
    topics: tuple[Topic, ...]
    impacts: tuple[TopicImpact, ...]
    rivals: tuple[BrandShare, ...]
    best: tuple[Quote, ...]
    worst: tuple[Quote, ...]
    queue: QueueFigures
    queue_before: QueueFigures | None
    gaps: tuple[Gap, ...]
    polls: tuple[PollFigures, ...]
    unscored: Measure
    unsure: Measure


class Counted(NamedTuple):
    """A summary without its quotes, and whom it quotes: it may be kept."""

    numbers: Summary
    quoted: tuple[Quoted, ...]


def moved(topics: tuple[Topic, ...], *, up: bool, limit: int = 5) -> list[Topic]:
    """Topics that were spoken of more (or less) than the week before, the largest move first."""
    sign = 1 if up else -1
    found = [
        topic
        for topic in topics
        if topic.share.difference is not None and topic.share.difference * sign > 0
    ]
    found.sort(key=lambda topic: (-sign * (topic.share.difference or 0.0), topic.key))
    return found[:limit]
