"""Who is told of an alert and when; rules and routes as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.desk import routing
from storage import alert_rules, alerts, people
from storage.alert_rules import AlertRule, Precision, Route, RuleKind
from storage.alerts import Alert, AlertState, Opened, Severity, Sign, scope_of, scope_parts
from storage.database import Database
from storage.errors import InputError, NotFound
from storage.people import Person
from tests.desk import NOW, open_database

BERLIN = "Europe/Berlin"
NIGHT = Route("night", "mail:a@example.org", quiet_from=22 * 60, quiet_until=7 * 60)


def alert(severity: Severity = Severity.NORMAL, scope: str = "", signal: str = "volume") -> Alert:
    return Alert(
        1, signal, scope, AlertState.OPEN, NOW, NOW, None, None, "", {}, "x", NOW, severity
    )


def test_scopes_are_read_as_they_were_written() -> None:
    scope = scope_of(brand="A & B = C", source="", topic="late delivery")
    assert scope_parts(scope) == {"brand": "A & B = C", "topic": "late delivery"}


def test_a_route_hears_what_is_its_own() -> None:
    ours = scope_of(brand="Acme", source="play")
    assert routing.hears(NIGHT, alert(scope=ours))
    assert not routing.hears(replace(NIGHT, enabled=False), alert())
    assert not routing.hears(replace(NIGHT, least=Severity.HIGH), alert())
    assert routing.hears(replace(NIGHT, least=Severity.HIGH), alert(Severity.CRITICAL))
    assert routing.hears(replace(NIGHT, scope=scope_of(source="play")), alert(scope=ours))
    assert not routing.hears(replace(NIGHT, scope=scope_of(source="nps")), alert(scope=ours))
    assert not routing.hears(replace(NIGHT, signals=("silent",)), alert())


def at(hour: int, minute: int = 0) -> datetime:
    """Return an hour of a November day, an hour behind Berlin's clocks."""
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


def test_quiet_hours_and_digests_wait_but_what_is_critical_does_not() -> None:
    assert routing.due(NIGHT, Severity.HIGH, at(12), BERLIN) == at(12)
    assert routing.due(NIGHT, Severity.HIGH, at(22), BERLIN) == at(6) + timedelta(days=1)
    assert routing.due(NIGHT, Severity.CRITICAL, at(22), BERLIN) == at(22)
    digest = replace(NIGHT, digest_at=9 * 60)
    assert routing.due(digest, Severity.NORMAL, at(8), BERLIN) == at(8)
    assert routing.due(digest, Severity.NORMAL, at(8, 1), BERLIN) == at(8) + timedelta(days=1)
    early = replace(NIGHT, digest_at=6 * 60)
    assert routing.due(early, Severity.NORMAL, at(4), BERLIN) == at(6)


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    quiet=st.tuples(st.integers(0, 1439), st.integers(0, 1439)),
    digest=st.none() | st.integers(0, 1439),
)
def test_nothing_waits_for_more_than_two_days(
    moment: datetime, quiet: tuple[int, int], digest: int | None
) -> None:
    route = Route("r", "x", digest_at=digest, quiet_from=quiet[0], quiet_until=quiet[1])
    now = moment.replace(tzinfo=UTC)
    due = routing.due(route, Severity.NORMAL, now, BERLIN)
    assert now <= due <= now + timedelta(hours=50)
    local = routing.is_quiet(route, due, BERLIN)
    assert not local or due != now


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path)


def somebody(db: Database) -> Person:
    with db.write() as conn:
        return people.person(conn, "Ana", NOW)


def test_rules_and_routes_come_back_as_they_were_saved(db: Database) -> None:
    ana, conn = somebody(db), db.reader()
    assert alert_rules.rules(conn) == [AlertRule(alert_rules.USUAL)]
    strict = AlertRule(alert_rules.USUAL, budget=0.5)
    many = AlertRule("Many", RuleKind.FIXED, measure="volume", bound=100, severity=Severity.HIGH)
    route = replace(NIGHT, signals=("volume",), person="Ana", team="Support", digest_at=540)
    hook = Route("hook", "webhook:crm", enabled=False)
    with db.write() as writing:
        for rule in (strict, many):
            alert_rules.save_rule(writing, rule, ana, NOW)
        for each in (route, hook):
            alert_rules.save_route(writing, each, ana, NOW)
    assert alert_rules.rules(conn) == [many, strict]
    assert alert_rules.routes(conn) == [replace(hook, target="webhook:CRM"), route]
    with db.write() as writing:
        alert_rules.remove_rule(writing, alert_rules.USUAL)
        alert_rules.remove_route(writing, "hook")
    assert alert_rules.rule(conn, alert_rules.USUAL).budget == alert_rules.BUDGET
    with pytest.raises(NotFound):
        alert_rules.rule(conn, "none")


@pytest.mark.parametrize(
    "target", ["", "mail:nobody", "notify:", "slack:token", "webhook:https://user:pass@host/"]
)
def test_a_target_never_holds_a_secret(db: Database, target: str) -> None:
    ana = somebody(db)
    with pytest.raises(InputError), db.write() as conn:
        alert_rules.save_route(conn, Route("r", target), ana, NOW)


@pytest.mark.parametrize(
    "rule",
    [
        AlertRule(""),
        AlertRule("Another usual one"),
        AlertRule(alert_rules.USUAL, budget=0),
        AlertRule("x", RuleKind.FIXED, measure="luck"),
        AlertRule("x", RuleKind.FIXED, hours=0),
    ],
)
def test_rules_that_cannot_be_meant(db: Database, rule: AlertRule) -> None:
    ana = somebody(db)
    with pytest.raises(InputError), db.write() as conn:
        alert_rules.save_rule(conn, rule, ana, NOW)


def test_thumbs_make_the_precision_of_a_rule(db: Database) -> None:
    ana, conn = somebody(db), db.reader()
    signs = [Sign("volume", scope_of(source=name), "much", rule="R") for name in "abc"]
    found = alerts.update(db, lambda _: [Opened(sign) for sign in signs], NOW)
    for each, useful in zip(found, (True, False, True), strict=True):
        alert_rules.vote(db, each.id, useful, ana, NOW)
    alert_rules.vote(db, found[2].id, False, ana, NOW)
    assert alert_rules.votes(conn) == {1: (1, 0), 2: (0, 1), 3: (0, 1)}
    assert alert_rules.precision(conn) == {"R": Precision(3, 1)}
