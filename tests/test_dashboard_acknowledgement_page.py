"""Acknowledgements on the page Rules: kept off, tried, switched on, stopped at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import session
from storage import acknowledgements, people, setting_events
from storage.people import Role
from tests import pages
from tests.app_pages import Visit, shown

APP = Path(__file__).parents[1] / "dashboard" / "app.py"


@pytest.fixture
def page(tmp_path: Path, visit: Visit) -> AppTest:
    space = pages.build(tmp_path)
    with space.db.write() as conn:
        people.person(conn, "Lea", space.now(), role=Role.LEAD)
    space.close()
    return visit("rules", "Lea")


def test_a_rule_is_kept_tried_switched_on_and_stopped(page: AppTest, tmp_path: Path) -> None:
    assert "Nothing is sent by itself." in shown(page)
    page.session_state["ack.open"] = True
    app = page.run().text_input(key="ack.name").set_value("Hello").run()
    assert not app.exception
    assert "of last week" in shown(app)
    app = app.button(key="ack.save").click().run()
    assert not app.exception
    assert "Nothing is sent by itself." in shown(app)
    app.session_state["ack-on-Hello"] = True
    app = app.run().button(key="ack-go-Hello").click().run()
    assert "1 of 1 rules are on." in shown(app)
    app = app.button(key="ack.stop").click().run()
    assert "Nothing is sent by itself." in shown(app)
    conn = session.workspace().db.reader()
    assert acknowledgements.get(conn, "hello").on_since is None
    told = setting_events.recent(conn, ["acknowledgements"], 9)
    assert [each.after.partition(";")[0] for each in told] == ["off", "on", "off"]
    assert {(each.actor, each.subject) for each in told} == {("Lea", "Hello")}
