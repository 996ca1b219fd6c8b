"""The pages in a real browser: hostile text, live refresh, the address, clicks on figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard import filters
from dashboard.wiring import Workspace
from storage import cases, listing, queries
from storage.models import MentionFilter
from tests import pages
from tests.browser import opened
from tests.serving import served

pytestmark = pytest.mark.browser

PAGES = ("", "mentions", "queue", "alerts", "sources", "reports")
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LONG = 30_000


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = pages.build(tmp_path_factory.mktemp("pages"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    folder = space.db.path.parent
    with served(space.db.path, folder / "earshot.toml") as address:
        yield address


def settle(page: Page) -> None:
    """Wait until the page has been drawn."""
    page.get_by_test_id("stMain").locator("h1").first.wait_for(timeout=LONG)
    page.locator(IDLE).wait_for(timeout=LONG)


def drawn(page: Page) -> None:
    """Wait until all figures stand: what is drawn later moves what stands below it."""
    undrawn = page.locator("[data-testid=stPlotlyChart]:not(:has(.main-svg))")
    expect(undrawn).to_have_count(0, timeout=LONG)
    settle(page)


def click_mark(page: Page, figure: Locator, x: float, y: float) -> None:
    """Click a mark as a hand does: plotly opens what it saw under the mouse a moment before.

    plotly lays a drag area over its bars, so the mouse goes to the place itself.
    """
    page.mouse.move(x, y)
    seen = figure.element_handle()
    page.wait_for_function("plot => plot._hoverdata?.length", arg=seen, timeout=LONG)
    page.mouse.click(x, y)


@contextmanager
def visiting(browser: Browser, url: str, path: str = "", width: int = 1280) -> Iterator[Page]:
    """Open a page; at its end nothing may have run that was not ours."""
    alarms: list[str] = []
    with opened(browser, width=width) as page:
        page.on("dialog", lambda dialog: alarms.append(dialog.message))
        page.on("pageerror", lambda error: alarms.append(str(error)))
        page.goto(f"{url}/{path}")
        settle(page)
        yield page
        assert page.title() != "owned"
    assert not alarms


def work_as(page: Page, name: str) -> None:
    """Say who is working, as a new person does."""
    page.get_by_role("combobox", name="Working as").click()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Working as")).to_have_value(name, timeout=LONG)
    settle(page)


def address(page: Page) -> dict[str, list[str]]:
    """What stands in the address."""
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("path", [*PAGES, "evil", "evil case"])
def test_hostile_text_is_letters(path: str, space: Workspace, url: str, browser: Browser) -> None:
    evil = listing.page(space.db.reader(), MentionFilter(text="VERIFIED"), limit=1)[0]
    case = cases.of_mention(space.db.reader(), evil.id)
    assert case is not None
    place = {"evil": f"mentions?mention={evil.id}", "evil case": f"queue?case={case.id}"}
    with visiting(browser, url, place.get(path, path)) as page:
        main = page.get_by_test_id("stMain")
        assert main.locator("a[href*=phish], a[href^=javascript], img[src*=tracker]").count() == 0
        assert main.locator(".katex, script").count() == 0
        if path in {"mentions", "evil"}:
            expect(main.get_by_text("<script>document.title='owned'</script>")).to_be_visible()
            expect(main.get_by_text("[click](javascript:alert(1))")).to_be_visible()


def test_a_menu_with_hostile_names_is_letters(url: str, browser: Browser) -> None:
    with visiting(browser, url, "mentions?period=all") as page:
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("combobox", name="Product").click()
        page.keyboard.type("phish")
        expect(page.get_by_role("option").filter(has_text="tracker.example")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Clear", exact=True)).to_be_visible(timeout=LONG)
        settle(page)
        assert page.locator("img[src*=tracker], a[href*=phish]").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_needs_no_sideways_scrolling(path: str, url: str, browser: Browser) -> None:
    with visiting(browser, url, path, width=390) as page:
        wide = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth")
        assert wide <= 390


def test_the_filter_lives_in_the_address(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url, "mentions") as page:
        page.get_by_role("searchbox", name="Words").fill("delivery")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("q=delivery"), timeout=LONG)
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("combobox", name="Label").click()
        page.get_by_role("option", name="negative").click()
        expect(page).to_have_url(re.compile("label=negative"), timeout=LONG)
        settle(page)
        page.reload()
        settle(page)
        expect(page.get_by_role("searchbox", name="Words")).to_have_value("delivery")
        flt = filters.from_params(address(page), datetime.now(UTC).date())
        count = queries.count(space.db.reader(), flt)
        expect(page.get_by_text(f"{count} mentions, newest first")).to_be_visible(timeout=LONG)

        page.get_by_role("link", name="Overview").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=LONG)
        expect(page).to_have_url(re.compile("label=negative"), timeout=LONG)
        page.get_by_role("link", name="Mentions").click()
        expect(page.get_by_role("heading", name="Mentions")).to_be_visible(timeout=LONG)
        expect(page.get_by_role("searchbox", name="Words")).to_have_value("delivery")


def test_going_back_leads_back(url: str, browser: Browser) -> None:
    """What a page fills in by itself is no step of the history, nor is a carried filter."""
    carried = re.compile(r"\?period=90d$")
    with visiting(browser, url, "?period=90d") as page:
        for name in ("Topics", "Competitors"):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=LONG)
            expect(page).to_have_url(carried, timeout=LONG)
            settle(page)
        for name in ("Topics", "Overview"):
            page.go_back()
            expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=LONG)
            settle(page)
            expect(page).to_have_url(carried)
        expect(page.get_by_text("Brand: ours (Acme)")).to_be_visible(timeout=LONG)
        page.go_back()
        expect(page).to_have_url("about:blank", timeout=LONG)


def test_a_click_on_a_figure_opens_as_many_mentions(
    space: Workspace, url: str, browser: Browser
) -> None:
    with visiting(browser, url, "?period=all") as page:
        chart = page.get_by_test_id("stPlotlyChart").nth(2)
        chart.scroll_into_view_if_needed()
        bar = chart.locator(".barlayer .trace").first.locator("path").last
        bar.wait_for(state="attached", timeout=LONG)
        drawn(page)
        box = bar.bounding_box()
        assert box is not None
        plot = chart.locator(".js-plotly-plot")
        click_mark(page, plot, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.get_by_role("heading", name="Mentions")).to_be_visible(timeout=LONG)
        settle(page)
        flt = filters.from_params(address(page), datetime.now(UTC).date())
        assert len(flt.sources) == 1
        assert flt.labels
        count = queries.count(space.db.reader(), flt)
        expect(page.get_by_text(f"{count} mentions, newest first")).to_be_visible(timeout=LONG)


def test_new_mentions_do_not_move_what_is_read(
    space: Workspace, url: str, browser: Browser
) -> None:
    with visiting(browser, url, "mentions") as page:
        first = page.get_by_test_id("stMain").locator(".es-title").first
        before = first.inner_text()
        fresh = pages.review(9_100, datetime.now(UTC), "Brand new praise, wonderful", 5.0)
        pages.take(space, space.source("shop"), [fresh])
        newer = page.get_by_role("button", name=re.compile("Show . newer"))
        expect(newer).to_be_visible(timeout=LONG)
        assert first.inner_text() == before
        newer.click()
        expect(page.get_by_text("Brand new praise")).to_be_visible(timeout=LONG)
