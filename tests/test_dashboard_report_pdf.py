"""The PDF: real pages with the summary's words, tagged, repeatable, safe with any text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboard.reports import files, making, weeks
from dashboard.reports.files import Format
from dashboard.reports.model import Summary
from storage import editions
from storage.database import Database
from storage.people import EARSHOT
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, company, play_review, store

WEEK = weeks.parse("2026-W46")
EVIL = (
    '#panic("x") #import "/etc/passwd" $ x^2 $ *bold* \\ <label> @ref "quoted" // comment'
    " \x00 \u202e 漢字 \U0001f600 and long enough to be quoted"
)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = company(tmp_path_factory.mktemp("company"), weeks=14)
    seen = replace(play_review(500, NOW - timedelta(days=8)), title="<b>", text=f"bad {EVIL}")
    store(made, PLAY, [replace(seen, rating=1.0)])
    with made.write() as conn:
        editions.write_comment(conn, WEEK.text, f"Mind this: {EVIL}", EARSHOT.id, NOW)
    yield made
    made.close()


@pytest.fixture(scope="module")
def report(db: Database) -> Summary:
    return making.make(db, WEEK, NOW, NOW)


def text(written: bytes, folder: Path) -> str:
    path = folder / "weekly.pdf"
    path.write_bytes(written)
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def test_it_says_what_the_page_says(report: Summary, tmp_path: Path) -> None:
    said = text(files.write(report, Format.PDF), tmp_path)
    for wanted in ("Week 46, 2026", "What changed", "What we did", "Topics", "Acme", "Queue"):
        assert wanted in said
    assert '#panic("x")' in said
    assert "$ x^2 $ *bold*" in said.replace("\n", " ")
    assert f"{report.queue.opened:,}" in said


def test_it_is_tagged_and_the_same_each_time(report: Summary, tmp_path: Path) -> None:
    plain = report._replace(best=(), worst=(), comment="")
    first, second = (files.write(plain, Format.PDF) for _ in range(2))
    assert first == second
    path = tmp_path / "tagged.pdf"
    path.write_bytes(first)
    root = PdfReader(path).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  a PDF object, equal and not the same
    assert root["/Lang"] == "en"


def test_a_week_without_anything_has_its_page(db: Database, tmp_path: Path) -> None:
    empty = making.make(db, WEEK.back(60), NOW, NOW)
    assert "Nothing was said this week." in text(files.write(empty, Format.PDF), tmp_path)


def test_the_command_writes_it_unless_told_otherwise(db: Database, tmp_path: Path) -> None:
    ran = earshot("report", "weekly", "--db", str(db.path), "--out", str(tmp_path))
    assert ran.code == 0
    names = {Path(line).suffix for line in ran.text.splitlines()}
    assert names == {".pdf", ".xlsx", ".html", ".csv"}
