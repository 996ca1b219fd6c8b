"""Asking whether it was sorted out: whom, when, once; "no" opens the case again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard import follow_up_page
from dashboard.commands import cases as cases_command
from dashboard.commands import outbox as outbox_command
from dashboard.delivery import follow_up, mail
from dashboard.settings import MailSettings
from storage import cases, follow_ups, outbox, outcomes, people, privacy, rules, verify
from storage.case_model import Claim, RecordReply, Reopen, Resolve
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.models import CaseState, Observation
from storage.outcomes import What
from storage.people import EARSHOT, Person, Role
from tests.desk import mention_id, open_database, review, store
from tests.mail_server import mail_server

NOW = datetime.now(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAIL = MailSettings("127.0.0.1", "care@acme.example", 25, "none", follow_up=True)
PUBLIC = replace(MAIL, public_url="https://care.acme.example")


def wrote(number: int, email: str = "", author: str = "", **more: object) -> Observation:
    """A review whose writer left an address, in a column or as their name."""
    one = review(number)
    extra = {"E-Mail": email} if email else {}
    made = replace(one, author=author or one.author, extra=extra, published_at=NOW - 2 * DAY)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path)
    store(
        made,
        [
            wrote(1, "Mia@home.example"),
            wrote(2, "mia@home.example"),
            wrote(3, author="noah@home.example"),
            wrote(4),
            wrote(5, "not an address"),
        ],
        now=NOW - 2 * DAY,
    )
    rules.open_cases(made, None, NOW - 2 * DAY)
    yield made
    made.close()


def ana(db: Database) -> Person:
    with db.write() as conn:
        return people.person(conn, "Ana", NOW, role=Role.LEAD)


def close(db: Database, number: int, at: datetime) -> int:
    """Answer and resolve the case of a review; return its number."""
    case = cases.of_mention(db.reader(), mention_id(db, f"r{number}"))
    assert case is not None
    who = ana(db)
    for command in (
        Claim(actor=who),
        RecordReply(actor=who, text="We are sorry"),
        Resolve(actor=who, root_cause="late", action="refund"),
    ):
        cases.act(db, case.id, command, at)
    return case.id


def asked(db: Database) -> list[str]:
    rows = outbox.entries(db.reader(), channels=[outbox.Channel.MAIL])
    return sorted(str(each.content).split('"')[3] for each in rows)


def test_a_person_is_asked_once_a_day_after_closing(db: Database) -> None:
    for number in (1, 2, 3, 4, 5):
        close(db, number, NOW)
    assert follow_up.look(db, PUBLIC, NOW + DAY - HOUR) == 0
    assert follow_up.look(db, None, NOW + DAY) == 0
    assert follow_up.look(db, replace(PUBLIC, follow_up=False), NOW + DAY) == 0
    assert follow_up.look(db, PUBLIC, NOW + DAY) == 2
    assert asked(db) == ["Mia@home.example", "noah@home.example"]
    for later in (DAY, 2 * DAY, 6 * DAY, 31 * DAY):
        assert follow_up.look(db, PUBLIC, NOW + DAY + later) == 0
    case = close_again(db, 2, NOW + 29 * DAY)
    assert follow_up.look(db, PUBLIC, NOW + 31 * DAY - HOUR) == 0
    assert follow_up.look(db, PUBLIC, NOW + 31 * DAY + HOUR) == 1
    assert len(follow_ups.of_case(db.reader(), case)) == 1


def close_again(db: Database, number: int, at: datetime) -> int:
    case = cases.of_mention(db.reader(), mention_id(db, f"r{number}"))
    assert case is not None
    cases.act(db, case.id, Reopen(actor=ana(db)), at)
    return close(db, number, at)


def test_who_reopened_or_opted_out_is_not_asked(db: Database) -> None:
    case = close(db, 1, NOW)
    close(db, 3, NOW)
    cases.act(db, case, Reopen(actor=ana(db)), NOW + HOUR)
    follow_ups.stop(db, "NOAH@home.example ", ana(db), NOW)
    assert follow_up.look(db, PUBLIC, NOW + DAY) == 0


def test_no_opens_the_case_again_and_yes_is_kept(db: Database) -> None:
    first, second = close(db, 1, NOW), close(db, 3, NOW)
    follow_up.look(db, PUBLIC, NOW + DAY)
    later = NOW + 2 * DAY
    links = {each.case_id: each for each in map(latest(db), (first, second))}
    no = follow_ups.link(db, links[first], "no")
    assert follow_ups.answer_by_link(db, no, later) == "no"
    assert follow_ups.answer_by_link(db, no, later) == "no"
    after = cases.load(db.reader(), first)
    assert (after.state, after.last_actor) == (CaseState.NEW, "earshot")
    yes = follow_ups.link(db, links[second], "yes")
    assert follow_ups.answer_by_link(db, yes, later) == "yes"
    assert cases.load(db.reader(), second).state is CaseState.RESOLVED
    (won,) = outcomes.of_case(db.reader(), second)
    assert (won.what, won.before) == (What.RECOVERED, None)
    assert latest(db)(second).answer == "yes"
    with pytest.raises(Refused, match="open \\(again\\)"):
        follow_ups.answer_by_link(db, follow_ups.link(db, links[first], "yes"), later)


def latest(db: Database):  # type: ignore[no-untyped-def]
    return lambda case_id: follow_ups.of_case(db.reader(), case_id)[-1]


def test_only_what_was_signed_here_is_believed(db: Database) -> None:
    case = close(db, 1, NOW)
    follow_up.look(db, PUBLIC, NOW + DAY)
    good = follow_ups.link(db, latest(db)(case), "yes")
    for bad in (
        good.replace("yes", "no"),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        "",
        "1-2-3-4",
        "é-1-yes-x",
        good + "-x",
        f"{10**30}-1-yes-x",
    ):
        with pytest.raises(NotFound, match="not known here"):
            follow_ups.answer_by_link(db, bad, NOW + DAY)
    stop = follow_ups.link(db, latest(db)(case), "stop")
    assert follow_ups.answer_by_link(db, stop, NOW + DAY) == "stop"
    close(db, 2, NOW + 40 * DAY)
    assert follow_up.look(db, PUBLIC, NOW + 41 * DAY) == 0


def test_the_mail_says_where_to_answer(db: Database) -> None:
    close(db, 1, NOW)
    with mail_server() as box:
        by = replace(PUBLIC, host=box.host, port=box.port)
        follow_up.look(db, by, NOW + DAY)
        assert mail.work_off(db, mail.Way(by), lambda: NOW + DAY) == 1
        (got,) = box.mails
    assert got["Subject"] == "Did we sort this out?"
    assert got["List-Unsubscribe"].startswith("<https://care.acme.example/followup/")
    text = got.get_body(("plain",))
    assert text is not None
    assert text.get_content().count("https://care.acme.example/followup/") == 3


def test_without_a_public_address_it_asks_for_a_mail_back(db: Database) -> None:
    close(db, 1, NOW)
    follow_up.look(db, MAIL, NOW + DAY)
    (entry,) = outbox.entries(db.reader())
    assert "Just answer with yes or no" in str(entry.content)
    assert "http" not in str(entry.content)


def test_an_erased_person_gets_no_mail(db: Database) -> None:
    close(db, 1, NOW)
    follow_up.look(db, PUBLIC, NOW + DAY)
    privacy.erase(db, [mention_id(db, "r1")], "mentions", ana(db), NOW + DAY)
    (entry,) = outbox.entries(db.reader())
    assert (entry.state, entry.content) == (outbox.State.CANCELLED, None)


def test_the_page_asks_before_it_records(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    case = close(db, 1, NOW)
    follow_up.look(db, PUBLIC, NOW + DAY)
    monkeypatch.setenv("EARSHOT_DB", str(db.path))
    token = follow_ups.link(db, latest(db)(case), "no")
    looked = asyncio.run(visit("GET", token))
    assert (looked.status_code, "No, it is still not right" in looked.text) == (200, True)
    assert cases.load(db.reader(), case).state is CaseState.RESOLVED
    done = asyncio.run(visit("POST", token))
    assert "working on it again" in done.text
    assert cases.load(db.reader(), case).state is CaseState.NEW
    assert asyncio.run(visit("POST", token.replace("no", "yes"))).status_code == 404
    late = follow_ups.link(db, latest(db)(case), "yes")
    assert "already" in asyncio.run(visit("POST", late)).text


async def visit(method: str, token: str) -> httpx2.Response:
    app = Starlette(
        routes=[Route("/followup/{token}", follow_up_page.page, methods=["GET", "POST"])]
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, f"/followup/{token}")


def test_the_command_line_records_an_answer_and_an_opt_out(db: Database, tmp_path: Path) -> None:
    case = close(db, 1, NOW - DAY)
    where = ["--db", str(db.path)]
    told = CliRunner().invoke(
        cases_command.command, ["answer", str(case), "--no", "--as", "Ben", *where]
    )
    assert told.output == f"Case {case}: open again.\n"
    assert cases.load(db.reader(), case).state is CaseState.NEW
    listed = tmp_path / "never.txt"
    listed.write_text("noah@home.example\n\n")
    out = CliRunner().invoke(
        outbox_command.command,
        ["stop", "--file", str(listed), "mia@home.example", "--as", "Lea", *where],
    )
    assert out.output == "2 addresses will not be asked again.\n"
    close(db, 3, NOW)
    assert follow_up.look(db, PUBLIC, NOW + DAY) == 0


def test_outcomes_follow_from_versions_and_threads(db: Database) -> None:
    case, other = close(db, 1, NOW), close(db, 4, NOW)
    assert outcomes.of_case(db.reader(), case) == []
    better = wrote(1, "Mia@home.example", text="Much better now", rating=4.0)
    store(db, [better], now=NOW + HOUR)
    answer = wrote(9, author="customer 4", text="Thank you", parent="r4", published_at=NOW + HOUR)
    stranger = wrote(8, author="somebody", text="Me too", parent="r4", published_at=NOW + HOUR)
    store(db, [answer, stranger], now=NOW + 2 * HOUR)
    found = outcomes.of_case(db.reader(), case)
    assert [(each.what, each.before, each.after) for each in found] == [
        (What.RATING_CHANGED, 1.0, 4.0),
        (What.ANSWER_CAME, None, None),
        (What.RECOVERED, 1.0, 4.0),
    ]
    assert [each.what for each in outcomes.of_case(db.reader(), other)] == [What.ANSWER_CAME]
    assert len(outcomes.differences(db.reader())) == 4
    assert list(outcomes.unexplained(db.reader())) == []  # never derived so far
    assert outcomes.refresh(db, NOW + 3 * HOUR) == 4
    assert outcomes.differences(db.reader()) == []
    assert outcomes.refresh(db, NOW + 3 * HOUR) == 0
    assert len(outcomes.recorded(db.reader(), NOW, NOW + DAY)) == 4
    shown = CliRunner().invoke(cases_command.command, ["outcomes", str(case), "--db", str(db.path)])
    assert "rating changed  1 → 4 stars" in shown.output


def test_verify_finds_an_outcome_that_does_not_follow(db: Database) -> None:
    case, other = close(db, 1, NOW), close(db, 4, NOW)
    store(db, [wrote(1, "Mia@home.example", text="Much better now", rating=4.0)], now=NOW + HOUR)
    outcomes.refresh(db, NOW + 2 * HOUR)
    with db.write() as conn:
        conn.execute("DELETE FROM case_outcomes WHERE what = 'answer_came'")
        conn.execute("INSERT INTO case_outcomes VALUES (?, 'recovered', 5, NULL, NULL)", (other,))
    found = verify.verify(db.path, db.key("audit")).findings
    assert [each.words for each in found if each.check == "outcomes"] == [
        f"case {case} lacks the outcome answer_came",
        f"case {other} has without reason the outcome recovered",
    ]
    store(db, [wrote(1, "Mia@home.example", text="Worse again", rating=2.0)], now=NOW + 3 * HOUR)
    assert [each.split()[1] for each in outcomes.unexplained(db.reader())] == [str(other)]
    outcomes.refresh(db, NOW + 4 * HOUR)
    assert list(outcomes.unexplained(db.reader())) == []


def test_a_viewer_records_nothing(db: Database) -> None:
    case = close(db, 1, NOW)
    with db.write() as conn:
        vic = people.person(conn, "Vic", NOW, role=Role.VIEWER)
    with pytest.raises(Refused, match="may look but not act"):
        follow_ups.answer(db, case, True, NOW, actor=vic, by="to Vic")
    follow_ups.answer(db, case, True, NOW, actor=EARSHOT, by="by a link")
