"""A look for topics in a workspace: proposals, accepting one, what emerges."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from dashboard import topic_study, wiring, worker
from dashboard.commands.topics import command
from dashboard.desk import evidence
from dashboard.watching import watch
from dashboard.wiring import Workspace
from storage import alerts, queries, topic_studies, topics, verify
from storage import workspace as workspaces
from storage.errors import Refused
from storage.models import Brand, MentionFilter, Observation
from storage.people import person
from tests.app_pages import Visit
from tests.attacks import review
from tests.pages import take
from tests.test_sentiment_discovery import OTHER, PLANTED
from tests.test_storage_topics import NOW, SHOP

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"


def _said() -> list[Observation]:
    """Nine weeks of ordinary reviews; in the last one many speak of a garden."""
    random = Random(5)
    found = []
    for number in range(270):
        at = NOW - timedelta(days=1 + number % 63, hours=3)
        found.append(review(f"o{number}", at, random.choice(OTHER), f"guest {number}"))
    for number in range(20):
        at = NOW - timedelta(days=1 + number % 6, hours=5)
        found.append(review(f"g{number}", at, random.choice(PLANTED), f"visitor {number}"))
    return found


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A hotel whose guests begin to speak of something."""
    made = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")
    with made.db.write() as conn:
        workspaces.save_brands(conn, [Brand("Acme")], "database")
    take(made, SHOP, _said())
    made.now = lambda: NOW
    return made


def test_a_proposal_becomes_a_topic_that_counts_what_it_promised(space: Workspace) -> None:
    found = topic_study.look(space, NOW)
    assert found == topic_study.look(space, NOW)
    topic_study.keep(space, found, NOW, 0)
    conn = space.db.reader()
    proposal = next(e for e in topic_studies.proposals(conn) if "rooftop garden" in e.terms)
    with space.db.write() as conn:
        ann = person(conn, "Ann", NOW)
        made = topic_studies.accept(conn, proposal.id, ann, NOW)
        with pytest.raises(Refused, match="accepted already"):
            topic_studies.accept(conn, proposal.id, ann, NOW)
    space.understand()
    flt = MentionFilter(topics=(made.key,))
    assert queries.count(space.db.reader(), flt) == proposal.size == 20
    (event,) = topics.history(space.db.reader(), made.key)
    assert (event.type, event.actor, event.data["proposal"]) == ("accepted", "Ann", proposal.id)
    again = topic_study.look(space, NOW)
    assert not [each for each in again.proposals if "rooftop garden" in each.terms]
    assert verify.verify(space.db.path, space.db.key("audit")).findings == ()


def test_what_is_said_more_than_before_is_told_with_its_interval(space: Workspace) -> None:
    found = topic_study.look(space, NOW)
    rows = found.report["emerging"]
    assert isinstance(rows, list)
    told = {str(row["name"]): row for row in rows if isinstance(row, dict)}
    garden = told["rooftop garden"]
    assert (garden["what"], garden["now"], garden["before"], garden["ratio"]) == (
        *("phrase", 20, 0, None),
    )
    low = garden["low"]
    assert isinstance(low, float)
    assert low > 5
    assert "breakfast" not in told


def test_dismissed_proposals_do_not_come_back(space: Workspace) -> None:
    for _ in range(2):
        topic_study.keep(space, topic_study.look(space, NOW), NOW, 0)
        chosen = topic_studies.proposals(space.db.reader())
        names = {each.name for each in chosen}
        if "Rooftop garden" not in names:
            break
        proposal = next(each for each in chosen if each.name == "Rooftop garden")
        with space.db.write() as conn:
            topic_studies.dismiss(conn, proposal.id, person(conn, "Ann", NOW), NOW)
    assert "Rooftop garden" not in names


def test_the_command_looks_in_a_process_of_its_own(space: Workspace) -> None:
    path = space.db.path
    space.close()
    where = ("--db", str(path), "--config", str(path.with_name("earshot.toml")))

    def run(*words: str) -> list[dict[str, object]]:
        result = CliRunner().invoke(command, [*words, "--json", *where], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.output.splitlines()]

    (found,) = run("discover")
    assert found["read"] == 290
    rows = run("proposals")
    garden = next(row for row in rows if "rooftop garden" in str(row["terms"]))
    assert len(list(garden["texts"])) == 3  # type: ignore[call-overload]
    (made,) = run("accept", str(garden["id"]), "--name", "Roof", "--as", "Ann")
    assert (made["key"], made["reread"]) == ("roof", 20)
    assert run("history", "roof")[0]["type"] == "accepted"


def test_the_worker_looks_once_a_day_and_not_while_all_is_new(space: Workspace) -> None:
    every = worker.STUDY_EVERY
    first = topic_studies.first_seen(space.db.reader())
    assert first is not None
    space.now = lambda: first + timedelta(minutes=5)
    assert not topic_study.worth_it(space, every)
    space.now = lambda: first + timedelta(minutes=15)
    assert topic_study.worth_it(space, every)
    topic_study.keep(space, topic_study.look(space, NOW), space.now(), 0)
    assert not topic_study.worth_it(space, every)
    space.now = lambda: first + timedelta(hours=25)
    assert topic_study.worth_it(space, every)


@pytest.fixture
def visit(space: Workspace, visit: Visit) -> Visit:
    """Open a page as Ann."""
    with space.db.write() as conn:
        person(conn, "Ann", NOW)
    topic_study.keep(space, topic_study.look(space, NOW), NOW, 0)

    def go(page: str) -> AppTest:
        app = visit(page, "Ann")
        assert not app.exception
        return app

    return go


def test_pages_show_what_emerges_and_let_people_decide(space: Workspace, visit: Visit) -> None:
    shown = " ".join(each.value for each in visit("topics").get("html"))
    assert "rooftop garden: new" in shown
    app = visit("taxonomy")
    conn = space.db.reader()
    proposal = next(e for e in topic_studies.proposals(conn) if "rooftop garden" in e.terms)
    app.text_input(key=f"proposal-{proposal.id}-name").set_value("Roof")
    app.button(key=f"proposal-{proposal.id}-accept").click().run()
    assert not app.exception
    assert topics.get(space.db.reader(), "roof").terms == proposal.terms
    assert any("20 mentions are being read again" in each.value for each in app.info)
    app.selectbox(key="taxonomy.starter").set_value("hospitality").run()
    app.button(key="taxonomy.start").click().run()
    assert not app.exception
    assert space.chosen_taxonomy() == "hospitality"
    assert {"roof", "parking"} <= {each.key for each in space.topics()}


def test_a_topic_is_changed_in_the_browser(space: Workspace, visit: Visit) -> None:
    app = visit("taxonomy")
    app.session_state["topic-price"] = True
    app.run()
    assert not app.exception
    app.text_input(key="name-price").set_value("Cost")
    app.button(key="rename-price").click().run()
    assert not app.exception
    (event,) = topics.history(space.db.reader(), "price")
    assert (event.type, event.actor) == ("renamed", "Ann")


def test_what_nobody_named_opens_one_alert_that_leads_to_its_mentions(space: Workspace) -> None:
    topic_study.keep(space, topic_study.look(space, NOW), NOW, 0)
    mine = [each for each in watch.look(space) if each.signal == "emerging"]
    (alert,) = [each for each in mine if "garden" in each.words]
    assert "in the last week, new" in alert.words or "times its share" in alert.words
    flt = evidence.behind(alert, ("Acme",), space.timezone)
    assert queries.count(space.db.reader(), flt) == alert.numbers["n"]
    assert not [each for each in watch.look(space) if each.signal == "emerging"]


def test_an_alert_of_a_phrase_waits_for_a_look_and_ends_with_one(space: Workspace) -> None:
    topic_study.keep(space, topic_study.look(space, NOW), NOW, 0)
    watch.look(space)

    def lasting() -> int:
        return sum(each.signal == "emerging" for each in alerts.lasting(space.db.reader()))

    before = lasting()
    assert before
    later = NOW + timedelta(days=4)
    space.now = lambda: later
    watch.look(space)
    assert lasting() == before
    nothing = topic_study.Found(10, 0, [], {"emerging": []})
    topic_study.keep(space, nothing, later, 0)
    watch.look(space)
    assert lasting() == 0
