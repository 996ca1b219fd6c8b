"""Every page with every hostile text stored: letters only, nothing runs, nothing leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from dashboard import wiring
from dashboard.components import desk_list
from dashboard.wiring import Workspace
from storage import cases, people, polls, sources
from storage.case_model import Claim, SaveDraft
from storage.models import Batch, Kind, Observation, Refusal, Source
from tests.browser import opened
from tests.hostile import GOOD, TEXTS
from tests.serving import served

pytestmark = pytest.mark.browser

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LONG = 30_000
PAGE = 20
FORBIDDEN = (
    "script",
    "iframe",
    ".katex",
    "img:not([src^='data:']):not([src^='http://127.0.0.1'])",
    "a[href^='javascript' i]",
    "a[href^='data' i]",
    "a[href*='evil.example']",
    "[onerror], [onload], [onbegin]",
)
"""What no text may have become in the part of a page that shows texts."""
IN_FULL = (
    *("closing everything", "markdown links", "streamlit marks", "formulas of TeX"),
    *("lone surrogates", "marks upon marks"),
)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "earshot.toml").write_text('timezone = "Europe/Berlin"\n')
    made = wiring.open_workspace(folder / "earshot.db", folder / "earshot.toml")
    fill(made, datetime.now(UTC))
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    folder = space.db.path.parent
    with served(space.db.path, folder / "earshot.toml") as address:
        yield address


def fill(space: Workspace, now: datetime) -> None:
    """Store every text in every field, and have somebody work with such words, too."""
    source = Source("shop", "feeds", options={"url": "http://127.0.0.1:9/"})
    with space.db.write() as conn:
        sources.ensure(conn, source, now)
    seen = [
        review(f"t{n}", text, now - timedelta(minutes=n + 5))
        for n, text in enumerate(TEXTS.values())
    ]
    good = [review(f"good{n}", GOOD, now - timedelta(minutes=n)) for n in range(2)]
    space.ingest(source, [Batch((good[0], *seen, good[1]))], actor="test")
    edited = [replace(each, text=f"{each.text} edited") for each in seen]
    space.ingest(source, [Batch(tuple(edited))], actor="test")
    failed = polls.begin(space.db, "shop", now, "test")
    with space.db.write() as conn:
        words = [Refusal(n, text) for n, text in enumerate(TEXTS.values())]
        polls.add(conn, failed, wiring.Saved(), words, None)
    polls.end(space.db, failed, now, " ".join(list(TEXTS.values())[:12]))
    case_id = case_of(space, "script")
    with space.db.write() as conn:
        eve = people.person(conn, "<b>Eve</b> ![x](http://evil.example/e.png)", now)
    cases.act(space.db, case_id, Claim(actor=eve), now)
    cases.act(space.db, case_id, SaveDraft(actor=eve, text=TEXTS["closing everything"]), now)


def review(own: str, text: str, when: datetime) -> Observation:
    """A review that opens a case; a hostile one is so in every field."""
    one = Observation("shop", own, Kind.REVIEW, text=text, published_at=when, rating=1.0)
    if text == GOOD:
        return one
    short = text[:900]
    return replace(
        one,
        title=short,
        author=short,
        url="javascript:alert(9)",
        brand=short,
        product=short,
        extra={short[:60]: short},
    )


def mention_of(space: Workspace, name: str) -> int:
    row = space.db.reader().execute(
        "SELECT mention_id FROM identities WHERE native_id = ?", (f"t{list(TEXTS).index(name)}",)
    )
    return int(row.fetchone()[0])


def case_of(space: Workspace, name: str) -> int:
    found = cases.of_mention(space.db.reader(), mention_of(space, name))
    assert found is not None
    return found.id


def complaint(said: ConsoleMessage) -> list[str]:
    """What the console says went wrong; Streamlit itself asks at each depth of an address."""
    if said.type != "error" or "/_stcore/" in said.location["url"]:
        return []
    return [f"console {said.text} {said.location['url']}"]


@contextmanager
def visiting(browser: Browser, url: str) -> Iterator[Page]:
    """Open a browser; at its end nothing may have run, been asked elsewhere or complained."""
    alarms: list[str] = []
    with opened(browser) as page:
        page.on("dialog", lambda dialog: alarms.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: alarms.append(f"error {error}"))
        page.on("console", lambda said: alarms.extend(complaint(said)))
        yield page
        assert page.evaluate("window.hacked") is None
    assert not alarms


def look(page: Page, address: str) -> None:
    """Open an address, wait until it is drawn, and look for what must not be there."""
    page.goto(address)
    examine(page)


def examine(page: Page) -> None:
    """Look for what no text may have become."""
    main = page.get_by_test_id("stMain")
    main.locator("h1").first.wait_for(timeout=LONG)
    page.locator(IDLE).wait_for(timeout=LONG)
    for selector in FORBIDDEN:
        assert main.locator(selector).count() == 0, (page.url, selector)
    assert main.get_by_test_id("stException").count() == 0, page.url


@pytest.mark.parametrize("path", ["", "alerts", "sources", "reports"])
def test_pages_of_figures(url: str, browser: Browser, path: str) -> None:
    with visiting(browser, url) as page:
        look(page, f"{url}/{path}?period=all")


def test_mentions_to_their_end(url: str, browser: Browser) -> None:
    left = len(TEXTS) + 2
    seen = 0
    with visiting(browser, url) as page:
        look(page, f"{url}/mentions")
        while True:
            rows = page.get_by_role("button", name="Read", exact=True)
            expect(rows).to_have_count(min(left, PAGE), timeout=LONG)
            examine(page)
            seen += page.get_by_test_id("stMain").get_by_text(GOOD, exact=True).count()
            left -= PAGE
            if left <= 0:
                break
            before = page.url
            page.get_by_role("button", name="Older", exact=True).click()
            expect(page).not_to_have_url(before, timeout=LONG)
    assert seen == 2


def test_the_queue_to_its_end(space: Workspace, url: str, browser: Browser) -> None:
    waiting = "SELECT count(*) FROM cases WHERE state = 'new'"
    cases = int(space.db.reader().execute(waiting).fetchone()[0])
    assert cases > desk_list.PAGE
    with visiting(browser, url) as page:
        look(page, f"{url}/queue")
        rows = page.get_by_role("button", name=re.compile("^Open case "))
        for shown in range(desk_list.PAGE, cases + desk_list.PAGE, desk_list.PAGE):
            expect(rows).to_have_count(min(shown, cases), timeout=LONG)
            examine(page)
            if shown < cases:
                page.get_by_role("button", name="More", exact=True).click()
        assert page.get_by_test_id("stMain").get_by_text(GOOD).count() == 2


def test_mentions_in_full(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url) as page:
        for name in IN_FULL:
            look(page, f"{url}/mentions?mention={mention_of(space, name)}")
        look(page, f"{url}/mentions?mention={mention_of(space, 'script')}")
        shown = page.get_by_test_id("stMain").inner_text()
        assert TEXTS["script"] in shown
        page.get_by_text("Other versions").click()
        page.locator(IDLE).wait_for(timeout=LONG)
        expect(page.get_by_text("Version 1", exact=False).first).to_be_visible(timeout=LONG)


def test_cases(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url) as page:
        for name in ("script", "formulas of TeX"):
            look(page, f"{url}/queue?case={case_of(space, name)}")


def test_addresses_made_up(url: str, browser: Browser) -> None:
    """Whatever stands in the address, a page is drawn and says so."""
    odd = ("<script>alert(1)</script>", "9" * 19, "%00%ED%A0%80")
    with visiting(browser, url) as page:
        for text in odd:
            look(
                page,
                f"{url}/mentions?mention={text}&q={text}&brand={text}&from={text}&before={text}",
            )
            look(page, f"{url}/queue?case={text}&after={text}&show={text}")
            look(page, f"{url}/?period={text}&label={text}&topic={text}&kind={text}")
