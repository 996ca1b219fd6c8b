"""``earshot collect``, ``sources`` and ``doctor`` over a real command line and real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import earshot
from tests.http_server import LoopbackServer, serving

FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Words",
        "items": [{"id": "1", "content_text": "The driver was rude and late."}],
    }
)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serving() as made:
        made.put("/feed.json", FEED, content_type="application/json")
        yield made


@pytest.fixture(autouse=True)
def _in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def configured(folder: Path, url: str, private: str = "true") -> None:
    (folder / "earshot.toml").write_text(
        f'network.allow_private = {private}\n[[source]]\nid = "words"\nkind = "feeds"\n'
        f'url = "{url}"\n'
    )


def test_collecting_once_stores_scores_and_says_so(tmp_path: Path, server: LoopbackServer) -> None:
    configured(tmp_path, f"{server.url}/feed.json")
    first = earshot("collect", "--once", "--json")
    assert first.code == 0, first.err
    assert json.loads(first.text)["new"] == 1
    again = earshot("collect", "words", "--once")
    assert again.text.startswith("words: 0 new")
    exported = earshot("export", "mentions", "--format", "jsonl")
    assert json.loads(exported.text)["label"] == "negative"


def test_a_source_that_fails_is_exit_1_and_recorded(tmp_path: Path, server: LoopbackServer) -> None:
    configured(tmp_path, f"{server.url}/nothing-here")
    failed = earshot("collect", "--once")
    assert failed.code == 1
    assert "404" in failed.text
    listed = earshot("sources", "list", "--json")
    assert "404" in json.loads(listed.text)["error"]
    doctor = earshot("doctor")
    assert doctor.code == 1
    assert "404" in doctor.text


def test_private_addresses_are_refused_unless_allowed(
    tmp_path: Path, server: LoopbackServer
) -> None:
    configured(tmp_path, f"{server.url}/feed.json", private="false")
    refused = earshot("collect", "--once")
    assert refused.code == 1
    assert "private" in refused.text
    assert server.paths() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('timezon = "UTC"', "did you mean 'timezone'"),
        ('timezone = "Europe/Berln"', "did you mean 'Europe/Berlin'"),
        ('[[source]]\nid = "a"\nkind = "feed"', "did you mean 'feeds'"),
        ('[[source]]\nid = "a"\nkind = "feeds"\nevery = "soon"', 'write "15m"'),
        ("[[brand]", "not valid TOML"),
    ],
)
def test_a_slip_in_the_file_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "earshot.toml").write_text(text)
    wrong = earshot("collect", "--once")
    assert wrong.code == 2
    assert said in wrong.err
    assert len(wrong.err.strip().splitlines()) == 1


def test_sources_come_and_go(tmp_path: Path, server: LoopbackServer) -> None:
    (tmp_path / "earshot.toml").write_text("network.allow_private = true\n")
    link = f"{server.url}/feed.json"
    added = earshot("sources", "add", link, "--id", "words", "--kind", "feeds")
    assert added.code == 0, added.err
    looked = earshot("sources", "check", "words")
    assert "The driver was rude" in looked.text
    assert earshot("sources", "pause", "words").code == 0
    assert "no source yet" in earshot("collect", "--once").err
    assert earshot("sources", "remove", "words").code == 0
    assert earshot("sources", "list").text == ""
    assert earshot("sources", "check", "words").code == 2


def test_kinds_say_what_they_need_and_what_is_allowed(tmp_path: Path) -> None:
    kinds = json.loads(earshot("sources", "kinds", "--json").text)
    assert {"feeds", "reddit", "files"} <= {kind["kind"] for kind in kinds}
    assert all(kind["terms"] for kind in kinds)
