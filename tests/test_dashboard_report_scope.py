"""Summaries of a month, of chosen brands and places, and made again from their edition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard import data, periods, report_data
from dashboard.reports import counting as numbers
from dashboard.reports import files, making, months, spans, tidy, weeks
from dashboard.reports.files import Format
from dashboard.reports.model import Scope
from dashboard.reports.months import Month
from storage import editions, polls, queries, revisions, rules, sources, workspace
from storage.database import Database
from storage.errors import InputError
from storage.models import Brand, Kind, MentionFilter, Source
from tests.workspace import NOW, PLAY, company, play_review, store

OCTOBER = Month(2026, 10)
WEEK = weeks.parse("2026-W46")
PLACE = Scope(places=("play:com.acme",))


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = company(tmp_path_factory.mktemp("scope"), weeks=14)
    rules.open_cases(made, None, NOW - timedelta(days=4))
    yield made
    made.close()


def test_months_follow_the_calendar() -> None:
    assert Month(2026, 1).back(1) == Month(2025, 12)
    assert Month(2026, 12).back(-1) == Month(2027, 1)
    assert [Month(2028, 2).last.day, Month(2026, 2).last.day] == [29, 28]
    assert months.of(date(2026, 10, 31)) == months.parse(" 2026-10 ") == spans.named("2026-10")
    for wrong in ("2026-13", "2026-0", "October", "0000-01"):
        with pytest.raises(InputError, match="no month"):
            months.parse(wrong)


def test_a_month_is_held_against_the_month_before(db: Database) -> None:
    report = making.make(db, OCTOBER, NOW, NOW)
    assert (report.start, report.end) == (date(2026, 10, 1), date(2026, 10, 31))
    assert report.compared == "1 Sep – 30 Sep 2026"
    asked = MentionFilter(brands=("Acme", ""), start=report.start, end=report.end)
    found = {each.kind: each.now for each in report.headlines}
    assert found == {
        kind: sums for kind, sums in queries.totals(db.reader(), asked).items() if sums.n
    }
    assert [each.span.text for each in report.trends[0].steps][-2:] == ["2026-09", "2026-10"]
    assert len(report.trends[0].steps) == 13


def test_a_month_that_runs_is_held_against_as_many_days() -> None:
    asked = MentionFilter(start=date(2026, 3, 1), end=date(2026, 3, 31))
    like = periods.like_month(asked, date(2026, 3, 31), date(2026, 1, 1))
    assert like.before is not None
    assert (like.before.start, like.before.end) == (date(2026, 2, 1), date(2026, 2, 28))
    like = periods.like_month(asked, date(2026, 3, 11), date(2026, 1, 1))
    assert like.before is not None
    assert like.before.end == date(2026, 2, 10)


def test_a_place_has_its_own_numbers_queue_and_quotes(db: Database) -> None:
    whole, part = (making.make(db, WEEK, NOW, NOW, each) for each in (Scope(), PLACE))
    assert [each.kind for each in part.headlines] == [Kind.REVIEW]
    assert part.headlines[0].now == whole.headlines[0].now
    assert {each.source for each in (*part.best, *part.worst)} == {"play"}
    assert not part.rivals
    assert 0 < part.queue.open <= whole.queue.open
    none = making.make(db, WEEK, NOW, NOW, Scope(places=("nowhere",)))
    assert (none.headlines, none.queue.open) == ((), 0)


def test_a_brand_of_ours_says_nothing_of_the_others(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=3)
    beta = Source("beta-survey", "feeds", brand="Beta")
    with db.write() as conn:
        brands = [Brand("Acme"), Brand("Beta"), Brand("Rival", own=False)]
        workspace.save_brands(conn, brands, "file")
        sources.save(conn, beta, NOW - timedelta(days=30))
        editions.write_comment(conn, WEEK.text, "For the board only.", 0, NOW)
    said = [play_review(700 + n, NOW - timedelta(days=4, hours=n)) for n in range(3)]
    store(db, beta, [replace(each, place="play:beta", brand="Beta") for each in said])
    failing = datetime(2026, 11, 12, tzinfo=UTC)
    polls.end(db, polls.begin(db, beta.id, failing, "test"), failing, "beta does not answer")
    acme, ours = (making.make(db, WEEK, NOW, NOW, Scope(each)) for each in (("Acme",), ()))
    assert {each.name for each in ours.rivals} == {"Acme", "Beta", "Rival"}
    assert {each.name for each in acme.rivals} == {"Acme", "Rival"}
    assert sum(each.share.value or 0 for each in acme.rivals) == pytest.approx(1)
    assert (ours.comment, acme.comment) == ("For the board only.", "")
    place = making.make(db, WEEK, NOW, NOW, Scope(places=("play:com.acme",)))
    assert (place.comment, place.rivals) == ("", ())
    for told in (ours.polls, ours.gaps):
        assert "beta-survey" in {each.source for each in told}
    for form in (Format.CSV, Format.HTML):
        assert not re.search(b"[bB]eta", files.write(acme, form))
    db.close()


def test_naming_all_of_our_brands_is_the_whole(db: Database) -> None:
    whole, named = (making.make(db, WEEK, NOW, NOW, each) for each in (Scope(), Scope(("Acme",))))
    assert tidy.write_csv(named) == tidy.write_csv(whole)


@pytest.mark.parametrize(
    ("text", "scope"), [("2026-W46", PLACE), ("2026-10", Scope()), ("2026-W46", Scope())]
)
def test_an_edition_is_made_again_as_it_was(tmp_path: Path, text: str, scope: Scope) -> None:
    db = company(tmp_path, weeks=6)
    report = making.make(db, spans.named(text), NOW, NOW, scope)
    kept = making.keep(db, report, "Mia")
    late = play_review(900, NOW - timedelta(days=9), text="late, bad")
    october = play_review(901, NOW - timedelta(days=20), text="late, bad")
    store(db, PLAY, [late, october], now=NOW + timedelta(hours=1))
    now = NOW + timedelta(days=1)
    again = making.again(db, editions.get(db.reader(), kept), now)
    assert tidy.write_csv(again) == tidy.write_csv(report)
    assert tidy.write_csv(making.make(db, report.span, now, now, scope)) != tidy.write_csv(report)
    db.close()


def test_what_was_shown_for_hours_is_kept_as_it_was_counted(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=3)
    shown = report_data.summary(data.at(db, NOW), WEEK)
    assert shown.at == NOW
    later = NOW + timedelta(seconds=9)
    store(db, PLAY, [play_review(900, NOW - timedelta(days=9))], now=later)
    assert report_data.summary(data.at(db, NOW), WEEK).at >= later
    edition = editions.get(db.reader(), making.keep(db, shown, "Mia"))
    assert edition.made_at == NOW
    again = making.again(db, edition, NOW + timedelta(hours=3))
    assert tidy.write_csv(again) == tidy.write_csv(shown)
    db.close()


def test_where_no_fact_moved_an_edition_is_read_as_it_stands(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=6)
    slow = polls.begin(db, PLAY.id, datetime(2026, 11, 12, tzinfo=UTC), "test")
    report = making.make(db, WEEK, NOW, NOW)
    facts = revisions.current(db.reader())["facts"]
    with db.write() as conn:
        named = WEEK.text, report.brands, report.places, NOW, 0, numbers.quoted(report)
        kept = editions.keep(conn, *named, facts)
        revisions.bump(conn, "queue")
    polls.end(db, slow, NOW + timedelta(hours=1), "no answer")
    edition = editions.get(db.reader(), kept)
    assert edition.facts == revisions.current(db.reader())["facts"]
    now = NOW + timedelta(days=1)
    assert making.make(db, WEEK, now, now).gaps
    assert tidy.write_csv(making.again(db, edition, now)) == tidy.write_csv(report)
    store(db, PLAY, [play_review(900, NOW - timedelta(days=9))], now=NOW + timedelta(hours=1))
    assert tidy.write_csv(making.again(db, edition, now)) == tidy.write_csv(report)
    assert tidy.write_csv(making.make(db, WEEK, now, now)) != tidy.write_csv(report)
    db.close()
