"""Acknowledgements: off until a lead switches a rule on, sent once, stopped at once, recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard import acknowledging, sending, wiring
from dashboard.commands import acknowledgements as command
from dashboard.commands import outbox as outbox_command
from dashboard.desk.acknowledging import ALL, PERSON
from dashboard.wiring import Workspace
from storage import (
    acknowledgements,
    audit,
    case_lists,
    cases,
    customers,
    desk_figures,
    outbox,
    people,
    reply_outbox,
    workspace,
)
from storage import acknowledging as stored_acknowledging
from storage.acknowledgements import AckRule
from storage.case_model import Claim, SaveDraft
from storage.case_projection import differences
from storage.errors import InputError, NotFound, Refused
from storage.jobs import sender
from storage.models import CaseState
from storage.outbox import Channel
from storage.people import Person, Role
from storage.rule_matching import CaseRule
from tests.fake_google import LOCATION, FakeBusiness, fake_business

TEXT = "Hello {name}, thank you for your message. We will answer you as soon as we can."
SENT = "Hello, thank you for your message. We will answer you as soon as we can."
ANYTHING = AckRule("hello", (TEXT,), CaseRule(""), delay_minutes=5, not_intents=())
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """A workspace whose place can be answered, its clock, and who leads."""

    def __init__(self, folder: Path, place: FakeBusiness) -> None:
        self.path, self.config, self.place = folder / "e.db", folder / "earshot.toml", place
        self.config.write_text(
            'network.allow_private = true\n[[source]]\nid = "place"\nkind = "google_business"\n'
            f'location = "{LOCATION}"\nurl = "{place.url}"\n'
        )
        self.clock = Clock()
        self.space: Workspace = wiring.open_workspace(self.path, self.config, now=self.clock)
        self.lea = self.person("Lea", Role.LEAD)
        self.ana = self.person("Ana", Role.AGENT)

    def person(self, name: str, role: Role) -> Person:
        with self.space.db.write() as conn:
            return people.person(conn, name, self.clock(), role=role)

    def rule(self, rule: AckRule = ANYTHING, *, on: bool = True) -> None:
        with self.space.db.write() as conn:
            acknowledgements.save(conn, rule, self.lea, self.clock())
            if on:
                acknowledgements.switch_on(conn, rule.name, self.lea, self.clock())

    def arrive(self, *ids: str, text: str = "Where can I find my old invoices?") -> None:
        for each in ids:
            self.place.add(each, text, 1)
        self.space.collect("place", "test")

    def later(self, minutes: int = 6) -> int:
        """Let time pass, then do what the worker does; return how many were asked for."""
        self.clock.now += minutes * MINUTE
        asked = acknowledging.look(self.space)
        sending.work_off(self.space)
        return asked

    def left_out(self, name: str = "hello") -> dict[str, int]:
        conn = self.space.db.reader()
        stored = acknowledgements.get(conn, name)
        return dict(acknowledgements.left_out(conn, stored.id, self.clock() - timedelta(days=1)))

    def run(self, *words: str, outbox: bool = False) -> Result:
        where = ["--db", str(self.path), "--config", str(self.config)]
        group = outbox_command.command if outbox else command.command
        return CliRunner().invoke(group, [*words, *where])


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBusiness]:
    monkeypatch.setenv("EARSHOT_GOOGLE_CLIENT_ID", "client")
    monkeypatch.setenv("EARSHOT_GOOGLE_CLIENT_SECRET", "hush")
    monkeypatch.setenv("EARSHOT_GOOGLE_REFRESH_TOKEN", "1//refresh")
    with fake_business() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, place: FakeBusiness) -> Iterator[Desk]:
    found = Desk(tmp_path, place)
    yield found
    assert differences(found.space.db.reader()) == []
    assert audit.check(found.space.db.reader(), found.space.db.key("audit")) == []
    found.space.close()


def test_nothing_is_sent_until_a_lead_switches_a_rule_on(desk: Desk) -> None:
    desk.rule(on=False)
    desk.arrive("one")
    assert desk.later() == 0
    with desk.space.db.write() as conn, pytest.raises(Refused, match="does not lead"):
        acknowledgements.switch_on(conn, "hello", desk.ana, desk.clock())
    with desk.space.db.write() as conn:
        acknowledgements.switch_on(conn, "hello", desk.lea, desk.clock())
    assert desk.later() == 0  # what opened before is no part of it
    desk.arrive("two")
    assert desk.later(4) == 0
    assert desk.later(2) == 1
    assert desk.later() == 0
    assert (desk.place.shown("one"), desk.place.shown("two")) == ([], [SENT])
    assert len(desk.place.posts) == 1


def test_it_is_recorded_under_the_rules_name_and_is_no_answer(desk: Desk) -> None:
    desk.rule()
    desk.arrive("one")
    desk.later()
    conn = desk.space.db.reader()
    case = cases.load(conn, 1)
    assert (case.state, case.answered_at) == (CaseState.NEW, None)
    assert case.acknowledged_at is not None
    last = case_lists.history(conn, 1)[-1]
    assert (last.actor, last.event.content["text"]) == ("rule hello", SENT)
    waits = desk_figures.waits(conn, desk.clock() - timedelta(days=1), desk.clock() + MINUTE)
    assert [(each.answered, each.open) for each in waits] == [(False, True)]
    assert [each.name for each in people.people(conn)] == ["Ana", "Lea"]
    with desk.space.db.write() as writer, pytest.raises(Refused, match="the program itself"):
        people.person(writer, "rule hello", desk.clock())


def test_finding_it_at_the_site_closes_nothing_and_an_answer_replaces_it(desk: Desk) -> None:
    desk.rule()
    desk.arrive("one")
    desk.later()
    desk.clock.now += MINUTE
    desk.space.collect("place", "test")
    db = desk.space.db
    assert cases.load(db.reader(), 1).is_open
    replied = db.reader().execute("SELECT replied FROM mentions").fetchone()[0]
    assert replied == 0
    cases.act(db, 1, Claim(actor=desk.ana), desk.clock())
    sending.send(desk.space, 1, desk.ana, text="Your invoices are below Account.")
    desk.later(1)
    assert desk.place.shown("one") == ["Your invoices are below Account."]
    assert cases.load(db.reader(), 1).state is CaseState.ANSWERED
    desk.space.collect("place", "test")
    assert db.reader().execute("SELECT replied FROM mentions").fetchone()[0] == 1


def test_a_sender_that_died_behind_posting_posts_once(desk: Desk) -> None:
    desk.rule()
    desk.arrive("one")
    desk.clock.now += 6 * MINUTE
    assert acknowledging.look(desk.space) == 1
    died = outbox.claim(desk.space.db, Channel.ACKNOWLEDGEMENT, "999999999:dead", desk.clock())
    assert died is not None
    desk.place.answer("one", SENT)
    assert sending.work_off(desk.space) == 1
    assert desk.place.posts == []
    told = [each.event.type.value for each in case_lists.history(desk.space.db.reader(), 1)]
    assert told == ["opened", "acknowledged"]


@pytest.mark.parametrize("how", ["held", "sent"])
def test_an_answer_goes_first(desk: Desk, how: str) -> None:
    desk.rule()
    desk.arrive("one")
    db = desk.space.db
    desk.clock.now += 6 * MINUTE
    assert acknowledging.look(desk.space) == 1
    cases.act(db, 1, Claim(actor=desk.ana), desk.clock())
    if how == "held":
        cases.act(db, 1, SaveDraft(actor=desk.ana, text="Well"), desk.clock())
    else:
        sending.send(desk.space, 1, desk.ana, text="Below Account.")
    desk.clock.now += MINUTE
    sending.work_off(desk.space)
    assert desk.place.shown("one") == ([] if how == "held" else ["Below Account."])
    entry = outbox.entries(db.reader(), channels=[Channel.ACKNOWLEDGEMENT])[0]
    assert entry.state == "cancelled"
    assert entry.error is not None


def test_an_answer_waits_while_an_acknowledgement_leaves(desk: Desk) -> None:
    """Side by side one would be lost: a place shows one reply, the last."""
    desk.rule()
    desk.arrive("one")
    db, me = desk.space.db, sender()
    desk.clock.now += 6 * MINUTE
    assert acknowledging.look(desk.space) == 1
    leaving = outbox.claim(db, Channel.ACKNOWLEDGEMENT, me, desk.clock())
    assert leaving is not None
    cases.act(db, 1, Claim(actor=desk.ana), desk.clock())
    sending.send(desk.space, 1, desk.ana, text="Below Account.", wait=timedelta(0))
    assert sending.work_off(desk.space) == 0
    desk.place.answer("one", SENT)
    assert stored_acknowledging.posted(db, leaving, me, desk.clock(), native_id="one", url="")
    assert sending.work_off(desk.space) == 1
    assert desk.place.shown("one") == ["Below Account."]
    told = [each.event.type.value for each in case_lists.history(db.reader(), 1)]
    assert told == ["opened", "claimed", "queued", "acknowledged", "replied"]


def test_one_switch_stops_everything_at_once(desk: Desk) -> None:
    desk.rule()
    desk.arrive("one", "two")
    desk.clock.now += 6 * MINUTE
    assert acknowledging.look(desk.space) == 2
    claimed = outbox.claim(desk.space.db, Channel.ACKNOWLEDGEMENT, "1:me", desk.clock())
    assert claimed is not None
    assert "1 that waited will not leave" in desk.run("off", "--as", "Lea").output
    assert "switched off" in (stored_acknowledging.obstacle(desk.space.db.reader(), claimed) or "")
    assert desk.later(4) == 0
    assert desk.place.posts == []


def test_what_was_stopped_counts_as_sent_nowhere(desk: Desk) -> None:
    desk.rule(replace(ANYTHING, per_day=1))
    desk.arrive("one")
    desk.clock.now += 6 * MINUTE
    assert acknowledging.look(desk.space) == 1
    desk.run("off", "--as", "Lea")
    sending.work_off(desk.space)
    conn = desk.space.db.reader()
    assert acknowledgements.count(conn, acknowledgements.get(conn, "hello").id) == 0
    desk.rule(replace(ANYTHING, per_day=1))
    desk.place.add("two", "Where can I find my old invoices?", 1)
    desk.place.reviews["two"]["reviewer"]["displayName"] = "Guest one"
    desk.space.collect("place", "test")
    assert desk.later() == 1
    assert desk.left_out() == {}


def test_the_words_of_one_that_was_stopped_are_an_answer_when_the_owner_writes_them(
    desk: Desk,
) -> None:
    desk.rule(replace(ANYTHING, texts=("Thank you, we read it.",)))
    desk.arrive("one")
    desk.clock.now += 6 * MINUTE
    assert acknowledging.look(desk.space) == 1
    desk.run("off", "--as", "Lea")
    desk.place.answer("one", "Thank you, we read it.")
    desk.clock.now += MINUTE
    desk.space.collect("place", "test")
    conn = desk.space.db.reader()
    assert conn.execute("SELECT replied FROM mentions").fetchone()[0] == 1
    assert not cases.load(conn, 1).is_open


def test_nobody_is_called_by_what_a_site_shows_as_a_name_but_a_customer_by_ours(
    desk: Desk,
) -> None:
    desk.rule()
    with desk.space.db.write() as conn:
        known = customers.Customer("xx_99", name="Anna Berg")
        customers.save(conn, [known], desk.lea, desk.clock())
    for each, name in (("a", "Visit evil.example"), ("b", "Fuck You"), ("c", "xx_99")):
        desk.place.add(each, "Where can I find my old invoices?", 1)
        desk.place.reviews[each]["reviewer"]["displayName"] = name
    desk.space.collect("place", "test")
    assert desk.later() == 3
    assert desk.place.shown("a") == desk.place.shown("b") == [SENT]
    assert desk.place.shown("c") == [SENT.replace("Hello", "Hello Anna")]


def test_a_new_rule_has_nothing_of_one_that_was_removed(desk: Desk) -> None:
    desk.rule(replace(ANYTHING, per_day=1))
    desk.arrive("one")
    assert desk.later() == 1
    desk.run("remove", "hello", "--as", "Lea")
    desk.rule(replace(ANYTHING, name="other", per_day=1))
    conn = desk.space.db.reader()
    assert acknowledgements.count(conn, acknowledgements.get(conn, "other").id) == 0
    desk.arrive("two")
    assert desk.later() == 1


def test_some_messages_are_left_to_people(desk: Desk) -> None:
    desk.rule(ANYTHING)
    desk.arrive("law", text="My lawyer will ask you where my old invoices are, soon")
    desk.arrive("tongue", text="Wo finde ich bitte meine alten Rechnungen in der neuen App?")
    assert desk.later() == 0
    assert desk.place.posts == []
    why = desk.left_out()
    assert sum(why.values()) == 2
    assert any("lawyer" in each or "legal" in each for each in why)
    assert any("language" in each for each in why)
    assert desk.later() == 0


def test_nobody_gets_two_and_all_together_not_more_than_the_cap(desk: Desk) -> None:
    desk.rule(replace(ANYTHING, per_day=2))
    desk.arrive("a")
    assert desk.later() == 1
    desk.place.add("b", "Where can I find my old invoices?", 1)
    desk.place.reviews["b"]["reviewer"]["displayName"] = "Guest a"
    desk.arrive("c", "d")
    assert desk.later() == 1
    assert desk.left_out() == {PERSON: 1, ALL: 1}


def test_what_is_late_is_not_sent(desk: Desk) -> None:
    desk.rule()
    desk.arrive("one")
    assert desk.later(5 + 61) == 0


def test_a_rule_is_tried_on_the_last_week(desk: Desk) -> None:
    desk.arrive("one", "two", "three")
    desk.arrive("law", text="My lawyer will ask you where my old invoices are, soon")
    words = ("--text", TEXT, "--delay", "5", "--not-intent", "none", "--as", "Lea")
    said = desk.run("set", "hello", *words).output
    assert "is kept, and off" in said
    assert "Would have acknowledged 3 of last week's 4 cases" in said
    found: dict[str, Any] = json.loads(desk.run("preview", "hello", "--json").output)
    assert (found["opened"], found["would"], sum(found["left_out"].values())) == (4, 3, 1)
    assert found["examples"][0] == {"case": "1", "text": SENT}
    assert desk.run("on", "hello", "--as", "Lea").output.startswith("hello is on.")
    listed = json.loads(desk.run("list", "--json").output)
    assert listed["on_since"]
    desk.run("set", "hello", *words)
    assert json.loads(desk.run("list", "--json").output)["on_since"] is None
    assert "is gone" in desk.run("remove", "hello", "--as", "Lea").output
    assert "Nothing is sent by itself" in desk.run("list").output
    assert isinstance(desk.run("preview", "hello").exception, NotFound)


def test_in_practice_nothing_leaves(desk: Desk) -> None:
    with desk.space.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    desk.rule()
    desk.arrive("one")
    assert desk.later() == 1
    assert desk.place.posts == []
    assert outbox.entries(desk.space.db.reader()) == []
    assert cases.load(desk.space.db.reader(), 1).acknowledged_at is not None


def test_a_rule_that_makes_no_sense_is_refused(desk: Desk) -> None:
    for wrong, why in (
        ({"texts": ()}, "1 to 8 wordings"),
        ({"delay_minutes": 0}, "delay in minutes"),
        ({"name": " "}, "a name is needed"),
        ({"per_day": 0}, "number a day"),
    ):
        with pytest.raises(InputError, match=why):
            desk.rule(replace(ANYTHING, **wrong))
    desk.person("rule hello", Role.AGENT)
    with pytest.raises(InputError, match="another name"):
        desk.rule()


def test_wordings_take_turns(desk: Desk) -> None:
    desk.rule(replace(ANYTHING, texts=("Thank you, we read it.", "Thanks, it is with us.")))
    desk.arrive("a", "b")
    desk.later()
    assert sorted(desk.place.shown("a") + desk.place.shown("b")) == [
        "Thank you, we read it.",
        "Thanks, it is with us.",
    ]
    assert reply_outbox.recorded(desk.space.db.reader(), 1) == frozenset()
