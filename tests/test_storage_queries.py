"""Every figure equals the mentions behind it, for any filter: held against a plain count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import (
    facts,
    listing,
    matching,
    mentions,
    part_figures,
    polls,
    queries,
    scores,
    sources,
    workspace,
)
from storage.database import Database
from storage.listing import MentionRow
from storage.models import (
    Analysis,
    Batch,
    Flag,
    Intent,
    Kind,
    Label,
    Mark,
    MentionFilter,
    Observation,
    Purpose,
    Source,
    Sums,
    Topic,
    Urgency,
)
from storage.queries import By, Step

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIZE = 400
SOURCES = ("play", "shop", "survey")
PLACES = ("play", "play-b", "shop-b", "survey", "nowhere")
TOPICS = ("price", "staff", "speed", "food")
WORDS = ("good", "bad", "slow", "slower", "fine", "fee", "feel")
BYS: tuple[By, ...] = ("source", "brand", "product", "lang", "topic", "kind")
STEPS: tuple[Step, ...] = ("day", "week", "month")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Half a year of mentions of every sort; some deleted, some not yet scored."""
    made = Database(tmp_path_factory.mktemp("q") / "t.db")
    draw = Random(5)
    with made.write() as conn:
        workspace.set_timezone(conn, "Europe/Berlin")
        workspace.save_topics(conn, [Topic(key, key.title(), ()) for key in TOPICS])
        for each in SOURCES:
            sources.save(conn, Source(each, "feeds"), NOW)
    for hours, source in enumerate(SOURCES):
        now = NOW - timedelta(hours=hours)
        seen = [_observation(draw, source, number) for number in range(SIZE // 3)]
        poll = polls.begin(made, source, now, "test")
        gone = ((f"{source}-b", "3"), (source, "6"))
        mentions.store_batch(made, Source(source, "feeds"), poll, Batch(tuple(seen)), now)
        mentions.store_batch(made, Source(source, "feeds"), poll, Batch((), gone=gone), now)
    waiting = scores.pending(made.reader(), SIZE - 80)
    scores.save(made, "m-1", [(each, _analysis(draw)) for each in waiting], NOW)
    yield made
    made.close()


def _observation(draw: Random, source: str, number: int) -> Observation:
    survey = source == "survey"
    return Observation(
        f"{source}-b" if number % 2 else source,
        str(number),
        Kind.SURVEY if survey else draw.choice((Kind.REVIEW, Kind.SOCIAL)),
        text=" ".join(draw.choices(WORDS, k=draw.randint(0, 3))),
        published_at=NOW - timedelta(hours=draw.randrange(24 * 190)),
        rating=None if survey else draw.choice((None, 1.0, 3.0, 5.0)),
        nps=draw.randrange(11) if survey else None,
        csat=draw.randint(1, 5) if survey else None,
        brand=draw.choice(("Acme", "Bolt", None)),
        product=draw.choice(("App", "Box", None)),
        reply_text=draw.choice(("", "", "Thank you")),
    )


def _analysis(draw: Random) -> Analysis:
    label = draw.choice((Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE))
    topics = tuple(draw.sample(TOPICS, draw.choice((0, 1, 1, 2, 3))))
    unsure = draw.random() < 0.2
    kinds = draw.sample(list(Urgency), draw.choice((0, 0, 0, 1, 2, 3)))
    intent = draw.choice((None, *Intent))
    return Analysis(
        label,
        0.25,
        0.9,
        0.25,
        draw.choice(("en", "de")),
        unsure,
        disagrees=draw.random() < 0.1,
        topics=topics,
        purpose=None if intent is None else Purpose(intent, 0, 2),
        urgency=tuple(Flag(each, 1, 3) for each in kinds),
    )


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


DAYS = st.none() | st.integers(0, 200).map(lambda days: NOW.date() - timedelta(days=days))
FILTERS = st.builds(
    MentionFilter,
    start=DAYS,
    end=DAYS,
    kinds=st.lists(st.sampled_from(Kind), max_size=2, unique=True).map(tuple),
    brands=some(("Acme", "Bolt", "Nobody")),
    sources=some(SOURCES),
    products=some(("App", "Box")),
    topics=st.lists(st.sampled_from((*TOPICS, "unknown")), max_size=3, unique=True).map(tuple),
    labels=st.lists(st.sampled_from(Label), max_size=2, unique=True).map(tuple),
    langs=some(("en", "de")),
    intents=st.sampled_from(((), (), (), (Intent.QUESTION,), (Intent.PRAISE, Intent.SPAM))),
    urgency=st.sampled_from(((), (), (), (Urgency.LEGAL,), (Urgency.SAFETY, Urgency.DATA_LEAK))),
    disagrees=st.sampled_from((False, False, False, True)),
    text=st.sampled_from(("", "", "good", "fee", "slow bad", '"fee"', "nothing")),
    places=st.just(()) | some(PLACES),
    marks=st.just(()) | st.lists(st.sampled_from(Mark), max_size=2, unique=True).map(tuple),
    unanswered=st.booleans(),
    since=st.none() | st.integers(0, 3).map(lambda hours: NOW - timedelta(hours=hours)),
)
CELLS = FILTERS.map(lambda flt: replace(flt, text="", marks=(), unanswered=False, since=None))
"""Filters that the rollups answer."""


def behind(db: Database, flt: MentionFilter) -> list[MentionRow]:
    """The mentions of a filter, found by looking at every one."""
    return [row for row in listing.every(db.reader(), MentionFilter()) if fits(flt, row)]


def fits(flt: MentionFilter, row: MentionRow) -> bool:
    day = row.published_at.astimezone(ZoneInfo("Europe/Berlin")).date()
    wanted = (
        (flt.kinds, row.kind),
        (flt.brands, row.brand),
        (flt.sources, row.source),
        (flt.products, row.product),
        (flt.labels, row.label),
        (flt.langs, row.lang),
        (flt.places, row.place),
        (flt.intents, row.intent),
    )
    first_seen = NOW - timedelta(hours=SOURCES.index(row.source))
    return (
        (flt.start is None or flt.start <= day)
        and (flt.end is None or day <= flt.end)
        and all(not chosen or value in chosen for chosen, value in wanted)
        and (not flt.topics or bool(set(flt.topics) & set(row.topics)))
        and (not flt.urgency or bool(set(flt.urgency) & set(row.urgency)))
        and (row.disagrees or not flt.disagrees)
        and says(row.text.split(), flt.text)
        and (not flt.marks or any(getattr(row, mark) is not None for mark in flt.marks))
        and not (flt.unanswered and row.replied)
        and (flt.since is None or first_seen >= flt.since)
    )


def says(words: list[str], asked: str) -> bool:
    """Every word is said; the last one, where not in quotes, at the start of a word."""
    *whole, last = asked.split() or [""]
    begun = not last or last.strip('"') in words
    if last and not last.endswith('"'):
        begun = any(word.startswith(last) for word in words)
    return begun and all(each in words for each in whole)


def groups(rows: list[MentionRow], by: By, flt: MentionFilter) -> dict[str, int]:
    """How many mentions each group has."""
    found: dict[str, int] = {}
    for row in rows:
        one = row.kind.value if by == "kind" else getattr(row, by, "")
        for key in row.topics if by == "topic" else (one,):
            if by != "topic" or not flt.topics or key in flt.topics:
                found[key] = found.get(key, 0) + 1
    return found


@given(CELLS | FILTERS)
@settings(max_examples=100, deadline=None)
def test_every_figure_is_of_the_mentions_behind_it(db: Database, flt: MentionFilter) -> None:
    conn = db.reader()
    rows = behind(db, flt)
    assert [row.id for row in listing.every(conn, flt)] == [row.id for row in rows]
    assert queries.count(conn, flt) == len(rows)
    for by in BYS:
        told = {group.key: group.sums.n for group in queries.breakdown(conn, flt, by)}
        assert told == groups(rows, by, flt)
    by_place = part_figures.places(conn, flt)
    assert {each.key: each.sums.n for each in by_place} == Counter(row.place for row in rows)
    assert reduce(Sums.plus, (each.sums for each in by_place), Sums()) == queries.total(conn, flt)
    for step in STEPS:
        points = queries.trend(conn, flt, step)
        assert sum(point.sums.n for point in points) == len(rows)
        days = [row.published_at.astimezone(ZoneInfo("Europe/Berlin")).date() for row in rows]
        starts = sorted({queries.period_start(day, step) for day in days})
        assert [point.start for point in points] == starts


@given(CELLS | FILTERS)
@settings(max_examples=60, deadline=None)
def test_sums_are_those_of_the_mentions(db: Database, flt: MentionFilter) -> None:
    rows = behind(db, flt)
    told = queries.total(db.reader(), flt)
    assert (told.unscored, told.unsure) == tuple(
        sum(row.label is each for row in rows) for each in (Label.UNSCORED, Label.UNSURE)
    )
    assert told.human + told.stars + told.model == len(rows) - told.unscored
    ratings = [row.rating for row in rows if row.rating is not None]
    assert (told.rating_n, told.rating_sum) == (len(ratings), round(sum(ratings) * 100))
    assert told.score_sum == sum(2500 for row in rows if row.score is not None)
    assert told.promoters == sum(row.nps is not None and row.nps >= 9 for row in rows)
    assert told.replied == sum(row.replied for row in rows)


@given(FILTERS)
@settings(max_examples=60, deadline=None)
def test_a_page_continues_where_the_one_before_ended(db: Database, flt: MentionFilter) -> None:
    conn = db.reader()
    rows = behind(db, flt)
    first = listing.page(conn, flt, limit=7)
    assert [row.id for row in first] == [row.id for row in rows[:7]]
    if len(first) == 7:
        second = listing.page(conn, flt, before=first[-1].position, limit=7)
        assert [row.id for row in second] == [row.id for row in rows[7:14]]


@given(DAYS, DAYS)
def test_spans_cover_every_day_once(start: date | None, end: date | None) -> None:
    spans = matching.spans(MentionFilter(start=start, end=end))
    for day in (NOW.date() - timedelta(days=n) for n in range(-40, 260)):
        number, month = matching.day_number(day), matching.month_number(matching.day_number(day))
        hits = sum(
            span.first <= (month if span.column == "month" else number) <= span.last
            for span in spans
        )
        assert hits == ((start is None or start <= day) and (end is None or day <= end))


def test_cells_are_read_by_their_key(db: Database) -> None:
    """Reading all cells, or sorting those of breakdowns, is what makes a page slow."""
    conn = db.reader()
    plans: list[str] = []
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    queries.breakdown(conn, MentionFilter(topics=("price",)), "source")
    queries.breakdown(conn, MentionFilter(), "topic")
    queries.trend(conn, MentionFilter(), "day")
    part_figures.places(conn, MentionFilter())
    queries.trend(conn, MentionFilter(places=("play",)), "day")
    conn.set_trace_callback(None)
    for sql in (each for each in asked if " rollup_" in each):
        plans += [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert (
        sum(
            each.startswith("SEARCH r USING PRIMARY KEY (topic_id=? AND slice_id=?")
            for each in plans
        )
        > 5
    )
    assert not [each for each in plans if each.startswith("SCAN r")]


def test_several_topics_with_words_are_found_by_both(db: Database) -> None:
    flt = MentionFilter(topics=("price", "staff"), text="good")
    assert facts.count(db.reader(), facts.found(db.reader(), flt)) == len(behind(db, flt))
