"""The page Sources under AppTest: pausing, failing, adding by link and by file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import session
from dashboard.wiring import Workspace
from storage import coverage, people, polls, queries
from storage.models import MentionFilter
from tests import pages
from tests.app_pages import Visit, shown


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    yield made
    made.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path, mentions=False)
    yield made
    made.close()


def known_person(space: Workspace, name: str) -> people.Person:
    with space.db.write() as conn:
        return people.person(conn, name, space.now())


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def test_a_source_is_paused_and_resumed(space: Workspace, visit: Visit) -> None:
    known_person(space, "Anna")
    app = visit("sources", who="Anna")
    app = app.button(key="pause-shop").click().run()
    assert not space.source("shop").enabled
    app = app.button(key="pause-shop").click().run()
    assert space.source("shop").enabled
    assert not app.exception


def test_a_source_that_fails_says_so_in_words(space: Workspace, visit: Visit) -> None:
    poll = polls.begin(space.db, "social", space.now() + timedelta(seconds=1), "worker")
    polls.end(space.db, poll, space.now() + timedelta(seconds=2), "![x](http://tracker.example)")
    app = visit("sources")
    assert "Cannot be read since" in shown(app)
    assert any("2 of 3 sources healthy" in each.value for each in app.caption)


def test_a_link_becomes_a_source(empty: Workspace, visit: Visit) -> None:
    known_person(empty, "Anna")
    app = visit("sources", who="Anna")
    app.text_input(key="add.link").set_value("https://example.org/feed.xml").run()
    assert not app.exception
    app = app.button(key="add.save").click().run()
    assert not app.exception
    kinds = [health.source.kind for health in _health(empty)]
    assert kinds == ["feeds"]


def test_collecting_now_runs_beside_the_page(space: Workspace, visit: Visit) -> None:
    known_person(space, "Anna")
    app = visit("sources", who="Anna")
    app.button(key="now-shop").click().run()
    job = session.jobs().latest()[0]
    assert job.finished.wait(20)
    app.run()
    assert not app.exception
    assert "Collecting shop: stopped" in shown(app), "nothing listens on port 9"


def test_a_dropped_file_is_looked_at_then_imported(empty: Workspace, visit: Visit) -> None:
    known_person(empty, "Anna")
    content = "Stars,Text,Date\n" + "".join(
        f"{i % 5 + 1},Bad service {i},2026-11-01\n" for i in range(30)
    )
    app = visit("sources", who="Anna")
    app.file_uploader(key="add.file").upload("reviews.csv", content.encode(), "text/csv").run()
    assert not app.exception
    assert "30 rows" in shown(app)
    assert queries.count(empty.db.reader(), MentionFilter()) == 0
    app = app.button(key="add.go").click().run()
    job = session.jobs().latest()[0]
    assert job.finished.wait(20)
    assert job.error is None
    assert queries.count(empty.db.reader(), MentionFilter()) == 30
    app.run()
    assert "30 new" in shown(app)


def test_a_file_that_is_no_table_is_explained(empty: Workspace, visit: Visit) -> None:
    app = visit("sources")
    app.file_uploader(key="add.file").upload("x.csv", b"", "text/csv").run()
    assert not app.exception
    assert "cannot be read" in shown(app)


def _health(space: Workspace) -> list[Any]:
    return coverage.health(space.db.reader(), space.now())
