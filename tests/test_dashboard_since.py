"""What happened since somebody's last visit: the visit, the numbers, the browser's memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from dashboard import data, filters, news, remembered, standing
from dashboard.wiring import Workspace
from storage import people, polls, queries, visits
from storage.people import Role
from tests import pages
from tests.browser import opened
from tests.serving import served
from tests.test_dashboard_pages_browser import LONG, settle, work_as

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = pages.build(tmp_path_factory.mktemp("since"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(space: Workspace) -> Iterator[str]:
    with served(space.db.path, space.db.path.parent / "earshot.toml") as address:
        yield address


def somebody(space: Workspace, name: str, role: Role) -> people.Person:
    with space.db.write() as conn:
        return people.person(conn, name, space.now(), role=role)


def test_a_visit_ends_with_the_last_look_before_a_pause(space: Workspace) -> None:
    anna = somebody(space, "Anna", Role.LEAD)
    now = space.now().replace(microsecond=0)
    looks = [now, now + 20 * MINUTE, now + 3 * HOUR, now + 3 * HOUR + 5 * MINUTE]
    ends = [None, None, looks[1], looks[1]]
    for look, end in zip(looks, ends, strict=True):
        assert visits.since(space.db.reader(), anna, look) == end
        assert visits.is_due(space.db.reader(), anna, look)
        with space.db.write() as write:
            visits.note(write, anna, look)
        assert visits.since(space.db.reader(), anna, look) == end
        assert not visits.is_due(space.db.reader(), anna, look)


def test_each_number_counts_what_it_opens(space: Workspace) -> None:
    at = data.at(space.db, space.now())
    fresh = news.since(at, at.now - HOUR)
    for part in (fresh.new, fresh.waiting):
        assert part is not None
        opened = filters.from_params(filters.to_params(part.flt), at.today)
        count = queries.count(space.db.reader(), opened)
        assert part.words.startswith(f"{count:,} ")
    assert "oldest" in (fresh.waiting.words if fresh.waiting else "")
    assert news.since(at, at.now + MINUTE).new.words == "0 new"
    assert news.since(at, None).since == "In the last 24 hours"


def test_what_failed_and_caught_up_is_named(space: Workspace) -> None:
    at = data.at(space.db, space.now())
    (trouble,) = news.since(at, at.now - timedelta(days=4)).troubles
    assert re.fullmatch(r"shop failed \w+ \d\d:\d\d, caught up \w+ \d\d:\d\d", trouble)
    # After what brought its mentions, which was a success.
    failed = polls.begin(space.db, "social", at.now + HOUR, "worker")
    polls.end(space.db, failed, at.now + HOUR, "time-out")
    later = data.at(space.db, at.now + 2 * HOUR)
    assert news.since(later, at.now).troubles[-1].startswith("social fails since")


def test_a_ticket_is_good_once_and_only_from_here(url: str) -> None:
    def asked(ticket: str) -> str | None:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
        connection.request("GET", f"/{remembered.ROUTE}?ticket={ticket}")
        response = connection.getresponse()
        connection.close()
        assert response.status == 204
        return response.getheader("set-cookie")

    assert asked("made-up") is None
    some = remembered.Tickets()
    ticket = some.issue("Zoë")
    assert some.take(ticket) == "Zoë"
    assert some.take(ticket) is None
    assert asked(ticket) is None
    assert remembered.name({}) is None
    assert remembered.name({remembered.COOKIE: "Zo%C3%AB"}) == "Zoë"


@pytest.mark.browser
def test_the_browser_remembers_who_works_and_where_to_begin(
    space: Workspace, url: str, browser: Browser
) -> None:
    somebody(space, "Zoë Agent", Role.AGENT)
    with opened(browser) as page:
        page.goto(url)
        settle(page)
        with page.expect_response(re.compile(re.escape(remembered.ROUTE))):
            work_as(page, "Zoë Agent")
        page.goto(f"{url}/topics")
        settle(page)
        chosen = page.get_by_role("combobox", name="Working as")
        expect(chosen).to_have_value("Zoë Agent", timeout=LONG)
        expect(page.get_by_text("not protected")).to_be_visible()
        tab = page.context.new_page()
        tab.goto(url)
        expect(tab.get_by_role("heading", name="Queue")).to_be_visible(timeout=LONG)
        settle(tab)
        tab.go_back()
        expect(tab.get_by_role("heading", name="Overview")).to_be_visible(timeout=LONG)


@pytest.mark.browser
def test_the_overview_opens_with_what_is_new(space: Workspace, url: str, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(url)
        settle(page)
        new = page.get_by_test_id("stMain").get_by_role("link", name=re.compile(r"\d new"))
        count = new.inner_text().split()[0]
        new.click()
        expect(page.get_by_role("heading", name="Mentions")).to_be_visible(timeout=LONG)
        expect(page.get_by_text(f"{count} mentions, newest first")).to_be_visible(timeout=LONG)
        assert "seen" in parse_qs(urlsplit(page.url).query)


@pytest.mark.browser
def test_a_manager_begins_with_the_report(space: Workspace, url: str, browser: Browser) -> None:
    somebody(space, "Max", Role.MANAGER)
    with opened(browser) as page:
        page.context.add_cookies([{"name": remembered.COOKIE, "value": "Max", "url": url}])
        page.goto(url)
        expect(page.get_by_role("heading", name="Reports")).to_be_visible(timeout=LONG)
        page.goto(f"{url}/?period=7d")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=LONG)


def test_one_line_says_how_fresh_and_whole_the_data_are(space: Workspace) -> None:
    at = data.at(space.db, space.now())
    said = standing.words(data.standing(at), at.zone)
    assert said == standing.words(standing.now(space.db.reader(), at.now), at.zone)
    assert re.fullmatch(
        r"Data to .+ Europe/Berlin · \d of 3 sources healthy( · .+ unscored)?", said
    )
    assert standing.words(standing.Standing(None, 0, 0, 0.001), "UTC") == (
        "No data yet · <1 % unscored"
    )
