"""Checking scores on the page, the draw of each week, and the trend that follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from dashboard import check_words, checking, data, wiring
from dashboard.wiring import Workspace
from sentiment import prevalence
from storage import check_figures, checks, mentions, people, polls, queries, scores, sources
from storage.models import (
    Analysis,
    Batch,
    Kind,
    Label,
    MentionFilter,
    Observation,
    Source,
)
from tests import pages
from tests.app_pages import Visit, shown
from tests.command_line import earshot

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday; the last complete week ends on the 15th."""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    yield made
    made.close()


def known(space: Workspace, name: str) -> people.Person:
    with space.db.write() as conn:
        return people.person(conn, name, space.now())


def test_a_text_is_read_blind_and_answered(space: Workspace, visit: Visit) -> None:
    ana = known(space, "Ana")
    assert checking.draw_more(space, 8, ana) == 8
    app = visit("checks", "Ana")
    assert not app.exception
    task = checks.next_task(space.db.reader(), ana)
    assert task is not None
    assert task.text in shown(app)
    buttons = [each.label for each in app.button]
    assert {"Negative", "Neutral", "Positive", "Cannot be told"} <= set(buttons)
    assert "0 of the 8 last drawn are read" in shown(app)
    app = app.button(key=f"check-{task.id}-negative").click().run()
    assert not app.exception
    assert "1 of the 8 last drawn are read" in shown(app)
    after = checks.next_task(space.db.reader(), ana)
    assert after is not None
    assert after.id != task.id
    assert "checked 1 of about" in shown(app)


def test_looking_needs_no_name_and_drawing_is_a_button(space: Workspace, visit: Visit) -> None:
    app = visit("checks")
    assert not app.exception
    known(space, "Ana")
    app = visit("checks", "Ana")
    app = app.button(key="checks.draw").click().run()
    assert not app.exception
    assert checks.progress(space.db.reader()).texts > 0


def test_stars_that_deny_their_text_are_listed(space: Workspace, visit: Visit) -> None:
    odd = pages.review(901, space.now() - timedelta(hours=2), pages.BLAME[0], 5.0)
    pages.take(space, space.source("shop"), [odd])
    app = visit("checks")
    assert pages.BLAME[0] in shown(app)
    total = data.count(data.at(space.db, space.now()), MentionFilter(disagrees=True))
    assert f"All {total}" in [each.proto.label for each in app.get("page_link")][-1]


def test_the_overview_says_how_far_the_checks_are(space: Workspace, visit: Visit) -> None:
    app = visit("overview")
    assert not app.exception
    assert "The model's own error is not measured yet." in shown(app)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def posts(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Posts of twelve weeks; the model tells 80 % of negatives, and 10 % of others as such."""
    # A workspace of one's own would draw other texts in each run.
    monkeypatch.setenv("EARSHOT_AUDIT_KEY", "the same draw in each run")
    made = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml", now=clock)
    add(made, 900, Random(4))
    yield made
    made.close()


def add(space: Workspace, number: int, draw: Random) -> None:
    source = Source("forum", "feeds")
    with space.db.write() as conn:
        sources.ensure(conn, source, NOW)
    first = queries.count(space.db.reader(), MentionFilter())
    seen = [_post(first + each, draw) for each in range(number)]
    poll = polls.begin(space.db, source.id, NOW, "test")
    mentions.store_batch(space.db, source, poll, Batch(tuple(seen)), NOW)
    polls.end(space.db, poll, NOW)
    waiting = scores.pending(space.db.reader(), 10_000)
    done = [(each, _analysis(each.passage.text, draw)) for each in waiting]
    scores.save(space.db, "m-1", done, NOW)


def _post(number: int, draw: Random) -> Observation:
    truth = "awful" if draw.random() < 0.35 else "fine"
    return Observation(
        place="forum",
        native_id=f"p{number}",
        kind=Kind.SOCIAL,
        text=f"{truth} it was, said number {number}",
        published_at=NOW - timedelta(days=number % 84, hours=1),
    )


def _analysis(text: str, draw: Random) -> Analysis:
    told = draw.random() < (0.8 if text.startswith("awful") else 0.1)
    label = Label.NEGATIVE if told else Label.POSITIVE
    return Analysis(label, 0.1, 0.5, 0.1, "en", unsure=draw.random() < 0.1)


def read_all(space: Workspace, person: people.Person) -> int:
    """Answer everything that is asked, truly."""
    count = 0
    while (task := checks.next_task(space.db.reader(), person)) is not None:
        truth = Label.NEGATIVE if task.text.startswith("awful") else Label.POSITIVE
        checks.answer(space.db, task.id, truth, person, space.now())
        count += 1
    return count


def test_a_trend_is_corrected_once_enough_is_checked(posts: Workspace) -> None:
    add(posts, 5_000, Random(5))
    ana = known(posts, "Ana")
    at = data.at(posts.db, posts.now())
    flt = MentionFilter(start=at.today - timedelta(days=83), end=at.today)
    axis = data.axis(at, flt)
    assert checking.draw_if_due(posts) == 20
    assert read_all(posts, ana) == 20
    at = data.at(posts.db, posts.now())
    few = checking.correction(at, flt, axis)
    assert few is not None
    assert (few.points, few.checked) == ({}, 20)
    assert "Checked 20 of about" in check_words.short(few)

    checking.draw_more(posts, 480, ana)
    read_all(posts, ana)
    at = data.at(posts.db, posts.now())
    found = checking.correction(at, flt, axis)
    assert found is not None
    assert len(found.points) >= 6
    assert found.accuracy == pytest.approx(0.83, abs=0.06)
    raw = {point.start: point.sums for point in data.trend(at, flt, axis.step)}
    truth = 0.35
    near = [abs(each.value - truth) < 0.13 for each in found.points.values()]
    assert sum(near) >= len(near) - 1
    assert all(each.half <= prevalence.WIDEST for each in found.points.values())
    mean = sum(each.value for each in found.points.values()) / len(found.points)
    plain = sum(raw[start].negative / raw[start].n for start in found.points) / len(found.points)
    assert abs(mean - truth) < abs(plain - truth)
    figure = checking.shares(at, flt, axis)
    assert [each.get("name") for each in figure["data"]][-1] == "negative, corrected"
    assert "Dotted" in check_words.short(found)
    for other in (replace(flt, topics=("price",)), replace(flt, text="number")):
        assert checking.correction(at, other, axis) is None
    elsewhere = checking.correction(at, replace(flt, sources=("forum",)), axis)
    assert elsewhere is not None
    assert elsewhere.checked == found.checked


def test_a_model_that_was_not_checked_leaves_a_gap() -> None:
    error = prevalence.measured(
        [prevalence.Checked(Label.NEGATIVE, i < 90, 1.0) for i in range(100)]
        + [prevalence.Checked(Label.POSITIVE, i < 10, 1.0) for i in range(100)]
    )
    day = NOW.date()
    points = [queries.Point(day, queries.Sums(n=4_000, negative=900, positive=3_100, model=4_000))]
    said = [
        check_figures.Said(day, "m-1", Label.NEGATIVE, 900),
        check_figures.Said(day, "m-1", Label.POSITIVE, 3_100),
    ]
    (found,) = checking.corrected(points, said, {"m-1": error}).values()
    assert found.value == pytest.approx((0.225 - 0.1) / 0.8, abs=0.01)
    other = [*said[:1], said[1]._replace(model="m-2")]
    assert checking.corrected(points, other, {"m-1": error}) == {}


def test_each_week_is_drawn_from_once(posts: Workspace, clock: Clock) -> None:
    assert checking.draw_if_due(posts) == 20
    assert checking.draw_if_due(posts) == 0
    clock.now += timedelta(days=5)
    assert checking.draw_if_due(posts) == 20
    checking.set_a_week(posts, 0)
    clock.now += timedelta(days=7)
    assert checking.draw_if_due(posts) == 0


def test_the_command_lists_models_and_draws(posts: Workspace, tmp_path: Path) -> None:
    checking.draw_if_due(posts)
    read_all(posts, known(posts, "Ana"))
    db = tmp_path / "earshot.db"
    ran = earshot("checks", "list", "--db", db, "--json")
    assert ran.code == 0, ran.err
    row = json.loads(ran.out)
    assert (row["model"], row["checked"]) == ("m-1", 20)
    ran = earshot("checks", "draw", "--db", db, "--count", "12", "--as", "Ana")
    assert b"texts drawn" in ran.out
    assert b"m-1: checked 20 of about" in earshot("checks", "list", "--db", db).out
