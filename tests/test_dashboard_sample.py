"""The sample company's history and desk: plausible, consistent, and the story shows."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import NamedTuple

import pytest

from dashboard.sample import company
from dashboard.sample.days import calendar, day
from dashboard.sample.deskwork import desk_history
from dashboard.sample.grammar import words
from dashboard.sample.history import SampleBatch, history
from dashboard.sample.phases import CRISIS, FIX, OUTAGE
from dashboard.sample.plans import DeskStep, certain
from storage.models import Kind, Observation

SEED = 2024
NOW = datetime(2026, 9, 24, 10, 17, 5, tzinfo=UTC)
Key = tuple[str, str]


class Story(NamedTuple):
    batches: list[SampleBatch]
    last: dict[Key, Observation]
    first: dict[Key, Observation]
    learned: dict[Key, datetime]
    seconds: float

    def between(self, start: float, end: float) -> Iterator[Observation]:
        """Yield our own mentions published so many days ago, as they were first seen."""
        for seen in self.first.values():
            assert seen.published_at is not None
            ago = (NOW - seen.published_at) / timedelta(days=1)
            if end <= ago < start and seen.brand == company.OWN:
                yield seen


@pytest.fixture(scope="module")
def story() -> Story:
    start = time.perf_counter()
    batches = list(history(SEED, NOW))
    seconds = time.perf_counter() - start
    first: dict[Key, Observation] = {}
    last: dict[Key, Observation] = {}
    learned: dict[Key, datetime] = {}
    for batch in batches:
        for seen in batch.observations:
            key = (seen.place, seen.native_id)
            first.setdefault(key, seen)
            learned.setdefault(key, batch.at)
            last[key] = seen
    return Story(batches, last, first, learned, seconds)


def stars(found: Iterator[Observation]) -> float:
    return mean(seen.rating for seen in found if seen.rating is not None)


def nps(found: Iterator[Observation]) -> float:
    scores = [seen.nps for seen in found if seen.nps is not None]
    return 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)


def test_a_day_is_told_the_same_twice_and_differently_by_another_seed() -> None:
    for days_ago in (0, 5, 160, 420):
        once = list(day(calendar(SEED, NOW), days_ago))
        assert once == list(day(calendar(SEED, NOW), days_ago))
        assert once != list(day(calendar(SEED + 1, NOW), days_ago))


def test_the_size_is_that_of_a_small_company(story: Story) -> None:
    print(f"history: {len(story.first)} mentions, {story.seconds:.2f} s")
    assert 25_000 <= len(story.first) <= 33_000
    oldest = min(seen.published_at for seen in story.first.values() if seen.published_at)
    assert timedelta(days=540) < NOW - oldest < timedelta(days=550)


def test_every_kind_has_several_sources_and_each_brings_something(story: Story) -> None:
    kinds = defaultdict(set)
    found: Counter[str] = Counter()
    for batch in story.batches:
        found[batch.source_id] += len(batch.observations)
        for seen in batch.observations:
            kinds[seen.kind].add(batch.source_id)
    assert all(len(kinds[kind]) >= 2 for kind in Kind)
    assert set(found) == {source.id for source in company.SOURCES}
    assert min(found.values()) > 90


def test_batches_come_in_order_and_know_nothing_of_the_future(story: Story) -> None:
    times = [batch.at for batch in story.batches]
    assert times == sorted(times)
    assert times[-1] < NOW
    for batch in story.batches:
        for seen in batch.observations:
            assert seen.published_at is not None
            assert seen.published_at <= batch.at
            assert seen.updated_at is None or seen.published_at < seen.updated_at <= batch.at
            assert bool(seen.reply_text) == (seen.reply_at is not None)
            assert seen.reply_at is None or seen.published_at < seen.reply_at <= batch.at


def test_a_mention_comes_back_only_when_it_changed(story: Story) -> None:
    known: dict[Key, Observation] = {}
    homes: dict[Key, str] = {}
    for batch in story.batches:
        keys = [(seen.place, seen.native_id) for seen in batch.observations]
        assert len(keys) == len(set(keys))
        for key, seen in zip(keys, batch.observations, strict=True):
            assert known.get(key) != seen
            assert homes.setdefault(key, batch.source_id) == batch.source_id
            known[key] = seen
    assert sum(len(batch.observations) for batch in story.batches) > len(known) + 1000


def test_the_deleted_were_seen_before_and_never_again(story: Story) -> None:
    gone: set[Key] = set()
    known: set[Key] = set()
    for batch in story.batches:
        keys = {(seen.place, seen.native_id) for seen in batch.observations}
        assert not keys & gone
        assert set(batch.gone) <= known
        known |= keys
        gone |= set(batch.gone)
    assert 30 < len(gone) < 300


def test_comments_answer_posts_of_the_same_place(story: Story) -> None:
    comments = [seen for seen in story.first.values() if seen.parent]
    assert len(comments) > 1000
    depth = 0
    for seen in comments:
        parent = story.first[(seen.place, seen.parent or "")]
        assert parent.published_at is not None
        assert seen.published_at is not None
        assert parent.published_at < seen.published_at
        depth += parent.parent is not None
    assert depth > 100


def test_the_launch_brings_volume_and_praise(story: Story) -> None:
    before = list(story.between(470, 430))
    after = list(story.between(423, 403))
    assert len(after) / 20 > 1.6 * len(before) / 40
    assert sum(seen.product == "Suppertin" for seen in after) > 40
    assert not any(seen.product == "Suppertin" for seen in before)
    assert stars(iter(after)) > stars(iter(before))


def test_the_crisis_hurts_and_the_fix_heals(story: Story) -> None:
    before = stars(story.between(CRISIS + 60, CRISIS + 1))
    during = stars(story.between(CRISIS - 2, FIX))
    after = stars(story.between(90, 10))
    assert before - during > 1.5
    assert after > before + 0.1
    assert nps(story.between(CRISIS - 2, FIX)) < -35
    assert nps(story.between(90, 10)) > nps(story.between(CRISIS + 60, CRISIS + 1)) + 8


def test_one_cause_explodes_in_the_crisis_and_goes_unanswered(story: Story) -> None:
    def share(start: float, end: float) -> float:
        found = [seen for seen in story.between(start, end) if seen.text]
        said = [f"{seen.title} {seen.text}".lower() for seen in found]
        hits = sum(any(w in text for w in company.DOUBLE_CHARGE) for text in said)
        return hits / len(said)

    assert share(CRISIS - 2, FIX) > 0.2
    assert share(CRISIS + 60, CRISIS + 2) < 0.01
    assert share(60, 0) < 0.02
    bad = [o for o in story.between(CRISIS - 2, FIX) if o.rating is not None and o.rating <= 2]
    quick = [
        o
        for o in (story.last[(o.place, o.native_id)] for o in bad)
        if o.reply_at and o.published_at and o.reply_at - o.published_at < timedelta(days=3)
    ]
    assert len(quick) < 0.25 * len(bad)


def test_after_the_fix_reviewers_raise_their_stars(story: Story) -> None:
    raised = [
        (seen.rating or 0) - (old.rating or 0)
        for key, seen in story.last.items()
        if (old := story.first[key]).rating is not None and seen.rating != old.rating
    ]
    assert sum(by > 0 for by in raised) > 60
    assert 0 < sum(by < 0 for by in raised) < sum(by > 0 for by in raised)


def test_thawed_food_is_a_matter_of_the_last_days(story: Story) -> None:
    def hits(start: float, end: float) -> int:
        texts = (f"{seen.title} {seen.text}" for seen in story.between(start, end))
        return sum(any(word in text.lower() for word in company.THAWED) for text in texts)

    assert hits(3, 0) > 5
    assert hits(30, 5) == 0


def test_feedback_grows_and_weekends_differ(story: Story) -> None:
    assert len(list(story.between(60, 30))) > 1.7 * len(list(story.between(540, 510)))
    tickets = Counter(
        seen.published_at.weekday()
        for seen in story.first.values()
        if seen.kind is Kind.CONVERSATION and seen.published_at
    )
    assert tickets[6] < 0.75 * tickets[1]


def test_about_one_in_seven_is_not_english(story: Story) -> None:
    langs = Counter(seen.lang for seen in story.first.values() if seen.lang)
    assert 0.12 < 1 - langs["en"] / langs.total() < 0.19
    assert all(langs[lang] > 250 for lang in ("de", "fr", "es"))
    spanish = [seen for seen in story.first.values() if seen.lang == "es"]
    assert all(seen.brand == company.OWN for seen in spanish)


def test_people_turn_up_in_several_places_and_have_no_real_names(story: Story) -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for seen in story.first.values():
        assert seen.author
        places[seen.author].add(seen.place)
    assert sum(len(found) > 1 for found in places.values()) > 300


BROKEN = re.compile(
    r"[{}<>*`|\\\[\]~^$=]|  |\s[,.;]|,,|;;|\.\.|[?!.],|^[ ,.;]|\bNone\b|\b(a|an|the) (a|an|the)\b"
    r"|[;:,]$|&\w+;|https?://"
)


def test_no_text_is_broken_or_markup(story: Story) -> None:
    for seen in story.last.values():
        for text in (seen.title, seen.text, seen.reply_text):
            found = BROKEN.search(text)
            assert found is None, (found, text)
            assert text == text.strip()
            assert len(text) < 900
        if seen.kind is not Kind.SURVEY:
            assert seen.text


def test_long_texts_hardly_ever_repeat(story: Story) -> None:
    texts = [seen.text for seen in story.last.values() if len(seen.text) > 40]
    assert len(texts) > 15_000
    assert 1 - len(set(texts)) / len(texts) < 0.03


def test_marks_are_on_their_scales(story: Story) -> None:
    for seen in story.last.values():
        assert (seen.rating is not None) == (seen.kind is Kind.REVIEW)
        assert seen.rating is None or seen.rating in (1, 2, 3, 4, 5)
        assert seen.nps is None or 0 <= seen.nps <= 10
        assert seen.csat is None or 1 <= seen.csat <= 5
        assert seen.ces is None or 1 <= seen.ces <= 7
        marks = [seen.nps, seen.csat, seen.ces]
        assert (seen.kind is Kind.SURVEY) == any(mark is not None for mark in marks)
        assert seen.product is None or seen.brand != company.OWN or seen.product in company.PRODUCTS
    versions = {seen.extra.get("app_version") for seen in story.last.values()}
    assert {"5.0.0", "5.0.3", "5.3.1"} <= versions


def test_a_failing_collector_leaves_a_gap(story: Story) -> None:
    name, start, end = OUTAGE
    polls = [batch.poll for batch in story.batches if batch.source_id == name]
    failed = [poll for poll in polls if not poll.ok]
    assert len(failed) >= 3
    assert all(poll.error and poll.found == 0 for poll in failed)
    for seen in story.first.values():
        if seen.place == name.replace("-", ":"):
            assert seen.published_at is not None
            ago = (NOW - seen.published_at) / timedelta(days=1)
            assert not end < ago <= start
    for batch in story.batches:
        assert batch.poll.found == len(batch.observations)
        assert batch.poll.at == batch.at


@pytest.fixture(scope="module")
def steps() -> list[DeskStep]:
    return list(desk_history(SEED, NOW))


def test_the_desk_works_in_order_on_what_it_could_see(story: Story, steps: list[DeskStep]) -> None:
    people = {person.name for person in company.PEOPLE}
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    held: dict[Key, list[DeskStep]] = defaultdict(list)
    for step in steps:
        assert step.actor in people
        assert story.learned[step.mention] < step.at <= NOW
        held[step.mention].append(step)
    orders = {tuple(step.action for step in found) for found in held.values()}
    assert orders <= {
        ("claim",),
        ("claim", "reply"),
        ("claim", "reply", "resolve"),
        ("claim", "dismiss"),
    }
    for found in held.values():
        assert len({step.actor for step in found}) == 1
        for step in found:
            assert bool(step.text) == (step.action in ("reply", "dismiss"))
            assert bool(step.root_cause and step.remedy) == (step.action == "resolve")
            assert not BROKEN.search(step.text)


def test_the_desk_s_replies_are_those_that_the_source_shows(
    story: Story, steps: list[DeskStep]
) -> None:
    replies = {step.mention: step for step in steps if step.action == "reply"}
    shown = 0
    for key, step in replies.items():
        seen = story.last[key]
        if seen.reply_text:
            assert seen.reply_text == step.text
            assert seen.reply_at == step.at
            shown += 1
    assert shown > 50


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("hours", [0, 9, 40])
def test_some_cases_are_left_open_and_a_handful_is_old(seed: int, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    closed = {s.mention for s in desk_history(seed, now) if s.action in ("resolve", "dismiss")}
    when = calendar(seed, now)
    left = [
        tale.mention
        for days_ago in range(14)
        for tale, plan in day(when, days_ago)
        if plan is not None and (certain(tale.mention) or tale.mention.mood < 0)
        if (tale.mention.seen.place, tale.mention.seen.native_id) not in closed
    ]
    assert 14 <= len(left) <= 46
    assert 1 <= sum(mention.setting.ago > 3.2 for mention in left) <= 14


def test_the_vocabulary_is_complete_in_every_language() -> None:
    base = words("en")
    for lang in ("de", "fr", "es"):
        found = words(lang)
        assert found.aspects.keys() == base.aspects.keys()
        assert found.frames.keys() == base.frames.keys()
        assert found.slots.keys() == base.slots.keys()


def test_rules_people_and_brands_fit_together() -> None:
    assert sum(brand.own for brand in company.BRANDS) == 1
    assert len(company.BRANDS) == 3
    assert len({source.id for source in company.SOURCES}) == len(company.SOURCES)
    sources = {source.id for source in company.SOURCES}
    assert all(set(rule.sources) <= sources for rule in company.RULES)
    assert Counter(person.role for person in company.PEOPLE)["agent"] >= 6
    days = [event.days_ago for event in company.story()]
    assert days == sorted(days, reverse=True)
