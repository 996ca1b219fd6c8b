"""Changes of settings on the pages: each is recorded with who made it, and cannot be unwritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import session
from dashboard.wiring import Workspace
from storage import people, setting_events
from storage.people import Role, Skills
from tests import pages

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"

Open = Callable[[str], AppTest]


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    with made.db.write() as conn:
        people.add(conn, "Lea", Role.LEAD, made.now())
        people.add(conn, "Ben", Role.AGENT, made.now())
    yield made
    made.close()


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a page as Lea, who leads."""
    monkeypatch.setenv("EARSHOT_DB", str(tmp_path / "earshot.db"))
    monkeypatch.setenv("EARSHOT_CONFIG", str(tmp_path / "earshot.toml"))

    def go(page: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.session_state["working_as"] = "Lea"
        app.switch_page(f"views/{page}.py")
        return app.run()

    yield go
    session._open.clear()
    session.jobs.clear()


def keyed(widgets: Any, key: str) -> Any:
    return next(each for each in widgets if each.key == key)


def told(space: Workspace, area: str) -> list[tuple[str, str, str, str]]:
    found = setting_events.recent(space.db.reader(), area, 10)
    return [(each.actor, each.subject, each.before, each.after) for each in found]


def test_languages_and_places_of_a_person(space: Workspace, visit: Open) -> None:
    ben = people.known(space.db.reader(), "Ben")
    app = visit("team")
    app.session_state[f"skills-{ben.id}"] = True
    app = app.run()
    keyed(app.multiselect, f"skills-{ben.id}-langs").set_value(["en"])
    keyed(app.multiselect, f"skills-{ben.id}-places").set_value(["shop"])
    app = keyed(app.button, f"skills-{ben.id}-save").click().run()
    assert not app.exception
    assert people.skills(space.db.reader())[ben.id] == Skills(("en",), ("shop",))
    assert told(space, "team") == [("Lea", "Ben", "Ben, agent", "Ben, agent, en, shop")]


def test_roles_and_pauses_name_who_changed_them(space: Workspace, visit: Open) -> None:
    ben = people.known(space.db.reader(), "Ben")
    app = keyed(visit("team").selectbox, f"role-{ben.id}-agent").set_value("manager").run()
    assert not app.exception
    assert told(space, "team") == [("Lea", "Ben", "Ben, agent", "Ben, manager")]
    app = keyed(visit("sources").button, "pause-social").click().run()
    assert not app.exception
    assert told(space, "sources") == [("Lea", "social", "feeds, read", "feeds, paused")]


def test_what_changed_nothing_is_no_event_and_none_can_be_unwritten(space: Workspace) -> None:
    lea = people.known(space.db.reader(), "Lea")
    with space.db.write() as conn:
        setting_events.record(conn, lea, ("brands", "Acme", "ours", "ours"), space.now())
        assert setting_events.recent(conn, "brands", 9) == []
        setting_events.record(conn, lea, ("brands", "Acme", "", "ours"), space.now())
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            conn.execute("DELETE FROM setting_events")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            conn.execute("UPDATE setting_events SET actor_id = 0")
    assert told(space, "brands") == [("Lea", "Acme", "", "ours")]
