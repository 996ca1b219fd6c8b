"""Drawing random texts, asking people blind, and what their answers stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import (
    check_figures,
    checks,
    mentions,
    people,
    polls,
    privacy,
    scores,
    sources,
    workspace,
)
from storage.checks import CATEGORIES, shares_of
from storage.database import Database
from storage.errors import Refused
from storage.models import Analysis, Batch, Brand, Kind, Label, MentionFilter, Observation, Source
from storage.people import Person
from tests.desk import NOW
from tests.desk import store as store_desk

FIRST, LAST = (NOW - timedelta(days=30)).date(), NOW.date()
SAID = {"n": Label.NEGATIVE, "u": Label.UNSURE, "p": Label.POSITIVE, "o": Label.NEUTRAL}


def post(number: int, said: str, brand: str = "Acme") -> Observation:
    return Observation(
        place="forum",
        native_id=f"{brand}{number}",
        kind=Kind.SOCIAL,
        text=f"{said} what somebody said, number {number} of many",
        published_at=NOW - timedelta(days=1 + number % 9),
        brand=brand,
    )


def store(db: Database, seen: list[Observation], model: str = "m-1") -> None:
    """Store posts; the first letter of each says what the model says of it."""
    source = Source("forum", "feeds")
    with db.write() as conn:
        sources.ensure(conn, source, NOW)
    poll = polls.begin(db, source.id, NOW, "test")
    mentions.store_batch(db, source, poll, Batch(tuple(seen)), NOW)
    polls.end(db, poll, NOW)
    waiting = scores.pending(db.reader(), 100_000)
    done = [(each, _analysis(SAID[each.passage.text[0]])) for each in waiting]
    scores.save(db, model, done, NOW)


def _analysis(said: Label) -> Analysis:
    unsure = said is Label.UNSURE
    return Analysis(Label.NEUTRAL if unsure else said, 0.1, 0.5, 0.1, "en", unsure=unsure)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "t.db", writer=1)
    with made.write() as conn:
        workspace.save_brands(conn, [Brand("Acme"), Brand("Rival", own=False)], "file")
    store(made, [post(n, "nupo"[n % 4]) for n in range(200)])
    store(made, [post(n, "n", "Rival") for n in range(20)])
    yield made
    made.close()


@pytest.fixture
def raters(db: Database) -> tuple[Person, Person]:
    with db.write() as conn:
        return people.person(conn, "Ana", NOW), people.person(conn, "Ben", NOW)


def tasks(db: Database) -> list[tuple[int, str, int]]:
    sql = "SELECT mention_id, said, raters FROM label_tasks ORDER BY id"
    return db.reader().execute(sql).fetchall()


@given(
    st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 300), min_size=1),
    st.integers(4, 200),
)
def test_every_category_is_drawn_and_never_more_than_there_are(
    counts: dict[Label, int], wanted: int
) -> None:
    found = shares_of(counts, wanted)
    assert all(1 <= found[c] <= counts[c] for c in counts if counts[c])
    assert sum(found.values()) <= wanted + len(found)
    if all(counts[c] > 2 * wanted for c in counts):
        assert sum(found.values()) >= wanted


def test_unsure_texts_are_drawn_twice_as_often() -> None:
    found = shares_of({Label.NEGATIVE: 100, Label.UNSURE: 100}, 30)
    assert found == {Label.NEGATIVE: 10, Label.UNSURE: 20}


def test_a_draw_takes_texts_of_own_brands_that_the_model_labels(db: Database) -> None:
    store_desk(db, [Observation("x", "r", Kind.REVIEW, text="bad", rating=1.0)])
    drawn = checks.draw(db, FIRST, LAST, 40, people.EARSHOT, NOW)
    assert drawn == 40
    found = tasks(db)
    assert Counter(said for _, said, _ in found)[Label.UNSURE.value] == 16
    assert {raters for _, _, raters in found} == {1, 2}
    brands = db.reader().execute(
        "SELECT DISTINCT b.name FROM label_tasks t JOIN mentions m ON m.id = t.mention_id"
        " JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id"
    )
    assert brands.fetchall() == [("Acme",)]
    assert checks.draw(db, FIRST, LAST, 40, people.EARSHOT, NOW) == 40
    assert len({mention for mention, _, _ in tasks(db)}) == 80
    assert checks.draw(db, FIRST - timedelta(days=90), FIRST, 40, people.EARSHOT, NOW) == 0


def test_people_are_asked_for_each_text_once(db: Database, raters: tuple[Person, Person]) -> None:
    checks.draw(db, FIRST, LAST, 40, people.EARSHOT, NOW)
    twice = sum(raters == 2 for _, _, raters in tasks(db))
    seen: dict[Person, list[int]] = {}
    for person in raters:
        while (task := checks.next_task(db.reader(), person)) is not None:
            assert task.text[0] in SAID
            checks.answer(db, task.id, SAID[task.text[0]], person, NOW)
            seen.setdefault(person, []).append(task.id)
    assert len(seen[raters[0]]) == len(set(seen[raters[0]])) == 40
    assert len(seen[raters[1]]) == twice > 0
    assert checks.progress(db.reader()) == (40, 40)
    assert checks.waiting(db.reader(), raters[0]) == 0
    with pytest.raises(Refused):
        checks.answer(db, seen[raters[1]][0], Label.NEUTRAL, people.EARSHOT, NOW)
    assert all(a is b for a, b in check_figures.answers(db.reader()))


def test_answers_stand_for_all_texts_of_their_draw(
    db: Database, raters: tuple[Person, Person]
) -> None:
    checks.draw(db, FIRST, LAST, 60, people.EARSHOT, NOW)
    for _ in range(45):
        task = checks.next_task(db.reader(), raters[0])
        assert task is not None
        checks.answer(db, task.id, SAID[task.text[0]], raters[0], NOW)
    found = check_figures.checked(db.reader(), MentionFilter(brands=("Acme",)))
    assert len(found) == 45
    assert sum(each.weight for each in found) == pytest.approx(200)
    for said in CATEGORIES:
        mine = [each.weight for each in found if each.said is said]
        assert sum(mine) == pytest.approx(50)
    assert check_figures.checked(db.reader(), MentionFilter(brands=("Rival",))) == []


def test_what_was_edited_or_is_gone_is_not_asked_about(
    db: Database, raters: tuple[Person, Person]
) -> None:
    checks.draw(db, FIRST, LAST, 4, people.EARSHOT, NOW)
    ids = [mention for mention, _, _ in tasks(db)]
    rows = dict(
        db.reader().execute(
            "SELECT mention_id, native_id FROM identities WHERE mention_id IN (?,?,?,?)", ids
        )
    )
    edited = next(p for n in range(200) if (p := post(n, "n")).native_id == rows[ids[0]])
    store(db, [replace(edited, text="n another text", updated_at=NOW)])
    privacy.erase(db, ids[1:3], "mentions", people.EARSHOT, NOW)
    task = checks.next_task(db.reader(), raters[0])
    assert task is not None
    assert checks.waiting(db.reader(), raters[0]) == 1


def test_what_models_said_is_counted_where_nothing_better_is_known(db: Database) -> None:
    store(db, [post(1_000 + n, "n") for n in range(8)], model="m-2")
    found = check_figures.said(db.reader(), MentionFilter(brands=("Acme",)), "month")
    assert sum(each.texts for each in found) == 208
    assert sum(each.texts for each in found if each.model == "m-2") == 8
