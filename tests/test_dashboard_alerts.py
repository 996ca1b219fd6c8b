"""The life of an alert, decided without a database, and its commands with one."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from dashboard.commands.alerts import command
from dashboard.desk.alerts import CALM, acknowledge, resolve, snooze, transitions
from storage import alerts
from storage.alerts import Alert, AlertState, Moved, Opened, Seen, Sign
from storage.errors import InputError, NotFound, Refused
from tests.desk import NOW, open_database

A = Sign("volume", "", "much")
B = Sign("negative share", "brand=Acme", "worse")


def stored(sign: Sign, state: AlertState = AlertState.OPEN, *, seen_ago: int = 5) -> Alert:
    seen = NOW - timedelta(minutes=seen_ago)
    return Alert(1, sign.signal, sign.scope, state, seen, seen, None, None, "", {}, "earshot", seen)


def test_one_alert_a_cause() -> None:
    assert transitions([], [A, B, A], NOW) == [Opened(A), Opened(B)]
    assert transitions([stored(A)], [A], NOW) == [Seen(stored(A), A)]


@pytest.mark.parametrize("state", list(AlertState))
def test_whoever_dealt_with_it_the_cause_stays_taken_until_over(state: AlertState) -> None:
    alert = stored(A, state)
    assert transitions([alert], [A], NOW) == [Seen(alert, A)]
    over = stored(A, state, seen_ago=60)
    assert transitions([over], [], NOW) == [Moved(over, AlertState.RESOLVED, normal=True)]


def test_a_short_pause_is_not_normal() -> None:
    assert transitions([stored(A, seen_ago=59)], [], NOW) == []
    short = timedelta(minutes=5)
    assert len(transitions([stored(A)], [], NOW, calm=short)) == 1


def test_not_looked_at_is_not_normal() -> None:
    assert transitions([stored(A, seen_ago=600)], [], NOW, unknown={A.cause}) == []


def test_what_is_over_does_not_take_the_cause() -> None:
    over = stored(A, AlertState.RESOLVED)._replace(normal_at=NOW)
    assert transitions([over], [A], NOW) == [Opened(A)]


def test_a_slept_out_snooze_opens_again() -> None:
    alert = stored(A, AlertState.SNOOZED)._replace(snooze_until=NOW)
    assert Moved(alert, AlertState.OPEN) in transitions([alert], [A], NOW)
    assert transitions([alert._replace(snooze_until=NOW + CALM)], [], NOW) == []


def test_what_people_may_do() -> None:
    alert = stored(A)
    assert acknowledge(alert) == Moved(alert, AlertState.ACKNOWLEDGED)
    assert acknowledge(stored(A, AlertState.ACKNOWLEDGED)) is None
    until = NOW + timedelta(hours=1)
    assert snooze(alert, until, NOW) == Moved(alert, AlertState.SNOOZED, until)
    done = stored(A, AlertState.RESOLVED)
    assert resolve(alert) == Moved(alert, AlertState.RESOLVED)
    assert resolve(done) is None
    with pytest.raises(Refused, match="is resolved"):
        acknowledge(done)
    with pytest.raises(Refused, match="is resolved"):
        snooze(done, until, NOW)
    with pytest.raises(InputError):
        snooze(alert, NOW, NOW)


STEPS = st.lists(
    st.tuples(
        st.integers(1, 90),
        st.lists(st.sampled_from([A, B]), unique_by=lambda each: each.cause),
        st.sampled_from(["", "ack", "snooze", "resolve"]),
    ),
    max_size=25,
)


@given(steps=STEPS)
def test_a_cause_opens_again_only_after_it_was_normal(
    steps: list[tuple[int, list[Sign], str]],
) -> None:
    """Applied to a list in place of a table; each opening follows a calm of its cause."""
    table: list[Alert] = []
    now, last_seen = NOW, dict.fromkeys((A.cause, B.cause), NOW - timedelta(days=1))
    for minutes, signs, deed in steps:
        now += timedelta(minutes=minutes)
        for each in transitions(table, signs, now):
            if isinstance(each, Opened):
                assert now - last_seen[each.sign.cause] >= CALM
                table.append(stored(each.sign)._replace(id=len(table), last_seen_at=now))
            elif isinstance(each, Seen):
                table[each.alert.id] = each.alert._replace(last_seen_at=now)
            else:
                normal = now if each.normal else None
                table[each.alert.id] = each.alert._replace(state=each.to, normal_at=normal)
        last_seen |= {each.cause: now for each in signs}
        open_now = [each for each in table if each.state is not AlertState.RESOLVED]
        if deed == "resolve" and open_now:
            table[open_now[0].id] = open_now[0]._replace(state=AlertState.RESOLVED)
        live = [each.cause for each in table if each.normal_at is None]
        assert len(live) == len(set(live))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    db = open_database(tmp_path)
    alerts.update(db, lambda _: [Opened(A._replace(words="much\x1b[31m more")), Opened(B)], NOW)
    db.close()
    return db.path


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--db", str(path)])


def test_commands(path: Path) -> None:
    listed = [json.loads(each) for each in run(path, "list", "--json").stdout.splitlines()]
    assert [(each["id"], each["signal"], each["state"]) for each in listed] == [
        ("2", "negative share", "open"),
        ("1", "volume", "open"),
    ]
    assert "\x1b" not in run(path, "list").stdout
    done = json.loads(run(path, "ack", "1", "--as", "Ana", "--json").stdout)
    assert (done["state"], done["actor"]) == ("acknowledged", "Ana")
    assert "snoozed" in run(path, "snooze", "2", "--until", "2h", "--as", "Ana").stdout
    assert "resolved" in run(path, "resolve", "1", "--as", "Ana").stdout
    assert len(run(path, "list").stdout.splitlines()) == 1
    assert len(run(path, "list", "--all").stdout.splitlines()) == 2


def test_refused_commands(path: Path, tmp_path: Path) -> None:
    run(path, "resolve", "1", "--as", "Ana")
    for arguments, error in (
        (["ack", "1", "--as", "Ana"], Refused),
        (["ack", "9", "--as", "Ana"], NotFound),
        (["snooze", "2", "--until", "never", "--as", "Ana"], InputError),
        (["ack", "2", "--as", "earshot"], Refused),
    ):
        assert isinstance(run(path, *arguments).exception, error), arguments
    assert isinstance(run(tmp_path / "none.db", "list").exception, NotFound)
