"""Our own collectors keep the contract that others must keep; the kit finds those who do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from collectors.contract import Check, KindInfo, Services
from collectors.feeds import FeedsCollector
from collectors.reddit import RedditCollector
from collectors.testing import check_collector, faults
from collectors.transport import Transport
from storage.errors import SourceBroken
from storage.models import Batch, Json, Kind, Observation, Source
from tests.data import shared
from tests.fake_reddit import SECRETS, fake_reddit
from tests.http_server import LoopbackServer, serving

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEEDS = {
    "DuplicateContentAtomFeed.xml": 10,
    "InvalidDateFormat.xml": 2,
    "RSSWithComments.xml": 30,
    "TechCrunch.xml": 20,
    "appstore_customer_reviews.json": 50,
    "google_alerts_atom.xml": 20,
    "youtube_atom.xml": 15,
}


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serving() as running:
        yield running


@pytest.fixture
def services() -> Iterator[Services]:
    transport = Transport(allow_private=True, sleep=lambda seconds: None)
    yield Services(secrets=SECRETS, allow_private=True, now=lambda: NOW, transport=transport)
    transport.close()


@pytest.mark.data
@pytest.mark.parametrize("name", FEEDS)
def test_captured_feeds_keep_the_contract(
    server: LoopbackServer, services: Services, name: str
) -> None:
    url = server.put("/feed", shared(f"feeds/{name}").read_bytes(), content_type="text/xml")
    source = Source("f", "feeds", options={"url": url})
    assert len(check_collector(FeedsCollector, source, services).seen) == FEEDS[name]


def test_a_feed_of_many_batches_keeps_the_contract(
    server: LoopbackServer, services: Services
) -> None:
    items = "".join(f"<item><guid>{n}</guid><title>Item {n}</title></item>" for n in range(1001))
    url = server.put("/feed", f'<rss version="2.0"><channel>{items}</channel></rss>')
    source = Source("f", "feeds", options={"url": url})
    whole = check_collector(FeedsCollector, source, services)
    assert (len(whole.seen), len(whole.batches)) == (1001, 3)
    assert [batch.cursor is None for batch in whole.batches] == [True, True, False]


def test_reddit_keeps_the_contract(services: Services) -> None:
    with fake_reddit() as reddit:
        posts = [reddit.add_post("acme", f"Post {n}", f"Text {n}") for n in range(230)]
        name = posts[5]
        for n in range(9):
            name = reddit.add_comment(name, f"deeper {n}")
        for n in range(15):
            reddit.add_comment(posts[6], f"wider {n}")
        reddit.add_post("other", "About acme", "acme is fine")
        options: dict[str, Json] = {"url": reddit.url, "subreddits": ["acme"], "search": ["acme"]}
        whole = check_collector(RedditCollector, Source("r", "reddit", options=options), services)
        assert len(whole.seen) == len(reddit.things) == 255


class Toy:
    """A collector with one of everything wrong, switched on by class attributes."""

    info: ClassVar[KindInfo] = KindInfo("toy", "Toy", (), {}, "none")
    loses: ClassVar[bool] = False
    forgets_cursor: ClassVar[bool] = False
    raises: ClassVar[Exception | None] = None
    counter: ClassVar[list[int]] = []

    def __init__(self, services: Services) -> None:
        self.services = services

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        if self.raises:
            raise self.raises
        start = cursor if isinstance(cursor, int) else 0
        for n in range(start, 3):
            one = Observation("toy", str(n), Kind.SOCIAL, text="hello", published_at=NOW)
            saved: Json = {1: n} if self.forgets_cursor else n + (2 if self.loses else 1)  # type: ignore[dict-item]
            yield Batch((one,), cursor=saved)

    def check(self, source: Source) -> Check:
        return Check(problem="a toy")


def test_a_good_collector_passes() -> None:
    assert len(check_collector(Toy, Source("t", "toy"), Services()).seen) == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"loses": True}, "lost"),
        ({"forgets_cursor": True}, "does not survive JSON"),
        ({"raises": KeyError("x")}, "KeyError"),
        ({"info": KindInfo("other", "Toy", (), {}, "none")}, "info says"),
    ],
)
def test_a_bad_collector_fails(wrong: dict[str, object], says: str) -> None:
    bad = type("Bad", (Toy,), wrong)
    with pytest.raises(AssertionError, match=says):
        check_collector(bad, Source("t", "toy"), Services())


def test_a_collector_that_goes_around_the_transport_fails() -> None:
    class Around(Toy):
        def check(self, source: Source) -> Check:
            import socket

            try:
                socket.create_connection(("127.0.0.1", 1), timeout=0.1)
            except OSError:
                return Check(problem="closed")
            return Check(problem="open")

    with pytest.raises(AssertionError, match="beside the transport"):
        check_collector(Around, Source("t", "toy"), Services())


def test_a_collect_error_may_escape() -> None:
    class Broken(Toy):
        def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
            if cursor is not None:
                raise SourceBroken("no")
            yield Batch((), cursor=None)

    check_collector(Broken, Source("t", "toy"), Services())


GOOD = Observation("p", "1", Kind.REVIEW, text="x", rating=3.0, url="https://a.example/")


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, native_id=""),
        replace(GOOD, text="a\0b"),
        replace(GOOD, title="\ud800"),
        replace(GOOD, url="javascript:alert(1)"),
        replace(GOOD, published_at=datetime(2026, 1, 1)),
        replace(GOOD, rating=float("nan")),
        replace(GOOD, rating=6.0),
        replace(GOOD, nps=11),
        replace(GOOD, text="", rating=None),
        replace(GOOD, extra={"n": 1}),  # type: ignore[dict-item]
    ],
)
def test_faults_of_observations_are_found(bad: Observation) -> None:
    assert faults(GOOD) == []
    assert len(faults(bad)) == 1
