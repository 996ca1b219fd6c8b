"""Everybody's pages: axe finds nothing of ours, the keyboard reaches all, a proxy is no harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.wiring import Workspace
from storage import alerts, people, polls
from storage.alerts import Opened, Sign
from storage.models import Kind, Observation, Source
from tests import pages
from tests.browser import opened
from tests.proxy import proxied
from tests.serving import served
from tests.test_dashboard_pages_browser import LONG, settle, work_as
from tests.test_hostile_pages import complaint

pytestmark = pytest.mark.browser

PAGES = (
    *("", "topics", "parts", "parts?by=places", "alerts", "lookalikes", "competitors?period=7d"),
    *("queue", "mentions", "people", "reports", "sources", "team", "brands", "rules", "privacy"),
    *("workload", "checks", "actions", "taxonomy", "models", "templates", "promises", "customers"),
    "targets",
    "praise",
    "outbox",
)
BASELINE = {
    "list": "the navigation puts headings between its list and the items",
    "listitem": "the same items, which then have no list as their parent",
}
"""What Streamlit itself causes, all of it inside its own navigation; nothing else may be."""


DRESSED = """() => [...document.querySelectorAll('style')].some(
    each => each.textContent.includes('.es-steps'))"""
"""Our styles come as an element of the page, which may be drawn after its title."""


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = pages.build(tmp_path_factory.mktemp("access"))
    source = Source("shop-rival", "feeds", brand="Rival", options={"url": "http://127.0.0.1:9/r"})
    seen = Observation("shop:rival", "v", Kind.REVIEW, text="Bad.", rating=2.0, brand="Rival")
    pages.take(made, source, [seen])
    for name in ("shop", "shop-rival"):
        for days in (30, 0):
            when = made.now() - timedelta(days=days)
            polls.end(made.db, polls.begin(made.db, name, when, "worker"), when)
    alerts.update(
        made.db, lambda _: [Opened(Sign("volume", "source=shop", "more", {}))], made.now()
    )
    with made.db.write() as conn:
        people.person(conn, "Anna", made.now())
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    with served(space.db.path, space.db.path.parent / "earshot.toml") as address:
        yield address


def complaints(page: Page) -> list[str]:
    """What axe finds on a page, less what the baseline says of Streamlit's navigation."""
    page.wait_for_function(DRESSED, timeout=LONG)
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not (
            rule["id"] in BASELINE and "stSidebarNav" in str(node["html"]) + _around(page, node)
        )
    ]


def _around(page: Page, node: dict[str, Any]) -> str:
    return str(
        page.evaluate(
            "target => document.querySelector(target)?.closest('[data-testid=stSidebarNav]')"
            " ? 'stSidebarNav' : ''",
            node["target"][0],
        )
    )


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_of_ours(half: int, url: str, browser: Browser) -> None:
    with opened(browser) as page:
        for path in PAGES[half::2]:
            page.goto(f"{url}/{path}")
            settle(page)
            assert complaints(page) == [], path


def test_axe_finds_nothing_of_ours_in_the_dark_and_on_a_phone(url: str, browser: Browser) -> None:
    with opened(browser, width=390, height=844, scheme="dark") as page:
        for path in ("", "topics", "mentions", "reports"):
            page.goto(f"{url}/{path}")
            settle(page)
            assert complaints(page) == [], path


def test_figures_say_what_they_show(url: str, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(url)
        settle(page)
        for chart in page.get_by_test_id("stPlotlyChart").all():
            assert re.search(r"\d", chart.get_attribute("aria-label") or "")


def test_the_keyboard_reaches_everything(url: str, browser: Browser) -> None:
    """Every link, button and field in view is focused once on the way with Tab."""
    with opened(browser) as page:
        page.goto(url)
        expect(page.get_by_role("button", name="As numbers")).to_have_count(4, timeout=LONG)
        settle(page)
        there = page.evaluate(
            """() => {
                const all = 'main a[href], main button, main input, nav a[href]';
                const shown = [...document.querySelectorAll(all)].filter(each =>
                    each.checkVisibility({visibilityProperty: true}) && each.tabIndex >= 0
                    && !each.disabled);
                shown.forEach((each, number) => each.dataset.number = number);
                return shown.length;
            }"""
        )
        assert there > 20
        seen: set[str] = set()
        for _ in range(there + 40):
            page.keyboard.press("Tab")
            number = page.evaluate("() => document.activeElement?.dataset.number ?? ''")
            seen |= {number} - {""}
        left = [
            page.locator(f'[data-number="{each}"]').evaluate("each => each.outerHTML.slice(0, 150)")
            for each in range(there)
            if str(each) not in seen
        ]
        assert left == []


def test_pages_work_below_a_path_behind_a_proxy(space: Workspace, browser: Browser) -> None:
    folder = space.db.path.parent
    problems: list[str] = []
    with (
        served(space.db.path, folder / "earshot.toml", prefix="/desk/earshot") as inner,
        proxied(inner) as outer,
        opened(browser) as page,
    ):
        page.on("console", lambda said: problems.extend(complaint(said)))
        page.on("pageerror", lambda error: problems.append(str(error)))
        with page.expect_response(re.compile("who.gif")) as remembered:
            page.goto(f"{outer}/?period=all")
            settle(page)
            work_as(page, "Anna")
        assert "Path=/desk/earshot/" in (remembered.value.header_value("set-cookie") or "")
        page.locator(".js-plotly-plot .barlayer .point").first.wait_for(timeout=LONG)
        page.get_by_role("link", name="Competitors").click()
        expect(page.get_by_role("heading", name="Competitors")).to_be_visible(timeout=LONG)
        page.goto(f"{outer}/competitors?period=7d")
        settle(page)
        page.locator(".js-plotly-plot .bars .point path").first.wait_for(timeout=LONG)
        expect(page.get_by_role("combobox", name="Working as")).to_have_value("Anna", timeout=LONG)
        page.get_by_role("link", name="Mentions", exact=True).click()
        expect(page.get_by_text("mentions, newest first")).to_be_visible(timeout=LONG)
        assert page.url.startswith(outer)
    assert problems == []
