"""The page Reports under AppTest: schedules, sending, what became of mails, weeks and months."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.delivery import summaries
from dashboard.wiring import Workspace, open_workspace
from storage import (
    alert_tellings,
    mail_outbox,
    outbox,
    people,
    report_schedules,
    setting_events,
    workspace,
)
from storage.mail_outbox import Mail
from storage.outbox import Channel, State
from storage.people import Role
from storage.report_schedules import Every, Recipient, Schedule
from tests import pages
from tests.app_pages import Visit, shown
from tests.source import ROOT

APP = ROOT / "dashboard" / "app.py"
CONFIG = """
[mail]
host = "127.0.0.1"
sender = "care@acme.example"
[[report]]
name = "From file"
to = ["boss@acme.example"]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    pages.build(folder).close()
    return folder


@pytest.fixture
def space(built: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    (tmp_path / "earshot.toml").write_text(CONFIG)
    made = open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")
    with made.db.write() as conn:
        people.person(conn, "Mia", made.now(), role=Role.LEAD)
    yield made
    made.close()


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """Open the summary as Mia, or another page, with some parts unfolded."""
    return lambda *opened, who="Mia", page="reports", **params: visit(page, who, opened, **params)


def test_in_the_sample_the_page_says_that_nothing_leaves(space: Workspace, visit: Visit) -> None:
    with space.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    said = [each.value for each in visit("report.schedules", "report.send").info]
    why = "in the sample nothing leaves; use your own data for that."
    assert {f"Nothing is mailed yet: {why}", f"Nothing can be sent: {why}"} <= set(said)


def test_a_schedule_is_made_changed_and_removed(space: Workspace, visit: Visit) -> None:
    app = visit("report.schedules", "report-new")
    assert "From file" in shown(app)
    assert "from earshot.toml" in shown(app)
    app.text_input(key="report-name").set_value("Board")
    app.text_area(key="report-addresses-").set_value("ann@acme.example\nbob@acme.example")
    app.multiselect(key="report-brands-").set_value(["Acme"])
    app.selectbox(key="report-locale-").set_value("de")
    app.text_input(key="report-at-").set_value("6:30")
    app.button(key="report-make").click().run()
    assert not app.exception
    made = report_schedules.get(space.db.reader(), "Board").schedule
    to = tuple(Recipient(f"{n}@acme.example", ("Acme",), (), "de") for n in ("ann", "bob"))
    assert made == Schedule("Board", to, Every.WEEK, 1, 390)
    app = visit("report.schedules", "report-edit-Board")
    app.button(key="report-out-Board-ann@acme.example").click().run()
    app.session_state["report.schedules"] = app.session_state["report-edit-Board"] = True
    app.run()
    app.toggle(key="report-on-Board").set_value(False)
    app.button(key="report-save-Board").click().run()
    made = report_schedules.get(space.db.reader(), "Board").schedule
    assert (len(made.recipients), made.enabled) == (1, False)
    app = visit("report.schedules", "report-gone-Board")
    app.button(key="report-remove-Board").click().run()
    assert not app.exception
    told = setting_events.recent(space.db.reader(), ("reports",), 10)
    assert [(each.actor, each.after) for each in told if each.subject == "Board"] == [
        ("Mia", ""),
        ("Mia", "weekly on Monday at 06:30, 1 recipient, off"),
        ("Mia", "weekly on Monday at 06:30, 1 recipient"),
        ("Mia", "weekly on Monday at 06:30, 2 recipients"),
    ]
    assert not any("@" in each.after for each in told)


def test_what_is_shown_is_sent_and_its_state_seen(space: Workspace, visit: Visit) -> None:
    app = visit("report.send")
    app.text_area(key="report.to").set_value("nobody").run()
    app.button(key="report.send-now").click().run()
    assert "no mail address" in shown(app)
    app = visit("report.send")
    app.text_area(key="report.to").set_value("ann@acme.example, bob@acme.example").run()
    app.button(key="report.send-now").click().run()
    assert not app.exception
    assert len(summaries.sent(space.db.reader())) == 2
    entry = outbox.claim(space.db, Channel.MAIL, "1:x", space.now())
    assert entry is not None
    mail_outbox.failed(space.db, entry, "1:x", space.now(), "550 <b>nobody</b> here")
    app = visit()
    assert "550 &lt;b&gt;nobody&lt;/b&gt; here" in shown(app)
    app.button(key=f"outbox-again-{entry.id}").click().run()
    assert outbox.get(space.db.reader(), entry.id).state is State.PENDING


def test_the_outbox_shows_all_that_leaves_and_what_did_not(space: Workspace, visit: Visit) -> None:
    with space.db.write() as conn:
        mail_outbox.enqueue(conn, "digest", "1", Mail("a@b.example", "Hi <b>", "x"), space.now())
        content = {"route": "Ana", "target": "mail:c@d.example", "subject": "More", "text": ""}
        alert_tellings.enqueue(conn, "n", "mail", {**content, "alerts": []}, [], space.now())
    for channel in (Channel.MAIL, Channel.NOTICE):
        entry = outbox.claim(space.db, channel, "1:x", space.now())
        assert entry is not None
        mail_outbox.failed(space.db, entry, "1:x", space.now(), f"refused {channel}")
    app = visit(page="outbox")
    assert not app.exception
    for words in ("a@b.example: Hi &lt;b&gt;", "mail:c@d.example: More", "refused notice"):
        assert words in shown(app)
    app.button(key=f"outbox-again-{entry.id}").click().run()
    assert outbox.get(space.db.reader(), entry.id).state is State.PENDING
    app.segmented_control(key="outbox.shelf").set_value("On the way").run()
    assert "mail:c@d.example: More" in shown(app)
    app.button(key=f"outbox-drop-{entry.id}").click().run()
    assert outbox.get(space.db.reader(), entry.id).state is State.CANCELLED


def test_who_may_not_send_is_told_who_may(space: Workspace, visit: Visit) -> None:
    with space.db.write() as conn:
        people.person(conn, "Ann", space.now(), role=Role.AGENT)
    app = visit("report.send", "report.schedules", "report-new", who="Ann")
    assert not app.exception
    assert "your role is to look" in shown(app)
    assert not [each for each in app.button if each.key in ("report.send-now", "report-make")]


def test_weeks_and_months_are_a_click_apart(space: Workspace, visit: Visit) -> None:
    app = visit()
    assert "Weekly summary" in shown(app)
    app.segmented_control(key="reports.every").set_value("month").run()
    assert not app.exception
    assert "Monthly summary" in shown(app)
    assert "this month" in shown(app)
    assert "Monthly summary" in shown(visit(month="2026-13"))
    app.segmented_control(key="reports.every").set_value("week").run()
    assert "Weekly summary" in shown(app)
