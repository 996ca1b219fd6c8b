"""Summaries by mail: due once a period, each recipient their own, and never erased words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboard import sending
from dashboard.delivery import mail, sender, smtp, summaries
from dashboard.delivery.ways import Means
from dashboard.reports import weeks
from dashboard.settings import MailSettings, load
from dashboard.wiring import open_workspace
from storage import (
    alert_tellings,
    editions,
    people,
    privacy,
    reply_outbox,
    report_schedules,
    workspace,
)
from storage.database import Database
from storage.errors import ConfigError, InputError, Refused
from storage.outbox import State
from storage.people import EARSHOT, Person, Role
from storage.report_schedules import Every, Recipient, Schedule
from tests.command_line import earshot
from tests.mail_server import Mailbox, mail_server
from tests.workspace import NOW, PLAY, company, play_review, store

BY = MailSettings("127.0.0.1", "care@acme.example")
MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
"""07:00 in Berlin."""
BEFORE = MONDAY - timedelta(days=3)
BOARD = Schedule(
    "Board",
    (Recipient("boss@acme.example"), Recipient("north@acme.example", (), ("play:com.acme",))),
)
WEEK = weeks.parse("2026-W46")
LONG = "The courier was late again, bad in every way, and nobody ever picked up the phone"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = company(tmp_path, weeks=3)
    yield made
    made.close()


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def keep(db: Database, schedule: Schedule = BOARD, at: datetime = BEFORE) -> None:
    with db.write() as conn:
        report_schedules.save(conn, schedule, EARSHOT, at)


def leave(db: Database, box: Mailbox, now: datetime) -> int:
    whole = summaries.with_file(db, lambda: now)
    return mail.work_off(db, mail.Way(box.settings(), "", whole), lambda: now)


def body(got: EmailMessage, kind: str) -> str:
    part = got.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def pdf(got: EmailMessage) -> str:
    (file,) = got.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    data = file.get_payload(decode=True)
    assert isinstance(data, bytes)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def person(db: Database, role: Role = Role.MANAGER) -> Person:
    with db.write() as conn:
        return people.person(conn, "Mia", NOW, role=role)


def test_each_recipient_gets_their_own_summary_once(db: Database, box: Mailbox) -> None:
    keep(db)
    assert summaries.look(db, BY, MONDAY - timedelta(seconds=1)) == 0
    assert summaries.look(db, BY, MONDAY) == 2
    assert summaries.look(db, BY, MONDAY + timedelta(days=6)) == 0
    assert leave(db, box, MONDAY) == 2
    boss, north = sorted(box.mails, key=lambda each: str(each["To"]))
    assert boss["Subject"] == "Weekly summary 2026-W46, 9 Nov 2026 – 15 Nov 2026"
    assert "Survey answers" in body(boss, "html")
    assert "Survey answers" not in body(north, "html")
    assert "play:com.acme" in body(north, "plain")
    for got in (boss, north):
        assert got["List-Unsubscribe"] == "<mailto:care@acme.example?subject=unsubscribe>"
        assert "write to care@acme.example" in body(got, "plain")
        assert "Week 46, 2026" in pdf(got)
        assert got[smtp.REPEAT] is None
    assert "Survey answers" in pdf(boss)
    assert "Survey answers" not in pdf(north)
    made = editions.editions(db.reader(), "2026-W46")
    assert {each.places for each in made} == {(), ("play:com.acme",)}
    assert len(set(box.ids())) == 2


def test_who_slept_for_weeks_sends_the_last_one_alone(db: Database) -> None:
    keep(db, at=MONDAY - timedelta(days=60))
    assert summaries.look(db, BY, MONDAY + timedelta(days=40)) == 2
    keys = [each.key for each in summaries.sent(db.reader())]
    assert keys == [
        "mail:report:Board:2026-W51:north@acme.example",
        "mail:report:Board:2026-W51:boss@acme.example",
    ]


def test_nothing_leaves_the_sample(db: Database, box: Mailbox, tmp_path: Path) -> None:
    keep(db)
    assert summaries.look(db, BY, MONDAY) == 2
    with db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    assert summaries.look(db, BY, MONDAY + timedelta(weeks=1)) == 0
    week, to = weeks.parse("2026-W46"), BOARD.recipients
    with pytest.raises(Refused, match="in the sample nothing leaves"):
        summaries.send(db, week, None, to, EARSHOT, BY, NOW)
    with pytest.raises(Refused, match="in the sample nothing leaves"):
        summaries.send_scheduled(db, week, None, EARSHOT, BY, NOW)
    with db.write() as conn:
        conn.execute("UPDATE outbox SET next_at = 0")
    space = open_workspace(db.path, tmp_path / "none.toml", create=False)
    space.settings = replace(space.settings, mail=box.settings())
    assert sending.work_off_mails(space) == 0
    notice = {"target": "mail:mia@acme.example", "subject": "s", "text": "t", "alerts": []}
    with db.write() as conn:
        alert_tellings.enqueue(conn, "n", "mail", notice, [], NOW)
    assert sender.deliver(db, Means({}, box.settings()), lambda: NOW) == 0
    assert not box.mails
    space.close()


def test_who_may_not_mail_changes_no_schedule(db: Database) -> None:
    keep(db)
    vic = person(db, Role.VIEWER)
    with pytest.raises(Refused, match="Mia may look"), db.write() as conn:
        report_schedules.save(conn, BOARD._replace(day=3), vic, NOW)
    with pytest.raises(Refused, match="Mia may look"), db.write() as conn:
        report_schedules.remove(conn, "Board", vic)
    assert report_schedules.get(db.reader(), "Board").schedule == BOARD


def test_without_a_mail_server_nothing_gathers(db: Database) -> None:
    keep(db, at=MONDAY - timedelta(days=60))
    for week in range(5):
        assert summaries.look(db, None, MONDAY + timedelta(weeks=week)) == 0
    assert summaries.look(db, BY, MONDAY + timedelta(weeks=5)) == 2


def test_a_month_is_mailed_on_its_first_day(db: Database, box: Mailbox) -> None:
    keep(db, Schedule("Board", BOARD.recipients[:1], Every.MONTH), NOW)
    first = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    assert summaries.look(db, BY, first - timedelta(minutes=1)) == 0
    assert summaries.look(db, BY, first) == 1
    leave(db, box, first)
    (got,) = box.mails
    assert got["Subject"] == "Monthly summary 2026-11, 1 Nov 2026 – 30 Nov 2026"
    assert "November 2026" in pdf(got)
    assert "this month" in body(got, "plain")


def test_another_day_or_hour_mails_no_older_period(db: Database) -> None:
    monthly = Schedule("Board", BOARD.recipients[:1], Every.MONTH)
    keep(db, monthly, NOW - timedelta(days=20))
    assert summaries.look(db, BY, datetime(2026, 11, 1, 6, 0, tzinfo=UTC)) == 1
    tenth = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
    keep(db, monthly._replace(day=28), tenth)
    assert report_schedules.get(db.reader(), "Board").since == tenth
    assert summaries.look(db, BY, tenth + timedelta(minutes=1)) == 0
    keep(db, Schedule("Week", BOARD.recipients[:1]), BEFORE)
    keep(db, Schedule("Week", BOARD.recipients[:1], minute=5 * 60), MONDAY - timedelta(minutes=5))
    assert summaries.look(db, BY, MONDAY) == 0
    with db.write() as conn:  # set by an older version
        conn.execute("UPDATE report_schedules SET since_at = 0")
    assert summaries.look(db, BY, tenth) == 1
    assert [each.key for each in summaries.sent(db.reader())] == [
        "mail:report:Week:2026-W45:boss@acme.example",
        "mail:report:Board:2026-10:boss@acme.example",
    ]


def test_what_is_erased_before_it_leaves_is_not_in_it(db: Database, box: Mailbox) -> None:
    seen = [replace(play_review(n, NOW - timedelta(days=8)), text=f"{LONG} {n}") for n in (71, 72)]
    store(db, PLAY, [replace(each, rating=1.0) for each in seen], now=NOW - timedelta(days=8))
    keep(db)
    summaries.look(db, BY, MONDAY)
    (mention_id,) = (
        db.reader()
        .execute("SELECT mention_id FROM identities WHERE native_id = 'gp-71'")
        .fetchone()
    )
    privacy.erase(db, [mention_id], "mention", person(db), MONDAY)
    assert f"{LONG} 71" not in "".join(db.reader().iterdump())
    leave(db, box, MONDAY)
    said = [" ".join(pdf(each).split()) for each in box.mails]
    assert all(f"{LONG} 71" not in each for each in said)
    assert f"{LONG} 72" in said[0]


def test_what_failed_is_seen_and_leaves_again(db: Database, box: Mailbox) -> None:
    keep(db)
    summaries.look(db, BY, MONDAY)
    box.refuse = {"north@acme.example"}
    assert leave(db, box, MONDAY) == 1
    (failed,) = (each for each in summaries.sent(db.reader()) if each.state is State.FAILED)
    assert "550 no such mailbox" in str(failed.error)
    box.refuse = set()
    other = person(db)._replace(role=Role.AGENT)
    with pytest.raises(Refused, match="they or a lead"):
        reply_outbox.retry(db, failed.id, other._replace(id=99), MONDAY)
    reply_outbox.retry(db, failed.id, person(db), MONDAY)
    with pytest.raises(Refused, match="has not failed"):
        reply_outbox.retry(db, failed.id, person(db), MONDAY)
    assert leave(db, box, MONDAY) == 1
    assert box.mails[-1]["To"] == "north@acme.example"
    assert f"<{failed.native_id}@acme.example>" == box.ids()[-1]


def test_somebody_sends_what_they_see(db: Database, box: Mailbox) -> None:
    to = [Recipient("ann@acme.example"), Recipient("bob@acme.example")]
    assert len(summaries.send(db, WEEK, None, to, person(db), BY, NOW)) == 2
    assert leave(db, box, NOW) == 2
    assert "because Mia sent it to you" in body(box.mails[0], "plain")
    assert summaries.sent(db.reader())[0].actor == "Mia"
    with pytest.raises(Refused, match="no mail server"):
        summaries.send(db, WEEK, None, to, person(db), None, NOW)
    with pytest.raises(Refused, match="may look"):
        summaries.send(db, WEEK, None, to, person(db)._replace(role=Role.AGENT), BY, NOW)
    wrong = [Recipient("ann@acme.example"), Recipient("nobody")]
    with pytest.raises(InputError):
        summaries.send(db, WEEK, None, wrong, person(db), BY, NOW)
    assert len(summaries.sent(db.reader())) == 2


def test_the_body_takes_nothing_as_markup(db: Database, box: Mailbox) -> None:
    with db.write() as conn:
        editions.write_comment(conn, "2026-W46", "See <b>this</b>\nand that", 0, NOW)
    summaries.send(db, WEEK, None, [Recipient("a@acme.example")], person(db), BY, NOW)
    leave(db, box, NOW)
    said = body(box.mails[0], "html")
    assert "See &lt;b&gt;this&lt;/b&gt;<br>and that" in said
    assert "See <b>this</b>\nand that" in body(box.mails[0], "plain").replace("\r", "")
    assert "http" not in said


def test_the_file_declares_schedules(tmp_path: Path, db: Database) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text(
        '[[report]]\nname = "Board"\nto = ["a@b.example"]\n[[report.recipient]]\n'
        'to = "c@d.example"\nplaces = ["play:com.acme"]\nlocale = "de_AT"\n'
        '[[report]]\nname = "Month"\nevery = "month"\non = 3\nat = "8:15"\nenabled = false\n'
    )
    declared = load(config).reports
    assert declared[0].recipients == (
        Recipient("a@b.example"),
        Recipient("c@d.example", (), ("play:com.acme",), "de"),
    )
    assert declared[1] == Schedule("Month", (), Every.MONTH, 3, 495, False)
    with db.write() as conn:
        report_schedules.sync_file(conn, declared, NOW)
        with pytest.raises(Refused, match="is declared in"):
            report_schedules.save(conn, BOARD, EARSHOT, NOW)
        report_schedules.sent(conn, "Board", "2026-W46")
        report_schedules.sync_file(conn, declared[:1], NOW + timedelta(days=1))
        (kept,) = report_schedules.schedules(conn)
    assert (kept.origin, kept.since, kept.done) == ("file", NOW, "2026-W46")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('to = ["nobody"]', "no mail address"),
        ('every = "day"', '"week" or "month"'),
        ('on = "someday"', "no day of a week"),
        ('every = "month"\non = 31', "1 to 28"),
        ('at = "25:00"', "no time of the day"),
        ('locale = "xx"', "no locale"),
        ('too = ["a@b.example"]', "did you mean 'to'"),
        ('to = ["a@b.example", "A@b.example"]', "there twice"),
    ],
)
def test_a_slip_in_a_schedule_is_told(tmp_path: Path, line: str, says: str) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text(f'[[report]]\nname = "Board"\n{line}\n')
    with pytest.raises(ConfigError, match=says):
        load(config)


def test_what_is_written_as_of_then_is_what_is_mailed(
    db: Database, box: Mailbox, tmp_path: Path
) -> None:
    (tmp_path / "earshot.toml").write_text(
        f'[mail]\nhost = "{box.host}"\nport = {box.port}\nsecurity = "none"\n'
        'sender = "care@acme.example"\n[[report]]\nname = "Board"\nto = ["a@b.example"]\n'
    )
    late = [play_review(900 + n, MONDAY - timedelta(days=1, hours=n)) for n in range(4)]
    store(db, PLAY, late, now=MONDAY + timedelta(hours=5))
    places = ("--db", db.path, "--config", tmp_path / "earshot.toml", "--out", tmp_path)
    then = ("--week", "2026-W46", "--format", "csv", "--as-of", "2026-11-16T08:00", "--send")
    assert "1 mails" in earshot("report", "weekly", *then, *places).err
    written = (tmp_path / "weekly-2026-W46.csv").read_text()
    (line,) = (each for each in written.splitlines() if each.startswith("headline,review,mentions"))
    count = re.search(r"REVIEWS: (\d+)", body(box.mails[0], "plain"))
    assert count is not None
    assert f",{count[1]}," in line


def test_the_command_line_mails_a_month_and_whom_a_schedule_names_once(
    db: Database, box: Mailbox, tmp_path: Path
) -> None:
    (tmp_path / "earshot.toml").write_text(
        f'[mail]\nhost = "{box.host}"\nport = {box.port}\nsecurity = "none"\n'
        'sender = "care@acme.example"\n[[report]]\nname = "Board"\nto = ["a@b.example"]\n'
    )
    places = ("--db", db.path, "--config", tmp_path / "earshot.toml", "--out", tmp_path)
    month = ("--month", "2026-10", "--format", "pdf", "--to", "c@d.example", "--locale", "de")
    ran = earshot("report", "monthly", *month, *places, "--json")
    assert (ran.json["month"], ran.json["mails"]) == ("2026-10", 1), ran.err
    assert (tmp_path / "monthly-2026-10.pdf").exists()
    for count in (1, 0):
        ran = earshot(
            "report", "weekly", *places, "--week", "2026-W46", "--format", "csv", "--send"
        )
        assert f"{count} mails on their way" in ran.err
    assert [each["To"] for each in box.mails] == ["c@d.example", "a@b.example"]
    assert box.mails[0]["Subject"].startswith("Monatsbericht 2026-10, 1. Okt. 2026")
    assert "Oktober 2026" in pdf(box.mails[0])
    assert "liegt als PDF bei" in body(box.mails[0], "plain")
