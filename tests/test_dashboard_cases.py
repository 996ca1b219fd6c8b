"""``earshot cases``: what programs read, what people read, and how it says no."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from dashboard.commands.case_steps import command
from dashboard.desk.case_records import plain
from dashboard.desk.until import until
from storage import rules
from storage.errors import Conflict, InputError, NotFound, Refused
from tests.desk import NOW, open_database, review, store, with_cases

HOSTILE = "\x1b[2Jno\u202esir\n=cmd() <b>\x07"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Three open cases; the command line reads the real clock."""
    db = with_cases(tmp_path, 3, now=datetime.now(UTC))
    db.close()
    return db.path


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--db", str(path)])


def record(path: Path, *arguments: str) -> dict[str, Any]:
    result = run(path, *arguments, "--json")
    assert result.exception is None, result.output
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_from_claim_to_resolution(path: Path) -> None:
    case = record(path, "claim", "--next", "--as", "Ana")
    assert (case["id"], case["state"], case["owner"], case["version"]) == ("1", "claimed", "Ana", 2)
    assert case["mention_id"].isdigit()
    assert (case["text"], case["rating"], case["reasons"]) == ("Broken again", 1.0, ["1★"])
    assert datetime.fromisoformat(case["lease_until"]).tzinfo is not None
    case = record(path, "draft", "1", "--text", "Sorry", "--as", "ana")
    assert (case["draft"], case["draft_by"]) == ("Sorry", "Ana")
    case = record(path, "record-reply", "1", "--url", "https://play.example/1", "--as", "Ana")
    assert (case["state"], case["reply_url"]) == ("answered", "https://play.example/1")
    case = record(path, "resolve", "1", "--root-cause", "late", "--action", "refund", "--as", "Ana")
    assert (case["state"], case["root_cause"], case["action"]) == ("resolved", "late", "refund")
    events = [json.loads(each) for each in run(path, "history", "1", "--json").stdout.splitlines()]
    assert [(each["type"], each["actor"]) for each in events] == [
        ("opened", "earshot"),
        ("claimed", "Ana"),
        ("drafted", "Ana"),
        ("replied", "Ana"),
        ("resolved", "Ana"),
    ]
    assert events[2]["content"] == {"text": "Sorry"}
    assert datetime.fromisoformat(events[1]["data"]["lease_until"]).tzinfo is not None


def test_the_other_ways_of_a_case(path: Path) -> None:
    assert record(path, "snooze", "1", "--until", "2d", "--as", "Ana")["state"] == "waiting"
    assert record(path, "dismiss", "2", "--reason", "spam", "--as", "Ana")["reason"] == "spam"
    assert record(path, "reopen", "2", "--as", "Ana")["state"] == "new"
    assert record(path, "transfer", "2", "--to", "Ben", "--as", "Ana")["owner"] == "Ben"
    assert record(path, "note", "2", "--text", "call her", "--as", "Ana")["version"] == 5
    assert record(path, "release", "2", "--as", "Ben")["owner"] is None
    assert record(path, "claim", "2", "--as", "Ana")["owner"] == "Ana"


def test_lists(path: Path) -> None:
    run(path, "claim", "2", "--as", "Ana")
    run(path, "dismiss", "3", "--reason", "spam", "--as", "Ana")

    def ids(*arguments: str) -> list[str]:
        lines = run(path, "list", *arguments, "--json").stdout.splitlines()
        return [json.loads(each)["id"] for each in lines]

    assert ids() == ids("--state", "open") == ["1", "2"]
    assert ids("--state", "new") == ["1"]
    assert ids("--state", "claimed") == ids("--owner", "Ana") == ["2"]
    assert ids("--state", "closed") == ids("--state", "dismissed") == ["3"]
    assert ids("--state", "resolved") == []
    assert ids("--state", "all") == ["1", "2", "3"]
    assert ids("--state", "all", "--limit", "2") == ["1", "2"]
    lines = run(path, "list").stdout.splitlines()
    assert [each.split()[:3] for each in lines] == [["1", "new", "P2"], ["2", "claimed", "P2"]]


def test_long_lists_come_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_cases(tmp_path, 7).close()
    monkeypatch.setattr("dashboard.commands.cases.PAGE", 3)
    lines = run(tmp_path / "earshot.db", "list", "--json").stdout.splitlines()
    assert [json.loads(each)["id"] for each in lines] == [str(n) for n in range(1, 8)]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["claim", "1", "--as", "Ben"], Refused, "Ana holds case 1 until"),
        (["claim", "1", "--as", "Ben", "--take-over"], Refused, "only a lead"),
        (["draft", "1", "--text", "x", "--as", "Ben"], Refused, "Ana holds case 1"),
        (["draft", "2", "--text", "x", "--as", "Ben"], Refused, "claim it first"),
        (["draft", "1", "--text", "x", "--as", "Ana", "--version", "1"], Conflict, "Ana claimed"),
        (
            ["draft", "1", "--text", "x", "--as", "Ana", "--mention-version", "9"],
            Conflict,
            "changed by the customer",
        ),
        (["record-reply", "1", "--as", "Ana"], InputError, "say where the reply stands"),
        (["resolve", "1", "--root-cause", "", "--action", "x", "--as", "Ana"], InputError, "root"),
        (["snooze", "1", "--until", "soon", "--as", "Ana"], InputError, "'soon' is no time"),
        (["reopen", "1", "--as", "Ana"], Refused, "open already"),
        (["show", "99"], NotFound, "no case 99"),
        (["history", "99"], NotFound, "no case 99"),
        (["list", "--owner", "Zoe"], NotFound, "nobody here is called 'Zoe'"),
        (["claim", "2", "--as", "earshot"], Refused, "the program itself"),
        (["claim", "2", "--as", " "], InputError, "a name is needed"),
    ],
)
def test_what_is_refused_says_why(
    path: Path, arguments: list[str], error: type[Exception], words: str
) -> None:
    run(path, "claim", "1", "--as", "Ana")
    result = run(path, *arguments)
    assert isinstance(result.exception, error)
    assert words in str(result.exception)
    assert result.stdout == ""


def test_an_empty_queue_is_a_refusal(path: Path) -> None:
    for _ in range(3):
        record(path, "claim", "--next", "--as", "Ana")
    result = run(path, "claim", "--next", "--as", "Ben")
    assert str(result.exception) == "no case waits to be claimed"
    for arguments in (["claim", "--as", "Ana"], ["claim", "1", "--next", "--as", "Ana"]):
        assert run(path, *arguments).exit_code == 2


def test_hostile_words_do_not_reach_the_terminal(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    store(db, [review(1, text=HOSTILE)])
    rules.open_cases(db, None, NOW)
    db.close()
    for arguments in (["list"], ["show", "1"]):
        shown = run(db.path, *arguments).stdout
        assert not any(each in shown for each in "\x1b\x07\u202e")
        assert "=cmd() <b>" in shown
    assert record(db.path, "show", "1")["text"] == HOSTILE


@given(st.text())
def test_a_plain_text_is_one_printable_line(text: str) -> None:
    assert plain(text).isprintable()


def test_exit_codes(path: Path) -> None:
    def code(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", "cases", *arguments, "--db", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    assert code("claim", "1", "--as", "Ana") == (0, "")
    status, told = code("claim", "1", "--as", "Ben")
    assert status == 1
    assert told.startswith("earshot: Ana holds case 1 until")
    assert told.count("\n") == 1
    assert code("show", "99")[0] == 2


BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("90m", "2026-11-21T11:30+00:00"),
        ("3h", "2026-11-21T13:00+00:00"),
        ("2 d", "2026-11-23T10:00+00:00"),
        ("1w", "2026-11-28T10:00+00:00"),
        ("tomorrow", "2026-11-22T08:00+00:00"),
        ("Friday", "2026-11-27T08:00+00:00"),
        ("sat", "2026-11-28T08:00+00:00"),
        ("2026-11-25", "2026-11-25T08:00+00:00"),
        ("2026-07-01", "2026-07-01T07:00+00:00"),
        ("2026-11-25T14:00", "2026-11-25T13:00+00:00"),
        ("2026-11-25 14:00", "2026-11-25T13:00+00:00"),
        ("2026-11-25t14:00z", "2026-11-25T14:00+00:00"),
        ("2026-11-25T14:00+02:00", "2026-11-25T12:00+00:00"),
    ],
)
def test_until(said: str, meant: str) -> None:
    found = until(said, NOW, BERLIN)
    assert found == datetime.fromisoformat(meant)
    assert found.utcoffset() == timedelta(0)


def test_tomorrow_is_that_of_the_reporting_timezone() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert until("tomorrow", late, BERLIN).astimezone(ZoneInfo(BERLIN)).day == 23


@given(st.text(max_size=20) | st.from_regex(r"\d{1,4}[-mhdw]\d*", fullmatch=True))
def test_any_words_for_a_time_are_read_or_refused(said: str) -> None:
    try:
        assert until(said, NOW, BERLIN).tzinfo is UTC
    except InputError:
        pass


@pytest.mark.parametrize("said", ["", "th", "soon", "0001-01-01", "9999-12-31T23:59-12:00"])
def test_what_is_no_time(said: str) -> None:
    with pytest.raises(InputError):
        until(said, NOW, "Asia/Tokyo")


def test_steps_between_colleagues(path: Path) -> None:
    record(path, "claim", "1", "--as", "Lea")
    record(path, "claim", "2", "--as", "Ana")
    record(path, "draft", "2", "--text", "Sorry", "--as", "Ana")
    assert record(path, "ask-approval", "2", "--as", "Ana")["approval"] == "asked"
    assert run(path, "approve", "2", "--as", "Ana").exit_code == 1
    assert record(path, "send-back", "2", "--note", "kinder", "--as", "Lea")["approval"] == (
        "sent_back"
    )
    assert record(path, "tag", "2", "--tag", "vip", "--tag", "late", "--as", "Ana")["tags"] == [
        "vip",
        "late",
    ]
    assert record(path, "pause", "2", "--reason", "asked", "--as", "Ana")["paused_at"]
    assert record(path, "resume", "2", "--as", "Ana")["paused_at"] is None
    url = "https://tickets.example/7"
    case = record(path, "hand-off", "2", "--url", url, "--until", "2d", "--as", "Ana")
    assert (case["ticket_url"], case["ticket_due_at"] is None) == (url, False)
    case = record(path, "merge", "2", "--into", "1", "--as", "Ana")
    assert (case["outcome"], case["merged_into"]) == ("merged", "1")
