"""Every query that pages ask, over random filters, on a big workspace."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median
from typing import Literal, TypeAlias, TypeVar

from dashboard import comparisons
from dashboard.bench.clocks import percentile
from dashboard.bench.corpus import BRANDS, DAYS, NOW, PRODUCTS, SOURCES, Corpus
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.workspaces import LANGS, TOPICS
from storage import (
    alerts,
    authors,
    brand_figures,
    case_lists,
    coverage,
    listing,
    part_figures,
    poll_figures,
    praise,
    queries,
    queue_figures,
    quotes,
    reply_outbox,
)
from storage.database import open_reader
from storage.models import Label, MentionFilter

T = TypeVar("T")
Query: TypeAlias = Callable[[sqlite3.Connection, MentionFilter], object]

PASSES = 3
BYS: tuple[queries.By, ...] = ("source", "brand", "product", "lang", "topic", "kind")
STEPS: tuple[queries.Step, ...] = ("day", "week", "month")
UNASKED = (
    "topics by day, however long",
    "people, most of 90 days",
    "praise, best of a year",
)
"""What no page asks, or once per change of the data; told without a goal."""
MILLI = 1000.0
"""Milliseconds in a second."""


def section(path: Path, filters: int = 64) -> Section:
    """Measure the figures and lists of the dashboard for any filter that rollups answer."""
    with closing(open_reader(path)) as conn:
        many = Filters(Corpus().telling)
        chosen = [many.plain() for _ in range(filters)]
        found = _timed(conn, dict(_filtered()), chosen)
        fixed = _timed(conn, dict(_whole(conn)), [MentionFilter()] * 8)
        figures = [
            _figure(name, each, None if name in UNASKED else Goal(50))
            for name, each in (found | fixed).items()
        ]
        (size,) = conn.execute("SELECT count(*) FROM mentions").fetchone()
    return Section(
        "queries",
        f"{size:,} mentions; {filters} random filters of period, brand, source, product, one"
        " topic, label and language; p95 of processor time, each filter the median of"
        f" {PASSES} passes.",
        tuple(figures),
    )


def facts(path: Path, filters: int = 32) -> Section:
    """Measure what only the mentions themselves can answer: text, and several topics."""
    with closing(open_reader(path)) as conn:
        many = Filters(Corpus().telling)
        figures = []
        asked = dict(_filtered())
        lists = {name: asked.pop(name) for name in ("page, newest 50", "page, further back")}
        for what, draw in (("several topics", many.topics), ("text", many.text)):
            chosen = [draw() for _ in range(filters)]
            for name, each in _timed(conn, asked, chosen).items():
                figures.append(_figure(f"{what}: {name}", each, Goal(400)))
            goal = Goal(150) if what == "text" else Goal(400)
            for name, each in _timed(conn, lists, chosen).items():
                figures.append(_figure(f"{what}: {name}", each, goal))
        (commonest,) = _timed(conn, {"": queries.totals}, [MentionFilter(text='"the"')]).values()
        figures.append(_figure("text: totals, of a word in most mentions", commonest, None))
    return Section(
        "search",
        f"The same workspace; {filters} random filters with words or several topics, beside"
        " the others.",
        tuple(figures),
    )


class Filters:
    """Draws filters as people choose them: some of the parts, few values of each."""

    def __init__(self, words: list[str], seed: int = 1) -> None:
        self._random = Random(seed)
        self._words = words

    def plain(self) -> MentionFilter:
        """Return a filter that rollups can answer."""
        draw = self._random
        end = NOW.date() - timedelta(days=draw.choice((0, 0, 0, draw.randrange(DAYS - 7))))
        length = draw.choice((7, 30, 30, 90, 365, draw.randint(7, DAYS), None))
        return MentionFilter(
            start=None if length is None else end - timedelta(days=length - 1),
            end=None if length is None else end,
            brands=self._some(BRANDS, 2),
            sources=self._some([source.id for source in SOURCES], 3),
            products=self._some(PRODUCTS, 3),
            topics=self._some([topic.key for topic in TOPICS], 1),
            labels=self._some(list(Label), 2),
            langs=self._some(LANGS, 2),
        )

    def topics(self) -> MentionFilter:
        """Return a filter of several topics."""
        keys = [topic.key for topic in TOPICS]
        return self._with(topics=tuple(self._random.sample(keys, self._random.randint(2, 4))))

    def text(self) -> MentionFilter:
        """Return a filter of one word or two, from the commonest to rare ones.

        Nobody looks for "the": such words hold sentences together.
        """
        ranks = [int(len(self._words) ** self._random.random()) for _ in range(2)]
        words = [self._words[rank - 1] for rank in ranks]
        return self._with(text=" ".join(words[: self._random.randint(1, 2)]))

    def _with(self, **more: object) -> MentionFilter:
        base = self.plain()
        parts = {name: getattr(base, name) for name in MentionFilter.__dataclass_fields__}
        return MentionFilter(**(parts | more))

    def _some(self, values: tuple[T, ...] | list[T], most: int) -> tuple[T, ...]:
        """Return up to ``most`` of the values, usually none."""
        if self._random.random() < 0.65:
            return ()
        return tuple(self._random.sample(list(values), self._random.randint(1, most)))


def _filtered() -> list[tuple[str, Query]]:
    """The queries that follow the filter bar."""
    return [
        ("totals", queries.totals),
        ("count", queries.count),
        *((f"breakdown by {by}", partial(_breakdown, by)) for by in BYS),
        *((f"trend by {step}", partial(_trend, step)) for step in STEPS),
        ("topics over time", lambda c, flt: _topic_trends(comparisons.trend_step(flt), c, flt)),
        ("topics by day, however long", partial(_topic_trends, "day")),
        ("breakdown by place", part_figures.places),
        ("page, newest 50", lambda conn, flt: listing.page(conn, flt)),
        ("page, further back", _further),
    ]


def _breakdown(by: queries.By, conn: sqlite3.Connection, flt: MentionFilter) -> object:
    return queries.breakdown(conn, flt, by)


def _trend(step: queries.Step, conn: sqlite3.Connection, flt: MentionFilter) -> object:
    return queries.trend(conn, flt, step)


def _topic_trends(
    step: Literal["day", "month"], conn: sqlite3.Connection, flt: MentionFilter
) -> object:
    return part_figures.topic_trends(conn, flt, step)


def _further(conn: sqlite3.Connection, flt: MentionFilter) -> object:
    """The page that begins 200 days ago."""
    before = int((NOW - timedelta(days=200)).timestamp()) << 31
    return listing.page(conn, flt, before=before)


def _whole(conn: sqlite3.Connection) -> list[tuple[str, Query]]:
    """The queries that are of the whole workspace."""
    ids = cycle(
        row[0] for row in conn.execute("SELECT id FROM mentions ORDER BY id % 977 LIMIT 50")
    )
    (name,) = conn.execute("SELECT author FROM identities LIMIT 1").fetchone()
    last_7, last_90 = NOW - timedelta(days=7), NOW - timedelta(days=90)
    return [
        ("health of the sources", lambda conn, _: coverage.health(conn, NOW)),
        ("gaps of 90 days", lambda conn, _: coverage.gaps(conn, last_90, NOW)),
        ("gaps of two years", lambda c, _: coverage.gaps(c, NOW - timedelta(days=DAYS), NOW)),
        ("choices", lambda conn, _: coverage.choices(conn)),
        ("share of unscored", lambda conn, _: coverage.unscored_share(conn)),
        ("data until", lambda conn, _: coverage.data_until(conn)),
        ("comparable sites, 90 days", lambda c, _: brand_figures.sites(c, last_90, NOW)),
        ("people, most of 7 days", lambda conn, _: authors.frequent(conn, last_7, 20)),
        ("people, most of 90 days", lambda conn, _: authors.frequent(conn, last_90, 20)),
        ("people, by name", lambda conn, _: authors.by_name(conn, name)),
        ("people, names like it", lambda conn, _: authors.names(conn, name[:-2])),
        ("clearest texts of a week", lambda conn, _: _quotes(conn)),
        ("queue of a week", lambda conn, _: queue_figures.queue(conn, last_7, NOW)),
        ("polls of a week", lambda conn, _: poll_figures.polls(conn, last_7, NOW)),
        ("queue, first 100", lambda conn, _: case_lists.queue(conn)),
        ("queue, load", lambda conn, _: case_lists.load(conn, NOW)),
        ("alerts, last 200", lambda conn, _: alerts.recent(conn)),
        ("a mention in full", lambda conn, _: listing.detail(conn, next(ids))),
        ("where to answer a mention", lambda conn, _: reply_outbox.address(conn, next(ids))),
        ("praise, best of 30 days", lambda conn, _: praise.candidates(conn, _days(30), 10)),
        ("praise, best of a year", lambda conn, _: praise.candidates(conn, _days(365), 10)),
    ]


def _quotes(conn: sqlite3.Connection) -> object:
    return quotes.quotes(conn, _days(7), Label.NEGATIVE, 5)


def _days(count: int) -> MentionFilter:
    return MentionFilter(start=(NOW - timedelta(days=count)).date(), end=NOW.date())


def _timed(
    conn: sqlite3.Connection, asked: Mapping[str, Query], filters: list[MentionFilter]
) -> dict[str, list[float]]:
    """Ask every query with every filter, in turns; return each filter's median seconds."""
    found: dict[tuple[str, int], list[float]] = {}
    for _ in range(PASSES):
        for i, flt in enumerate(filters):
            for name, query in asked.items():
                start = time.process_time()
                query(conn, flt)
                found.setdefault((name, i), []).append(time.process_time() - start)
    return {name: [median(found[name, i]) for i in range(len(filters))] for name in asked}


def _figure(name: str, seconds: list[float], goal: Goal | None) -> Figure:
    middle = percentile(seconds, 0.5) * MILLI
    note = f"median {middle:.1f} ms, worst {max(seconds) * MILLI:.0f} ms"
    return Figure(name, percentile(seconds, 0.95) * MILLI, "ms", goal=goal, note=note)
