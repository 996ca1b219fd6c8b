"""The Models page as a lead uses it, the seams in charts, the words that made a score."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import learning, model_figures, reasons, seams, training_job, wiring
from dashboard.components import model_list, session
from dashboard.periods import bars
from dashboard.wiring import Workspace
from storage import lessons, listing, models_store, people
from storage.errors import EarshotError
from storage.models import Label, MentionFilter, Origin
from storage.models_store import Seam
from storage.people import EARSHOT, Role
from tests.app_pages import Visit, shown
from tests.lessons import sayings
from tests.training import run, take, write

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which one source has a promoted model."""
    folder = tmp_path_factory.mktemp("learned")
    db = folder / "earshot.db"
    take(db, write(folder / "shop.csv", sayings(400, doubt=0.05)))
    with closing(wiring.open_workspace(db, folder / "earshot.toml")) as space:
        with space.db.write() as conn:
            people.person(conn, "Lea", NOW, role=Role.LEAD)
            people.person(conn, "Ben", NOW, role=Role.AGENT)
        (kept,) = learning.keep(space, learning.learn(space), EARSHOT)
        assert kept.promoted
    take(db, write(folder / "new.csv", sayings(20, seed=7, doubt=0), days=9), labelled=False)
    with closing(sqlite3.connect(db)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def space(learned: Path, tmp_path: Path) -> Iterator[Workspace]:
    for path in learned.glob("earshot.db*"):
        shutil.copy(path, tmp_path / path.name)
    with closing(wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")) as made:
        yield made


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """Open a page as Lea, who leads, unless told."""

    def go(page: str, who: str = "Lea") -> AppTest:
        app = visit(page, who)
        assert not app.exception
        return app

    return go


def counting(space: Workspace) -> dict[tuple[str, str], str]:
    return models_store.counting(space.db.reader())


def test_the_page_shows_the_examination_beside_every_rival(space: Workspace, visit: Visit) -> None:
    app = visit("models")
    assert "shop, en: shop-en-1" in shown(app)
    assert "400 texts (400 by a person); examined on the later" in shown(app)
    (table,) = app.dataframe
    assert list(table.value["model"]) == ["learned", "default model", "VADER", "commonest label"]
    assert {"accuracy", "macro-F1", "calibr. error", "told surely"} < set(table.value)


def test_who_does_not_lead_looks_only(space: Workspace, visit: Visit) -> None:
    app = visit("models", "Ben")
    labels = {each.label for each in app.button}
    assert not labels & {"Train now", "Roll back", "Promote"}
    assert "shop, en: shop-en-1" in shown(app)


def test_rolled_back_and_promoted_again(space: Workspace, visit: Visit) -> None:
    scores = space.db.reader().execute("SELECT * FROM scores ORDER BY 1, 2, 3").fetchall()
    app = visit("models")
    app = app.button(key="back-shop-en").click().run()
    assert not app.exception
    assert counting(space) == {}
    assert "The default model, everywhere." in shown(app)
    (model,) = models_store.models(space.db.reader())
    app.session_state[f"let-{model.id}-shop"] = True
    app = app.run()
    app = app.button(key=f"let-{model.id}-shop-do").click().run()
    assert not app.exception
    assert counting(space) == {("shop", "en"): "shop-en-1"}
    events = models_store.history(space.db.reader())
    assert [(each.what, each.actor) for each in events] == [
        ("promoted", "earshot"),
        ("rolled back", "Lea"),
        ("promoted", "Lea"),
    ]
    after = space.db.reader().execute("SELECT * FROM scores ORDER BY 1, 2, 3").fetchall()
    assert after == scores, "old scores stay"


def test_a_model_that_was_not_examined_there_is_refused(space: Workspace, visit: Visit) -> None:
    with space.db.write() as conn:
        conn.execute("UPDATE training_runs SET report = '[]'")
    app = visit("models")
    app = app.button(key="back-shop-en").click().run()
    (model,) = models_store.models(space.db.reader())
    key = f"let-{model.id}-shop"
    app.session_state[key] = True
    app = app.run().button(key=f"{key}-do").click().run()
    assert "was never examined" in shown(app)
    assert counting(space) == {}
    app.session_state[key] = True
    app.session_state[f"{key}-anyway"] = True
    app = app.run().button(key=f"{key}-do").click().run()
    assert counting(space) == {("shop", "en"): "shop-en-1"}


def test_training_from_the_page(tmp_path: Path, visit: Visit) -> None:
    db = tmp_path / "earshot.db"
    take(db, write(tmp_path / "shop.csv", sayings(320, doubt=0.05)))
    with closing(wiring.open_workspace(db, tmp_path / "earshot.toml")) as space:
        with space.db.write() as conn:
            people.person(conn, "Lea", NOW, role=Role.LEAD)
        app = visit("models")
        assert "Nothing was learned yet" in shown(app)
        app = app.button(key="models.train").click().run()
        assert not app.exception
        (job,) = session.jobs().latest()
        assert job.title == model_list.TRAINING
        assert job.finished.wait(120)
        assert job.error is None
        assert job.words == "done: 1 sources and languages looked at, 1 with a better model"
        assert counting(space) == {("shop", "en"): "shop-en-1"}
        (event,) = models_store.history(space.db.reader())
        assert event.actor == "Lea"
    assert "shop, en: shop-en-1" in shown(app.run())


def test_training_that_fails_says_why(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(EarshotError, match=r"nothing\.db"):
        training_job.train(tmp_path / "nothing.db", tmp_path / "earshot.toml", "Lea", said.append)


def detail(space: Workspace, text: str) -> Any:
    for row in listing.page(space.db.reader(), MentionFilter(), before=None, limit=500):
        if text in row.text:
            return listing.detail(space.db.reader(), row.id)
    raise AssertionError(text)


def test_the_words_that_made_a_score_are_shown(space: Workspace, visit: Visit) -> None:
    take(
        space.db.path,
        write(space.db.path.parent / "a.csv", [("I love this place, but the queue is awful", *_N)]),
        "forum",
        labelled=False,
    )
    by_default = reasons.reasons(space, detail(space, "I love this place"))
    assert {each.text: each.value > 0 for each in by_default} == {"love": True, "awful": False}

    newest = detail(space, "it squeaks")
    told = reasons.reasons(space, newest)
    assert newest.scores[0].model.startswith("shop-en-1")
    assert min(each.value for each in told) < 0
    text = newest.row.text
    assert all(text[each.start : each.end] == each.text for each in told)
    app = visit("mentions")
    app.query_params["mention"] = str(newest.row.id)
    app = app.run()
    assert "es-against" in shown(app)
    assert "underlined: the words that made the score" in shown(app)


_N = (sayings(1)[0][1],)


def test_charts_show_where_the_model_changed(space: Workspace, visit: Visit) -> None:
    now = space.now()
    found = models_store.seams(space.db.reader(), seams.ENGINE)
    assert [(each.source, each.lang, each.model) for each in found] == [("shop", "en", "shop-en-1")]
    axis = bars(now.date() - timedelta(days=30), now.date(), now.date(), "day")
    inside = seams.within(found, axis, (), "Europe/Berlin")
    assert inside == found
    assert seams.within(found, axis, ("forum",), "UTC") == []
    assert seams.within(found, axis[:5], (), "UTC") == []
    assert seams.within(found, [], (), "UTC") == []
    assert "Dotted: shop-en-1 scores shop (en) since" in seams.words(inside, "UTC")[0]


def test_a_seam_is_a_dotted_line_over_the_whole_height() -> None:
    at = datetime(2026, 11, 10, 23, 30, 12, tzinfo=UTC)
    many = [Seam(at, "shop", "en", None), *[Seam(at, None, None, "lexicon-2")] * 4]
    figure = seams.drawn({"data": [], "layout": {"height": 300}}, many, "Europe/Berlin")
    go.Figure(figure)
    line = figure["layout"]["shapes"][0]
    assert (line["x0"], line["yref"], line["line"]["dash"]) == (
        "2026-11-11T00:30:00",
        "paper",
        "dot",
    )
    assert figure["layout"]["height"] == 300
    plain = {"data": [], "layout": {}}
    assert seams.drawn(plain, [], "UTC") is plain
    said = seams.words(many, "Europe/Berlin")
    assert said[0] == "Dotted: the model changed 2 more times before."
    assert said[-1] == "Dotted: another version of the default model scores since 11 Nov 2026."
    back = seams.words(many[:1], "UTC")
    assert back == ["Dotted: the default model scores shop (en) since 10 Nov 2026."]
    assert seams.within(
        many, bars(date(2026, 11, 11), date(2026, 11, 12), NOW.date(), "day"), (), "Europe/Berlin"
    )


def test_another_version_of_the_default_model_is_a_seam(space: Workspace) -> None:
    with space.db.write() as conn:
        conn.execute("INSERT INTO models (name, created_at) VALUES ('lexicon-next', 1)")
    found = models_store.seams(space.db.reader(), seams.ENGINE)
    assert Seam(datetime.fromtimestamp(0.001, UTC), None, None, "lexicon-next") in found


def test_coverage_is_drawn_for_models_that_tell_confidence() -> None:
    told = {"n": 9, "accuracy": 0.8, "macro_f1": 0.7, "calibration_error": 0.1, "sure": 0.9}
    figures = {
        "learned": {**told, "coverage": [{"share": 0.5, "accuracy": 0.9}]},
        "vader": {**told, "calibration_error": None, "sure": None, "coverage": []},
    }
    drawn = model_figures.coverage(figures)
    assert drawn is not None
    go.Figure(drawn)
    assert [each["name"] for each in drawn["data"]] == ["learned"]
    assert model_figures.coverage({"vader": figures["vader"]}) is None
    assert [row["model"] for row in model_figures.rows(figures)] == ["learned", "VADER"]


def test_the_command_and_the_page_refuse_alike(space: Workspace) -> None:
    done = run(space.db.path, "models", "promote", "shop-en-1", "--source", "forum", "--as", "x")
    assert done.code == 1
    assert "was never examined on 'forum'" in done.err


def test_a_correction_on_the_mentions_page_teaches(space: Workspace, visit: Visit) -> None:
    row = detail(space, "it squeaks").row
    before = {each.text for each in lessons.lessons(space.db.reader(), "any")}
    assert row.text not in before, "only the model said so"
    app = visit("mentions")
    app.query_params["mention"] = str(row.id)
    app = app.run()
    app = app.segmented_control(key=f"label-{row.id}-{row.version}").set_value("neutral").run()
    assert not app.exception
    found = {each.text: each for each in lessons.lessons(space.db.reader(), "any")}
    assert set(found) == before | {row.text}
    assert (found[row.text].label, found[row.text].origin) == (Label.NEUTRAL, Origin.HUMAN)
    assert len(learning.studied(space)[0]) == len(before) + 1
