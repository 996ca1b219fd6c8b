"""What answers like Reddit and means ill: recorded or stored, good neighbours beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from storage.models import Precision
from tests.fake_reddit import FakeReddit, fake_reddit
from tests.hostile import GOOD, World, goods, world
from tests.http_server import Answer

Thing = dict[str, Any]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("reddit")) as made:
        yield made


@pytest.fixture
def reddit(request: pytest.FixtureRequest) -> Iterator[FakeReddit]:
    with fake_reddit() as running:
        yield running


class Case(NamedTuple):
    """What is done to Reddit, how many are stored of it, and what is said."""

    does: Callable[[FakeReddit, str], None]
    stored: int = 2
    says: str = ""


def answered(path: str, answer: Answer | bytes) -> Callable[[FakeReddit, str], None]:
    """Let a path of the API answer so; ``{sub}`` is the subreddit, ``{post}`` the post."""
    given = (
        answer
        if isinstance(answer, Answer)
        else Answer(answer, headers={"content-type": "application/json"})
    )

    def set_up(reddit: FakeReddit, post: str) -> None:
        subreddit = reddit.things[post]["subreddit"]
        route = path.format(sub=subreddit, post=post[3:])
        reddit.server.route(route, lambda seen: given)
        reddit.server.route(route + "/", lambda seen: given)

    return set_up


def changed(**values: Any) -> Callable[[FakeReddit, str], None]:
    """Let a further post and a further comment hold these values."""

    def set_up(reddit: FakeReddit, post: str) -> None:
        subreddit = reddit.things[post]["subreddit"]
        own = reddit.add_post(subreddit, "odd post", "odd")
        reddit.things[own].update(values)
        comment = reddit.add_comment(post, "odd comment")
        reddit.things[comment].update(values)

    return set_up


def listed(**values: Any) -> Callable[[FakeReddit, str], None]:
    """Let the comments' listing hold a good neighbour and one comment with these values."""

    def set_up(reddit: FakeReddit, post: str) -> None:
        subreddit = reddit.things[post]["subreddit"]
        (good,) = (thing for thing in reddit.things.values() if thing.get("parent_id") == post)
        odd = {**good, "id": "zzz", "name": "t1_zzz" + subreddit, "body": "odd", **values}
        children = [{"kind": "t1", "data": thing} for thing in (odd, good)]
        answered("/r/{sub}/comments", listing(*children))(reddit, post)

    return set_up


def deep(reddit: FakeReddit, post: str) -> None:
    reddit.depth = 10
    parent = post
    for level in range(2_000):
        parent = reddit.add_comment(parent, f"level {level}")


def folded_for_ever(reddit: FakeReddit, post: str) -> None:
    """Every answer to "more" is another "more"."""
    more = {"kind": "more", "data": {"children": ["zzz1"], "parent_id": "t1_x", "count": 1}}
    body = json.dumps({"json": {"data": {"things": [more]}}}).encode()
    tree = [json.loads(listing()), json.loads(listing(more))]
    answered("/comments/{post}", json.dumps(tree).encode())(reddit, post)
    answered("/api/morechildren", body)(reddit, post)


def listing(*children: Any, after: Any = None) -> bytes:
    return json.dumps({"kind": "Listing", "data": {"children": children, "after": after}}).encode()


def limits(left: str, reset: str) -> Answer:
    headers = {"x-ratelimit-remaining": left, "x-ratelimit-reset": reset, "x-ratelimit-used": "x"}
    return Answer(listing(), 200, {**headers, "content-type": "application/json"})


OWN = Precision.ESTIMATED
NEW, TOKEN, THREAD = "/r/{sub}/new", "/api/v1/access_token", "/comments/{post}"
NOT_API = "not Reddit's API"
ODD = listing(1, None, "x", [], {}, {"data": 3}, {"kind": "t3", "data": {}})
LOOP = listing({"kind": "t3", "data": {"name": "t3_loop", "title": "again"}}, after="t3_loop")
ODD_TREE = json.dumps(
    [
        {"data": {"children": 3}},
        {
            "data": {
                "children": [
                    {"kind": "more", "data": {"children": {"a": 1}, "parent_id": 3}},
                    {"kind": "t1", "data": {"replies": 5, "name": 7}},
                ]
            }
        },
    ]
).encode()

ANSWERS = {
    "401 without a header": Case(answered(NEW, Answer(b"", 401)), 0, "does not accept the client"),
    "403": Case(answered(NEW, Answer(b"{}", 403)), 1, "may not be read"),
    "404": Case(answered(NEW, Answer(b"{}", 404)), 1, "does not exist"),
    "429": Case(answered(NEW, Answer(b"{}", 429, {"retry-after": "7"})), 0, "slow down"),
    "500": Case(answered(NEW, Answer(b"<html>", 500)), 0, "has trouble"),
    "to a sign-in": Case(answered(NEW, Answer(b"", 302, {"location": "/login"})), 1, "not exist"),
    "to a private address": Case(
        answered(NEW, Answer(b"", 302, {"location": "http://10.0.0.1/"})), 1, "not exist"
    ),
    "broken JSON": Case(answered(NEW, b'{"kind": "Listing", "data": {'), 1, NOT_API),
    "a web page": Case(answered(NEW, b"<html>"), 1, NOT_API),
    "nothing": Case(answered(NEW, b""), 1, "no listing"),
    "a list": Case(answered(NEW, b"[1, 2]"), 1, "no listing"),
    "null": Case(answered(NEW, b"null"), 1, "no listing"),
    "too deep": Case(answered(NEW, b"[" * 100_000), 1, NOT_API),
    "children null": Case(answered(NEW, b'{"data": {"children": null}}'), 1, "no listing"),
    "children of odd types": Case(answered(NEW, ODD), 1, "without a name"),
    "pages without end": Case(answered(NEW, LOOP), 2),
    "50 MB": Case(answered(NEW, b" " * 50_000_000), 0, "larger than"),
    "a token that is a page": Case(answered(TOKEN, b"<html>"), 0, NOT_API),
    "a token that is a list": Case(answered(TOKEN, b"[]"), 0, NOT_API),
    "a token that cannot be": Case(
        answered(TOKEN, b'{"error": "a\\nb \\ud800"}'), 0, "refuses the sign-in .a b \ufffd."
    ),
    "a token of no use": Case(
        answered(TOKEN, b'{"access_token": 5, "expires_in": "x", "scope": 3}'), 0, NOT_API
    ),
    "limits of nonsense": Case(answered(NEW, limits("nan", "inf")), 1),
    "limits below nothing": Case(answered(NEW, limits("-1", "1e18")), 0, "rate limit is used up"),
    "a thread broken": Case(answered(THREAD, b'[{"kind"'), 2, NOT_API),
    "a thread that is no list": Case(answered(THREAD, b'{"a": 1}'), 2, "unknown shape"),
    "a thread forbidden": Case(answered(THREAD, Answer(b"{}", 403)), 2, "may not be read"),
    "a thread of odd types": Case(answered(THREAD, ODD_TREE), 2, "does not exist"),
    "folded for ever": Case(folded_for_ever, 2, "at least 1 comments not read"),
    "2,000 deep": Case(deep, 2_002, "at least 1 comments not read"),
}
THINGS = {
    "created never": Case(changed(created_utc=None), 4),
    "created before Reddit": Case(changed(created_utc=-1e12), 4),
    "created in 1e20": Case(changed(created_utc=1e20), 4),
    "created in no number": Case(changed(created_utc=float("nan")), 4),
    "created in infinity": Case(changed(created_utc=float("inf")), 4),
    "created in words": Case(listed(created_utc="yesterday"), 3),
    "edited in 1e20": Case(changed(edited=1e20), 4),
    "deleted": Case(changed(author=None, body="[deleted]", selftext="[deleted]")),
    "its account deleted": Case(changed(author="[deleted]"), 4),
    "author an object": Case(changed(author={"name": "x"}), 4),
    "body null": Case(changed(body=None, selftext=None), 3, "says nothing"),
    "body an object": Case(changed(body={"a": 1}, selftext=[]), 3, "says nothing"),
    "body of 1 MB": Case(changed(body="long " * 200_000, selftext="long " * 200_000), 4),
    "lone surrogates": Case(
        listed(
            author="\ud800",
            body="\udfff x",
            permalink="/\ud800",
            parent_id="t1_\ud800",
            subreddit="\ud800",
            score="\ud800",
            link_id="t3_\ud800",
            created_utc="\ud800",
        ),
        3,
    ),
    "a name of 1 MB": Case(listed(name="t1_" + "x" * 1_000_000), 2, "without a name"),
    "a name with a blank": Case(listed(name="t1_a b"), 2, "without a name"),
    "no name at all": Case(listed(name=None, id=None), 2, "without a name"),
    "parent an object": Case(changed(parent_id={"a": 1}, link_id=7), 4),
    "comments -5": Case(changed(num_comments=-5), 4),
    "comments 1e9": Case(changed(num_comments=10**9), 4),
    "comments in words": Case(changed(num_comments="many"), 4),
    "permalink that runs": Case(changed(permalink="javascript:alert(1)", url="data:x"), 4),
}
CASES = {**ANSWERS, **THINGS}


@pytest.mark.parametrize("name", CASES)
def test_reddit(one: World, reddit: FakeReddit, name: str) -> None:
    case = CASES[name]
    number = list(CASES).index(name)
    reddit.start_at(36**5 + number * 10_000)
    subreddit = f"acme{number}"
    post = reddit.add_post(subreddit, GOOD)
    reddit.add_comment(post, GOOD)
    case.does(reddit, post)
    source = one.source("reddit", url=reddit.url, subreddits=[subreddit])
    polled = one.poll(source)
    rows = one.stored(source)
    assert polled.new == len(rows) == case.stored, polled.said
    assert re.search(case.says, polled.said)
    assert bool(case.says) == bool(polled.said), polled.said
    assert goods(rows) == min(2, case.stored) or name == "pages without end"
    for row in rows:
        assert row.url.startswith(f"{reddit.url}/")
        assert row.author != "[deleted]"
        if name.startswith("created"):
            assert row.precision == (Precision.SECOND if GOOD in (row.title, row.text) else OWN)
    one.neighbour_delivers()
    one.agrees()


def test_a_thread_that_was_broken_is_read_later_and_keeps_no_other(
    one: World, reddit: FakeReddit
) -> None:
    reddit.start_at(36**5 + 9_000_000)
    broken, whole = (reddit.add_post("mended", GOOD) for _ in range(2))
    for post in (broken, whole):
        hidden = reddit.add_comment(post, "only its thread shows this")
        reddit.things[hidden]["hidden_from_listings"] = True
    answered(THREAD, b'[{"kind"')(reddit, broken)
    source = one.source("reddit", url=reddit.url, subreddits=["mended"])
    polled = one.poll(source)
    assert (polled.new, NOT_API in polled.said) == (3, True)
    for path in (f"/comments/{broken[3:]}", f"/comments/{broken[3:]}/"):
        reddit.server.route(path, reddit.server.default)
    polled = one.poll(source)
    assert (polled.new, polled.said) == (1, "")
