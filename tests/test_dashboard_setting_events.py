"""Changes of settings: each is recorded with who made it, and cannot be unwritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard import setting_words
from dashboard.cli import earshot
from dashboard.wiring import Workspace
from storage import (
    alert_rules,
    approvals,
    clocks,
    customers,
    people,
    setting_events,
    sources,
    templates,
)
from storage.alert_rules import AlertRule
from storage.clocks import Policy
from storage.customers import Customer
from storage.database import Database
from storage.models import Source
from storage.people import Role, Skills
from storage.templates import Template
from tests import pages
from tests.app_pages import Visit

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    with made.db.write() as conn:
        people.add(conn, "Lea", Role.LEAD, made.now())
        people.add(conn, "Ben", Role.AGENT, made.now())
    yield made
    made.close()


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """Open a page as Lea, who leads."""
    return lambda page: visit(page, "Lea")


def keyed(widgets: Any, key: str) -> Any:
    return next(each for each in widgets if each.key == key)


def told(space: Workspace, area: str) -> list[tuple[str, str, str, str]]:
    found = setting_events.recent(space.db.reader(), (area,), 10)
    return [(each.actor, each.subject, each.before, each.after) for each in found]


def test_languages_and_places_of_a_person(space: Workspace, visit: Visit) -> None:
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


def test_roles_and_pauses_name_who_changed_them(space: Workspace, visit: Visit) -> None:
    ben = people.known(space.db.reader(), "Ben")
    app = keyed(visit("team").selectbox, f"role-{ben.id}-agent").set_value("manager").run()
    assert not app.exception
    assert told(space, "team") == [("Lea", "Ben", "Ben, agent", "Ben, manager")]
    app = keyed(visit("sources").button, "pause-social").click().run()
    assert not app.exception
    before = "feeds, read, from 127.0.0.1"
    assert told(space, "sources") == [("Lea", "social", before, before.replace("read", "paused"))]


def test_what_changed_nothing_is_no_event_and_none_can_be_unwritten(space: Workspace) -> None:
    lea = people.known(space.db.reader(), "Lea")
    with space.db.write() as conn:
        setting_events.record(conn, lea, ("brands", "Acme", "ours", "ours"), space.now())
        assert setting_events.recent(conn, ("brands",), 9) == []
        setting_events.record(conn, lea, ("brands", "Acme", "", "ours"), space.now())
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            conn.execute("DELETE FROM setting_events")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            conn.execute("UPDATE setting_events SET actor_id = 0")
    assert told(space, "brands") == [("Lea", "Acme", "", "ours")]


def test_a_secret_that_was_typed_leaves_its_name_and_never_its_value(
    space: Workspace, visit: Visit
) -> None:
    app = visit("sources")
    app.session_state["in-reddit"] = True
    app = app.run()
    secret = "s3cret-of-nobody"
    keyed(app.text_input, "secret-EARSHOT_REDDIT_CLIENT_SECRET").set_value(secret)
    app = next(each for each in app.button if each.label == "Keep them").click().run()
    assert not app.exception
    name = "EARSHOT_REDDIT_CLIENT_SECRET"
    assert told(space, "credentials") == [("Lea", "reddit", "", f"{name} (typed: {name})")]
    assert all(secret not in line for line in space.db.reader().iterdump())


def test_everything_else_that_can_be_set_is_recorded_as_well(space: Workspace) -> None:
    now = space.now()
    with space.db.write() as conn:
        lea = people.known(conn, "Lea")
        for areas, change in (
            ("templates", partial(templates.save, conn, Template(0, "Sorry", "", "en", "", "We"))),
            ("customers", partial(customers.save, conn, [Customer("ann", tier="gold")])),
            (
                "alerts",
                partial(alert_rules.save_rule, conn, AlertRule(alert_rules.USUAL, budget=5)),
            ),
        ):
            with setting_words.recorded(conn, lea, now, areas):
                change(lea, now)
        with setting_words.recorded(conn, lea, now, "promises"):
            clocks.save_policy(conn, Policy(0, "", "gold", None, 240, ""), lea)
            approvals.add(conn, lea, now, max_stars=2.0)
    assert told(space, "templates") == [("Lea", "Sorry", "", "en: We")]
    assert told(space, "customers") == [
        ("Lea", "list of customers", "0 known", "1 known, tiers gold")
    ]
    assert told(space, "alerts")[0][1] == alert_rules.USUAL
    assert told(space, "promises") == [
        ("Lea", "answers that wait for approval", "", "at most 2★"),
        ("Lea", "promise", "", "any source, tier gold: within 4 h, day and night"),
    ]


def test_the_command_line_and_the_file_are_recorded_with_who_acts(tmp_path: Path) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text('[[source]]\nid = "news"\nkind = "feeds"\nurl = "https://a.test/f?key=1"\n')
    places = ["--db", str(tmp_path / "e.db"), "--config", str(config)]
    for command in (
        ["add", "https://b.test/feed.xml", "--id", "blog", "--kind", "feeds", "--as", "Lea"],
        ["pause", "blog"],
    ):
        done = CliRunner().invoke(earshot, ["sources", *command, *places])
        assert done.exit_code == 0, done.output
    with closing(Database(tmp_path / "e.db")) as db:
        found = setting_events.recent(db.reader(), ("sources",), 10)
    assert [(each.actor, each.subject, each.after) for each in found] == [
        ("earshot", "blog", "feeds, paused, from b.test"),
        ("Lea", "blog", "feeds, read, from b.test"),
        ("earshot", "news", "feeds, read, from a.test"),
    ]


def test_a_change_that_no_word_shows_is_told_as_one(space: Workspace) -> None:
    lea = people.known(space.db.reader(), "Lea")
    news = Source("news", "feeds", options={"url": "https://a.test/f?key=1"})
    with space.db.write() as conn, setting_words.recorded(conn, lea, space.now(), "sources"):
        sources.save(conn, news, space.now())
    other = replace(news, options={"url": "https://a.test/f?key=2"})
    with space.db.write() as conn, setting_words.recorded(conn, lea, space.now(), "sources"):
        sources.save(conn, other, space.now())
    words = "feeds, read, from a.test"
    assert told(space, "sources")[0][2:] == (words, f"{words} (changed in what is not shown)")


def test_who_types_a_new_name_is_asked_for_a_role_with_a_sensible_one_chosen(
    space: Workspace, visit: Visit
) -> None:
    with space.db.write() as conn:
        noor = people.person(conn, "Noor", space.now())
    app = visit("team")
    # What typing the name leaves: a simulated page can only choose names that are offered.
    app.session_state["working_as"] = noor.name
    app.session_state["newcomer"] = noor.id
    app = app.run()
    asked = keyed(app.selectbox, "newcomer.role")
    assert asked.value == "agent"
    asked.set_value("manager")
    app = app.button(key="newcomer.done").click().run()
    assert not app.exception
    assert people.known(space.db.reader(), "Noor").role is Role.MANAGER
    assert [each for each in app.selectbox if each.key == "newcomer.role"] == []
    assert told(space, "team") == [("Noor", "Noor", "Noor, agent", "Noor, manager")]
