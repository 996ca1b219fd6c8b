"""The figures of learned models and of speed: on tiny sets of our own, that they are measured."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from dashboard.bench import learning, learning_cost, speed
from dashboard.bench.table import Figure, Goal
from dashboard.bench.templates import looked_at
from storage.models import Label
from tests.command_line import earshot
from tests.lessons import sayings

STARS = {Label.NEGATIVE: 1, Label.NEUTRAL: 3, Label.POSITIVE: 5}
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Posts of ten days and reviews of eight hotels, in words that no lexicon knows."""
    place = tmp_path_factory.mktemp("sets")
    (place / "airline").mkdir()
    (place / "hotels").mkdir()
    said = sayings(1_200, doubt=0.05)
    with (place / "airline" / "tweets.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "airline_sentiment", "name", "tweet_created"])
        for at, (text, label) in enumerate(said):
            when = START + timedelta(days=at * 10 // len(said), seconds=at)
            rows.writerow([text, label.value, f"a{at}", when.strftime("%Y-%m-%d %H:%M:%S %z")])
    draw = Random(3)
    with (place / "hotels" / "reviews.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["title", "rating", "published", "text", "hotel"])
        for text, label in sayings(900, seed=2, doubt=0.05):
            rows.writerow(["", STARS[label], "2026-03-01", text, f"h{draw.randrange(8)}"])
    return place


@pytest.fixture(scope="module")
def found(place: Path) -> dict[str, Figure]:
    return {each.name: each for each in learning.learned(place)}


@pytest.mark.parametrize(
    "name",
    [
        "airline posts learned",
        "the same as in a language that nobody reads",
        "reviews of other hotels learned",
    ],
)
def test_what_was_learned_stands_beside_its_baselines(name: str, found: dict[str, Figure]) -> None:
    ours = found[f"{name}, macro-F1"]
    assert ours.value > 0.85
    assert ours.goal is not None
    for rival in ("default model", "VADER alone", "most frequent class"):
        assert found[f"{name}, macro-F1: {rival}"].value < ours.value - 0.2
        assert found[f"{name}, accuracy: {rival}"].value < found[f"{name}, accuracy"].value
    assert found[f"{name}, expected calibration error"].goal == Goal(0.05)
    assert 0 <= found[f"{name}, expected calibration error"].value < 0.15


def test_only_later_texts_that_nobody_looked_at_examine(
    found: dict[str, Figure], place: Path
) -> None:
    with (place / "airline" / "tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["tweet_created"][:10]) for row in csv.DictReader(file)]
    last = sorted({day for _, day in rows})[-2:]
    exam = sum(day in last and not looked_at(text) for text, day in rows)
    teach = sum(day not in last and looked_at(text) for text, day in rows)
    note = found["airline posts learned, accuracy"].note
    assert note == f"{exam} texts, learned from {teach}"


def test_what_learning_costs_is_measured() -> None:
    cost = learning_cost.measured(600)
    assert cost.seconds > 0
    assert cost.megabytes > 10
    assert cost.rate > 100


def test_speed_is_held_against_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "EMOJI", 200)
    section = speed.section(rounds=1, characters=4_400, big=40_000)
    by_name = {each.name: each for each in section.figures}
    short = by_name["VADER, texts of 100 characters"]
    assert short.goal == Goal(5, least=True)
    assert short.ratio is not None
    assert short.ratio > 1
    assert by_name["VADER, texts of 1,100 characters"].goal == Goal(15, least=True)
    assert by_name["analysis, texts of 100 characters"].goal == Goal(2_000, least=True)
    assert "polarity_scores" in section.code


def test_a_part_is_named_with_or_without_an_option() -> None:
    done = earshot(
        "bench", "ingest", "--section", "ingest", "--size", "1000", "--rounds", "1", "--json"
    )
    assert done.code == 0, done.err
    assert [each["section"] for each in done.lines] == ["ingest"], "one JSON object a section"
    assert len(done.lines[0]["figures"]) == 4
    refused = earshot("bench", "understandings")
    assert refused.code == 2
    assert "understanding" in refused.err
