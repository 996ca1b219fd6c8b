"""Captured feeds served over loopback to the whole path, counted by plain parsers."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.data import shared
from tests.http_server import LoopbackServer, serving
from tests.real import Bench

pytestmark = pytest.mark.data

APPLE = "appstore_customer_reviews"
NAMES = (
    "DuplicateContentAtomFeed",
    "InvalidDateFormat",
    "RSSWithComments",
    "TechCrunch",
    "google_alerts_atom",
    "youtube_atom",
    APPLE,
)
SOURCE = """
[[source]]
id = "{id}"
kind = "feeds"
brand = "Acme"
url = "{url}"
"""


def capture(name: str) -> Path:
    return shared(f"feeds/{name}.{'json' if name == APPLE else 'xml'}")


def entries(name: str) -> list[ElementTree.Element]:
    """Read with the standard library; one capture begins blank, one is never closed."""
    parser = ElementTree.XMLPullParser(["end"])
    parser.feed(capture(name).read_bytes().strip())
    ended = [element for _, element in parser.read_events()]
    return [each for each in ended if each.tag.rpartition("}")[2] in ("item", "entry")]


def child(entry: ElementTree.Element, tag: str) -> str:
    found = next((each for each in entry if each.tag.rpartition("}")[2] == tag), None)
    return "" if found is None else "".join(found.itertext()).strip()


def reviews() -> list[dict[str, Any]]:
    raw = json.loads(capture(APPLE).read_text(encoding="utf-8"))["feed"]["entry"]
    return [entry for entry in raw if "im:rating" in entry]


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackServer]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def polls(
    tmp_path_factory: pytest.TempPathFactory, server: LoopbackServer
) -> tuple[Bench, list[dict[str, Any]], list[dict[str, Any]]]:
    """A workspace that collected every capture once, and what two polls said."""
    config = "network.allow_private = true\n"
    for name in NAMES:
        path = capture(name)
        kind = "application/json" if name == APPLE else "application/xml"
        url = server.put(f"/{path.name}", path.read_bytes(), content_type=kind)
        config += SOURCE.format(id=name, url=url)
    bench = Bench(tmp_path_factory.mktemp("feeds"), config)
    return bench, *(bench.run("collect", "--once", "--json").lines for _ in range(2))


Polls = tuple[Bench, list[dict[str, Any]], list[dict[str, Any]]]


def test_every_entry_is_there_once(polls: Polls) -> None:
    bench, first, _ = polls
    expected = {name: len(entries(name)) for name in NAMES if name != APPLE}
    expected[APPLE] = len(reviews())
    assert {line["source"]: line["new"] for line in first} == expected
    assert [line["error"] for line in first] == [None] * len(NAMES)
    assert Counter(row["source"] for row in bench.export()) == expected
    bench.verify()


def test_the_second_poll_brings_nothing(polls: Polls) -> None:
    bench, first, second = polls
    assert all(line["new"] == line["changed"] == line["gone"] == 0 for line in second)
    assert sum(line["new"] for line in first) == len(bench.export())


def test_the_app_stores_stars_and_words_are_read(polls: Polls) -> None:
    bench, *_ = polls
    stars = [int(entry["im:rating"]["label"]) for entry in reviews()]
    found = bench.kpi("--source", APPLE)["review", "rating"]
    assert (found.n, found.value) == (
        len(stars),
        pytest.approx(statistics.mean(stars), abs=1e-9),
    )
    said = Counter(
        (entry["title"]["label"].strip(), entry["author"]["name"]["label"]) for entry in reviews()
    )
    exported = bench.export("--source", APPLE)
    assert Counter((row["title"], row["author"]) for row in exported) == said
    assert {row["kind"] for row in exported} == {"review"}


def test_titles_are_those_that_a_plain_parser_reads(polls: Polls) -> None:
    bench, *_ = polls
    for name in ("DuplicateContentAtomFeed", "RSSWithComments", "TechCrunch", "youtube_atom"):
        told = Counter(" ".join(child(entry, "title").split()) for entry in entries(name))
        exported = bench.export("--source", name)
        assert Counter(row["title"] for row in exported) == told, name


def test_google_alerts_are_unwrapped_and_without_marks(polls: Polls) -> None:
    bench, *_ = polls
    exported = bench.export("--source", "google_alerts_atom")
    assert all("google.com" not in row["url"] and row["url"] for row in exported)
    assert all("<b>" not in row["title"] + row["text"] for row in exported)
    assert {row["kind"] for row in exported} == {"article"}
    places = {row["place"] for row in bench.export("--source", "youtube_atom")}
    assert len(places) == 1
    assert places.pop().startswith("youtube:")


def test_an_unreadable_date_leaves_a_readable_entry(polls: Polls) -> None:
    bench, *_ = polls
    exported = {row["title"]: row for row in bench.export("--source", "InvalidDateFormat")}
    days = {title: row["published_at"][:10] for title, row in exported.items()}
    assert "2017-10-17" in days.values()
    assert len(days) == 2
