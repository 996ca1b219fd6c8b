"""Stored alerts: one per cause, exactly once, also when the process dies in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from storage import alerts, people, revisions
from storage.alerts import Alert, AlertState, Moved, Opened, Seen, Sign, Transition
from storage.database import Database
from storage.errors import NotFound
from tests.desk import NOW, open_database

SIGN = Sign("volume", "source=play", "Three times as many as usual", {"observed": 30, "n": 30})
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path)


def open_one(found: Sequence[Alert]) -> list[Transition]:
    return [] if found else [Opened(SIGN)]


def test_an_alert_opens_once_and_is_seen_again(db: Database) -> None:
    conn = db.reader()
    (alert,) = alerts.update(db, open_one, NOW)
    assert (alert.state, alert.opened_at, alert.words) == (AlertState.OPEN, NOW, SIGN.words)
    assert (alert.actor, alert.cause, dict(alert.numbers)) == ("earshot", SIGN.cause, SIGN.numbers)
    assert alerts.update(db, open_one, LATER) == []
    moved = revisions.current(conn)
    alerts.update(db, lambda found: [Seen(found[0], SIGN)], LATER)
    assert revisions.current(conn) == moved
    assert alerts.load(conn, alert.id).last_seen_at == LATER
    alerts.update(db, lambda found: [Seen(found[0], SIGN._replace(words="Four times"))], LATER)
    assert revisions.current(conn)["alerts"] == moved["alerts"] + 1
    assert [each.words for each in alerts.lasting(conn)] == ["Four times"]


def test_two_alerts_of_one_cause_cannot_be_stored(db: Database) -> None:
    alerts.update(db, open_one, NOW)
    with pytest.raises(Exception, match="UNIQUE"):
        alerts.update(db, lambda _: [Opened(SIGN)], NOW)
    assert len(alerts.recent(db.reader())) == 1


def test_a_crash_while_applying_leaves_nothing(db: Database) -> None:
    with pytest.raises(Exception, match="UNIQUE"):
        alerts.update(db, lambda _: [Opened(SIGN), Opened(SIGN)], NOW)
    assert alerts.recent(db.reader()) == []
    assert len(alerts.update(db, open_one, NOW)) == 1


def test_a_person_changes_an_alert_and_history_tells(db: Database) -> None:
    conn = db.reader()
    (alert,) = alerts.update(db, open_one, NOW)
    with db.write() as writing:
        ana = people.person(writing, "Ana", NOW)
    until = LATER + timedelta(hours=3)
    changed = alerts.change(
        db, alert.id, lambda found: Moved(found, AlertState.SNOOZED, until), ana, LATER
    )
    assert (changed.state, changed.snooze_until, changed.actor) == (
        AlertState.SNOOZED,
        until,
        "Ana",
    )
    assert alerts.change(db, alert.id, lambda _: None, ana, LATER) == changed
    alerts.update(db, lambda found: [Moved(found[0], AlertState.OPEN)], until)
    alerts.change(db, alert.id, lambda found: Moved(found, AlertState.RESOLVED), ana, until)
    assert alerts.unresolved(conn) == []
    assert len(alerts.lasting(conn)) == 1
    alerts.update(db, lambda found: [Moved(found[0], AlertState.RESOLVED, normal=True)], until)
    assert alerts.lasting(conn) == []
    assert [(each.type, each.actor) for each in alerts.history(conn, alert.id)] == [
        ("opened", "earshot"),
        ("snoozed", "Ana"),
        ("woken", "earshot"),
        ("resolved", "Ana"),
        ("normal", "earshot"),
    ]
    (again,) = alerts.update(db, open_one, until)
    assert again.id != alert.id
    assert [each.id for each in alerts.recent(conn)] == [again.id, alert.id]


def test_unknown_alert(db: Database) -> None:
    with pytest.raises(NotFound, match="there is no alert 4"):
        alerts.history(db.reader(), 4)
