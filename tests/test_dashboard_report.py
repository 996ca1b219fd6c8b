"""The weekly summary: the same numbers as the pages, in every format, safe and repeatable."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from dashboard.reports import brief, svg, tidy, weeks, wording, workbook
from dashboard.reports import page as html_page
from dashboard.reports.counting import count, summary
from dashboard.reports.model import Summary, moved
from sentiment import metrics
from storage import cases, coverage, listing, polls, queries, queue_figures, rules, workspace
from storage.case_model import Claim, Dismiss, RecordReply, Reopen, Resolve
from storage.database import Database
from storage.errors import InputError
from storage.models import Kind, Label, MentionFilter
from storage.people import person
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, company, open_company, play_review, store

WEEK = weeks.parse("2026-W46")
TODAY = date(2026, 11, 18)
MONDAY = datetime(2026, 11, 8, 23, tzinfo=UTC)
"""When Monday of the week begins in Berlin."""


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A company of fourteen weeks with a queue; only read."""
    database = company(tmp_path_factory.mktemp("company"), weeks=14)
    rules.open_cases(database, None, NOW - timedelta(days=4))
    yield database
    database.close()


@pytest.fixture(scope="module")
def report(db: Database) -> Summary:
    """The summary of the week."""
    return summary(db.reader(), WEEK, NOW)


def own(start: date, end: date, **chosen: tuple[Kind, ...]) -> MentionFilter:
    """Our own mentions of some days."""
    return MentionFilter(start=start, end=end, brands=("Acme", ""), **chosen)


def numbers(report: Summary) -> dict[tuple[str, str, str, str], tidy.Row]:
    """The rows of the CSV by what they are of."""
    return {row[:4]: row for row in tidy.rows(report)}


@pytest.mark.parametrize("text", ["2026-W46", "2026w46", "2026W46", " 2026-w46 "])
def test_weeks_are_read_as_people_write_them(text: str) -> None:
    assert weeks.parse(text) == weeks.Week(2026, 46)


@pytest.mark.parametrize("text", ["2026-46", "2025-W53", "2026-W00", "W46", "2026-W46-1", ""])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        weeks.parse(text)


def test_weeks_follow_iso_8601() -> None:
    assert (WEEK.first, WEEK.last) == (date(2026, 11, 9), date(2026, 11, 15))
    assert weeks.of(date(2027, 1, 3)).text == "2026-W53"
    assert weeks.parse("2027-W01").back(1).text == "2026-W53"
    assert weeks.of(date(2026, 11, 16)).back(1) == WEEK
    assert weeks.of(date(2026, 11, 15)).back(1) == WEEK.back(1)


def test_headlines_are_those_of_the_mentions(db: Database, report: Summary) -> None:
    rows = list(listing.every(db.reader(), own(WEEK.first, WEEK.last)))
    stars = [row.rating for row in rows if row.rating is not None]
    nps = [row.nps for row in rows if row.nps is not None]
    found = numbers(report)
    rating = found["headline", "review", "rating", "2026-W46"]
    assert rating.value == pytest.approx(sum(stars) / len(stars))
    assert rating.n == len(stars) == 6
    assert found["headline", "survey", "nps", "2026-W46"].value == pytest.approx(
        100 * (sum(a >= 9 for a in nps) - sum(a <= 6 for a in nps)) / len(nps)
    )
    for kind in (Kind.REVIEW, Kind.SURVEY):
        of_kind = [row for row in rows if row.kind is kind]
        share = sum(row.label is Label.NEGATIVE for row in of_kind) / len(of_kind)
        assert found["headline", kind, "negative_share", "2026-W46"].value == pytest.approx(share)
        assert found["headline", kind, "mentions", "2026-W46"].value == len(of_kind)
    assert ("headline", "social", "mentions", "2026-W46") not in found


def test_changes_are_against_the_week_before(db: Database, report: Summary) -> None:
    conn = db.reader()
    now = queries.totals(conn, own(WEEK.first, WEEK.last))[Kind.REVIEW]
    week = WEEK.back(1)
    before = queries.totals(conn, own(week.first, week.last))[Kind.REVIEW]
    change = metrics.compare(now, before, "rating")
    row = numbers(report)["headline", "review", "rating", "2026-W46"]
    assert (row.before, row.change) == (change.before.value, change.difference)
    assert row.verdict == change.verdict == "too few to tell (6)"
    assert report.compared == "2 Nov – 8 Nov 2026"


def test_the_trend_is_a_quarter_that_ends_with_the_week(db: Database, report: Summary) -> None:
    trend = next(each for each in report.trends if each.kind is Kind.REVIEW)
    assert [each.span.text for each in trend.steps] == [f"2026-W{n}" for n in range(34, 47)]
    total = queries.totals(db.reader(), own(WEEK.back(12).first, WEEK.last))[Kind.REVIEW]
    assert sum(each.sums.n for each in trend.steps) == total.n
    assert [each.gap for each in trend.steps] == [False] * 13


def test_topics_rivals_and_quotes(db: Database, report: Summary) -> None:
    conn = db.reader()
    groups = queries.breakdown(conn, own(WEEK.first, WEEK.last), "topic")
    assert {topic.key: topic.n for topic in report.topics} == {g.key: g.sums.n for g in groups}
    assert {(brand.name, brand.own) for brand in report.rivals} == {
        ("Acme", True),
        ("Rival", False),
    }
    everything = queries.count(conn, MentionFilter(start=WEEK.first, end=WEEK.last))
    assert sum(brand.n for brand in report.rivals) == everything
    assert report.worst
    for quote in (*report.best, *report.worst):
        assert WEEK.first <= quote.day <= WEEK.last
        assert quote.source != "reddit"
    assert len({quote.text for quote in report.worst}) == len(report.worst)


def test_what_is_kept_of_a_summary_holds_nobodys_words(db: Database, report: Summary) -> None:
    kept = count(db.reader(), WEEK, NOW)
    quoted = (*report.best, *report.worst)
    assert quoted
    assert [each.mention_id for each in quoted] == [each.mention_id for each in kept.quoted]
    assert not any(each.text in repr(kept) for each in quoted)


def test_the_way_a_topic_moved(report: Summary) -> None:
    up, down = moved(report.topics, up=True), moved(report.topics, up=False)
    assert not {topic.key for topic in up} & {topic.key for topic in down}
    assert all((topic.share.difference or 0) > 0 for topic in up)


def test_queue_figures_come_from_the_events(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    texts = [f"The courier was late and bad, number {n}" for n in range(6)]
    told = [
        replace(play_review(n, MONDAY + timedelta(hours=1), text=text), rating=1.0, reply_text="")
        for n, text in enumerate(texts)
    ]
    store(db, PLAY, told)
    opened = MONDAY + timedelta(hours=2)
    assert rules.open_cases(db, None, opened) == 6
    with db.write() as conn:
        anna = person(conn, "Anna", opened)
    for number, hours in ((1, 1.0), (2, 3.0), (3, 5.0)):
        at = opened + timedelta(hours=hours)
        for command in (Claim(actor=anna), RecordReply(actor=anna, url="", text="sorry")):
            cases.act(db, number, command, at)
    cases.act(
        db,
        1,
        Resolve(actor=anna, root_cause="courier", action="called"),
        opened + timedelta(days=1),
    )
    cases.act(db, 4, Claim(actor=anna), opened)
    cases.act(db, 4, Dismiss(actor=anna, reason="spam"), opened + timedelta(hours=1))
    after = MONDAY + timedelta(days=7)
    cases.act(db, 1, Reopen(actor=anna), after + timedelta(days=1))
    figures = queue_figures.queue(db.reader(), MONDAY, after)
    assert (figures.opened, figures.answered, figures.resolved, figures.dismissed) == (6, 3, 1, 1)
    assert (figures.open, figures.overdue) == (4, 2)
    assert figures.waits == (1.0, 3.0, 5.0, None, None)
    assert figures.median_hours == 5.0
    assert (figures.due, figures.in_time) == (5, 3)
    first = queue_figures.queue(db.reader(), MONDAY, opened + timedelta(hours=2))
    assert (first.answered, first.open, first.overdue) == (1, 5, 0)
    assert first.median_hours is None
    nothing = queue_figures.queue(db.reader(), MONDAY - timedelta(days=7), MONDAY)
    assert nothing == queue_figures.QueueFigures(0, 0, 0, 0, 0, 0, (), 0, 0)
    db.close()


@pytest.mark.parametrize(
    ("waits", "median"),
    [
        ((), None),
        ((2.0,), 2.0),
        ((4.0, 1.0), 2.5),
        ((None, 1.0), None),
        ((None, 1.0, 3.0), 3.0),
        ((None, None, 1.0), None),
    ],
)
def test_what_still_waits_counts_as_longest(
    waits: tuple[float | None, ...], median: float | None
) -> None:
    assert queue_figures.QueueFigures(0, 0, 0, 0, 0, 0, waits, 0, 0).median_hours == median


def test_a_week_that_runs_ends_yesterday_and_says_so(db: Database) -> None:
    running = summary(db.reader(), weeks.of(TODAY), NOW)
    assert (running.start, running.end, running.finished) == (
        date(2026, 11, 16),
        date(2026, 11, 17),
        False,
    )
    assert running.compared == "9 Nov – 10 Nov 2026"
    assert b"(unfinished)" in html_page.render(running)
    with pytest.raises(InputError, match="has not begun"):
        summary(db.reader(), weeks.parse("2026-W48"), NOW)


def test_without_a_week_before_nothing_is_compared(db: Database) -> None:
    first = summary(db.reader(), WEEK.back(13), NOW)
    assert first.headlines
    assert all(each.before is None for each in first.headlines)
    row = numbers(first)["headline", "review", "rating", first.span.text]
    assert (row.before, row.change) == (None, None)
    assert "do not reach back" in row.verdict
    for form in (html_page.render, workbook.write, tidy.write_csv):
        assert form(first)


def test_an_empty_workspace_has_a_summary_too(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    empty = summary(db.reader(), WEEK, NOW)
    assert brief.brief(empty)[0] == ("What changed", ["Nothing was said this week."])
    for form in (html_page.render, workbook.write, tidy.write_csv):
        assert form(empty)
    db.close()


def test_every_file_has_the_same_bytes_when_made_again(db: Database, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        ran = earshot(
            *("report", "weekly", "--week", "2026-W46", "--db", db.path, "--json"),
            *("--out", tmp_path / folder),
        )
        assert ran.code == 0, ran.err
        assert [Path(each).name for each in ran.json["files"]] == [
            f"weekly-2026-W46.{form}" for form in ("pdf", "xlsx", "html", "csv")
        ]
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_the_sheet_of_numbers_is_the_csv_file(report: Summary) -> None:
    told = list(csv.reader(io.StringIO(tidy.write_csv(report).decode(), newline="")))
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.write(report)))
    sheet = book.get_sheet_by_name("Numbers").to_python()
    assert len(told) == len(sheet) > 100
    for row, cells in zip(told, sheet, strict=True):
        for text, cell in zip(row, cells, strict=True):
            said = text.removeprefix("'") if text.startswith("'") else text
            assert said == cell if isinstance(cell, str) else float(text) == cell
    assert "Summary" in book.sheet_names[0]


def test_the_files_say_when_they_were_known(db: Database, report: Summary) -> None:
    known = coverage.data_until(db.reader())
    assert known is not None
    row = next(row for row in tidy.rows(report) if row.name == "as_known_at")
    assert datetime.fromisoformat(row.text) == known.replace(microsecond=0)


def test_formats_and_weeks_that_do_not_exist_are_refused(db: Database, tmp_path: Path) -> None:
    for options in (["--format", "docx"], ["--format", ","], ["--week", "46"]):
        ran = earshot("report", "weekly", *options, "--db", db.path, "--out", tmp_path)
        assert ran.code == 2, options
    ran = earshot(
        *("report", "weekly", "--week", "2026-W46", "--format", "CSV, html"),
        *("--db", db.path, "--out", tmp_path / "new" / "folder"),
    )
    assert ran.code == 0
    assert {path.suffix for path in (tmp_path / "new" / "folder").iterdir()} == {".csv", ".html"}


def test_the_default_is_the_last_complete_week(db: Database, tmp_path: Path) -> None:
    ran = earshot(
        "report", "weekly", "--format", "csv", "--db", db.path, "--out", tmp_path, "--json"
    )
    today = datetime.now(UTC).date()
    allowed = {weeks.of(today + timedelta(days=n)).back(1).text for n in (-1, 0, 1)}
    assert ran.json["week"] in allowed


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> \"'=cmd() $x$ [a](javascript:1) \u202e"
)


def hostile(folder: Path) -> Database:
    """A company whose customers, sources and errors try everything."""
    db = open_company(folder)
    at = MONDAY + timedelta(hours=5)
    bad = play_review(1, at, text=f"=bad {HOSTILE} and long enough to be quoted")
    store(db, PLAY, [replace(bad, title=HOSTILE, rating=1.0, url="javascript:alert(1)")])
    poll = polls.begin(db, PLAY.id, at, "test")
    polls.end(db, poll, at, error=f"broken {HOSTILE}")
    return db


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    db = hostile(tmp_path)
    report = summary(db.reader(), WEEK, NOW)
    assert report.worst
    assert report.gaps
    page = html_page.render(report).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:alert" not in page
    assert "&lt;script&gt;" in page
    cells = [
        cell for row in csv.reader(io.StringIO(tidy.write_csv(report).decode())) for cell in row
    ]
    assert not [cell for cell in cells if cell.startswith("=")]
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.write(report)))
    cell = book.get_sheet_by_name("Quotes").to_python()[1][4]
    assert isinstance(cell, str)
    assert cell.startswith(HOSTILE)
    db.close()


def test_the_page_forbids_everything_but_its_own_style(report: Summary) -> None:
    page = html_page.render(report).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert " style=" not in page
    assert not re.search(r'(?:src|href)="(?!https?://play\.example/)', page)


@pytest.mark.browser
def test_a_browser_shows_it_without_a_complaint(page: Page, tmp_path: Path) -> None:
    db = hostile(tmp_path)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.set_content(html_page.render(summary(db.reader(), WEEK, NOW)).decode())
    assert page.locator("h1").inner_text() == "Week 46, 2026"
    assert page.locator("h1").evaluate("e => getComputedStyle(e).fontSize") == "31px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert told == []
    db.close()


def test_sample_data_is_marked_in_every_format(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    with db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    report = summary(db.reader(), WEEK, NOW)
    assert b"Sample data" in html_page.render(report)
    assert numbers(report)["about", "", "sample", "2026-W46"].text == "yes"
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.write(report)))
    assert "SAMPLE" in str(book.get_sheet_by_name("Summary").to_python())
    ran = earshot("report", "weekly", "--format", "csv", "--db", db.path, "--out", tmp_path)
    assert "sample data" in ran.err
    db.close()


def test_a_week_with_a_failure_is_hatched_for_what_it_touches(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=3)
    failed = MONDAY + timedelta(days=1)
    poll = polls.begin(db, PLAY.id, failed, "test")
    polls.end(db, poll, failed, error="timed out")
    poll = polls.begin(db, PLAY.id, failed + timedelta(days=1), "test")
    polls.end(db, poll, failed + timedelta(days=1))
    report = summary(db.reader(), WEEK, NOW)
    hatched = {trend.kind: [each.gap for each in trend.steps] for trend in report.trends}
    assert any(hatched[Kind.REVIEW])
    assert not any(hatched[Kind.SURVEY])
    assert "play" in str(brief.brief(report))
    rows = [row for row in tidy.rows(report) if row.name == "gap_hours"]
    assert [row.subject for row in rows] == ["play"]
    db.close()


def test_charts_are_well_formed_whatever_the_numbers() -> None:
    nothing = svg.Point("a", None, None, None)
    some = svg.Point("b", 0.5, 0.1, 0.9, gap=True)
    for points in (
        [],
        [nothing],
        [some],
        [some, nothing, some],
        [svg.Point("c", 0.0, 0.0, 0.0)] * 3,
    ):
        drawn = svg.line(points, "#0072b2", lambda x: f"{x:.1f} <", HOSTILE)
        ElementTree.fromstring(drawn)
    for stacks in (
        [],
        [svg.Stack("a", ())],
        [svg.Stack("a", (("#000", 3), ("#111", 0)), gap=True)],
    ):
        ElementTree.fromstring(svg.bars(stacks, lambda x: f"{x:.0f}", "spoken"))
    ElementTree.fromstring(svg.bar([("#000", 0.0)], 0.0))


def test_words_have_signs_units_and_no_false_precision() -> None:
    assert wording.figure(-0.125, "rating") == "−0.12"
    assert wording.figure(0.1234, "negative_share") == "12.3 %"
    assert wording.figure(None, "nps") == "–"
    assert wording.hours(0.25) == "15 min"
    assert wording.hours(30.0) == "30.0 h"
    assert wording.inline("csat") == "CSAT"
    assert wording.inline("rating") == "average rating"
