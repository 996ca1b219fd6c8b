"""Reddit's limits, trouble and odd things; and replying."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.contract import Replier, Services
from collectors.reddit import RedditCollector, _refusal
from collectors.reddit_client import Budget, translate
from collectors.testing import faults
from storage.errors import Retryable, SourceBroken
from storage.models import Json
from tests.fake_reddit import SECRETS
from tests.reddit_reader import Reader, reading


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as made:
        yield made


def test_a_spent_rate_limit_is_handed_to_the_schedule_not_slept(reader: Reader) -> None:
    reader.reddit.add_post("acme", "Post")
    reader.reddit.remaining, reader.reddit.reset = 1, 600
    begun = time.monotonic()
    with pytest.raises(Retryable, match="rate limit") as caught:
        reader.poll()
    assert 590 < (caught.value.retry_after or 0) <= 600
    assert time.monotonic() - begun < 5
    calls = len(reader.reddit.calls)
    with pytest.raises(Retryable):
        list(reader.collector.collect(reader.source(), None))
    assert len(reader.reddit.calls) == calls


def test_a_short_wait_for_the_rate_limit_is_waited_out(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "Post")
    reader.reddit.remaining, reader.reddit.reset = 0, 2
    assert reader.seen().keys() == {post}
    assert all(1 < nap <= 2 for nap in reader.naps)
    assert reader.naps


def test_budget_forgets_after_the_reset() -> None:
    now = [100.0]
    budget = Budget(lambda: now[0])
    assert budget.wait() == 0
    budget.note({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "30"})
    assert budget.wait() == 30
    now[0] += 31
    assert budget.wait() == 0
    budget.note({"x-ratelimit-remaining": "lots"})
    budget.note({})
    assert budget.wait() == 0


def test_too_many_requests_and_trouble_are_retryable(reader: Reader) -> None:
    reader.reddit.failures["r/acme/new"] = [429]
    with pytest.raises(Retryable) as caught:
        reader.poll()
    assert caught.value.retry_after == 60
    reader.reddit.failures["r/acme/new"] = [503, 500, 502]
    with pytest.raises(Retryable, match="trouble"):
        reader.poll()
    reader.reddit.failures["r/acme/new"] = [503]
    assert reader.seen() == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"EARSHOT_REDDIT_CLIENT_ID": ""}, "set EARSHOT_REDDIT_CLIENT_ID"),
        ({"EARSHOT_REDDIT_CLIENT_SECRET": "wrong"}, "check EARSHOT_REDDIT_CLIENT_ID"),
        ({"EARSHOT_REDDIT_PASSWORD": "wrong"}, "EARSHOT_REDDIT_PASSWORD"),
    ],
)
def test_wrong_credentials_are_said_in_words(
    reader: Reader, change: dict[str, str], says: str
) -> None:
    reader.collector = reader.collector_with({**SECRETS, **change})
    with pytest.raises(SourceBroken, match=says) as caught:
        reader.poll()
    assert "wrong" not in str(caught.value).replace("is wrong", "")
    assert says in reader.collector.check(reader.source()).problem


def test_an_unsigned_401_is_a_matter_of_credentials() -> None:
    """prawcore looks for a header that is not there, and raises a bare KeyError."""
    assert "CLIENT_ID" in str(translate(KeyError(401), "a.example", "r/acme/new"))
    assert isinstance(translate(KeyError("data"), "a.example", "x"), Retryable)


def test_reading_works_without_an_account(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "Post")
    anonymous = {name: value for name, value in SECRETS.items() if "CLIENT" in name}
    reader.collector = reader.collector_with(anonymous)
    assert reader.seen().keys() == {post}
    with pytest.raises(SourceBroken, match="USERNAME"):
        reader.collector.reply(reader.source(), post, "Hello")


@pytest.mark.parametrize(
    "options",
    [
        {"subreddits": []},
        {"subreddits": ["no spaces please"]},
        {"subreddits": [3]},
        {"subreddits": ["../../api/v1/me"]},
        {"url": "file:///etc"},
        {"url": 4},
    ],
)
def test_wrong_options_are_said_in_words(reader: Reader, options: dict[str, Json]) -> None:
    with pytest.raises(SourceBroken):
        reader.poll(**options)
    assert reader.collector.check(reader.source(**options)).problem


def test_a_private_address_is_refused_by_default(reader: Reader) -> None:
    guarded = RedditCollector(Services(secrets=SECRETS))
    with pytest.raises(SourceBroken, match="allow_private"):
        list(guarded.collect(reader.source(), None))
    assert reader.reddit.calls == []


def test_a_planted_praw_ini_changes_nothing(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ini = "[DEFAULT]\nclient_id=evil\nuser_agent=evil evil\ncomment_kind=t9\ntimeout=x\n"
    (tmp_path / "praw.ini").write_text(ini)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_site", "evil")
    monkeypatch.setenv("praw_client_id", "evil")
    post = reader.reddit.add_post("acme", "Post")
    assert reader.seen().keys() == {post}


def test_a_deadline_ends_a_poll_that_the_next_one_continues(reader: Reader) -> None:
    for n in range(30):
        post = reader.reddit.add_post("acme", f"Post {n}")
        for _ in range(3):
            reader.reddit.add_comment(post, "x")
    reader.reddit.cap = 30
    moments = iter(range(0, 100_000, 20))
    reader.collector = reader.collector_with(clock=lambda: float(next(moments)))
    seen = set(reader.seen())
    assert 30 < len(seen) < 120
    reader.collector = reader.collector_with()
    assert seen | reader.seen().keys() == reader.reddit.things.keys()


@pytest.mark.parametrize(
    "odd",
    [
        {"created_utc": float("nan")},
        {"created_utc": 1e300},
        {"created_utc": None},
        {"created_utc": -62135596800},
        {"created_utc": 253402300799},
        {"selftext": None, "author": 5},
        {"selftext": "a\0b\ud800c"},
        {"selftext": "x" * 1_000_000},
        {"selftext": "\u202e<script>alert(1)</script> ![x](http://a.example) $x$ =cmd()"},
        {"permalink": "javascript:alert(1)"},
        {"permalink": "//evil.example/"},
        {"num_comments": "many"},
        {"edited": True},
        {"score": [1]},
        {"url": "javascript:alert(1)", "is_self": False},
    ],
)
def test_odd_things_are_read_safely_beside_good_ones(
    reader: Reader, odd: dict[str, object]
) -> None:
    good = reader.reddit.add_post("acme", "Good")
    post = reader.reddit.add_post("acme", "Odd", "text")
    reader.reddit.things[post].update(odd)
    seen = reader.seen()
    assert good in seen
    assert faults(seen[post]) == []
    assert seen[post].url.startswith(reader.reddit.url + "/")
    assert len(seen[post].text) <= 100_000


# -- replying ----------------------------------------------------------------------------


def test_a_reply_is_posted_found_and_no_mention(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "It crashes", "help")
    below = reader.reddit.add_comment(post, "same")
    source = reader.source()
    assert isinstance(reader.collector, Replier)
    assert reader.collector.find_reply(source, below) is None
    posted = reader.collector.reply(source, below, "We are on it.")
    assert posted.text == "We are on it."
    assert posted.url.startswith(reader.reddit.url)
    assert reader.collector.find_reply(source, below, "We are on it.") == posted
    assert reader.collector.find_reply(source, below, "Other words") is None
    seen = reader.seen()
    assert seen.keys() == {post, below}
    assert (seen[below].reply_text, seen[below].reply_at) == (posted.text, posted.posted_at)


def test_a_reply_found_alone_brings_what_it_answers(reader: Reader) -> None:
    reader.reddit.cap = 100
    old = reader.reddit.add_post("acme", "Old", "help")
    for n in range(120):
        reader.reddit.add_post("acme", f"Post {n}")
    reader.poll()
    reader.collector.reply(reader.source(), old, "Solved.")
    assert reader.seen()[old].reply_text == "Solved."


def test_a_reply_to_what_is_gone_is_refused_in_words(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "It crashes")
    reader.reddit.delete(post)
    with pytest.raises(SourceBroken, match="has been deleted"):
        reader.collector.reply(reader.source(), post, "Sorry")


def test_a_reply_is_never_posted_twice_by_a_retry(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "It crashes")
    reader.reddit.failures["api/comment"] = [503, 503, 503]
    with pytest.raises(Retryable):
        reader.collector.reply(reader.source(), post, "Sorry")
    assert reader.reddit.calls.count("api/comment") == 1


def test_a_rate_limit_on_replies_says_when() -> None:
    said = "you are doing that too much. try again in 9 minutes."
    error = _refusal([["RATELIMIT", said, "ratelimit"]])
    assert isinstance(error, Retryable)
    assert error.retry_after == 540


def test_check_shows_the_three_newest(reader: Reader) -> None:
    for n in range(6):
        reader.reddit.add_post("acme", f"Post {n}")
    found = reader.collector.check(reader.source())
    assert [one.title for one in found.newest] == ["Post 5", "Post 4", "Post 3"]
    assert reader.collector.check(reader.source(subreddits=["empty"])).problem
