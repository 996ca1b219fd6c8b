"""The page Reports under AppTest: comment, quotes, editions, and why numbers changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from dashboard.reports import making, weeks
from dashboard.wiring import Workspace
from storage import editions, people
from storage.models import Source
from tests import pages
from tests.app_pages import Visit, shown
from tests.source import ROOT

APP = ROOT / "dashboard" / "app.py"
WEEK = weeks.of(datetime.now(UTC).date()).back(1)
SHOP = Source("shop", "feeds", brand="Acme", options={"url": "http://127.0.0.1:9/shop.xml"})


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    with made.db.write() as conn:
        people.person(conn, "Mia", made.now())
    yield made
    made.close()


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """Open the summary as Mia."""
    return partial(visit, "reports", "Mia")


def test_a_comment_opens_the_summary(space: Workspace, visit: Visit) -> None:
    app = visit(week=WEEK.text)
    key = f"report.comment-{WEEK.text}"
    app.text_area(key=key).set_value("Mind <b>the</b> courier.").run()
    app.button(key=f"{key}-save").click().run()
    assert not app.exception
    assert editions.comment(space.db.reader(), WEEK.text) == "Mind <b>the</b> courier."
    assert "Mind &lt;b&gt;the&lt;/b&gt; courier." in shown(visit(week=WEEK.text))


def test_a_quote_is_hidden_and_shown_again(space: Workspace, visit: Visit) -> None:
    report = making.make(space.db, WEEK, space.now(), space.now())
    chosen = (*report.worst, *report.best)[0].mention_id
    app = visit(week=WEEK.text)
    app.session_state["report.quotes"] = True
    app.run()
    app.button(key=f"report.hide-{chosen}").click().run()
    assert not app.exception
    assert editions.hidden(space.db.reader(), WEEK.text) == {chosen}
    app.session_state["report.quotes"] = True
    app.run()
    app.button(key=f"report.show-{chosen}").click().run()
    assert not editions.hidden(space.db.reader(), WEEK.text)


def test_an_edition_opens_as_it_was_and_says_so(space: Workspace, visit: Visit) -> None:
    then = space.now()
    report = making.make(space.db, WEEK, then, then)
    making.keep(space.db, report, "Mia")
    late = replace(
        pages.review(9_001, then, "Delivery was terrible, very bad.", 1.0),
        published_at=datetime.combine(WEEK.first, datetime.min.time(), UTC) + timedelta(days=2),
    )
    pages.take(space, SHOP, [late])
    app = visit(week=WEEK.text)
    app.session_state["report.changes"] = True
    app.run()
    assert not app.exception
    assert "late arrivals +1 (1)" in shown(app)
    kept = editions.editions(space.db.reader(), WEEK.text)[0]
    app.button(key=f"report.open-{kept.id}").click().run()
    assert not app.exception
    assert "not as it stands now" in shown(app)
    n = next(each.now.n for each in report.headlines if each.kind.value == "review")
    assert f"{n:,} this week" in shown(app)
    app.button(key="report.now").click().run()
    assert "not as it stands now" not in shown(app)
    assert f"{n + 1:,} this week" in shown(app)


def test_an_address_with_a_wrong_moment_shows_now(space: Workspace, visit: Visit) -> None:
    for text in ("yesterday", "2026-11-01", "<script>", "2999-01-01T00:00+00:00"):
        app = visit(week=WEEK.text, as_of=text)
        assert not app.exception
        assert "not as it stands now" not in shown(app)
    assert space.db.path.exists()
