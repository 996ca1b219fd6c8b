"""From a registered action to its verdict, card and page; what was registered stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard import judging, proof, proof_card
from dashboard.components import session
from sentiment.effects import Verdict
from storage import actions, people
from storage.actions import Scope
from storage.database import Database
from storage.errors import InputError, Refused
from storage.people import Person
from tests import pages
from tests.app_pages import Visit
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, open_company, play_review, store

DONE = date(2026, 7, 20)
TODAY = NOW.date()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Delivery is bad until mid July, then hardly ever; everything else stays as it is."""
    made = open_company(tmp_path)
    seen = []
    for week in range(40):
        when = NOW - timedelta(weeks=40 - week)
        for number in range(6):
            late = when.date() < DONE or number == 0
            text = "The courier was late, bad" if late else "The courier was never late"
            seen.append(replace(play_review(1_000 * week + number, when, text=text), rating=None))
            other = "bad price" if number % 2 else "fair price"
            at = when + timedelta(hours=number)
            seen.append(
                replace(play_review(1_000 * week + 500 + number, at, text=other), rating=None)
            )
    store(made, PLAY, seen, now=NOW)
    yield made
    made.close()


def mia(db: Database) -> Person:
    with db.write() as conn:
        return people.person(conn, "Mia", NOW)


def register(db: Database, title: str = "New couriers", *, at: datetime = NOW) -> int:
    by = mia(db)
    with db.write() as conn:
        return actions.register(
            conn, title, "delivery", "negative_share", Scope(("Acme",)), 0.2, by.id, at
        )


def done(db: Database, number: int, day: date) -> None:
    by = mia(db)
    with db.write() as conn:
        actions.done(conn, number, day, TODAY, by.id, NOW)


def test_a_real_change_is_proof_only_if_it_was_registered_in_time(db: Database) -> None:
    early = register(db, at=datetime(2026, 7, 15, tzinfo=UTC))
    late = register(db, "The same, afterwards")
    for number in (early, late):
        assert judging.judge(db.reader(), actions.get(db.reader(), number), TODAY).effect is None
        done(db, number, DONE)
    found = [
        judging.judge(db.reader(), actions.get(db.reader(), number), TODAY)
        for number in (early, late)
    ]
    for judged in found:
        assert judged.effect is not None
        assert judged.effect.verdict is Verdict.WORKS
        assert judged.effect.value == pytest.approx(-5 / 6, abs=0.05)
    assert not found[0].action.late
    assert proof.said(found[0]).startswith("Works: −83")
    assert proof.said(found[1]).endswith("no proof.")
    assert "What came of it" in proof_card.card(found[0], "Acme")
    assert "What came of it" not in proof_card.card(found[1], "Acme")


def test_the_weeks_that_prompted_it_are_left_out(db: Database) -> None:
    number = register(db)
    done(db, number, DONE)
    points = judging.judge(db.reader(), actions.get(db.reader(), number), TODAY).points
    parts = [point.part for point in points]
    assert parts.count("prompt") == judging.PROMPT
    assert parts.count("week of the action") == 1
    assert next(p.monday for p in points if p.part == "week of the action") == DONE
    assert all(p.monday < DONE for p in points if p.part in ("before", "prompt"))


def test_too_early_says_when_to_come_back(db: Database) -> None:
    number = register(db)
    done(db, number, TODAY - timedelta(days=9))
    judged = judging.judge(db.reader(), actions.get(db.reader(), number), TODAY)
    assert judged.effect is not None
    assert judged.effect.verdict is Verdict.MORE
    assert "more week" in proof.said(judged)


def test_what_was_registered_stays(db: Database) -> None:
    number = register(db)
    by = mia(db)
    with db.write() as conn:
        actions.withdraw(conn, number, "nobody did it", by.id, NOW)
        with pytest.raises(Refused):
            actions.withdraw(conn, number, "again", by.id, NOW)
        with pytest.raises(Refused):
            actions.done(conn, number, DONE, TODAY, by.id, NOW)
    assert (
        proof.said(judging.judge(db.reader(), actions.get(db.reader(), number), TODAY))
        == "Withdrawn: nobody did it"
    )
    for statement in ("UPDATE actions SET measure = 'rating'", "DELETE FROM action_events"):
        with pytest.raises(sqlite3.IntegrityError), db.write() as conn:
            conn.execute(statement)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "  "}, "characters"),
        ({"topic": "nothing"}, "topic"),
        ({"measure": "luck"}, "measure"),
        ({"expected": -1.0}, "above 0"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    db: Database, changed: dict[str, object], words: str
) -> None:
    by = mia(db)
    given = {"title": "x", "topic": "delivery", "measure": "rating", "expected": None} | changed
    with db.write() as conn, pytest.raises(InputError, match=words):
        actions.register(
            *(conn, str(given["title"]), str(given["topic"]), str(given["measure"]), Scope()),
            *(given["expected"], by.id, NOW),  # type: ignore[arg-type]
        )


def test_the_command_line_from_first_to_last(db: Database, tmp_path: Path) -> None:
    path = ("--db", db.path)
    added = earshot(
        *("actions", "add", "<b>New</b> couriers", "--topic", "delivery", "--expected", "20"),
        *("--on", "2026-07-20", "--as", "Mia", "--json", *path),
    )
    assert added.code == 0, added.err
    number = str(added.json["id"])
    (row,) = earshot("actions", "list", "--json", *path).lines
    assert (row["verdict"], row["expected"], row["done_on"]) == ("works", 0.2, "2026-07-20")
    assert "no proof" in earshot("actions", "list", *path).text
    out = tmp_path / "card.html"
    assert earshot("actions", "card", number, "--out", out, *path).code == 0
    card = out.read_text()
    assert "&lt;b&gt;New&lt;/b&gt; couriers" in card
    assert "<b>" not in card
    assert earshot("actions", "done", number, "--on", "2027-01-01", "--as", "Mia", *path).code == 2
    assert earshot("actions", "withdraw", number, "--why", "no", "--as", "Mia", *path).code == 0
    assert earshot("actions", "card", "99", "--out", out, *path).code == 2


def test_the_page_registers_and_shows(tmp_path: Path, visit: Visit) -> None:
    space = pages.build(tmp_path)
    with space.db.write() as conn:
        people.person(conn, "Mia", space.now())
    app = visit("actions", "Mia")
    assert not app.exception
    app.text_input(key="action.title").set_value("Pack <i>better</i>")
    next(each for each in app.button if each.label == "Register").click().run()
    assert not app.exception
    (found,) = actions.actions(space.db.reader())
    assert (found.title, found.actor) == ("Pack <i>better</i>", "Mia")
    app.button(key=f"action.done-{found.id}").click().run()
    assert not app.exception
    assert actions.get(space.db.reader(), found.id).done_on is not None
    shown = "\n".join(str(each.proto.body) for each in app.get("html"))
    assert "Pack &lt;i&gt;better&lt;/i&gt;" in shown
    space.close()
    session._open.clear()
    session.jobs.clear()
