"""Real exports of two survey tools: repeated names, sentences as names, three header rows."""

from __future__ import annotations

import csv
import statistics
from pathlib import Path

import pytest

from tests.data import shared
from tests.real import Bench, counts, nps

pytestmark = pytest.mark.data

TYPEFORM, QUALTRICS = "surveys/typeform_export.csv", "surveys/qualtrics_sample.csv"
MONTHS = "About how many months have you been programming for?"
WHERE = "Which one?"


@pytest.fixture(scope="module")
def answers() -> list[list[str]]:
    """The Typeform export; its first row holds the questions."""
    with shared(TYPEFORM).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def column(answers: list[list[str]], question: str) -> list[str]:
    at = answers[0].index(question)
    return [row[at].strip() for row in answers[1:]]


def test_a_score_taken_from_a_question_has_the_nps_of_plain_arithmetic(
    tmp_path: Path, answers: list[list[str]]
) -> None:
    """Any question of whole numbers will do: what counts is the arithmetic."""
    bench = Bench(tmp_path)
    summary = bench.take(
        shared(TYPEFORM), "--kind", "survey", "--map", f"nps={MONTHS}", "--map", f"text={WHERE}"
    )
    taken: list[int] = []
    refused = 0
    for months, where in zip(column(answers, MONTHS), column(answers, WHERE), strict=True):
        if months.isdecimal() and int(months) <= 10:
            taken.append(int(months))
        elif months or not where:
            refused += 1
    assert counts(summary) == (2000, 2000 - refused, 0, 0, refused)
    found = bench.kpi()["survey", "nps"]
    assert found.n == len(taken)
    assert found.value == pytest.approx(nps(taken), abs=1e-9)
    lines = {refusal["line"] for refusal in summary["refusals"]}
    assert len(lines) == len(summary["refusals"]) == refused
    bench.verify()


def test_the_effort_score_and_importing_again(tmp_path: Path, answers: list[list[str]]) -> None:
    bench = Bench(tmp_path)
    options = ("--map", f"ces={MONTHS}", "--map", "text=", "--map", "title=")
    first = counts(bench.take(shared(TYPEFORM), *options))
    marks = [int(m) for m in column(answers, MONTHS) if m.isdecimal() and 1 <= int(m) <= 7]
    assert first == (2000, len(marks), 0, 0, 2000 - len(marks))
    found = bench.kpi()["survey", "ces"]
    assert (found.n, found.value) == (
        len(marks),
        pytest.approx(statistics.mean(marks), abs=1e-9),
    )
    again = counts(bench.take(shared(TYPEFORM), *options))
    assert again == (2000, 0, 0, len(marks), 2000 - len(marks))
    bench.verify()


def test_guessed_alone_it_is_a_survey_with_the_free_answers_as_text(
    tmp_path: Path, answers: list[list[str]]
) -> None:
    bench = Bench(tmp_path)
    summary = bench.take(shared(TYPEFORM))
    assert (summary["kind"], summary["header_rows"], summary["identity"]) == ("survey", 1, "id")
    free = [i for i, name in enumerate(answers[0]) if name in ("Other", WHERE)]
    written = sum(any(row[i].strip() for i in free) for row in answers[1:])
    assert counts(summary)[:2] == (2000, written)
    exported = bench.export()
    assert len(exported) == written
    asked = {row[answers[0].index("Submit Date (UTC)")] for row in answers[1:]}
    assert {row["published_at"][:19].replace("T", " ") for row in exported} <= asked
    bench.verify()


def test_three_header_rows_are_seen_and_personal_columns_left_out(tmp_path: Path) -> None:
    with shared(QUALTRICS).open(encoding="utf-8-sig", newline="") as file:
        _, questions, _, row = csv.reader(file)
    bench = Bench(tmp_path)
    summary = bench.take(shared(QUALTRICS))
    assert counts(summary) == (1, 1, 0, 0, 0)
    assert (summary["header_rows"], summary["kind"]) == (3, "survey")
    assert {"IPAddress", "LocationLatitude"} <= set(summary["left_out"])
    (one,) = bench.export()
    assert one["text"] == row[questions.index("This is a free text question.")]
    assert one["author"] == ""
    held = bench.db.read_bytes()
    for name in ("IP-Adresse", "Breitengrad des Standorts"):
        assert row[questions.index(name)].encode() not in held
    bench.verify()
