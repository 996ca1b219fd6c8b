"""``earshot topics``: the taxonomy from the command line, with its history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import wiring
from dashboard.commands.topics import command
from tests.attacks import review
from tests.command_line import earshot
from tests.pages import take
from tests.test_storage_topics import NOW, SHOP, TEXTS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a few reviews."""
    made = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")
    take(made, SHOP, [review(str(n), NOW, text, f"a{n}") for n, text in enumerate(TEXTS)])
    made.close()
    return made.db.path


def _run(path: Path, *words: str) -> str:
    where = ("--db", str(path), "--config", str(path.with_name("earshot.toml")))
    result = CliRunner().invoke(command, [*words, *where], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _list(path: Path) -> dict[str, int]:
    rows = [json.loads(line) for line in _run(path, "list", "--json").splitlines()]
    return {row["key"]: row["n"] for row in rows}


def test_changes_are_shown_counted_and_remembered(path: Path) -> None:
    assert "lift" not in _list(path)
    added = json.loads(_run(path, "add", "Lift", "--term", "fortun*", "--as", "Ann", "--json"))
    assert (added["key"], added["reread"]) == ("lift", 1)
    assert _list(path)["lift"] == 1
    _run(path, "rename", "lift", "Elevators", "--as", "Ann")
    _run(path, "merge", "refund", "--into", "price", "--as", "Bob")
    _run(path, "split", "location", "--part", "Parking=parking", "--as", "Bob")
    _run(path, "move", "parking", "--as", "Bob")
    assert "Elevators (lift)" in _run(path, "tree")
    assert "[merged price]" in _run(path, "tree", "--all")
    events = [json.loads(line) for line in _run(path, "history", "--json").splitlines()]
    told = [(each["topic"], each["type"], each["actor"]) for each in events]
    assert ("lift", "renamed", "Ann") in told
    assert ("refund", "merged", "Bob") in told
    assert "by Ann" in _run(path, "history", "lift")


def test_a_starter_is_chosen_and_read_again(path: Path) -> None:
    listed = CliRunner().invoke(command, ["starters"]).output
    assert [line.split()[0] for line in listed.splitlines()] == [
        *("general", "software", "retail", "hospitality", "travel", "services")
    ]
    _run(path, "start", "hospitality", "--as", "Ann")
    assert _list(path)["place"] == 2


def test_analyze_knows_the_topics_of_the_database(path: Path) -> None:
    _run(path, "add", "Lift", "--term", "fortun*", "--as", "Ann")
    line = json.dumps({"text": "It cost a fortune."})
    where = ("--db", path, "--config", path.with_name("earshot.toml"))
    assert "lift" in earshot("analyze", *where, stdin=line).json["topics"]
    empty = ("--db", path.with_name("none.db"), "--config", path.with_name("earshot.toml"))
    assert "lift" not in earshot("analyze", *empty, stdin=line).json["topics"]
