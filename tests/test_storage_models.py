"""Learned models as versions, which one counts where, and what may be learned from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from storage import lessons, models_store, people, privacy, recast, scores, verify
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.models import Analysis, Kind, Label, Origin
from storage.models_store import NewModel
from storage.people import EARSHOT
from tests.workspace import NOW, PLAY, company, open_company, play_review, store


def new(scope: str = "play-en", *, lang: str = "en", digest: str = "d") -> NewModel:
    sources = {"play": {"home": "en", "own": ["en"]}}
    return NewModel(
        scope, lang, Kind.REVIEW, sources, 300, 1 << 31, 9 << 31, "lexicon-1", "{}", b"123", digest
    )


def keep(db: Database, *models: NewModel) -> list[str]:
    with db.write() as conn:
        run = models_store.save_run(conn, NOW, NOW, seed=1, lessons=9, report=[{"source": "play"}])
        return [models_store.save_model(conn, run, each, NOW) for each in models]


def promote(db: Database, name: str, source: str = "play") -> None:
    with db.write() as conn:
        models_store.promote(conn, source, "en", name, EARSHOT, "better", NOW)


def roll_back(db: Database, source: str = "play") -> str | None:
    with db.write() as conn:
        return models_store.roll_back(conn, source, "en", EARSHOT, "", NOW)


def test_models_are_versions_of_their_scope(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    assert keep(db, new(), new("all-review-en")) == ["play-en-1", "all-review-en-1"]
    assert keep(db, new()) == ["play-en-2"]
    found = models_store.model(db.reader(), "play-en-2")
    assert (found.version, found.lessons, found.size) == (2, 300, 3)
    assert found.sources == {"play": {"home": "en", "own": ["en"]}}
    assert (found.last_said_at.timestamp(), found.last_position) == (9, 9 << 31)
    assert next(iter(models_store.models(db.reader()))).name == "play-en-2"
    assert models_store.contents(db.reader(), "play-en-1") == ("{}", b"123")
    run = models_store.last_run(db.reader())
    assert run is not None
    assert run == models_store.run(db.reader(), found.run_id)
    assert run.report == [{"source": "play"}]
    for look in (models_store.model, models_store.contents):
        with pytest.raises(NotFound):
            look(db.reader(), "play-en-9")


def test_promoting_and_rolling_back_are_events(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    first, second = keep(db, new(), new())
    assert models_store.counting(db.reader()) == {}
    with pytest.raises(Refused, match="default model counts"):
        roll_back(db)
    promote(db, first)
    promote(db, second)
    assert models_store.counting(db.reader()) == {("play", "en"): second}
    assert roll_back(db) == first
    assert models_store.counting(db.reader()) == {("play", "en"): first}
    assert roll_back(db) is None
    assert models_store.counting(db.reader()) == {}
    events = models_store.history(db.reader())
    assert [(each.what, each.model) for each in events] == [
        ("promoted", first),
        ("promoted", second),
        ("rolled back", first),
        ("rolled back", None),
    ]
    assert {(each.scope, each.actor) for each in events} == {("from now on", "earshot")}
    assert models_store.history(db.reader(), "reddit") == []


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    english, german = keep(db, new(), new("play-de", lang="de"))
    with pytest.raises(Refused, match="not in 'en'"):
        promote(db, german)
    with pytest.raises(NotFound, match="no source"):
        promote(db, english, "nowhere")
    with pytest.raises(NotFound, match="no learned model"):
        promote(db, "play-en-7")
    promote(db, english)
    with pytest.raises(Refused, match="already"):
        promote(db, english)


def test_numbers_of_old_versions_go_unless_they_counted(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    promote(db, keep(db, new())[0])
    for _ in range(3):
        keep(db, new())
    sizes = {each.name: each.size for each in models_store.models(db.reader())}
    assert sizes == {"play-en-1": 3, "play-en-2": None, "play-en-3": 3, "play-en-4": 3}
    with pytest.raises(Refused, match="not kept"):
        promote(db, "play-en-2")


def test_rolling_back_goes_through_what_counted_before(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    names = keep(db, new(), new("all-review-en"))
    draw, stack = Random(7), list[str]()
    for _ in range(60):
        if draw.random() < 0.5 and stack:
            stack.pop()
            assert roll_back(db) == (stack[-1] if stack else None)
        else:
            name = draw.choice([each for each in names if each not in stack[-1:]])
            stack.append(name)
            promote(db, name)
        assert models_store.counting(db.reader()).get(("play", "en")) == (
            stack[-1] if stack else None
        )


def test_only_labelled_texts_are_lessons(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=2)
    found = list(lessons.lessons(db.reader(), "test-1"))
    assert {each.source for each in found} == {"play"}
    assert {each.origin for each in found} == {Origin.STARS}
    assert len(found) == 12
    assert [each.at for each in found] == sorted((each.at for each in found), reverse=True)
    assert all(each.said and each.said.lang == "en" for each in found)
    assert all(each.said is None for each in lessons.lessons(db.reader(), "another"))
    assert len(list(lessons.lessons(db.reader(), "test-1", 5))) == 5
    said = found[0]
    assert said.text.startswith("Title")
    assert (said.kind, said.author[:8]) == (Kind.REVIEW, "Reviewer")


def test_a_persons_label_comes_before_the_stars(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=1)
    rows = db.reader().execute(
        "SELECT g.mention_id, o.key FROM sightings g JOIN sources o ON o.id = g.source_id"
    )
    one = {key: mention_id for mention_id, key in rows}
    label(db, one["play"], Label.NEUTRAL)
    label(db, one["reddit"], Label.NEGATIVE)
    label(db, one["nps"], Label.UNSURE)
    found = list(lessons.lessons(db.reader(), "test-1"))
    human = {each.source: each.label for each in found if each.origin is Origin.HUMAN}
    assert human == {"play": Label.NEUTRAL, "reddit": Label.NEGATIVE}
    assert len(found) == 7
    assert next(each for each in found if each.source == "reddit").declared == "de"


def label(db: Database, mention_id: int, told: Label) -> None:
    from storage.rollups import Delta
    from storage.slices import Slices

    with db.write() as conn:
        recast.add_label(conn, mention_id, told, "ann", 1)
        slices = Slices(conn)
        delta = Delta(slices)
        recast.recast(conn, slices, delta, [mention_id])
        delta.write(conn)


def test_what_was_erased_teaches_nothing(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=1)
    with db.write() as conn:
        ann = people.person(conn, "ann", NOW)
    ids = privacy.find(db.reader(), privacy.Wanted(author="Reviewer 10"))
    privacy.erase(db, ids, "author", ann, NOW)
    store(db, PLAY, (), gone=[("play:com.acme", "gp-11")], now=NOW)
    assert len(list(lessons.lessons(db.reader(), "test-1"))) == 4


def test_each_version_has_one_counted_score(tmp_path: Path) -> None:
    """Also where its analysis is asked for again, and another model answers then."""
    db = company(tmp_path, weeks=1)
    with db.write() as conn:
        conn.execute("UPDATE mentions SET pending = pending | 1")
    waiting = scores.pending(db.reader(), 1_000)
    assert {each.passage.source for each in waiting} == {"play", "nps", "reddit"}
    again = Analysis(Label.NEUTRAL, 0.0, 0.6, 0.1, "en")
    learned = Analysis(Label.NEGATIVE, -0.5, 0.7, 0.1, "en", model="play-en-1-abc")
    done = [(each, learned if each.passage.source == "play" else again) for each in waiting]
    scores.save(db, "test-2", done, NOW)
    counted = db.reader().execute(
        "SELECT m.name, count(*) FROM scores s JOIN models m ON m.id = s.model_id"
        " WHERE s.counted = 1 GROUP BY 1 ORDER BY 1"
    )
    assert counted.fetchall() == [("play-en-1-abc", 6), ("test-2", 8)]
    kept = db.reader().execute("SELECT count(*) FROM scores WHERE counted = 0").fetchone()[0]
    assert kept == 12
    assert not verify.verify(db.path, db.key("audit")).findings


def test_a_promotion_changes_no_old_score(tmp_path: Path) -> None:
    db = company(tmp_path, weeks=1)
    before = db.reader().execute("SELECT * FROM scores ORDER BY 1, 2, 3").fetchall()
    promote(db, keep(db, new())[0])
    assert db.reader().execute("SELECT * FROM scores ORDER BY 1, 2, 3").fetchall() == before
    store(db, PLAY, [play_review(99, NOW + timedelta(hours=1))])
    after = db.reader().execute("SELECT * FROM scores ORDER BY 1, 2, 3").fetchall()
    assert len(after) == len(before) + 1
    assert set(before) < set(after)
