"""Summaries in other languages: every sentence, numbers and dates as they are written there."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dashboard.reports import (
    deed_words,
    files,
    goal_words,
    letter,
    locales,
    making,
    page,
    parts,
    pdf,
    spans,
    speech,
    wording,
    workbook,
)
from dashboard.reports.files import Format
from dashboard.reports.model import Summary
from sentiment.effects import Verdict as Effect
from sentiment.outlook import Verdict as Outlook
from storage import editions, rules
from storage.errors import InputError
from storage.models import Label
from tests.source import ROOT
from tests.workspace import NOW, company

LANGUAGES = ("de", "es", "fr")
SPOKEN = [*(ROOT / "dashboard" / "reports").glob("*.py"), ROOT / "dashboard" / "proof.py"]
SPOKEN += [ROOT / "dashboard" / "delivery" / "summaries.py"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Summary]:
    db = company(tmp_path_factory.mktemp("speech"), weeks=14)
    rules.open_cases(db, None, NOW)
    with db.write() as conn:
        editions.write_comment(conn, "2026-W46", "Mind the courier.", 0, NOW)
    yield making.make(db, spans.named("2026-W46"), NOW, NOW)
    db.close()


def asked_for() -> set[str]:
    """Sentences that the code says, and words of its tables."""
    found: set[str] = set()
    for path in SPOKEN:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
                *("say", "per"),
            ):
                for each in node.args:
                    texts = [n.value for n in ast.walk(each) if isinstance(n, ast.Constant)]
                    found |= {text for text in texts if isinstance(text, str)}
    tables = [wording.KINDS.values(), (unit.name for unit in wording.UNITS.values())]
    tables += [wording.MEANINGS, wording.MEANINGS.values(), goal_words.HEAD, deed_words.HEAD]
    tables += [parts.TOPIC_HEAD, parts.IMPACT_HEAD, parts.RIVAL_HEAD, pdf._HEADINGS]
    tables += [("This week", "This month", "Week before", "Month before", "Week", "Month")]
    tables += [(each.value for each in kind) for kind in (Outlook, Effect, Label)]
    return found.union(*tables)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_has_its_like_with_the_same_parts(lang: str) -> None:
    said = speech.of(lang).phrases
    assert not asked_for() - said.keys() - {" ("}
    for phrase, like in said.items():
        names = [
            {name for _, name, _, _ in Formatter().parse(each) if name} for each in (phrase, like)
        ]
        assert names[0] == names[1], phrase
        assert like.strip()


class Strict(dict[str, str]):
    """Sentences that remember what was asked for in vain."""

    def get(self, phrase: str, default: str = "") -> str:  # type: ignore[override]
        assert phrase in self, f"nobody translated {phrase!r}"
        return self[phrase]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_falls_back_to_english(report: Summary, lang: str) -> None:
    strict = replace(speech.of(lang), phrases=Strict(speech.of(lang).phrases))
    token = speech._CURRENT.set(strict)
    try:
        assert f'<html lang="{lang}">' in page.render(report).decode()
        assert pdf.render(report).startswith(b"%PDF")
        assert workbook.write(report)
        assert letter.letter(report, ()).text
    finally:
        speech._CURRENT.reset(token)


def test_a_german_summary_is_german_and_its_numbers_are_the_same(report: Summary) -> None:
    said = files.write(report, Format.PDF, "de")
    text = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(said)).pages)
    days = "9. Nov. 2026 – 15. Nov. 2026"
    for wanted in ("WOCHENBERICHT", "Woche 46, 2026", days, "Bewertungen"):
        assert wanted in text
    html = files.write(report, Format.HTML, "de").decode()
    assert "Mind the courier." in html
    assert not re.search(r"\bweek\b|\bmentions\b|\breal change\b", html.partition("<main>")[2])
    assert files.write(report, Format.CSV, "de") == files.write(report, Format.CSV)
    books = [
        CalamineWorkbook.from_filelike(io.BytesIO(files.write(report, Format.XLSX, each)))
        for each in ("de", "en-GB")
    ]
    sheets = [book.get_sheet_by_name("Numbers").to_python() for book in books]
    assert sheets[0] == sheets[1]
    assert "Themen" in books[0].sheet_names
    assert "Weekly summary" in files.write(report, Format.HTML).decode()


@pytest.mark.parametrize(
    ("locale", "number", "day", "time"),
    [
        ("en-GB", "−12,345.60", "3 Mar 2026", "19:05"),
        ("en-US", "−12,345.60", "Mar 3, 2026", "7:05 PM"),
        ("de", "−12.345,60", "3. März 2026", "19:05"),
        ("es", "−12.345,60", "3 mar 2026", "19:05"),
        ("fr", "−12\u00a0345,60", "3 mars 2026", "19:05"),
    ],
)
def test_numbers_and_dates_follow_the_locale(locale: str, number: str, day: str, time: str) -> None:
    with speech.speaking(locale):
        assert speech.number(-12345.6, 2) == number
        assert speech.number(-0.001, 2) == f"0{speech.current().decimal}00"
        assert speech.day(date(2026, 3, 3)) == day
        assert speech.clock(datetime(2026, 3, 3, 19, 5)) == time
    assert speech.number(12345.6, 1) == "12,345.6"


def test_what_is_no_locale_is_told() -> None:
    assert [locales.known(each) for each in ("de_AT", "EN", "fr-CA")] == ["de", "en-GB", "fr"]
    with pytest.raises(InputError, match="did you mean"):
        locales.known("dee")
    with pytest.raises(InputError, match="no locale"):
        locales.known("tlh")


def test_each_locale_has_a_file_beside_the_code() -> None:
    found = Path(speech.__file__).parent.glob("speech_*.toml")
    languages = {each.partition("-")[0] for each in locales.NAMES}
    assert {path.stem.removeprefix("speech_") for path in found} == languages
