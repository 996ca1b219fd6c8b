"""The sender alone, over a store and a site in memory: what it looks for, when it gives up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Check, Collector, KindInfo, Posted, Replies, Vanished
from collectors.sender import ATTEMPTS, Letter, Sender
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Batch, Json, Source

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = Source("s", "site")
LETTER = Letter(1, SOURCE, "m1", "We are sorry", NOW, 1)
LOST = Retryable("the connection broke")


@dataclass
class Site:
    """A site that posts, refuses, or posts and loses the answer, as the next of ``plan`` says."""

    rules: Replies = field(default_factory=lambda: Replies(100))
    plan: list[str] = field(default_factory=list)
    shown: list[Posted] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)

    def reply(self, text: str) -> Posted:
        what = self.plan.pop(0) if self.plan else "ok"
        if what == "down":
            raise LOST
        if what == "refuse":
            raise SourceBroken("the site refuses")
        if what == "gone":
            raise Vanished("not there")
        posted = Posted(f"p{len(self.shown)}", "", text, NOW)
        self.shown.append(posted)
        if what == "lost":
            raise LOST
        return posted

    def find(self, text: str) -> Posted | None:
        if self.looks and self.looks.pop(0) == "down":
            raise LOST
        return next((one for one in reversed(self.shown) if text in ("", one.text)), None)


class SiteCollector:
    """The site as a collector."""

    info: ClassVar[KindInfo] = KindInfo("site", "Site", (), {}, "none")

    def __init__(self, site: Site) -> None:
        self.site = site
        self.info = replace(type(self).info, replies=site.rules)  # type: ignore[misc]

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        yield Batch(())

    def check(self, source: Source) -> Check:
        return Check(problem="none")

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        return self.site.reply(text)

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        return self.site.find(text)

    def edit_reply(self, source: Source, native_id: str, reply_id: str, text: str) -> Posted:
        raise NotImplementedError

    def delete_reply(self, source: Source, native_id: str, reply_id: str) -> None:
        raise NotImplementedError


@dataclass
class Memory:
    """The store: one letter, given out again while it is pending and due."""

    letter: Letter | None
    now: datetime = NOW
    due: datetime = NOW
    why_not: str | None = None
    mine: bool = True
    told: list[str] = field(default_factory=list)

    def next(self) -> Letter | None:
        letter = self.letter
        if letter is None or self.due > self.now:
            return None
        self.letter = letter._replace(attempts=letter.attempts + 1)
        self.due = datetime.max.replace(tzinfo=UTC)
        return letter

    def obstacle(self, letter: Letter) -> str | None:
        return self.why_not

    def is_mine(self, letter: Letter) -> bool:
        return self.mine

    def posted(self, letter: Letter, posted: Posted) -> None:
        self.told.append(f"posted {posted.native_id}")
        self.letter = None

    def failed(self, letter: Letter, why: str, *, elsewhere: bool = False) -> None:
        self.told.append(f"{'elsewhere' if elsewhere else 'failed'}: {why}")
        self.letter = None

    def postpone(self, letter: Letter, why: str, until: datetime) -> None:
        self.told.append("postponed")
        self.due = until


def work(store: Memory, site: Site, rounds: int = 1) -> list[str]:
    made: Collector = SiteCollector(site)
    for _ in range(rounds):
        Sender(store, lambda source: made, lambda: store.now).run()
        if store.letter is not None:
            store.now = max(store.now, store.due)
    return store.told


def test_a_reply_is_posted_once_and_recorded() -> None:
    site = Site()
    assert work(Memory(LETTER), site, 3) == ["posted p0"]
    assert len(site.shown) == 1


@pytest.mark.parametrize("threaded", [True, False])
def test_a_lost_answer_is_looked_up_and_not_repeated(threaded: bool) -> None:
    site = Site(Replies(100, threaded=threaded), ["lost"])
    assert work(Memory(LETTER), site, 3) == ["postponed", "posted p0"]
    assert len(site.shown) == 1


def test_what_was_not_posted_is_tried_again_and_later() -> None:
    store = Memory(LETTER)
    assert work(store, Site(plan=["down", "down"]), 3) == ["postponed", "postponed", "posted p0"]
    assert store.now - NOW == timedelta(seconds=15 + 30)


def test_another_reply_at_a_one_reply_site_is_never_replaced() -> None:
    site = Site(shown=[Posted("x", "", "A colleague was faster", NOW)])
    (told,) = work(Memory(LETTER), site)
    assert told.startswith("elsewhere: somebody answered there at 2026-11-21 12:00 UTC")
    assert len(site.shown) == 1
    ours = Memory(LETTER._replace(again=True))
    assert work(ours, site) == ["posted p1"]


def test_the_same_words_in_a_thread_are_told_apart_by_what_is_recorded() -> None:
    site = Site(Replies(100, threaded=True), shown=[Posted("old", "", LETTER.text, NOW)])
    store = Memory(LETTER._replace(attempts=2, recorded=frozenset({"old"})))
    assert work(store, site) == ["posted p1"]


@pytest.mark.parametrize(
    ("plan", "says"),
    [("refuse", "failed: the site refuses"), ("gone", "failed: what was to be answered is gone")],
)
def test_a_refusal_is_told_at_once(plan: str, says: str) -> None:
    (told,) = work(Memory(LETTER), Site(plan=[plan]))
    assert told.startswith(says)


def test_what_must_not_leave_is_not_posted() -> None:
    for store, site in (
        (Memory(LETTER, why_not="the case has moved on"), Site()),
        (Memory(LETTER._replace(text="x" * 101)), Site()),
        (Memory(LETTER, mine=False), Site()),
        (Memory(LETTER._replace(attempts=ATTEMPTS + 1, trouble="down")), Site()),
    ):
        work(store, site)
        assert not site.shown
    assert store.told == [f"failed: not posted in {ATTEMPTS} attempts: down"]


def test_a_kind_that_takes_no_replies_says_so() -> None:
    store = Memory(LETTER)
    site = Site()
    collector = SiteCollector(site)
    collector.info = replace(collector.info, replies=None)  # type: ignore[misc]
    Sender(store, lambda source: collector, lambda: NOW).run()
    assert store.told == ["failed: site takes no replies; answer by hand"]


def test_it_gives_up_only_when_it_knows() -> None:
    """A post whose fate cannot be looked up is handed to a person, with what is not known."""
    store = Memory(LETTER)
    site = Site(plan=["lost"], looks=["ok", *["down"] * 99])
    told = work(store, site, 3 * ATTEMPTS)
    assert told[-1].endswith(
        "(an earlier attempt may have posted it: look there before you try again)"
    )
    assert len(site.shown) == 1


@given(
    plan=st.lists(st.sampled_from(["ok", "down", "lost"]), max_size=12),
    looks=st.lists(st.sampled_from(["ok", "down"]), max_size=12),
    threaded=st.booleans(),
)
def test_never_twice_whatever_the_site_does(
    plan: list[str], looks: list[str], threaded: bool
) -> None:
    site = Site(Replies(100, threaded=threaded), list(plan), looks=list(looks))
    store = Memory(LETTER)
    told = work(store, site, 60)
    assert len(site.shown) <= 1
    assert store.letter is None
    if told[-1].startswith("posted"):
        assert len(site.shown) == 1
    assert issubclass(type(LOST), CollectError)
