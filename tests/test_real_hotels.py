"""Real hotel reviews through import, figures, export and verify, against plain arithmetic."""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from pathlib import Path

import pytest

from storage.database import open_reader
from tests.data import shared
from tests.real import Bench, Measured, counts, nps, rows

pytestmark = pytest.mark.data

FILE = "hotels/reviews.csv"
ROWS = 4100
SAMPLE = 41
"""Every so many rows are compared word by word."""
NPS_OF_STARS = {5: 10, 4: 8, 3: 6, 2: 3, 1: 0}


@pytest.fixture(scope="module")
def reviews() -> list[dict[str, str]]:
    return rows(shared(FILE))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    path = shared(FILE)
    made = Bench(tmp_path_factory.mktemp("hotels"))
    assert counts(made.take(path)) == (ROWS, ROWS, 0, 0, 0)
    return made


@pytest.fixture(scope="module")
def overall(bench: Bench) -> dict[tuple[str, str], Measured]:
    return bench.kpi()


def test_the_overall_figures_are_those_of_plain_arithmetic(
    overall: dict[tuple[str, str], Measured], reviews: list[dict[str, str]]
) -> None:
    stars = [int(row["rating"]) for row in reviews]
    rating = overall["review", "rating"]
    assert (rating.n, rating.value) == (ROWS, pytest.approx(statistics.mean(stars), abs=1e-9))
    half = 1.96 * statistics.stdev(stars) / ROWS**0.5
    assert rating.high - rating.value == pytest.approx(half, rel=0.01)
    negative = overall["review", "negative_share"]
    assert (negative.n, negative.value) == (
        ROWS,
        pytest.approx(sum(mark <= 2 for mark in stars) / ROWS, abs=1e-12),
    )
    replied = overall["review", "response_rate"]
    answered = sum(bool(row["reply_text"].strip()) for row in reviews)
    assert (replied.n, answered) == (ROWS, 3035)
    assert replied.value == pytest.approx(answered / ROWS, abs=1e-12)


def test_each_hotel_has_its_own_average_and_number(
    bench: Bench, reviews: list[dict[str, str]]
) -> None:
    stars: dict[str, list[int]] = defaultdict(list)
    for row in reviews:
        stars[row["hotel"]].append(int(row["rating"]))
    assert len(stars) == 26
    for hotel in sorted(stars, key=lambda name: len(stars[name]))[::5]:
        rating = bench.kpi("--product", hotel)["review", "rating"]
        assert rating.n == len(stars[hotel])
        assert rating.value == pytest.approx(statistics.mean(stars[hotel]), abs=1e-9)
    exported = defaultdict(list)
    for row in bench.export():
        exported[row["product"]].append(row["rating"])
    assert {name: sorted(marks) for name, marks in exported.items()} == {
        name: sorted(marks) for name, marks in stars.items()
    }


def test_both_ways_of_writing_a_date_fall_on_their_day(
    bench: Bench, reviews: list[dict[str, str]]
) -> None:
    """Most dates are ISO, some are day-month-year with hyphens, in the same column."""

    def day(text: str) -> str:
        first, middle, last = text.split("-")
        return text if len(first) == 4 else f"{last}-{middle}-{first}"

    wanted = {row["url"]: day(row["published"]) for row in reviews}
    assert {row["url"]: row["published_at"] for row in bench.export()} == wanted
    april = ("--from", "2024-04-01", "--to", "2024-04-30")
    within = sum("2024-04-01" <= each <= "2024-04-30" for each in wanted.values())
    assert bench.kpi(*april)["review", "rating"].n == within > 0


def test_texts_and_replies_come_back_as_they_were(
    bench: Bench, reviews: list[dict[str, str]]
) -> None:
    exported = {row["url"]: row for row in bench.export()}
    assert len(exported) == ROWS
    for row in reviews[::SAMPLE]:
        out = exported[row["url"]]
        assert (out["title"], out["text"]) == (row["title"].strip(), row["text"].strip())
        assert (out["label"], out["origin"]) == (label(int(row["rating"])), "stars")
        assert out["replied"] is bool(row["reply_text"].strip())
    conn = open_reader(bench.db)
    replies = dict(
        conn.execute(
            "SELECT i.url, r.text FROM replies r JOIN identities i ON i.mention_id = r.mention_id"
        )
    )
    conn.close()
    assert replies == {
        row["url"]: row["reply_text"].strip() for row in reviews if row["reply_text"].strip()
    }


def label(stars: int) -> str:
    if stars <= 2:
        return "negative"
    return "positive" if stars >= 4 else "neutral"


def test_history_opens_no_case_and_importing_again_changes_nothing(
    bench: Bench, overall: dict[tuple[str, str], Measured]
) -> None:
    assert bench.run("cases", "list", "--json").lines == []
    assert counts(bench.take(shared(FILE))) == (ROWS, 0, 0, ROWS, 0)
    assert bench.kpi() == overall
    bench.verify()


def test_a_survey_made_of_the_stars_has_the_nps_of_plain_arithmetic(
    tmp_path: Path, reviews: list[dict[str, str]]
) -> None:
    marks = [NPS_OF_STARS[int(row["rating"])] for row in reviews]
    file = tmp_path / "survey.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(
            ["response_id", "How likely are you to recommend us to a friend?", "submitted_at"]
        )
        for number, mark in enumerate(marks):
            table.writerow([f"r{number}", mark, "2026-11-02 10:00:00"])
    bench = Bench(tmp_path)
    summary = bench.take(file)
    assert counts(summary) == (ROWS, ROWS, 0, 0, 0)
    assert summary["kind"] == "survey"
    found = bench.kpi()["survey", "nps"]
    assert found.n == ROWS
    assert found.value == pytest.approx(nps(marks), abs=1e-9)
    assert found.low < found.value < found.high
    bench.verify()
