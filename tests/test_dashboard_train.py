"""``earshot train`` and ``earshot models`` on a company of our own, from file to score."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboard import learned_models, learning, learning_process, wiring
from dashboard.commands import learning_shown
from storage import models_store, workspace
from storage.errors import EarshotError
from storage.people import EARSHOT
from tests.command_line import Ran, earshot
from tests.lessons import sayings
from tests.training import run, take, write

SQUEAKS = "the kettle, it squeaks since monday"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which two sources were learned from, one of which had too little."""
    folder = tmp_path_factory.mktemp("trained")
    db = folder / "earshot.db"
    take(db, write(folder / "shop.csv", sayings(500)))
    take(db, write(folder / "few.csv", sayings(60, seed=5, lang="de")), "forum")
    ran = run(db, "train", "--json")
    assert ran.code == 0, ran.err
    shop, forum = sorted(ran.lines, key=lambda row: -row["n"])
    assert (shop["source"], shop["lang"], shop["n"], shop["held_out"]) == ("shop", "en", 500, 250)
    assert (shop["promoted"], shop["better"], shop["model"]) == (True, True, "shop-en-1")
    assert shop["labels"] == {"human": 500}
    assert set(shop["figures"]) == {"learned", "default", "vader", "majority"}
    assert shop["gain"]["low"] > 0
    assert (forum["promoted"], forum["model"], forum["figures"]) == (False, None, {})
    assert forum["why"].startswith("too little")
    with closing(sqlite3.connect(db)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return db


@pytest.fixture
def db(trained: Path, tmp_path: Path) -> Path:
    for path in trained.parent.glob("earshot.db*"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / "earshot.db"


def rows(db: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as conn:
        return conn.execute(sql).fetchall()


SCORES = "SELECT s.*, m.name FROM scores s JOIN models m ON m.id = s.model_id ORDER BY 1, 2, 3"


def test_what_comes_after_is_scored_by_the_model_and_nothing_before(db: Path) -> None:
    before = rows(db, SCORES)
    new = write(db.parent / "new.csv", sayings(40, seed=7, doubt=0), days=9)
    take(db, new, labelled=False)
    take(db, write(db.parent / "other.csv", sayings(20, seed=8), days=9), "forum", labelled=False)
    after = rows(db, SCORES)
    assert set(before) < set(after)
    names = [str(row[-1]) for row in after if row not in set(before)]
    assert sum(name.startswith("shop-en-1-") for name in names) == 40
    assert sum(name.startswith("lexicon-") for name in names) == 20
    told = rows(
        db, "SELECT label FROM scores WHERE scored_at = (SELECT max(scored_at) FROM scores)"
    )
    assert told
    assert "Everything agrees." in run(db, "verify").text


def test_learning_again_compares_with_what_is_promoted(db: Path) -> None:
    ran = run(db, "train")
    assert ran.code == 0
    assert "nothing is promoted: nothing to compare on: 0 texts are later" in ran.text
    assert "too little to" in ran.text
    take(db, write(db.parent / "later.csv", sayings(100, seed=4), days=9))
    (row,) = run(db, "train", "--source", "shop", "--json").lines
    assert (row["against"], row["compared"]) == ("promoted", 100)
    assert not row["promoted"]


def test_models_are_listed_rolled_back_and_promoted(db: Path) -> None:
    (row,) = run(db, "models", "list", "--json").lines
    assert (row["name"], row["lessons"], row["counts_for"]) == ("shop-en-1", 500, [["shop", "en"]])
    assert "counts for shop (en)" in run(db, "models", "list").text
    back = run(db, "models", "rollback", "--source", "shop", "--as", "ann", "--why", "odd")
    assert back.text == "The default model counts for shop, en from now on.\n"
    again = run(db, "models", "rollback", "--source", "shop", "--as", "ann")
    assert (again.code, again.out) == (1, b"")
    assert "nothing to roll back" in again.err
    done = run(db, "models", "promote", "shop-en-1", "--source", "shop", "--as", "ann", "--json")
    assert done.json == {"source": "shop", "lang": "en", "model": "shop-en-1"}
    events = run(db, "models", "history", "--json").lines
    assert [(each["what"], each["model"], each["actor"]) for each in events] == [
        ("promoted", "shop-en-1", "earshot"),
        ("rolled back", None, "ann"),
        ("promoted", "shop-en-1", "ann"),
    ]
    assert "ann rolled back to the default model (odd)" in run(db, "models", "history").text


def test_what_was_not_found_better_is_promoted_only_anyway(db: Path) -> None:
    wanted = ("models", "promote", "shop-en-1", "--source", "forum", "--as", "ann")
    refused = run(db, *wanted)
    assert refused.code == 1
    assert "never examined on 'forum'" in refused.err
    assert run(db, *wanted, "--anyway").code == 0
    assert run(db, "models", "promote", "x", "--source", "shop", "--as", "ann").code == 2


def test_models_are_compared_on_texts_that_none_learned_from(db: Path) -> None:
    early = run(db, "models", "compare", "--source", "shop")
    assert "Only 0 labelled texts are later" in early.text
    assert "shop-en-1 of" in early.text
    take(db, write(db.parent / "later.csv", sayings(120, seed=4), days=9))
    found = {
        row["model"]: row
        for row in run(db, "models", "compare", "--source", "shop", "--json").lines
    }
    assert set(found) == {"shop-en-1", "default", "vader"}
    assert {row["n"] for row in found.values()} == {120}
    assert found["shop-en-1"]["macro_f1"] > found["default"]["macro_f1"]
    assert "120 labelled texts" in run(db, "models", "compare", "--source", "shop").text
    assert run(db, "models", "compare", "--source", "nowhere").code == 2
    assert run(db, "models", "compare", "--source", "forum").code == 1


def ask(db: Path, *options: str, text: str = SQUEAKS) -> Ran:
    words = ("analyze", *options, "--db", db, "--config", db.with_suffix(".toml"))
    return earshot(*words, stdin=json.dumps({"text": text}) + "\n")


def test_analyze_uses_what_is_promoted_and_changes_nothing(db: Path, tmp_path: Path) -> None:
    told = ask(db, "--source", "shop").json["sentiment"]
    assert (told["label"], told["unsure"]) == ("negative", False)
    assert ask(db).json["sentiment"] == told
    assert ask(db, "--source", "forum").json["sentiment"]["label"] != "negative"
    assert ask(db, "--model", "vader").json["sentiment"]["label"] == "neutral"
    unknown = ask(db, "--source", "nowhere")
    assert (unknown.code, unknown.out) == (2, b"")
    none = tmp_path / "none.db"
    assert ask(none).json["sentiment"]["label"] != "negative"
    assert not none.exists()
    assert rows(db, "SELECT count(*) FROM mentions") == [(560,)]


def test_analyze_reads_databases_of_an_earlier_kind(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as conn:
        conn.execute("CREATE TABLE meta (key TEXT)")
    assert ask(old).json["sentiment"]["label"] != "negative"
    old.write_text("no database")
    assert ask(old).code == 1


def test_a_model_that_cannot_be_read_does_not_count(db: Path) -> None:
    with closing(sqlite3.connect(db)) as conn, conn:
        conn.execute("UPDATE learned_models SET arrays = x'00'")
    assert ask(db, "--source", "shop").json["sentiment"]["label"] != "negative"
    made = wiring.open_workspace(db, db.with_suffix(".toml"), create=False)
    assert learned_models.promoted(made.db.reader()) == ()
    assert made.analyser().model_id == made.engine().model_id
    made.close()


def test_the_models_that_count_change_while_a_worker_runs(db: Path) -> None:
    made = wiring.open_workspace(db, db.with_suffix(".toml"), create=False)
    first = made.analyser()
    assert made.analyser() is first
    run(db, "models", "rollback", "--source", "shop", "--as", "ann")
    assert made.analyser() is made.engine()
    made.close()


def test_learning_here_is_learning_in_another_process(db: Path) -> None:
    config = db.with_suffix(".toml")
    made = wiring.open_workspace(db, config, create=False)
    with made.db.write() as conn:
        models_store.roll_back(conn, "shop", "en", EARSHOT, "", made.now())
    here = learning.learn(made, seed=5)
    told: list[str] = []
    there = learning_process.learn(db, config, seed=5, progress=told.append)
    assert there.rows == here.rows
    assert [each.digest for each in there.models] == [each.digest for each in here.models]
    assert "reading labelled texts" in told
    assert any(words.startswith("shop-en: learning from") for words in told)
    kept = learning.keep(made, there, EARSHOT, promote=False)
    assert [each.promoted for each in kept] == [False, False]
    assert models_store.counting(made.db.reader()) == {}
    made.close()


def test_no_word_of_one_person_is_in_a_model(db: Path) -> None:
    """Texts end with a word of their own; of an author's text nothing is kept in its order."""
    with closing(sqlite3.connect(db)) as conn:
        conn.row_factory = None
        _, model = learned_models.load(conn, "shop-en-1")
    words = model.vocabulary.words
    own = {text.split()[-1] for text, _ in sayings(500)}
    assert not own & set(words)
    assert list(words) == sorted(words)
    assert list(model.vocabulary.pieces) == sorted(model.vocabulary.pieces)


def test_where_there_is_nothing_to_learn_it_says_so(tmp_path: Path) -> None:
    db = tmp_path / "earshot.db"
    assert run(db, "train").code == 2
    assert not db.exists()
    take(db, write(tmp_path / "shop.csv", sayings(20)), labelled=False)
    ran = run(db, "train")
    assert (ran.code, ran.text) == (
        0,
        "There is nothing to learn from: no text has stars or a person's label.\n",
    )
    assert run(db, "models", "list").text.startswith("No model has been learned yet")


def test_the_sample_company_teaches_nothing(tmp_path: Path) -> None:
    db = tmp_path / "sample.db"
    made = wiring.open_workspace(db, tmp_path / "none.toml")
    with made.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    made.close()
    ran = run(db, "train")
    assert ran.code == 1
    assert "made up" in ran.err


def test_a_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_process, "_process", _dies)
    with pytest.raises(EarshotError, match=r"exit code 9"):
        learning_process.learn(tmp_path / "none.db", tmp_path / "none.toml")


def _dies(*_: object) -> None:
    raise SystemExit(9)


def test_tables_are_shown_with_dashes_for_what_is_not_known() -> None:
    row = {
        "n": 5,
        "accuracy": 0.5,
        "macro_f1": 0.25,
        "calibration_error": None,
        "sure": None,
        "coverage": [],
    }
    head, line = learning_shown.table({"vader": row}).splitlines()
    assert line.split() == ["VADER", "5", "0.500", "0.250", *"–––––"]
    assert len(head) == len(line)
