"""A workspace is watched by the hour: one alert a cause, with what, since when and why."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard import wiring
from dashboard.desk import evidence
from dashboard.settings import Settings
from dashboard.watching import watch
from storage import alert_rules, alerts, people, queries, workspace
from storage.alert_rules import AlertRule, RuleKind
from storage.alerts import AlertState, Severity, scope_parts
from storage.database import Database
from storage.models import Brand, Kind, Label, Observation, Source, Topic
from storage.recast import ANALYSE
from tests.desk import store

NOW = datetime.fromisoformat("2026-11-18T09:30:00+00:00")
WEB, SHOP = Source("web", "feeds", brand="Acme"), Source("shop", "feeds", brand="Acme")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def said(number: int, at: datetime, source: str, text: str) -> Observation:
    return Observation(
        f"{source}:acme", f"{source}-{number}", Kind.SOCIAL, text=text, published_at=at
    )


def ordinary(seed: int, source: str, an_hour: float, weeks: int = 5) -> list[Observation]:
    """Weeks of posts at all hours, a fifth of them bad, a tenth about the price."""
    chance = random.Random(seed)
    found = []
    at = NOW - timedelta(weeks=weeks)
    while (at := at + timedelta(hours=chance.expovariate(an_hour))) < NOW:
        mood = "bad" if chance.random() < 0.2 else "fine"
        about = "the price" if chance.random() < 0.1 else "the place"
        found.append(said(len(found), at, source, f"It was {mood}, {about}, {len(found)}"))
    return found


@pytest.fixture
def space(tmp_path: Path) -> wiring.Workspace:
    db = Database(tmp_path / "earshot.db", writer=1)
    with db.write() as conn:
        workspace.save_brands(conn, [Brand("Acme"), Brand("Rival", own=False)], "file")
        workspace.save_topics(conn, [Topic("price", "Price", ("price",))])
    store(db, ordinary(1, "web", 0.5), source=WEB, now=NOW, pending=ANALYSE)
    store(db, ordinary(2, "shop", 0.5), source=SHOP, now=NOW, pending=ANALYSE)
    return wiring.Workspace(db, Settings(), Clock())


def burst(space: wiring.Workspace, count: int, text: str, *, hours: float = 6) -> None:
    """Add posts of the last hours at one source."""
    step = timedelta(hours=hours) / count
    posts = [said(10_000 + n, NOW - n * step, "web", f"{text} {n}") for n in range(count)]
    store(space.db, posts, source=WEB, now=NOW, pending=ANALYSE)


def usual(space: wiring.Workspace) -> list[alerts.Alert]:
    return [each for each in alerts.lasting(space.db.reader()) if "ago" in each.numbers]


def test_ordinary_weeks_are_quiet(space: wiring.Workspace) -> None:
    watch.look(space)
    assert usual(space) == []


def test_a_burst_is_one_alert_that_says_what_since_when_and_why(space: wiring.Workspace) -> None:
    burst(space, 40, "The checkout is bad, payments vanish, the price doubled")
    (opened,) = watch.look(space)
    about = scope_parts(opened.scope)
    assert about["brand"] == "Acme"
    assert about.get("source", "web") == "web"
    assert "times as many" in opened.words
    assert "since Wed" in opened.words
    assert "checkout" in opened.words
    since, until = evidence.span(opened)
    assert NOW - timedelta(hours=8) <= since < until <= NOW
    flt = evidence.behind(opened, ("Acme",), "UTC")
    assert queries.count(space.db.reader(), flt) >= 40
    assert watch.look(space) == []


def test_it_lasts_while_it_lasts_and_rearms_after_a_return_to_normal(
    space: wiring.Workspace,
) -> None:
    clock = space.now
    assert isinstance(clock, Clock)
    burst(space, 40, "The checkout is bad")
    (first,) = watch.look(space)
    clock.now = NOW + timedelta(hours=5)
    watch.look(space)
    (same,) = usual(space)
    assert (same.id, same.words) == (first.id, first.words)
    clock.now = NOW + timedelta(hours=40)
    watch.look(space)
    assert usual(space) == []
    again = alerts.load(space.db.reader(), first.id)
    assert (again.state, again.normal_at) == (AlertState.RESOLVED, clock.now)


def test_more_negative_than_usual_is_told_as_a_share(space: wiring.Workspace) -> None:
    for number in range(24):
        at = NOW - timedelta(hours=number, minutes=5)
        store(
            space.db,
            [said(20_000 + number, at, "shop", f"bad bad {number}")],
            source=SHOP,
            now=NOW,
            pending=ANALYSE,
        )
    watch.look(space)
    found = usual(space)
    assert [each.signal for each in found] in (["negative_share"], ["volume"])
    share = [each for each in found if each.signal == "negative_share"]
    for each in share:
        assert "mentions negative" in each.words
        assert evidence.behind(each, ("Acme",), "UTC").labels == (Label.NEGATIVE,)


def test_the_first_import_of_history_raises_nothing(tmp_path: Path) -> None:
    db = Database(tmp_path / "earshot.db", writer=1)
    with db.write() as conn:
        workspace.save_brands(conn, [Brand("Acme")], "file")
    posts = [said(n, NOW - timedelta(days=3, minutes=n), "web", "bad") for n in range(500)]
    store(db, posts, source=WEB, now=NOW)
    space = wiring.Workspace(db, Settings(), Clock())
    watch.look(space)
    assert usual(space) == []


def test_a_fixed_rule_opens_at_its_bound_with_its_own_severity(space: wiring.Workspace) -> None:
    burst(space, 12, "fine")
    with space.db.write() as conn:
        ana = people.person(conn, "Ana", NOW)
        alert_rules.save_rule(
            conn, AlertRule(alert_rules.USUAL, budget=0.01, enabled=False), ana, NOW
        )
        many = AlertRule(
            "Many", RuleKind.FIXED, measure="volume", bound=10, hours=8, severity=Severity.HIGH
        )
        alert_rules.save_rule(conn, many, ana, NOW)
        never = AlertRule("Never", RuleKind.FIXED, measure="negative_share", bound=0.99)
        alert_rules.save_rule(conn, never, ana, NOW)
    (opened,) = watch.look(space)
    assert (opened.signal, opened.rule, opened.severity) == ("rule", "Many", Severity.HIGH)
    assert opened.words.startswith("Many: ")
    assert watch.look(space) == []


def test_what_is_gone_is_forgotten(space: wiring.Workspace) -> None:
    burst(space, 40, "The checkout is bad")
    gone = tuple(("web:acme", f"web-{10_000 + n}") for n in range(40))
    store(space.db, source=WEB, now=NOW, gone=gone)
    watch.look(space)
    assert usual(space) == []
