"""``earshot cases send`` and ``earshot outbox``: accepted, taken back, tried again, dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard import sending, wiring
from dashboard.commands import cases, outbox
from storage import people, rules
from storage.errors import Refused
from storage.models import Source
from storage.people import Role
from tests.desk import open_database, review, store
from tests.fake_google import LOCATION, FakeBusiness, fake_business


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBusiness]:
    monkeypatch.setenv("EARSHOT_GOOGLE_CLIENT_ID", "client")
    monkeypatch.setenv("EARSHOT_GOOGLE_CLIENT_SECRET", "hush")
    monkeypatch.setenv("EARSHOT_GOOGLE_REFRESH_TOKEN", "1//refresh")
    with fake_business() as running:
        yield running


@pytest.fixture
def path(tmp_path: Path, place: FakeBusiness) -> Path:
    """One case of a place that can be answered, one of a feed that cannot."""
    (tmp_path / "earshot.toml").write_text(
        f'network.allow_private = true\n[[source]]\nid = "place"\nkind = "google_business"\n'
        f'location = "{LOCATION}"\nurl = "{place.url}"\n'
    )
    place.add("guest", "Broken again", 1)
    workspace = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")
    workspace.collect("place", "test")
    store(workspace.db, [review(1)], source=Source("feed", "feeds"), now=datetime.now(UTC))
    rules.open_cases(workspace.db, None, datetime.now(UTC))
    with workspace.db.write() as conn:
        people.person(conn, "Lea", datetime.now(UTC), role=Role.LEAD)
    workspace.close()
    return tmp_path / "earshot.db"


def run(path: Path, *words: str) -> Result:
    command = {"cases": cases.command, "outbox": outbox.command}[words[0]]
    config = str(path.with_name("earshot.toml"))
    return CliRunner().invoke(command, [*words[1:], "--db", str(path), "--config", config])


def record(path: Path, *words: str) -> dict[str, Any]:
    result = run(path, *words, "--json")
    assert result.exception is None, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def later(path: Path) -> wiring.Workspace:
    """The workspace as it is an hour later."""
    from datetime import timedelta

    now = datetime.now(UTC) + timedelta(hours=1)
    return wiring.open_workspace(path, path.with_name("earshot.toml"), now=lambda: now)


def test_a_draft_is_sent_taken_back_and_sent_again(path: Path, place: FakeBusiness) -> None:
    record(path, "cases", "claim", "1", "--as", "Ana")
    result = run(path, "cases", "send", "1", "--as", "Ana")
    assert "no draft to send" in str(result.exception)
    record(path, "cases", "draft", "1", "--text", "Sorry", "--as", "Ana")
    sent = record(path, "cases", "send", "1", "--as", "Ana")
    assert (sent["state"], sent["text"], sent["case_id"]) == ("pending", "Sorry", "1")
    assert record(path, "cases", "show", "1")["state"] == "sending"
    assert run(path, "outbox", "send").output == "0 replies and 0 mails sent.\n"
    assert record(path, "cases", "unsend", "1", "--as", "Ana")["state"] == "cancelled"
    closing = ("--close", "--root-cause", "late", "--action", "refund")
    record(path, "cases", "send", "1", "--text", "Very sorry", *closing, "--as", "Ana")
    workspace = later(path)
    assert sending.work_off(workspace) == 1
    workspace.close()
    assert place.shown("guest") == ["Very sorry"]
    assert record(path, "cases", "show", "1")["state"] == "resolved"
    lines = run(path, "outbox", "list").output.splitlines()
    assert [line.split()[1] for line in lines] == ["sent", "cancelled"]


def test_what_failed_is_tried_again_or_dropped(path: Path, place: FakeBusiness) -> None:
    record(path, "cases", "claim", "1", "--as", "Ana")
    number = record(path, "cases", "send", "1", "--text", "Sorry", "--as", "Ana")["id"]
    place.failures = [403]
    workspace = later(path)
    assert sending.work_off(workspace) == 0
    failed = record(path, "outbox", "list", "--state", "failed", "--channel", "reply")
    assert "not open to this account" in failed["error"]
    assert record(path, "cases", "show", "1")["state"] == "claimed"
    refused = run(path, "outbox", "retry", number, "--as", "Ben")
    assert isinstance(refused.exception, Refused)
    assert record(path, "outbox", "retry", number, "--as", "Ana")["state"] == "pending"
    assert record(path, "outbox", "drop", number, "--as", "Lea")["state"] == "cancelled"
    workspace.close()
    assert place.posts == []


def test_a_site_without_an_api_says_where_to_post_by_hand(path: Path) -> None:
    record(path, "cases", "claim", "2", "--as", "Ana")
    result = run(path, "cases", "send", "2", "--text", "Sorry", "--as", "Ana")
    said = str(result.exception)
    assert "takes no replies through Earshot" in said
    assert "post it by hand at https://play.example/r1, then record it" in said
    url = "https://play.example/r1#reply"
    done = record(path, "cases", "record-reply", "2", "--url", url, "--as", "Ana")
    assert done["state"] == "answered"


def test_pages_know_which_sources_take_replies(path: Path) -> None:
    workspace = later(path)
    rules_of = sending.rules_of
    assert not isinstance(rules_of(workspace, "place"), str)
    assert "takes no replies" in str(rules_of(workspace, "feed"))
    assert "nothing of that name" in str(rules_of(workspace, "nothing of that name"))
    workspace.close()


def test_missing_secrets_are_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EARSHOT_GOOGLE_REFRESH_TOKEN")
    record(path, "cases", "claim", "1", "--as", "Ana")
    result = run(path, "cases", "send", "1", "--text", "Sorry", "--as", "Ana")
    assert "replying needs EARSHOT_GOOGLE_REFRESH_TOKEN" in str(result.exception)


def test_practice_on_the_sample_goes_nowhere(tmp_path: Path) -> None:
    workspace = wiring.Workspace(open_database(tmp_path), wiring.configuration.Settings())
    source = Source("play", "sample")
    store(workspace.db, [review(1)], source=source, now=datetime.now(UTC))
    rules.open_cases(workspace.db, None, datetime.now(UTC))
    by = sending.way(workspace, 1)
    assert (by.source, by.by_hand) == ("play", "")
    workspace.close()
