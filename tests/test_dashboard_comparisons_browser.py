"""Topics, places, products, competitors and people in a real browser, with hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from dashboard import data, filters
from dashboard.wiring import Workspace
from storage import polls, queries
from storage.models import Kind, Observation, Source
from tests import pages
from tests.serving import served
from tests.test_dashboard_pages_browser import LONG, click_mark, drawn, settle, visiting

pytestmark = pytest.mark.browser

EVE = "<i>Eve</i> ![p](http://tracker.example/a.png)"
PATHS = (
    "topics",
    "topics?topic=delivery&period=all",
    "parts?period=all",
    "parts?by=places&period=all",
    "competitors?period=7d",
    "people",
    f"people?name={quote(EVE)}",
    f"people?name={quote(EVE)}&site=shop",
)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = pages.build(tmp_path_factory.mktemp("pages"))
    _rival(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    with served(space.db.path, space.db.path.parent / "earshot.toml") as address:
        yield address


def _rival(space: Workspace) -> None:
    """A competitor on the site of our own, both read a month ago and now."""
    source = Source("shop-rival", "feeds", brand="Rival", options={"url": "http://127.0.0.1:9/r"})
    seen = Observation("shop:rival", "v", Kind.REVIEW, text="Bad.", rating=2.0, brand="Rival")
    pages.take(space, source, [seen])
    for name in ("shop", "shop-rival"):
        for days in (30, 0):
            when = space.now() - timedelta(days=days)
            polls.end(space.db, polls.begin(space.db, name, when, "worker"), when)


@pytest.mark.parametrize("path", PATHS)
def test_names_are_letters_and_a_phone_does_not_scroll_sideways(
    path: str, url: str, browser: Browser
) -> None:
    with visiting(browser, url, path, width=390) as page:
        main = page.get_by_test_id("stMain")
        assert (
            main.locator(
                "a[href^='http://phish'], a[href^='https://phish'], img[src*=tracker]"
            ).count()
            == 0
        )
        assert main.locator(".katex, script, .es-part i").count() == 0
        assert main.evaluate("main => main.scrollWidth") <= 390
        if path.endswith("site=shop"):
            expect(main.get_by_text(EVE).first).to_be_visible()


def test_a_bar_of_a_brand_opens_its_mentions(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url, "competitors?period=7d") as page:
        plot = page.locator(".js-plotly-plot", has=page.locator(".bars .point path")).first
        bar = plot.locator(".bars .point path").first
        bar.wait_for(timeout=LONG)
        drawn(page)
        box = bar.bounding_box()
        assert box is not None
        click_mark(page, plot, box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
        page.wait_for_url("**/mentions?*", timeout=LONG)
        settle(page)
        query = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
        flt = filters.from_params(query, data.at(space.db, space.now()).today)
        assert flt.brands == ("Acme",)
        count = queries.count(space.db.reader(), flt)
        words = f"{count} mentions" if count != 1 else "1 mention"
        expect(page.get_by_text(words).first).to_be_visible(timeout=LONG)
