"""Ratings become stars, scores stay what they are, and what is neither is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.tables.scales import CES, CSAT, NPS, BadScore, Ratings, Scale, find_scale
from collectors.tables.words import label_of, language_of
from storage.errors import InputError
from storage.models import Kind, Label
from tests.tables import run, write


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("4", 4), ("4.5", 4.5), ("4,5", 4.5), ("4/5", 4), ("8/10", 4), ("4 out of 5", 4),
        ("Rated 4 out of 5", 4), ("4 von 5 Sternen", 4), ("4 sur 5 étoiles", 4), ("4 de 5", 4),
        ("4 stars", 4), ("1 star", 1), ("4 Sterne", 4), ("★★★★", 4), ("★★★★☆", 4), ("⭐⭐⭐", 3),
        ("★★★½", 3.5), ("80 %", 4), ("10%", 1), ("FIVE", 5), ("1e0", 1),
    ],
)  # fmt: skip
def test_ways_to_write_a_rating(text: str, stars: float) -> None:
    assert Ratings(Scale(1, 5)).stars(text)[0] == stars


@pytest.mark.parametrize(
    "text",
    ["NaN", "inf", "-inf", "7", "0", "-1", "5.1", "6/5", "140 %", "1e308", "great", "4/0", "5 5",
     "3 4/5", "4 of", "☆☆☆☆☆☆★★★★★★", "'; DROP TABLE mentions", "=4", "4" * 50],
)  # fmt: skip
def test_what_is_no_rating_says_so(text: str) -> None:
    with pytest.raises(BadScore, match="rating"):
        Ratings(Scale(1, 5)).stars(text)


@pytest.mark.parametrize(
    ("counts", "scale"),
    [
        ({"1": 5, "5": 9}, (1, 5)),
        ({"1": 5, "5": 9, "7": 1}, (1, 5)),
        ({"5": 1, "4": 1, "7": 1, "NaN": 1, "99": 1, "-1": 1, "0": 1}, (1, 5)),
        ({"10": 9, "8": 5, "3": 3}, (1, 10)),
        ({"0": 2, "10": 9, "8": 5, "3": 3}, (0, 10)),
        ({"2.9": 1, "7.5": 1, "9.6": 1}, (1, 10)),
        ({"80": 9, "55": 5, "3": 1}, (0, 100)),
        ({"0.5": 9, "4.5": 5}, (0.5, 5)),
        ({"4/5": 9, "8/10": 5}, (1, 5)),
        ({}, (1, 5)),
    ],
)
def test_the_scale_is_told_from_the_whole_column(
    counts: dict[str, int], scale: tuple[float, float]
) -> None:
    assert find_scale(counts)[:2] == scale


def test_other_scales_are_converted_and_the_original_is_kept(tmp_path: Path) -> None:
    content = "text,score\na,10\nb,8\nc,1\nd,9\ne,\n"
    found = run(write(tmp_path / "a.csv", content), {"rating": "score"}, kind=Kind.REVIEW)
    assert [seen.rating for seen in found.taken] == [5, 4, 1, 4.5, None]
    assert found.taken[1].extra == {"rating": "8", "rating_scale": "1–10"}
    assert found.taken[4].extra == {}


def test_the_scale_can_be_set(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,rating\na,3\nb,5\nc,4\n")
    assert [seen.rating for seen in run(path, scale="1-10").taken] == [1.5, 2.5, 2]
    assert [seen.rating for seen in run(path).taken] == [3, 5, 4]
    with pytest.raises(InputError, match="scale"):
        run(path, scale="lots")
    with pytest.raises(InputError, match="scale"):
        run(path, scale="5-1")


def test_a_bad_rating_or_score_refuses_its_row_with_the_reason(tmp_path: Path) -> None:
    content = "text,rating,nps\na,5,10\nb,7,9\nc,NaN,9\nd,4,11\ne,4,7.5\nf,4,many\ng,,\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.text for seen in found.taken] == ["a", "g"]
    assert found.refused == [
        (3, "rating '7' is outside 1–5"),
        (4, "'NaN' is not a rating"),
        (5, "NPS '11' is not a whole number 0–10"),
        (6, "NPS '7.5' is not a whole number 0–10"),
        (7, "'many' is not a NPS score"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("10", 10), ("9.0", 9), ("10 - Extremely likely", 10), ("9/10", 9),
     ("Extremely likely", 10)],
)  # fmt: skip
def test_nps_as_written(text: str, value: int) -> None:
    assert NPS.read(text) == value


def test_phrases_of_satisfaction_and_effort() -> None:
    assert [CSAT.read(text) for text in ("Very satisfied", "Sehr unzufrieden", "3")] == [5, 1, 3]
    assert [CES.read(text) for text in ("Strongly agree", "very difficult", "7")] == [7, 1, 7]
    with pytest.raises(BadScore):
        CSAT.read("6")
    with pytest.raises(BadScore):
        CES.read("8")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("negative", Label.NEGATIVE), ("Positiv", Label.POSITIVE), ("négatif", Label.NEGATIVE),
        ("POS", Label.POSITIVE), ("neutro", Label.NEUTRAL), ("-1", Label.NEGATIVE),
        ("0", Label.NEUTRAL), ("1", Label.POSITIVE), ("maybe", None), ("", None),
    ],
)  # fmt: skip
def test_labels_in_four_languages(text: str, label: Label | None) -> None:
    assert label_of(text) is label


@pytest.mark.parametrize(
    ("text", "code"),
    [("en", "en"), ("EN_us", "en"), ("pt-BR", "pt"), ("zh-Hant-TW", "zh"), ("German", "de"),
     ("Français", "fr"), ("deu", "de"), ("iw", "he"), ("Klingon", None), ("??", None), ("", None)],
)  # fmt: skip
def test_languages_by_code_and_name(text: str, code: str | None) -> None:
    assert language_of(text) == code
