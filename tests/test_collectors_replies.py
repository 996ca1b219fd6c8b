"""Three kinds of source collect and answer, by the kit that others use; and what each is like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.contract import Replies, Services, Vanished
from collectors.google_business import GoogleBusinessCollector
from collectors.google_play import KEY, GooglePlayCollector
from collectors.reddit import RedditCollector
from collectors.testing import check_collector, check_replier
from collectors.transport import Transport
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Json, Observation, Source
from tests.fake_google import (
    BUSINESS_SECRETS,
    LOCATION,
    PACKAGE,
    FakeBusiness,
    FakePlay,
    fake_business,
    fake_play,
    key_json,
)
from tests.fake_reddit import SECRETS, fake_reddit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def services() -> Iterator[Services]:
    transport = Transport(allow_private=True, sleep=lambda seconds: None)
    yield Services(allow_private=True, now=lambda: NOW, transport=transport)
    transport.close()


@pytest.fixture
def play() -> Iterator[FakePlay]:
    with fake_play(NOW) as running:
        yield running


@pytest.fixture
def business() -> Iterator[FakeBusiness]:
    with fake_business(NOW) as running:
        yield running


def of_play(play: FakePlay, services: Services) -> tuple[Source, Services]:
    source = Source("p", "google_play", options={"package": PACKAGE, "url": play.url})
    return source, replace(services, secrets={KEY: key_json(play.url)})


def of_business(business: FakeBusiness, services: Services) -> tuple[Source, Services]:
    options: dict[str, Json] = {"location": LOCATION, "url": business.url}
    return Source("b", "google_business", options=options), replace(
        services, secrets=BUSINESS_SECRETS
    )


def seen(collector: object, source: Source, cursor: Json = None) -> dict[str, Observation]:
    assert isinstance(collector, GooglePlayCollector | GoogleBusinessCollector)
    batches = list(collector.collect(source, cursor))
    return {one.native_id: one for batch in batches for one in batch.observations}


def test_reddit_answers_by_the_contract(services: Services) -> None:
    with fake_reddit() as reddit:
        post = reddit.add_post("acme", "It crashes")
        comment = reddit.add_comment(post, "Same here")
        gone = reddit.add_comment(post, "Never mind")
        reddit.delete(gone)
        source = Source("r", "reddit", options={"url": reddit.url, "subreddits": ["acme"]})
        check_replier(
            RedditCollector,
            source,
            replace(services, secrets=SECRETS),
            mention=comment,
            vanished=gone,
        )


def test_google_play_keeps_the_contract(play: FakePlay, services: Services) -> None:
    source, allowed = of_play(play, services)
    for n in range(230):
        play.add(f"gp:{n}", f"A title\tText {n}", n % 5 + 1)
    assert len(check_collector(GooglePlayCollector, source, allowed).seen) == 230
    check_replier(GooglePlayCollector, source, allowed, mention="gp:1", vanished="gp:no")


def test_google_business_keeps_the_contract(business: FakeBusiness, services: Services) -> None:
    source, allowed = of_business(business, services)
    for n in range(130):
        business.add(f"AbC-{n}", f"Text {n}", n % 5 + 1, age=timedelta(hours=n))
    assert len(check_collector(GoogleBusinessCollector, source, allowed).seen) == 130
    check_replier(GoogleBusinessCollector, source, allowed, mention="AbC-1", vanished="none")


def test_a_review_of_google_play(play: FakePlay, services: Services) -> None:
    source, allowed = of_play(play, services)
    play.add("gp:1", "Bad\tIt crashes", 1)
    play.add("gp:2", "Only words", 2)
    play.add("gp:3", "An old one", 2, age=8 * DAY)
    play.answer("gp:2", "We are sorry")
    collector = GooglePlayCollector(allowed)
    found = seen(collector, source)
    assert found.keys() == {"gp:1", "gp:2"}
    one = found["gp:1"]
    assert (one.place, one.title, one.text, one.rating) == (
        "play:com.acme.app",
        "Bad",
        "It crashes",
        1.0,
    )
    assert (one.author, one.lang, one.extra["device"]) == ("Customer gp:1", "en", "shiba")
    assert one.url.endswith("details?id=com.acme.app&reviewId=gp%3A1")
    assert (found["gp:2"].reply_text, found["gp:2"].reply_at) == ("We are sorry", NOW)
    play.now = NOW + DAY
    play.edit("gp:1", "Better\tThank you", 4)
    again = seen(collector, source)["gp:1"]
    assert (again.rating, again.updated_at) == (4.0, NOW + DAY)
    assert play.tokens == 1
    with pytest.raises(SourceBroken, match="too old"):
        collector.reply(source, "gp:3", "Sorry")
    with pytest.raises(SourceBroken, match="too long"):
        collector.reply(source, "gp:1", "x" * 351)
    with pytest.raises(SourceBroken, match="Play Console only"):
        collector.delete_reply(source, "gp:2", "gp:2")
    with pytest.raises(Vanished):
        collector.find_reply(source, "gp:9")


def test_a_token_that_ends_or_is_revoked_is_renewed(play: FakePlay, services: Services) -> None:
    source, allowed = of_play(play, services)
    play.add("gp:1", "Text")
    collector = GooglePlayCollector(allowed)
    play.lifetime = 30
    assert seen(collector, source)
    assert seen(collector, source)
    assert play.tokens == 2
    play.lifetime = 3599
    assert seen(collector, source)
    play.tokens += 1
    assert seen(collector, source)
    play.failures = [500]
    assert seen(collector, source)
    play.failures = [500]
    with pytest.raises(Retryable, match="has trouble"):
        collector.reply(source, "gp:1", "Sorry")
    assert play.posts == []


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "set EARSHOT_GOOGLE_PLAY_KEY"),
        ("{}", "no key of a service account"),
        ("/no/such/file", "no key of a service account"),
        (json.dumps({"client_email": "a", "private_key": "b"}), "no private key"),
    ],
)
def test_a_wrong_key_is_told_in_plain_words(services: Services, key: str, says: str) -> None:
    source = Source("p", "google_play", options={"package": PACKAGE})
    trial = GooglePlayCollector(replace(services, secrets={KEY: key})).check(source)
    assert says in trial.problem


def test_a_review_of_a_place(business: FakeBusiness, services: Services) -> None:
    source, allowed = of_business(business, services)
    business.add("A", "Great\n\n(Translated by Google)\nToll", 5)
    business.add("B", "(Translated by Google)\nSlow\n\n(Original)\nLangsam", 2)
    business.add("C", "", 3)
    business.reviews["C"]["reviewer"] = {"displayName": "A Google user", "isAnonymous": True}
    business.answer("B", "We are sorry")
    collector = GoogleBusinessCollector(allowed)
    found = seen(collector, source)
    assert [found[name].text for name in "ABC"] == ["Great", "Langsam", ""]
    assert [found[name].rating for name in "ABC"] == [5.0, 2.0, 3.0]
    assert (found["A"].place, found["A"].author, found["C"].author) == ("google:34", "Guest A", "")
    assert (found["B"].reply_text, found["B"].reply_at) == ("We are sorry", NOW)
    with pytest.raises(SourceBroken, match="too long"):
        collector.reply(source, "A", "é" * 2049)


def test_the_next_poll_reads_what_is_new_and_a_month_again(
    business: FakeBusiness, services: Services
) -> None:
    source, allowed = of_business(business, services)
    for n in range(400):
        business.add(f"r{n}", f"Text {n}", age=n * DAY)
    collector = GoogleBusinessCollector(allowed)
    *_, last = collector.collect(source, None)
    business.answer("r20", "Answered on the map")
    business.now = NOW + DAY
    business.add("new", "New")
    again = seen(collector, source, last.cursor)
    assert again["r20"].reply_text == "Answered on the map"
    assert "new" in again
    assert len(again) == 50


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        (GooglePlayCollector, {"package": "../x"}, "needs `package`"),
        (GooglePlayCollector, {"package": PACKAGE, "url": "ftp://x"}, "not a web address"),
        (GoogleBusinessCollector, {"location": "x"}, "needs `location`"),
        (GoogleBusinessCollector, {"location": LOCATION, "url": 3}, "not a web address"),
        (GoogleBusinessCollector, {"location": LOCATION}, "signing in needs EARSHOT_GOOGLE_CLI"),
    ],
)
def test_wrong_options_are_told(
    services: Services,
    kind: type[GooglePlayCollector | GoogleBusinessCollector],
    options: dict[str, Json],
    says: str,
) -> None:
    source = Source("x", kind.info.name, options=options)
    assert says in kind(services).check(source).problem


def test_links_to_an_app_are_recognised() -> None:
    found = GooglePlayCollector.recognise("https://play.google.com/store/apps/details?id=com.acme")
    assert found is not None
    assert (found.id, found.options) == ("play-com-acme", {"package": "com.acme"})
    assert GooglePlayCollector.recognise("https://play.google.com/store/games") is None
    assert GoogleBusinessCollector.recognise("https://maps.google.com/x") is None


def test_what_a_site_takes_is_said_before_anything_is_sent() -> None:
    short = Replies(350, window=7 * DAY)
    assert short.obstacle("x" * 350, NOW - 6 * DAY, NOW) is None
    assert "takes 350 characters, this has 351" in str(short.obstacle("x" * 351, NOW, NOW))
    assert "7 days" in str(short.obstacle("x", NOW - 8 * DAY, NOW))
    assert "4 bytes, this has 6" in str(Replies(4, in_bytes=True).obstacle("ééé", NOW, NOW))
    assert issubclass(Vanished, CollectError)
