"""Reddit through an unmodified praw: what is read, at which depth, and when again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from collectors.reddit_things import SITE, address
from collectors.testing import faults
from storage.errors import SourceBroken
from storage.models import Batch, Json, Kind, Observation
from tests.data import shared
from tests.reddit_reader import Reader, by_name, gone, reading


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as made:
        yield made


def test_a_post_and_a_comment(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "It crashes", "Every *day*.", score=7)
    comment = reader.reddit.add_comment(post, "Same here &amp; there")
    seen = reader.seen()
    assert seen[post] == Observation(
        place="reddit",
        native_id=post,
        kind=Kind.SOCIAL,
        title="It crashes",
        text="Every *day*.",
        author=f"customer_{post[3:]}",
        url=f"{reader.reddit.url}/r/acme/comments/{post[3:]}/a_title/",
        published_at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
        brand="Acme",
        extra={"subreddit": "acme", "score": "7"},
    )
    assert (seen[comment].parent, seen[comment].text) == (post, "Same here &amp; there")
    assert seen[comment].extra["thread"] == post


def test_links_lead_to_reddit_itself_without_a_base() -> None:
    thing = {"id": "b", "link_id": "t3_a", "subreddit": "acme"}
    assert address(thing, SITE) == "https://www.reddit.com/r/acme/comments/a/_/b/"


def test_comments_at_every_depth_and_breadth(reader: Reader) -> None:
    """The listing of comments reaches back 30; the trees must give the rest."""
    reader.reddit.cap = 30
    post = reader.reddit.add_post("acme", "Long thread")
    name = post
    for n in range(20):
        name = reader.reddit.add_comment(name, f"deeper {n}")
    for n in range(40):
        wide = reader.reddit.add_comment(post, f"wider {n}")
        reader.reddit.add_comment(wide, f"below {n}")
    assert reader.seen().keys() == reader.reddit.things.keys()
    assert {"api/morechildren", f"comments/{post[3:]}"} <= set(reader.reddit.calls)


@pytest.mark.data
def test_captured_objects_arrive_whole(reader: Reader) -> None:
    reader.reddit.load(shared("reddit/posts.jsonl"), shared("reddit/comments.jsonl"))
    names: Json = ["redditdev", "EarthPorn", "MapPorn", "reddit_api_test", "changelog"]
    seen = reader.seen(subreddits=names)
    raw = {**reader.reddit.things}
    assert seen.keys() == raw.keys()
    assert len(seen) == 534
    assert all(faults(one) == [] for one in seen.values())
    for name, one in seen.items():
        said = raw[name].get("body") or raw[name].get("selftext") or ""
        assert one.text == said.replace("\r\n", "\n").strip()


def test_searches_bring_posts_and_their_threads(reader: Reader) -> None:
    hit = reader.reddit.add_post("other", "About the Acme app", "so so")
    answer = reader.reddit.add_comment(hit, "agreed")
    reader.reddit.add_post("other", "Something else", "nothing")
    inside = reader.reddit.add_post("acme", "The Acme app again", "good")
    assert reader.seen(subreddits=[], search=["acme app"]).keys() == {hit, answer, inside}
    later = reader.reddit.add_comment(hit, "later")
    assert later in reader.seen(subreddits=[], search=["acme app"])
    reader.cursor = None
    only = reader.seen(subreddits=[], search=["acme app"], within=["acme"])
    assert only.keys() == {inside}


def test_the_next_poll_reads_one_page_and_pages_back_past_a_gap(reader: Reader) -> None:
    for n in range(150):
        reader.reddit.add_post("acme", f"Post {n}")
    assert len(reader.seen()) == 150
    reader.poll()
    assert reader.reddit.calls.count("r/acme/new") == 1
    more = {reader.reddit.add_post("acme", f"More {n}") for n in range(250)}
    assert more <= reader.seen().keys()
    assert reader.reddit.calls.count("r/acme/new") == 3


def test_a_gap_wider_than_the_listing_of_comments_is_filled_from_the_threads(
    reader: Reader,
) -> None:
    reader.reddit.cap = 50
    post = reader.reddit.add_post("acme", "Busy")
    reader.reddit.add_comment(post, "first")
    reader.poll()
    more = {reader.reddit.add_comment(post, f"more {n}") for n in range(80)}
    assert more <= reader.seen().keys()


def test_an_interrupted_walk_goes_on_where_it_stopped(reader: Reader) -> None:
    for n in range(350):
        reader.reddit.add_post("acme", f"Post {n}")
    stream = reader.collector.collect(reader.source(), None)
    first = next(stream)
    del stream
    top = {reader.reddit.add_post("acme", f"Top {n}") for n in range(5)}
    reader.cursor = first.cursor
    rest = reader.seen()
    assert by_name([first]).keys() | rest.keys() | top == reader.reddit.things.keys()
    assert top <= reader.seen().keys()


def test_a_walk_whose_place_is_gone_begins_again(reader: Reader) -> None:
    names = [reader.reddit.add_post("acme", f"Post {n}") for n in range(150)]
    first = next(iter(reader.collector.collect(reader.source(), None)))
    reader.reddit.vanish(names[50])
    reader.cursor = first.cursor
    assert len(reader.seen()) == 149


def test_edits_and_deletions_are_seen_on_the_next_poll(reader: Reader) -> None:
    posts = [reader.reddit.add_post("acme", f"Post {n}", "text") for n in range(120)]
    comments = [reader.reddit.add_comment(posts[0], f"comment {n}") for n in range(4)]
    reader.poll()
    reader.reddit.edit(posts[1], "edited")
    reader.reddit.edit(comments[1], "edited")
    reader.reddit.delete(posts[2])
    reader.reddit.delete(posts[119], "[removed]")
    reader.reddit.delete(comments[2])
    batches = reader.poll()
    seen = by_name(batches)
    assert (seen[posts[1]].text, seen[comments[1]].text) == ("edited", "edited")
    assert seen[posts[1]].updated_at is not None
    assert gone(batches) == {posts[2], posts[119], comments[2]}
    assert not gone(reader.poll())


def test_an_account_that_is_gone_does_not_take_its_words_along(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "Title", "text", author=None)
    batches = reader.poll()
    assert by_name(batches)[post].author == ""
    assert not gone(batches)


def test_what_vanishes_is_gone_only_after_two_looks_and_never_all_at_once(reader: Reader) -> None:
    posts = [reader.reddit.add_post("acme", f"Post {n}") for n in range(150)]
    reader.poll()
    reader.reddit.vanish(posts[3])
    assert gone(reader.poll()) == set()
    assert gone(reader.poll()) == {posts[3]}
    for name in posts:
        reader.reddit.vanish(name)
    assert gone(reader.poll()) | gone(reader.poll()) | gone(reader.poll()) == set()


def test_things_already_deleted_are_no_mentions(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "[deleted by user]", "[removed]")
    comment = reader.reddit.add_comment(post, "[deleted]")
    batches = reader.poll()
    assert by_name(batches) == {}
    assert gone(batches) == {post, comment}


def test_one_closed_subreddit_does_not_keep_the_others(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "Open")
    for path in ("r/closed/new", "r/closed/comments"):
        reader.reddit.failures[path] = [403]
    batches: list[Batch] = []
    with pytest.raises(SourceBroken, match="r/closed/new"):
        batches.extend(reader.collector.collect(reader.source(subreddits=["closed", "acme"]), None))
    assert by_name(batches).keys() == {post}


def test_a_thread_that_cannot_be_read_is_recorded(reader: Reader) -> None:
    post = reader.reddit.add_post("acme", "Hidden")
    reader.reddit.add_comment(post, "x")
    reader.reddit.failures[f"comments/{post[3:]}"] = [404]
    refused = [refusal.reason for batch in reader.poll() for refusal in batch.refused]
    assert len(refused) == 1
    assert post in refused[0]
