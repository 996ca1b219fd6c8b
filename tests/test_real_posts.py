"""Real posts to airlines: labels of people, brands, times with zones, VADER's own numbers."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tests.command_line import earshot
from tests.data import shared
from tests.real import Bench, counts, rows

pytestmark = pytest.mark.data

FILE = "airline/tweets.csv"
POSTS = 7189
ZONE = "Asia/Kolkata"
"""Half an hour off, and a day ahead of where most of the posts were written."""
CONFIG = f"""
timezone = "{ZONE}"
[[brand]]
name = "United"
terms = ["united"]
[[brand]]
name = "Delta"
own = false
"""


@pytest.fixture(scope="module")
def posts() -> list[dict[str, str]]:
    return rows(shared(FILE))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    path = shared(FILE)
    made = Bench(tmp_path_factory.mktemp("posts"), CONFIG)
    summary = made.take(path, "--map", "label=airline_sentiment", "--map", "brand=airline")
    assert counts(summary) == (POSTS, POSTS, 0, 0, 0)
    assert summary["kind"] == "social"
    return made


def test_labels_of_people_count_by_brand(bench: Bench, posts: list[dict[str, str]]) -> None:
    told = Counter((post["airline"], post["airline_sentiment"]) for post in posts)
    exported = bench.export()
    assert Counter((row["brand"], row["label"]) for row in exported) == told
    assert {row["origin"] for row in exported} == {"human"}
    for brand, number in Counter(post["airline"] for post in posts).items():
        share = bench.kpi("--brand", brand)["social", "negative_share"]
        assert share.n == number
        assert share.value == pytest.approx(told[brand, "negative"] / number, abs=1e-12)
    unlabelled = [row["score"] for row in exported if row["score"] is not None]
    assert len(unlabelled) > 0.9 * POSTS, "the model scores beside the labels"


def test_texts_and_authors_come_back(bench: Bench, posts: list[dict[str, str]]) -> None:
    told = Counter((post["name"], post["text"].strip()) for post in posts)
    assert Counter((row["author"], row["text"]) for row in bench.export()) == told


def test_days_are_those_of_the_reporting_timezone(
    bench: Bench, posts: list[dict[str, str]]
) -> None:
    times = [datetime.strptime(post["tweet_created"], "%Y-%m-%d %H:%M:%S %z") for post in posts]
    days = Counter(when.astimezone(ZoneInfo(ZONE)).date() for when in times)
    assert days != Counter(when.date() for when in times)
    assert sum(days.values()) == POSTS
    for day, number in days.items():
        found = bench.kpi("--from", day, "--to", day)["social", "negative_share"]
        assert found.n == number, day
    after = max(days) + timedelta(days=1)
    assert bench.kpi("--from", after) == {}
    shown = Counter(row["published_at"] for row in bench.export())
    assert shown == Counter(
        when.astimezone(ZoneInfo(ZONE)).isoformat(timespec="seconds") for when in times
    )


def test_everything_agrees(bench: Bench) -> None:
    bench.verify()


def test_vader_is_vader_to_the_last_digit(posts: list[dict[str, str]]) -> None:
    texts = [post["text"] for post in posts]
    asked = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    ran = earshot("analyze", "--model", "vader", stdin=asked)
    assert ran.code == 0, ran.err
    reference = SentimentIntensityAnalyzer()
    answers = ran.lines
    assert len(answers) == POSTS
    different = [
        text
        for text, answer in zip(texts, answers, strict=True)
        if answer["compound"] != reference.polarity_scores(text)["compound"]
    ]
    assert different == []
