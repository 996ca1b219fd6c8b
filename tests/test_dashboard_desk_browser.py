"""The work desk in a real browser: typing, two windows, keys, a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.wiring import Workspace
from storage import case_lists, cases, people, writing
from storage.case_model import Transfer
from storage.models import CaseState, Source
from storage.people import Role
from tests import pages
from tests.browser import opened
from tests.serving import served
from tests.test_dashboard_pages_browser import LONG, address, settle, visiting, work_as

pytestmark = pytest.mark.browser

SAID = "We are sorry that this happened and will look into it at once. " * 5


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = pages.build(tmp_path_factory.mktemp("desk"))
    with made.db.write() as conn:
        for name in ("Dora", "Emil"):
            people.person(conn, name, made.now(), role=Role.AGENT)
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    with served(space.db.path, space.db.path.parent / "earshot.toml") as address_:
        yield address_


def next_case(page: Page) -> int:
    """Take the next case by its key and return its id."""
    page.keyboard.press("n")
    expect(answer(page)).to_be_visible(timeout=LONG)
    settle(page)
    return int(address(page)["case"][0])


def answer(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("textbox", name="Your answer")


def kept(space: Workspace, case_id: int) -> str:
    found = writing.current(space.db.reader(), case_id)
    return found.text if found else ""


def blur(page: Page) -> None:
    """Leave every field."""
    page.get_by_test_id("stMain").locator("h1").first.click()


def test_a_killed_tab_loses_at_most_what_was_typed_last(
    space: Workspace, url: str, browser: Browser
) -> None:
    """300 letters, the field never left, the tab gone: the store has them, and so has a new tab."""
    with opened(browser) as page:
        page.goto(f"{url}/queue")
        settle(page)
        work_as(page, "Dora")
        page.get_by_role("button", name=re.compile("^Next")).click()
        answer(page).click(timeout=LONG)
        case_id = int(address(page)["case"][0])
        answer(page).press_sequentially(SAID[:300])
        expect(page.get_by_text("kept", exact=True)).to_be_visible(timeout=LONG)
        page.close()
    assert kept(space, case_id) == SAID[:300]
    with visiting(browser, url, f"queue?case={case_id}") as page:
        work_as(page, "Dora")
        expect(answer(page)).to_have_value(SAID[:300], timeout=LONG)
        answer(page).press_sequentially(" More.")
        page.reload()
        settle(page)
        work_as(page, "Dora")
        expect(answer(page)).to_have_value(SAID[:300] + " More.", timeout=LONG)


def test_two_windows_on_one_queue(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url, "queue") as dora, visiting(browser, url, "queue") as emil:
        work_as(dora, "Dora")
        work_as(emil, "Emil")
        dora.get_by_role("button", name=re.compile("^Next")).click()
        answer(dora).click(timeout=LONG)
        case_id = int(address(dora)["case"][0])
        emil.goto(f"{url}/queue?case={case_id}")
        settle(emil)
        work_as(emil, "Emil")
        answer(dora).press_sequentially("Dear customer")
        expect(emil.get_by_text("Dora is writing …")).to_be_visible(timeout=LONG)
        expect(emil.get_by_text("Dear customer")).to_be_visible(timeout=LONG)
        expect(answer(emil)).to_have_count(0)
        expect(dora.get_by_text("Emil looks at this, too.")).to_be_visible(timeout=LONG)
        dora.get_by_role("button", name=re.compile("^Posted, close")).click()
        expect(dora.get_by_text("marked as posted and closed")).to_be_visible(timeout=LONG)
        expect(emil.get_by_role("button", name="Reopen")).to_be_visible(timeout=LONG)
        emil.goto(f"{url}/queue")
        settle(emil)
        work_as(emil, "Emil")
        emil.get_by_role("button", name=re.compile("^Next")).click()
        expect(answer(emil)).to_be_visible(timeout=LONG)
        assert int(address(emil)["case"][0]) != case_id
    assert cases.load(space.db.reader(), case_id).state is CaseState.RESOLVED


def test_everything_by_keyboard(space: Workspace, url: str, browser: Browser) -> None:
    with visiting(browser, url, "queue") as page:
        work_as(page, "Emil")
        blur(page)
        case_id = next_case(page)
        answer(page).focus()
        page.keyboard.type("Sorry, and next time x marks nothing: n, d, s, x.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("marked as posted and closed")).to_be_visible(timeout=LONG)
        case = cases.load(space.db.reader(), case_id)
        assert (case.state, case.draft) == (
            CaseState.RESOLVED,
            "Sorry, and next time x marks nothing: n, d, s, x.",
        )
        blur(page)
        page.keyboard.press("u")
        expect(page.get_by_text("marked as posted and closed")).to_have_count(0, timeout=LONG)
        expect(answer(page)).to_have_value(re.compile("^Sorry, and next"), timeout=LONG)
        settle(page)
        blur(page)
        page.keyboard.press("x")
        expect(page.get_by_text("dismissed: not us")).to_be_visible(timeout=LONG)
        assert cases.load(space.db.reader(), case_id).reason == "not us"


def test_a_lost_connection_keeps_what_is_typed(
    space: Workspace, url: str, browser: Browser
) -> None:
    with visiting(browser, url, "queue") as page:
        work_as(page, "Emil")
        page.get_by_role("button", name=re.compile("^Next")).click()
        answer(page).click(timeout=LONG)
        case_id = int(address(page)["case"][0])
        answer(page).press_sequentially("Before. ")
        expect(page.get_by_text("kept", exact=True)).to_be_visible(timeout=LONG)
        page.context.set_offline(True)
        answer(page).press_sequentially("While away.")
        page.context.set_offline(False)
        page.reload()
        settle(page)
        work_as(page, "Emil")
        expect(answer(page)).to_have_value("Before. While away.", timeout=LONG)
        expect(page.get_by_text("kept", exact=True)).to_be_visible(timeout=LONG)
        assert kept(space, case_id) == "Before. While away."


def test_a_phone_shows_the_list_or_the_case(space: Workspace, url: str, browser: Browser) -> None:
    with opened(browser, width=390) as page:
        page.goto(f"{url}/queue?show=new")
        settle(page)
        wanted = case_lists.queue(space.db.reader(), states=(CaseState.NEW,))[0].case.id
        look = page.get_by_role("button", name=f"Open case {wanted}", exact=True)
        look.click(timeout=LONG)
        expect(page.get_by_text("History")).to_be_visible(timeout=LONG)
        settle(page)
        expect(look).not_to_be_visible()
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
        page.get_by_role("button", name="← List").click()
        expect(look).to_be_visible(timeout=LONG)


def test_from_a_notice_to_a_sent_answer_in_four_taps(
    space: Workspace, url: str, browser: Browser
) -> None:
    with space.db.write() as conn:
        boss = people.person(conn, "Boss", space.now(), role=Role.LEAD)
        dora = people.known(conn, "Dora")
    shop = Source("shop", "feeds", brand="Acme", options={"url": "http://127.0.0.1:9/shop.xml"})
    said = pages.review(9_100, space.now(), "Delivery was terrible and late, very bad.", 1.0)
    pages.take(space, shop, [said])
    case = next(
        each.case
        for each in case_lists.queue(space.db.reader(), states=(CaseState.NEW,))
        if each.mention.author == said.author
    )
    cases.act(space.db, case.id, Transfer(actor=boss, to=dora), space.now())
    with opened(browser, width=390) as page:
        page.goto(f"{url}/queue")
        settle(page)
        page.get_by_test_id("stExpandSidebarButton").click()
        work_as(page, "Dora")
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
        page.get_by_role("button", name=re.compile("🔔")).click()
        page.get_by_role("button", name=re.compile(f"Case {case.id}: given to you")).click()
        expect(answer(page)).to_be_visible(timeout=LONG)
        settle(page)
        page.get_by_role("button", name=re.compile("^Sorry")).first.click(timeout=LONG)
        expect(answer(page)).not_to_have_value("", timeout=LONG)
        page.get_by_role("button", name=re.compile("^Posted, close")).click()
        expect(page.get_by_text(f"Case {case.id} marked as posted")).to_be_visible(timeout=LONG)
    assert cases.load(space.db.reader(), case.id).state is CaseState.RESOLVED


def test_a_step_right_after_typing_waits_for_the_words(
    space: Workspace, url: str, browser: Browser
) -> None:
    shop = Source("shop", "feeds", brand="Acme", options={"url": "http://127.0.0.1:9/shop.xml"})
    pages.take(space, shop, [pages.review(9_200, space.now(), "Delivery was terrible.", 1.0)])
    with visiting(browser, url, "queue") as page:
        work_as(page, "Emil")
        page.get_by_role("heading", name="Queue").click()
        case = next_case(page)
        answer(page).press_sequentially("Hello, I am sorry that it came late. We call you today.")
        page.get_by_role("button", name=re.compile("^Posted, close")).click()
        expect(page.get_by_text(f"Case {case} marked as posted")).to_be_visible(timeout=LONG)
    assert cases.load(space.db.reader(), case).state is CaseState.RESOLVED
