"""You said – we did in a summary: what was done or judged in its days, in every format."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook

from dashboard.reports import brief, deed_words, files, making, page, tidy, weeks, workbook
from dashboard.reports.counting import summary
from dashboard.reports.files import Format
from dashboard.reports.model import Scope
from sentiment.effects import Verdict
from storage import actions, addressees, people, told
from storage.actions import Scope as Where
from storage.database import Database
from storage.mail_outbox import Mail
from storage.told import Raised, Way
from tests.workspace import NOW, PLAY, open_company, play_review, store

WEEK = weeks.parse("2026-W46")
DONE = date(2026, 7, 20)
EARLY = datetime(2026, 7, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Delivery was bad until couriers changed in July; a box was changed in the week itself."""
    made = open_company(tmp_path_factory.mktemp("deeds"))
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
    store(made, PLAY, seen, now=NOW - timedelta(days=3))
    with made.write() as conn:
        by = people.person(conn, "Mia", EARLY)
        for title, topic, scope, day in (
            ("<b>New</b> couriers", "delivery", Where(("Acme",)), DONE),
            ("A smaller box", "price", Where(), date(2026, 11, 11)),
            ("Nobody did it", "price", Where(), DONE),
        ):
            number = actions.register(
                conn, title, topic, "negative_share", scope, 0.2, by.id, EARLY
            )
            actions.done(conn, number, day, NOW.date(), by.id, NOW - timedelta(days=4))
        actions.withdraw(conn, number, "nobody did it", by.id, NOW - timedelta(days=2))
    yield made
    made.close()


def test_what_was_done_or_judged_stands_in_every_format(db: Database) -> None:
    report = summary(db.reader(), WEEK, NOW)
    box, couriers = report.deeds
    assert (box.judged.action.title, box.new) == ("A smaller box", True)
    assert couriers.judged.effect is not None
    assert (couriers.judged.effect.verdict, couriers.new) == (Verdict.WORKS, False)
    assert deed_words.verdict(box).startswith("needs")
    told_by_csv = csv.DictReader(io.StringIO(files.write(report, Format.CSV).decode()))
    (row,) = [
        each for each in told_by_csv if each["section"] == "action" and each["verdict"] == "works"
    ]
    assert float(row["value"]) == pytest.approx(couriers.judged.effect.value, abs=1e-6)
    shown = page.render(report).decode()
    assert "&lt;b&gt;New&lt;/b&gt; couriers" in shown
    assert "You said – we did" in shown
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.write(report)))
    cells = [cell for line in book.get_sheet_by_name("Summary").to_python() for cell in line]
    assert {"<b>New</b> couriers", "A smaller box", "works"} <= set(map(str, cells))
    assert b"%PDF" in files.write(report, Format.PDF)[:8]
    lines = dict(brief.brief(report))["What we did"]
    assert any("Works" in each for each in lines)
    assert any("not told yet" in each for each in lines)


def test_as_known_then_it_is_what_it_was(db: Database) -> None:
    now = NOW + timedelta(days=1)
    for back in (timedelta(days=2, hours=12), timedelta(days=1)):
        then = making.make(db, WEEK, NOW - back, now)
        assert len(then.deeds) == (3 if back.days == 2 else 2)
    before = making.make(db, WEEK, NOW - timedelta(days=5), now)
    assert before.deeds == ()
    at = NOW - timedelta(hours=1)
    with db.snapshot() as conn:
        live = summary(conn, WEEK, at)
    again = making.make(db, WEEK, at, now)
    assert again.deeds == live.deeds


def test_a_summary_of_some_brands_or_places_tells_of_theirs_alone(db: Database) -> None:
    conn = db.reader()
    of_brand = summary(conn, WEEK, NOW, Scope(("Rival",), ()))
    assert of_brand.deeds == ()
    assert summary(conn, WEEK, NOW, Scope((), ("play:com.acme",))).deeds == ()


def test_who_was_told_is_counted(db: Database) -> None:
    action = actions.get(db.reader(), 1)
    found = told.raised(db, action, ("play",), NOW)
    assert {each.way for each in found} == {Way.REPLY}
    with db.write() as conn:
        mia = people.person(conn, "Mia", NOW)
    first = found[0]._replace(way=Way.MAIL, address="mia@home.example")
    mails = {first.person: Mail("mia@home.example", "x", "y")}
    told.start(db, action, [first, _nobody(found[1])], mails, "words", "", mia, NOW)
    report = summary(db.reader(), WEEK, NOW)
    deed = report.deeds[-1]
    assert deed.told is not None
    assert (deed.told.raised, deed.told.told, deed.told.unreachable) == (2, 1, 1)
    rows = {row.name: row.value for row in tidy.rows(report) if row.section == "action"}
    assert (rows["raised"], rows["told"], rows["unreachable"]) == (2, 1, 1)
    assert addressees.person(db, "mia@home.example")


def _nobody(each: Raised) -> Raised:
    return each._replace(way=Way.NOWHERE)
