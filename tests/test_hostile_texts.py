"""Every hostile text by every route: stored as it is, its neighbours beside it."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from storage.listing import MentionRow
from storage.models import Json
from tests.command_line import earshot
from tests.fake_reddit import FakeReddit, fake_reddit
from tests.hostile import GOOD, TEXTS, World, entry, goods, is_kept, json_feed, json_lines, world


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("texts")) as made:
        yield made
        made.agrees()


@pytest.fixture(scope="module")
def reddit() -> Iterator[FakeReddit]:
    with fake_reddit() as running:
        yield running


def held(rows: Iterable[MentionRow], text: str) -> bool:
    return any(is_kept(text, f"{row.title}{row.text}") for row in rows)


@pytest.mark.parametrize("name", TEXTS)
def test_in_every_field_of_a_feed(one: World, name: str) -> None:
    text = TEXTS[name]
    hostile = entry(
        f"id {text[:500]}",
        title="",
        content_text=text,
        url=text[:900],
        external_url=text[:900],
        authors=[{"name": text}],
        language=text[:900],
        tags=[text],
    )
    source = one.feed(json_feed(entry("a"), hostile, entry("b", title=text), entry("z")))
    polled = one.poll(source)
    assert (polled.new, polled.error) == (4, "")
    rows = one.stored(source)
    assert goods(rows) == 2
    assert held(rows, text)
    for row in rows:
        assert not row.url or row.url.startswith(("http://", "https://"))
    one.neighbour_delivers()


@pytest.mark.parametrize("name", TEXTS)
def test_in_every_field_of_reddit(one: World, reddit: FakeReddit, name: str) -> None:
    text, subreddit = TEXTS[name], f"acme{list(TEXTS).index(name)}"
    post = reddit.add_post(
        subreddit, GOOD, text, author=text, url=text[:900], permalink=text[:900], flair=text
    )
    comment = reddit.add_comment(post, text, author=text)
    reddit.things[comment]["permalink"] = text[:900]
    reddit.things[comment]["subreddit_name_prefixed"] = text
    reddit.add_comment(post, GOOD)
    source = one.source("reddit", url=reddit.url, subreddits=[subreddit])
    polled = one.poll(source)
    assert (polled.new, polled.error) == (3, "")
    rows = one.stored(source)
    assert goods(rows) == 2
    assert held([row for row in rows if not row.title], text)
    one.neighbour_delivers()


@pytest.mark.parametrize("name", TEXTS)
def test_in_every_field_of_a_file(one: World, name: str) -> None:
    text = TEXTS[name]
    short = text[:900]
    row = {"id": f"id {text}", "title": short, "text": text, "author": short, "url": short}
    row |= {"product": short, "brand": short, "lang": short, "version": text, text[:50]: text}
    row |= {"reply_text": text, "date": short}
    path = json_lines(
        one.folder / f"text-{list(TEXTS).index(name)}.jsonl",
        {"id": "a", "text": GOOD, "date": "2026-11-20"},
        row,
        {"id": "z", "text": GOOD, "date": "2026-11-20"},
    )
    source = one.source("files", path=str(path))
    polled = one.poll(source)
    assert (polled.new, polled.refused, polled.error) == (3, 0, ""), polled.said
    rows = one.stored(source)
    assert goods(rows) == 2
    assert held([row for row in rows if not row.title], text) or held(rows, short + text)
    one.neighbour_delivers()


def test_exports_hold_everything_and_no_formula(one: World) -> None:
    """Runs over what the tests before have stored, in whatever order they ran."""
    source = one.feed(json_feed(*(entry(f"e{n}", title=t) for n, t in enumerate(TEXTS.values()))))
    polled = one.poll(source)
    assert polled.error == ""
    options = ("--db", one.path, "--config", one.folder / "none.toml", "--source", source.id)
    lines = earshot("export", "mentions", "--format", "jsonl", *options).lines
    assert len(lines) == polled.new == len(TEXTS)
    table = earshot("export", "mentions", "--format", "csv", *options).text
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert len(rows) == polled.new + 1
    for row in rows[1:]:
        for cell in row:
            number = cell.lstrip("-").replace(".", "").replace("e", "").isdecimal()
            assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    for name in ("mentions.xlsx", "mentions.parquet"):
        ran = earshot("export", "mentions", "--out", one.folder / name, *options)
        assert ran.code == 0, ran.err
    json.dumps(lines)


def test_vader_is_vader_on_hostile_texts_too() -> None:
    """Not on the longest: vaderSentiment's own time grows with their square."""
    texts = ["", " ", *(text[:3_000] for text in TEXTS.values())]
    ran = earshot(
        "analyze", "--model", "vader", stdin="".join(json.dumps({"text": t}) + "\n" for t in texts)
    )
    assert ran.code == 0, ran.err
    reference = SentimentIntensityAnalyzer()
    for text, answer in zip(texts, ran.lines, strict=True):
        assert answer["compound"] == reference.polarity_scores(text)["compound"], text[:80]


QUOTED = (
    "script",
    "image that fails",
    "closing everything",
    "markdown links",
    "formula with a link",
)


def test_the_weekly_summary_quotes_letters_only(tmp_path: Path) -> None:
    rows: list[dict[str, Json]] = [
        {"id": name, "rating": stars, "date": "2026-11-18", "brand": TEXTS[name]}
        | {"title": TEXTS[name], "text": f"{word}, {word}, {word}! {TEXTS[name]}"}
        | {"product": TEXTS[name]}
        for name in QUOTED
        for stars, word in ((1, "terrible"), (5, "wonderful"))
    ]
    with world(tmp_path) as alone:
        path = json_lines(
            tmp_path / "rows.jsonl", *({**row, "id": n} for n, row in enumerate(rows))
        )
        assert alone.imported(path).code == 0
        ran = alone.run("report", "weekly", "--week", "2026-W47", "--out", tmp_path)
        assert ran.code == 0, ran.err
        alone.agrees()
    page = (tmp_path / "weekly-2026-W47.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    quoted = [name for name in QUOTED if TEXTS[name] in html.unescape(page)]
    assert len(quoted) >= 3, "quotes are there, as letters"
    assert not tags.names & {"script", "iframe", "img", "object", "embed", "link", "animate"}
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert all(link.startswith(("http://127.0.0.1", "https://", "#")) for link in tags.links)
    table = (tmp_path / "weekly-2026-W47.csv").read_text(encoding="utf-8-sig")
    for row in csv.reader(io.StringIO(table, newline="")):
        assert not any(cell.startswith(("=", "@", "\t", "+c")) for cell in row), row


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
