"""Hostile options, search words and configurations: one line says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import earshot
from tests.hostile import GOOD, TEXTS, World, entry, fails, json_feed, world


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("options")) as made:
        said = [entry(f"t{n}", title=text) for n, text in enumerate(TEXTS.values())]
        made.poll(made.feed(json_feed(*said, entry("good"))))
        yield made
        made.agrees()


WRONG = {
    "no such column": ("--map", "text=nowhere"),
    "no such field": ("--map", "texxt=text"),
    "no column at all": ("--map", "text"),
    "a delimiter of two": ("--delimiter", "ab"),
    "a delimiter of none": ("--delimiter", ""),
    "a delimiter of a line end": ("--delimiter", "\n"),
    "a delimiter of a quote": ("--delimiter", '"'),
    "no such encoding": ("--encoding", "klingon"),
    "an encoding that is none of text": ("--encoding", "zlib"),
    "an encoding of names": ("--encoding", "idna"),
    "an encoding that never works": ("--encoding", "undefined"),
    "another encoding": ("--encoding", "utf-16"),
    "too many header rows": ("--header-rows", "9"),
    "more header rows than allowed": ("--header-rows", "99"),
    "a scale upside down": ("--scale", "5-1"),
    "a scale of words": ("--scale", "low-high"),
    "a timezone outside": ("--timezone", "../../../etc/passwd"),
    "a timezone that is none": ("--timezone", "Mars/Olympus"),
    "an order of dates that is none": ("--dates", "ydm"),
    "no such kind": ("--kind", "gossip"),
    "no such option": ("--frobnicate",),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_option_is_told_in_one_line(one: World, tmp_path: Path, name: str) -> None:
    path = tmp_path / "good.csv"
    path.write_text(f"id,text,rating\n1,{GOOD.replace(',', '')},5\n2,fine,4\n")
    fails(one.imported(path, *WRONG[name]))


SEARCHES = (
    '"', '""', '"""', "*", "a*", "^a", "-", "--", "NOT", "a NOT", "AND OR NOT", "NEAR(a b)",
    "title:x", "rowid:1", "{a b}:c", "(", ")", "((((", "a + b", "'; DROP TABLE mentions; --",
    "\u202e", "\u200b", "\U0001f600", "%", "_", "\\", "a" * 10_000, '"a' * 1_000, "a " * 3_000,
    "\x01", "é", "日本語", "x OR y", "+", ":", ";", "a:b:c", "=cmd|' /C calc'!A0",
)  # fmt: skip


@pytest.mark.parametrize("words", SEARCHES)
def test_any_search_words_are_answered(one: World, words: str) -> None:
    found = one.run("export", "mentions", "--format", "jsonl", "--text", words)
    assert found.code == 0, found.err
    counted = one.run("kpi", "--json", "--text", words)
    assert counted.code == 0, counted.err
    shares = [line["n"] for line in counted.lines if line["name"] == "negative_share"]
    assert sum(shares) == len(found.lines)


def test_words_of_a_hostile_text_find_it(one: World) -> None:
    for words, name in (("and no more", "script"), ("DROP TABLE mentions", "sql")):
        found = one.run("export", "mentions", "--format", "jsonl", "--text", f'"{words}"').lines
        assert any(words in line["title"] for line in found), name


BAD_WORDS = {
    "a day that is none": ("kpi", "--from", "2026-02-30"),
    "a day beyond all": ("kpi", "--from", "99999-01-01"),
    "days upside down": ("kpi", "--from", "2026-02-02", "--to", "2026-02-01"),
    "a brand that is none": ("kpi", "--brand", "\u202e\n'; DROP TABLE brands; --"),
    "a topic that is none": ("export", "mentions", "--topic", "x" * 5_000),
    "a case that is none": ("cases", "show", "99999999999999999999"),
    "a case of words": ("cases", "show", "'; --"),
    "a source that is none": ("collect", "\x1b[2J", "--once"),
    "a format that is none": ("export", "mentions", "--format", "exe"),
    "a command that is none": ("frobnicate",),
}


@pytest.mark.parametrize("name", BAD_WORDS)
def test_bad_words_are_told_in_one_line(one: World, name: str) -> None:
    fails(one.run(*BAD_WORDS[name]))


CONFIGS = {
    "no TOML": "[[source",
    "not text": b"\xff\xfe\x00",
    "an unknown key": "timezon = 'UTC'",
    "a timezone outside": "timezone = '../../etc/passwd'",
    "a timezone of numbers": "timezone = 5",
    "a brand without name": "[[brand]]\nown = true",
    "a brand of numbers": "[[brand]]\nname = 5",
    "two brands of a name": "[[brand]]\nname = 'a'\n[[brand]]\nname = 'a'",
    "brand with one bracket": "[brand]\nname = 'a'",
    "a source of no kind": "[[source]]\nid = 'a'\nkind = 'gopher'",
    "a source without kind": "[[source]]\nid = 'a'",
    "an interval of never": "[[source]]\nid = 'a'\nkind = 'feeds'\nevery = 'never'",
    "an interval of nothing": "[[source]]\nid = 'a'\nkind = 'feeds'\nevery = 0",
    "an interval of infinity": "[[source]]\nid = 'a'\nkind = 'feeds'\nevery = inf",
    "an interval of nan": "[[source]]\nid = 'a'\nkind = 'feeds'\nevery = nan",
    "a rule of no label": "[[rule]]\nname = 'a'\nlabels = ['furious']",
    "a rule of words": "[[rule]]\nname = 'a'\nmax_rating = 'low'",
    "network of words": "network = 'yes'",
    "terms that are none": "[[brand]]\nname = 'a'\nterms = 'x'",
    "nested too deeply": "a = " + "[" * 5_000,
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_bad_configuration_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    text = CONFIGS[name]
    config = tmp_path / "earshot.toml"
    config.write_bytes(text if isinstance(text, bytes) else text.encode())
    fails(earshot("collect", "--once", "--db", tmp_path / "e.db", "--config", config))
