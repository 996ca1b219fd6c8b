"""What leads do in a test browser: share, send away, promise times, bring customers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.wiring import Workspace
from storage import customers, desk_figures, shelves
from storage.people import Role
from storage.shelves import Shelf
from tests import pages
from tests.app_pages import Visit
from tests.test_dashboard_desk import person, press, shown


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    yield made
    made.close()


def test_the_leads_view_shares_evenly_and_sends_away(space: Workspace, visit: Visit) -> None:
    anna = person(space, "Anna")
    person(space, "Ben")
    person(space, "Lea", Role.LEAD)
    new = shelves.count(space.db.reader(), Shelf.NEW, None, space.now())
    assert new
    app = press(visit("workload", "Lea"), "workload.share")
    assert shelves.count(space.db.reader(), Shelf.NEW, None, space.now()) == 0
    loads = desk_figures.workloads(space.db.reader(), space.now(), space.now())
    counts = [each.open for each in loads]
    assert sum(counts) == new
    assert max(counts) - min(counts) <= 1
    assert "Within 1 h" in shown(app)
    press(app, f"away-{anna.id}")
    loads = desk_figures.workloads(space.db.reader(), space.now(), space.now())
    assert {each.name: (each.open == 0, bool(each.away)) for each in loads}["Anna"] == (True, True)


def test_promises_and_approval_are_set_by_a_lead(space: Workspace, visit: Visit) -> None:
    person(space, "Lea", Role.LEAD)
    app = visit("promises", "Lea")
    app.text_input(key="calendar.name").set_value("Berlin")
    app.text_input(key="calendar.off").set_value("2026-12-25, 2026-12-26")
    app = next(each for each in app.button if each.label == "Keep").click().run()
    assert "Mon 09:00–12:00 and 13:00–17:00" in shown(app)
    app.selectbox(key="policy.calendar").set_value("Berlin")
    app = next(each for each in app.button if each.label == "Promise").click().run()
    assert "any source: within 4 h of Berlin" in shown(app)
    app.selectbox(key="approval.role").set_value("agent")
    app = next(each for each in app.button if each.label == "Ask for approval").click().run()
    assert "role agent" in shown(app)
    app.text_input(key="calendar.hours").set_value("Caturday 09:00-10:00")
    app = next(each for each in app.button if each.label == "Keep").click().run()
    assert "is no day" in shown(app)


def test_the_customers_page(space: Workspace, visit: Visit) -> None:
    person(space, "Lea", Role.LEAD)
    app = visit("customers", "Lea")
    content = b"key,tier,region\ncustomer 0,gold,north\n,x,y\n"
    app.file_uploader[0].upload("list.csv", content, "text/csv").run()
    assert "1 customers, further columns: region" in shown(app)
    app = press(app, "customers.save")
    assert customers.tiers(space.db.reader()) == ["gold"]


def test_a_lead_gives_somebody_the_most_urgent_new_cases(space: Workspace, visit: Visit) -> None:
    anna = person(space, "Anna")
    person(space, "Lea", Role.LEAD)
    app = visit("workload", "Lea")
    app.session_state[f"assign-{anna.id}"] = True
    app = app.run()
    app.number_input(key=f"assign-{anna.id}-many").set_value(2)
    press(app, f"assign-{anna.id}-go")
    loads = desk_figures.workloads(space.db.reader(), space.now(), space.now())
    assert {each.name: each.open for each in loads}["Anna"] == 2
