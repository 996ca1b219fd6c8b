"""A summary made again: the numbers, quotes and words of then, to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard import setting_words
from dashboard.reports import changes, making, tidy, weeks, wording, workbook
from dashboard.reports import counting as numbers
from storage import editions, people, privacy, recast, workspace
from storage.database import Database
from storage.differences import Cause
from storage.errors import InputError
from storage.models import Brand, Kind, Label
from storage.people import EARSHOT
from storage.quotes import DELETED, ERASED
from storage.rollups import Delta
from storage.slices import Slices
from storage.times import millis
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, company, play_review, store

WEEK = weeks.parse("2026-W46")
LONG = "The courier was late again, bad in every way, and nobody ever picked up the phone"


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return company(tmp_path, weeks=6)


def later(db: Database, at: datetime) -> None:
    """Let everything happen that may change last week's numbers."""
    monday = NOW - timedelta(days=9)
    store(db, PLAY, [play_review(900 + n, monday, text="late, bad") for n in range(4)], now=at)
    seen = replace(play_review(11, NOW - timedelta(days=8)), text="bad " * 9, rating=1.0)
    store(db, PLAY, [replace(seen, updated_at=at, reply_text="Thanks")], now=at)
    store(db, PLAY, [], gone=[("play:com.acme", "gp-12")], now=at)
    with db.write() as conn:
        (mention_id,) = conn.execute("SELECT mention_id FROM identities WHERE native_id = 'gp-13'")
        recast.add_label(conn, mention_id[0], Label.NEUTRAL, "Zoe", millis(at))
        slices = Slices(conn)
        delta = Delta(slices)
        recast.recast(conn, slices, delta, [mention_id[0]])
        delta.write(conn)
        editions.write_comment(conn, WEEK.text, "All is well.", EARSHOT.id, at)
        with setting_words.recorded(conn, EARSHOT, at, "brands", "workspace"):
            workspace.save_brands(conn, [Brand("Rival")], "database")
            workspace.set_timezone(conn, "Pacific/Auckland")


def test_made_again_it_is_the_same_to_the_byte(db: Database) -> None:
    report = making.make(db, WEEK, NOW, NOW)
    making.keep(db, report, "Mia")
    table, book = tidy.write_csv(report), workbook.write(report)
    later(db, NOW + timedelta(hours=3))
    now = NOW + timedelta(days=1)
    assert tidy.write_csv(making.make(db, WEEK, now, now)) != table
    at = making.moment(db, WEEK, "first", now)
    assert at == NOW
    again = making.make(db, WEEK, at, now)
    assert tidy.write_csv(again) == table
    assert workbook.write(again) == book
    db.close()


def test_any_moment_can_be_asked_for(db: Database) -> None:
    before = tidy.write_csv(making.make(db, WEEK, NOW, NOW))
    later(db, NOW + timedelta(hours=3))
    now = NOW + timedelta(days=1)
    at = making.moment(db, WEEK, "2026-11-18T09:30+00:00", now)
    assert at == NOW
    assert tidy.write_csv(making.make(db, WEEK, at, now)) == before
    over = datetime(2026, 11, 15, 11, tzinfo=UTC)  # Auckland's midnight, as is set by now
    assert making.moment(db, WEEK, "first", now) == over
    assert making.moment(db, WEEK, "2026-11-15", now) == over
    for wrong in ("yesterday", "2026-11-30", "46"):
        with pytest.raises(InputError):
            making.moment(db, WEEK, wrong, now)
    db.close()


def test_a_quote_that_is_gone_since_is_a_fixed_line(db: Database) -> None:
    seen = [replace(play_review(n, NOW - timedelta(days=8)), text=f"{LONG} {n}") for n in (71, 72)]
    store(db, PLAY, [replace(each, rating=1.0) for each in seen], now=NOW - timedelta(days=1))
    report = making.make(db, WEEK, NOW, NOW)
    making.keep(db, report, "Mia")
    quoted = {quote.text for quote in report.worst}
    assert {f"{LONG} 71", f"{LONG} 72"} <= quoted
    now = NOW + timedelta(days=1)
    chosen = next(quote.mention_id for quote in report.worst if quote.text == f"{LONG} 71")
    with db.write() as conn:
        zoe = people.person(conn, "Zoe", now)
    privacy.erase(db, [chosen], "mention", zoe, now)
    store(db, PLAY, [], gone=[("play:com.acme", "gp-72")], now=now)
    again = making.make(db, WEEK, NOW, now)
    said = {quote.text for quote in again.worst}
    assert {ERASED, DELETED} <= said
    assert not said & {f"{LONG} 71", f"{LONG} 72"}
    assert again._replace(best=(), worst=()) == report._replace(best=(), worst=())
    db.close()


def test_a_hidden_quote_makes_room_and_comes_back(db: Database) -> None:
    report = making.make(db, WEEK, NOW, NOW)
    chosen = (report.worst or report.best)[0].mention_id
    with db.write() as conn:
        editions.hide(conn, WEEK.text, chosen, EARSHOT.id, NOW)
    hidden = making.make(db, WEEK, NOW, NOW)
    assert chosen not in {each.mention_id for each in numbers.quoted(hidden)}
    assert hidden.headlines == report.headlines
    with db.write() as conn:
        editions.hide(conn, WEEK.text, chosen, EARSHOT.id, NOW, show=True)
    assert making.make(db, WEEK, NOW, NOW) == report
    db.close()


def test_a_comment_is_kept_with_its_time(db: Database) -> None:
    with db.write() as conn:
        editions.write_comment(conn, WEEK.text, " A quiet week. ", EARSHOT.id, NOW)
        editions.write_comment(conn, WEEK.text, "Not so quiet.", EARSHOT.id, NOW + timedelta(1))
        with pytest.raises(InputError):
            editions.write_comment(conn, WEEK.text, "x" * 5_000, EARSHOT.id, NOW)
    assert making.make(db, WEEK, NOW, NOW).comment == "A quiet week."
    assert editions.comment(db.reader(), WEEK.text) == "Not so quiet."
    assert editions.comment(db.reader(), "2026-W01") == ""
    db.close()


def test_the_command_makes_the_first_one_again(db: Database, tmp_path: Path) -> None:
    path = str(db.path)
    db.close()
    args = ["report", "weekly", "--week", "2026-W46", "--db", path, "--format", "csv,xlsx"]
    assert earshot(*args, "--out", str(tmp_path / "a"), "--as", "Mia").code == 0
    db = Database(Path(path))
    later(db, datetime.now(UTC))
    made = editions.editions(db.reader())
    assert [(each.week, each.actor) for each in made] == [("2026-W46", "Mia")]
    db.close()
    told = earshot(*args, "--out", str(tmp_path / "b"), "--as-of", "first", "--json")
    assert told.code == 0
    assert len(told.json["files"]) == 2
    assert earshot(*args, "--out", str(tmp_path / "c")).code == 0
    for name, equal in (("b", True), ("c", False)):
        csv = [(tmp_path / each / "weekly-2026-W46.csv").read_bytes() for each in ("a", name)]
        assert (csv[0] == csv[1]) is equal
    wrong = earshot(*args, "--as-of", "soon")
    assert wrong.code == 2
    assert "--as-of" not in wrong.err
    assert "first" in wrong.err


def test_every_difference_has_its_causes(db: Database) -> None:
    making.keep(db, making.make(db, WEEK, NOW, NOW), "Mia")
    later(db, NOW + timedelta(hours=3))
    found = changes.ways(db, WEEK, NOW, NOW + timedelta(days=1))
    assert {each.measure for each in found} >= {"mentions", "rating", "negative_share", "nps"}
    for way in found:
        if way.kind is Kind.SOCIAL:  # of a brand that was not ours then
            continue
        assert way.then is not None
        assert way.now is not None
        assert sum(part.difference for part in way.parts) == pytest.approx(way.now - way.then)
    rating = next(each for each in found if each.measure == "rating")
    moved = {part.cause for part in rating.parts if part.difference}
    assert moved == {Cause.LATE, Cause.EDITED, Cause.DELETED}
    said = wording.way(rating)
    assert said.startswith("Reviews: average rating ")
    assert "late arrivals −" in said
    same = changes.ways(db, WEEK, NOW, NOW)
    assert all(each.then == each.now and not each.parts for each in same)
    db.close()


def test_the_command_says_why_numbers_changed(db: Database) -> None:
    path = db.path
    making.keep(db, making.make(db, WEEK, NOW, NOW), "Mia")
    later(db, NOW + timedelta(hours=3))
    db.close()
    args = ("report", "changes", "--week", "2026-W46", "--db", path)
    told = earshot(*args, "--json")
    assert told.code == 0
    mentions = next(each for each in told.lines if each["measure"] == "mentions")
    late = mentions["parts"]["late arrivals"]
    assert (late["difference"], late["mentions"]) == (4.0, 4)
    parts = sum(each["difference"] for each in mentions["parts"].values())
    assert mentions["now"] - mentions["then"] == parts
    social = next(each for each in told.lines if each["kind"] == "social")
    assert [name for name, each in social["parts"].items() if each["difference"]] == [
        "configuration"
    ]
    said = earshot(*args).text
    assert "late arrivals +4 (4)" in said
    assert "earshot: Rival: " in said
    wrong = earshot(*args, "--from", "2026-11-20", "--to", "2026-11-18")
    assert wrong.code == 2
