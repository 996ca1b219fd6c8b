"""Objects as Reddit's API sends them, served to an unmodified praw: each stored once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.database import open_reader
from tests.data import shared
from tests.fake_reddit import SECRETS, FakeReddit, fake_reddit
from tests.real import Bench, objects

pytestmark = pytest.mark.data

FILES = ("reddit/posts.jsonl", "reddit/comments.jsonl")
GONE = ("[deleted]", "[removed]")
CONFIG = """
network.allow_private = true
[[source]]
id = "reddit"
kind = "reddit"
url = "{url}"
subreddits = {subreddits}
"""


@pytest.fixture(scope="module")
def things() -> dict[str, dict[str, Any]]:
    read = [each["data"] for name in FILES for each in objects(shared(name))]
    return {thing["name"]: thing for thing in read}


@pytest.fixture(scope="module")
def reddit(things: dict[str, dict[str, Any]]) -> Iterator[FakeReddit]:
    with fake_reddit() as running:
        running.load(*(shared(name) for name in FILES))
        assert running.things.keys() == things.keys()
        yield running


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory, reddit: FakeReddit, things: dict[str, dict[str, Any]]
) -> Bench:
    named = sorted({str(thing["subreddit"]) for thing in things.values()})
    config = CONFIG.format(url=reddit.url, subreddits=str(named).replace("'", '"'))
    return Bench(tmp_path_factory.mktemp("reddit"), config)


def says_something(thing: dict[str, Any]) -> bool:
    said = (thing.get("selftext"), thing.get("body"))
    return not any(text in GONE for text in said)


def test_every_object_is_there_once_and_a_second_poll_adds_none(
    bench: Bench, things: dict[str, dict[str, Any]], secrets: None
) -> None:
    wanted = {name: thing for name, thing in things.items() if says_something(thing)}
    assert len(wanted) > 500
    (first,) = bench.run("collect", "--once", "--json").lines
    assert first["error"] is None
    assert first["new"] == len(wanted)
    (second,) = bench.run("collect", "--once", "--json").lines
    assert (second["error"], second["new"], second["changed"]) == (None, 0, 0)
    conn = open_reader(bench.db)
    stored = conn.execute(
        "SELECT i.native_id, m.published_at, i.author, v.title, v.text FROM identities i"
        " JOIN mentions m ON m.id = i.mention_id"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
    ).fetchall()
    conn.close()
    assert Counter(row[0] for row in stored) == Counter(wanted.keys())
    for name, published, author, title, text in stored:
        thing = wanted[name]
        at = datetime.fromtimestamp(thing["created_utc"], UTC)
        assert published == int(at.timestamp() * 1000)
        assert author == ("" if thing["author"] == "[deleted]" else thing["author"] or "")
        assert title == " ".join(str(thing.get("title", "")).split())
        assert plain(text) == plain(thing.get("selftext", thing.get("body")))
    bench.verify()


def plain(text: str) -> str:
    """Line ends and outer blanks differ without meaning."""
    return re.sub(r"\s+", " ", text).strip()
