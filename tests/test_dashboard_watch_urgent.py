"""Alerts for what cannot wait: at once, one a cause, never for history or a competitor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard import wiring
from dashboard.watching import urgent, watch
from dashboard.wiring import Workspace
from storage import alerts, case_lists, cases, people, workspace
from storage.alerts import AlertState
from storage.case_model import Claim, RecordReply
from storage.models import Brand, Observation, Source
from tests import pages
from tests.workspace import NOW

FIRE = "The charger caught fire and burned my hand."
LAW = "You will hear from my lawyer, I will sue you."


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def space(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    made = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml", now=clock)
    with made.db.write() as conn:
        workspace.save_brands(conn, [Brand("Acme"), Brand("Rival", own=False)], "database")
    yield made
    made.close()


def said(number: int, text: str, *, ago: timedelta = timedelta(hours=1)) -> Observation:
    return pages.review(number, NOW - ago, text, 5.0)


def take(space: Workspace, *seen: Observation, brand: str = "Acme") -> None:
    source = Source(f"shop-{brand}", "feeds", brand=brand, options={"url": "http://127.0.0.1:9/s"})
    pages.take(space, source, [replace(each, place=brand) for each in seen])


def test_each_is_raised_at_once_and_once(space: Workspace) -> None:
    take(space, said(1, FIRE), said(2, LAW), said(3, "Lovely."))
    raised = watch.look_at_urgent(space)
    assert sorted(each.signal for each in raised) == ["legal", "safety"]
    assert all(each.urgent and each.scope.startswith("mention=") for each in raised)
    assert all("burned" not in each.words and "lawyer" not in each.words for each in raised)
    assert watch.look_at_urgent(space) == []
    take(space, said(4, FIRE))
    assert [each.signal for each in watch.look_at_urgent(space)] == ["safety"]


def test_history_and_competitors_raise_nothing(space: Workspace) -> None:
    take(space, said(1, FIRE, ago=urgent.YOUNG + timedelta(hours=1)))
    take(space, said(2, FIRE), brand="Rival")
    assert watch.look_at_urgent(space) == []
    assert watch.look(space) == []


def test_it_lasts_until_somebody_answers(space: Workspace, clock: Clock) -> None:
    take(space, said(1, FIRE))
    (alert,) = watch.look_at_urgent(space)
    clock.now += timedelta(days=5)
    watch.look(space)
    (lasting,) = (each for each in alerts.unresolved(space.db.reader()) if each.urgent)
    assert (lasting.id, lasting.state) == (alert.id, AlertState.OPEN)
    (item,) = case_lists.queue(space.db.reader())
    assert item.case.reasons[0] == "safety"
    with space.db.write() as conn:
        ana = people.person(conn, "Ana", clock.now)
    cases.act(space.db, item.case.id, Claim(actor=ana), clock.now)
    cases.act(
        space.db, item.case.id, RecordReply(actor=ana, url="https://shop.example/1"), clock.now
    )
    clock.now += timedelta(hours=2)
    watch.look_at_urgent(space)
    assert not any(each.urgent for each in alerts.unresolved(space.db.reader()))


def test_an_incident_that_everybody_speaks_of_is_not_an_alert_each(space: Workspace) -> None:
    take(space, *(said(n, f"{FIRE} ({n})") for n in range(urgent.ONE_BY_ONE + 7)))
    raised = watch.look_at_urgent(space)
    assert len(raised) == urgent.ONE_BY_ONE + 1
    (rest,) = (each for each in raised if not each.scope)
    assert rest.words.startswith("7 more mentions speak of safety")
    assert not any(each.urgent for each in watch.look(space))


def test_urgent_ones_stand_first(space: Workspace) -> None:
    take(space, said(1, LAW))
    watch.look_at_urgent(space)
    later = alerts.Opened(alerts.Sign("volume", "", "much"))
    with space.db.write() as conn:
        alerts.apply(conn, [later], people.EARSHOT, NOW + timedelta(hours=1))
    found = alerts.unresolved(space.db.reader())
    assert [each.signal for each in found] == ["legal", "volume"]
