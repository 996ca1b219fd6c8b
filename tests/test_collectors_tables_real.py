"""Real exports, read by guess alone; counts by arithmetic that knows nothing of ours."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.models import Kind, Label, Precision
from tests.data import shared
from tests.tables import run

pytestmark = pytest.mark.data


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_hotel_reviews() -> None:
    path = shared("hotels/reviews.csv")
    rows, found = rows_of(path), run(path)
    assert (len(found.taken), found.refused, found.warnings) == (len(rows), [], ())
    assert dict(found.plan.columns) == {
        "title": "title",
        "text": "text",
        "published_at": "published",
        "rating": "rating",
        "product": "hotel",
        "url": "url",
        "reply_text": "reply_text",
        "reply_at": "reply_date",
    }
    assert found.plan.identity == "url"
    assert sum(seen.rating or 0 for seen in found.taken) == sum(int(r["rating"]) for r in rows)
    assert sum(bool(seen.reply_text) for seen in found.taken) == sum(
        bool(r["reply_text"]) for r in rows
    )
    for seen, row in zip(found.taken, rows, strict=True):
        form = "%Y-%m-%d" if row["published"][4] == "-" else "%d-%m-%Y"
        assert seen.published_at == datetime.strptime(row["published"], form).replace(tzinfo=UTC)
        assert seen.precision is Precision.DAY
        assert seen.text == row["text"].strip()


@pytest.mark.parametrize("name", ["export_a", "export_b"])
def test_console_exports(name: str) -> None:
    path = shared(f"play_console/{name}.csv")
    rows, found = rows_of(path), run(path)
    assert (len(found.taken), found.refused, found.warnings) == (len(rows), [], ())
    columns = found.plan.columns
    assert columns["published_at"] == "Review Submit Millis Since Epoch"
    assert columns["updated_at"] == "Review Last Update Millis Since Epoch"
    assert columns["reply_at"] == "Developer Reply Millis Since Epoch"
    for seen, row in zip(found.taken, rows, strict=True):
        assert seen.native_id == row["id"]
        assert seen.rating == int(row["Star Rating"])
        assert seen.title == ("" if row["Review Title"] == "null" else row["Review Title"].strip())
        assert seen.lang == row["Reviewer Language"].split("-")[0]
        assert seen.published_at is not None
        assert seen.published_at.strftime("%Y-%m-%dT%H:%M:%SZ") == row["review_submitted_time"]


def test_a_survey_of_questions() -> None:
    path = shared("surveys/typeform_export.csv")
    rows = rows_of(path)
    hours = "About how many hours do you spend learning each week?"
    found = run(path, {"nps": hours, "text": ["Other 4", "Which one?"]})
    answers = [row[hours] for row in rows]
    fits = [a for a in answers if a.isdigit() and int(a) <= 10]
    assert found.plan.kind is Kind.SURVEY
    assert found.plan.rows == len(rows) == len(found.taken) + len(found.refused)
    assert Counter(s.nps for s in found.taken if s.nps is not None) == Counter(map(int, fits))
    assert found.plan.header.names.count("Other 4") == 1
    assert {seen.native_id for seen in run(path).taken} <= {row["#"] for row in rows}


def test_three_header_rows() -> None:
    found = run(shared("surveys/qualtrics_sample.csv"))
    assert (found.plan.header.rows, found.plan.kind, len(found.taken)) == (3, Kind.SURVEY, 1)
    seen = found.taken[0]
    assert (seen.text, seen.lang) == ("Hello World!", "de")
    assert seen.published_at == datetime(2017, 7, 18, 8, 28, 48, tzinfo=UTC)
    assert "IPAddress" not in seen.extra


def test_posts_to_airlines() -> None:
    path = shared("airline/tweets.csv")
    rows = rows_of(path)
    assert "label" not in run(path).plan.columns
    found = run(path, {"label": "airline_sentiment", "brand": "airline"})
    assert (len(found.taken), found.refused, found.plan.kind) == (len(rows), [], Kind.SOCIAL)
    for seen, row in zip(found.taken, rows, strict=True):
        moment = datetime.strptime(row["tweet_created"], "%Y-%m-%d %H:%M:%S %z")
        assert seen.published_at == moment
        assert seen.label is Label(row["airline_sentiment"])
        assert seen.brand == row["airline"]


@pytest.mark.parametrize(("name", "text"), [("posts", "data.selftext"), ("comments", "data.body")])
def test_objects_of_an_api(name: str, text: str) -> None:
    found = run(shared(f"reddit/{name}.jsonl"))
    assert not found.refused
    assert found.plan.columns["text"] == text
    assert found.plan.columns["id"] == "data.id"
    assert "rating" not in found.plan.columns
    assert all(seen.published_at for seen in found.taken)
