"""Every number opens: what a page says is what a click finds, under random filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard import data, filters
from dashboard.wiring import Workspace
from storage import alerts, polls, queries
from storage.alerts import Opened, Sign
from storage.models import Kind, Observation, Source
from tests import pages
from tests.serving import served
from tests.test_dashboard_pages_browser import LONG, click_mark, drawn, settle, visiting

pytestmark = pytest.mark.browser

PAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "": {"period": ("7d", "30d", "90d"), "kind": ("review", "social", "survey")},
    "topics": {"period": ("30d", "90d", "all"), "label": ("negative", "positive")},
    "parts": {"period": ("30d", "90d", "all"), "q": ("delivery", "support", "terrible")},
    "parts?by=places": {"period": ("30d", "all"), "source": ("shop", "social")},
    "competitors": {"period": ("7d",)},
    "alerts": {},
}
"""For each page what is drawn from to filter it; every combination finds something."""
NUMBER = re.compile(r"([\d,]+) ")


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = pages.build(tmp_path_factory.mktemp("numbers"))
    source = Source("shop-rival", "feeds", brand="Rival", options={"url": "http://127.0.0.1:9/r"})
    seen = Observation("shop:rival", "v", Kind.REVIEW, text="Bad.", rating=2.0, brand="Rival")
    pages.take(made, source, [seen])
    for name in ("shop", "shop-rival"):
        for days in (30, 0):
            when = made.now() - timedelta(days=days)
            polls.end(made.db, polls.begin(made.db, name, when, "worker"), when)
    sign = Sign("volume", "source=shop", "shop: more than usual", {})
    alerts.update(made.db, lambda lasting: [Opened(sign)], made.now())
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    with served(space.db.path, space.db.path.parent / "earshot.toml") as address:
        yield address


def behind(space: Workspace, address: str) -> int:
    """How many mentions an address shows."""
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    flt = filters.from_params(query, data.at(space.db, space.now()).today)
    return queries.count(space.db.reader(), flt)


def arrive(space: Workspace, page: Page, said: int) -> None:
    """On the page of mentions there are as many as a number said."""
    expect(page.get_by_role("heading", name="Mentions")).to_be_visible(timeout=LONG)
    words = f"{said:,} mentions, newest first" if said != 1 else "1 mention"
    if said:
        expect(page.get_by_text(words).first).to_be_visible(timeout=LONG)
    assert behind(space, page.url) == said


@pytest.mark.parametrize("path", PAGES)
def test_each_number_of_a_page_opens_as_many(
    path: str, space: Workspace, url: str, browser: Browser
) -> None:
    draw = Random(f"numbers {path}")
    query = urlencode({name: draw.choice(values) for name, values in PAGES[path].items()})
    joined = f"{path}{'&' if '?' in path else '?'}{query}"
    with visiting(browser, url, joined) as page:
        links = page.get_by_test_id("stMain").locator('a[href*="mentions?"]')
        links.first.wait_for(timeout=LONG)
        settle(page)
        told = [
            (link, int(match[1].replace(",", "")))
            for link in links.all()
            if (match := NUMBER.match(link.inner_text() + " "))
        ]
        assert told
        for link, said in told:
            assert behind(space, link.get_attribute("href") or "") == said, link.inner_text()
        link, said = draw.choice(told)
        link.click()
        arrive(space, page, said)


def bars(chart: Locator) -> list[tuple[float, float, int]]:
    """The middle of each bar that can be hit, in pixels of the window, and what it counts."""
    found: list[tuple[float, float, int]] = chart.locator(".js-plotly-plot").evaluate(
        """plot => {
            const found = [];
            for (const path of plot.querySelectorAll('.barlayer .point path')) {
                const mark = path.parentElement.__data__;
                const trace = path.closest('.trace').__data__[0].trace;
                const box = path.getBoundingClientRect();
                // Hatching over gaps is no bar that counts something.
                if (!trace.customdata || box.width < 4 || box.height < 4) continue;
                found.push([box.x + box.width / 2, box.y + box.height / 2, mark.s]);
            }
            return found;
        }"""
    )
    return found


@pytest.mark.parametrize(("number", "path"), [(0, "?period=30d"), (2, ""), (3, "?kind=review")])
def test_a_bar_opens_as_many_as_it_counts(
    number: int, path: str, space: Workspace, url: str, browser: Browser
) -> None:
    with visiting(browser, url, path) as page:
        chart = page.get_by_test_id("stPlotlyChart").nth(number)
        chart.scroll_into_view_if_needed()
        chart.locator(".barlayer .point path").first.wait_for(state="attached", timeout=LONG)
        drawn(page)
        x, y, said = Random(number).choice(bars(chart))
        click_mark(page, chart.locator(".js-plotly-plot"), x, y)
        arrive(space, page, said)


def test_the_keyboard_reads_a_figure_as_numbers(
    space: Workspace, url: str, browser: Browser
) -> None:
    with visiting(browser, url) as page:
        button = page.get_by_role("button", name="As numbers").nth(2)
        button.focus()
        page.keyboard.press("Enter")
        box = page.get_by_test_id("stPopoverBody")
        first = box.locator('a[href*="mentions?"]').first
        expect(first).to_be_visible(timeout=LONG)
        settle(page)
        said = int(first.inner_text().replace(",", ""))
        assert behind(space, first.get_attribute("href") or "") == said
        first.focus()
        page.keyboard.press("Enter")
        arrive(space, page, said)


def test_a_person_opens_as_many(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url, "people?name=customer+3&site=shop") as page:
        main = page.get_by_test_id("stMain")
        said = int((main.get_by_text(re.compile(r"^\d+ mentions")).inner_text()).split()[0])
        expect(main.get_by_role("link", name="Read →")).to_have_count(said, timeout=LONG)
