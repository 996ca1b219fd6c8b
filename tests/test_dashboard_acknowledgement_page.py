"""Acknowledgements on the page Rules: kept off, tried, switched on, stopped at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import choice
from dashboard.components import session
from storage import acknowledgements, people, setting_events
from storage.people import Role
from tests import pages

APP = Path(__file__).parents[1] / "dashboard" / "app.py"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    space = pages.build(tmp_path)
    with space.db.write() as conn:
        people.person(conn, "Lea", space.now(), role=Role.LEAD)
    space.close()
    monkeypatch.setenv("EARSHOT_DB", str(tmp_path / "earshot.db"))
    monkeypatch.setenv("EARSHOT_CONFIG", str(tmp_path / "earshot.toml"))
    monkeypatch.delenv(choice.OWN, raising=False)
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.session_state["working_as"] = "Lea"
    yield app.run().switch_page("views/rules.py").run()
    session._open.clear()
    session.jobs.clear()


def shown(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption]
    return "\n".join(
        [str(each.value) for each in parts] + [str(each.proto.body) for each in app.get("html")]
    )


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
