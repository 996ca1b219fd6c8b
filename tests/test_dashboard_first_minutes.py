"""The first five minutes, walked in one go: real `earshot up`, real worker, real browser."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import choice
from storage import workspace
from tests import pages
from tests.browser import opened
from tests.feed_reader import rss
from tests.http_server import serving
from tests.source import ROOT

pytestmark = pytest.mark.browser

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LONG = 30_000
DEADLINE = 60.0


@contextmanager
def earshot_up(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Run the whole program on the sample; yields its address and what it says."""
    command = [sys.executable, "-m", "dashboard", "up", "--sample", "--port", "0"]
    places = ["--db", str(folder / "earshot.db"), "--config", str(folder / "earshot.toml")]
    process = subprocess.Popen(
        [*command, *places],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    found = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if "Earshot is at" in line:
                found.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert found.wait(DEADLINE), lines
        match = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(lines))
        assert match
        yield match[0], lines
    finally:
        process.terminate()
        code = process.wait(DEADLINE)
        reader.join()
        assert process.stdout is not None
        process.stdout.close()
    assert code == 0, lines
    assert not [line for line in lines if "Traceback" in line or "rror" in line], lines


def small_sample(folder: Path) -> None:
    """Put a small company where the sample's file is; composing the real one takes long."""
    made = pages.build(folder)
    with made.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
        conn.execute("UPDATE sources SET enabled = 0")
    made.db.checkpoint()
    made.close()
    sample = choice.sample_beside(folder / "earshot.db")
    for suffix in ("", ".key"):
        (folder / f"earshot.db{suffix}").rename(sample.with_name(sample.name + suffix))


def settle(page: Page) -> None:
    page.get_by_test_id("stMain").locator("h1").first.wait_for(timeout=LONG)
    page.locator(IDLE).wait_for(timeout=LONG)


def count(path: Path, sql: str) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as conn:
        return int(conn.execute(sql).fetchone()[0])


def becomes(path: Path, sql: str, wanted: int) -> None:
    """Wait until another process has written what is asked for."""
    until = time.monotonic() + DEADLINE
    while count(path, sql) < wanted:
        assert time.monotonic() < until, sql
        threading.Event().wait(0.2)


def reviews(number: int) -> bytes:
    """A file of reviews of the last days, the last row of which is none."""
    now = datetime.now(UTC)
    rows = [
        f"{1 if i % 2 else 5},{'Delivery was terrible and late' if i % 2 else 'Great app'} {i},"
        f"{(now - timedelta(days=i % 10)).date()}"
        for i in range(40)
    ]
    return "\n".join(["Stars,Text,Date", *rows, ",,2026-01-01", ""]).encode()


def feed() -> str:
    now = datetime.now(UTC)
    return rss(
        *(
            f"<guid>n{i}</guid><title>News {i}</title><description>Nordlicht {i} is "
            f"wonderful</description><pubDate>{format_datetime(now - timedelta(days=i))}</pubDate>"
            for i in range(2)
        )
    )


def test_from_the_sample_to_the_queue_in_one_go(tmp_path: Path, browser: Browser) -> None:
    small_sample(tmp_path)
    own = tmp_path / "earshot.db"
    (tmp_path / "earshot.toml").write_text("network.allow_private = true\n")
    with (
        serving() as server,
        earshot_up(tmp_path) as (url, _),
        opened(browser) as other,
        opened(browser) as page,
    ):
        server.put("/feed.xml", feed())
        for each in (other, page):
            each.goto(url)
            settle(each)
            expect(each.get_by_text("everything here is made up")).to_be_visible(timeout=LONG)
        page.get_by_role("button", name="Use my data").click()

        company = page.get_by_role("textbox", name="Your company or product")
        company.fill("Nordlicht", timeout=LONG)
        expect(page.get_by_role("combobox", name="Timezone")).to_have_value("Europe/Berlin")
        page.get_by_role("textbox", name="Other words for it").fill("nordlicht app")
        page.get_by_role("textbox", name="Your name").fill("Lea")
        page.get_by_role("button", name="Start with my data").click()
        expect(page.get_by_text("Step 2 of 2")).to_be_visible(timeout=LONG)
        expect(page.get_by_text("everything here is made up")).to_have_count(0)
        expect(other.get_by_text("everything here is made up")).to_have_count(0, timeout=LONG)

        page.locator('input[type="file"]').set_input_files(
            {"name": "reviews.csv", "mimeType": "text/csv", "buffer": reviews(40)}
        )
        expect(page.get_by_text("40 rows ready, 1 refused.")).to_be_visible(timeout=LONG)
        page.get_by_role("button", name="Import 41 rows").click()
        answer = page.get_by_test_id("stPageLink")
        expect(answer.filter(has_text="40 reviews, 3.0★")).to_be_visible(timeout=LONG)
        expect(answer.filter(has_text="open the queue")).to_be_visible(timeout=LONG)
        settle(page)

        page.get_by_text("Add a source").click()
        link = page.get_by_role("textbox", name="Link")
        link.fill(f"{server.url}/feed.xml", timeout=LONG)
        link.press("Enter")
        page.get_by_role("button", name="Try it first").click(timeout=LONG)
        expect(page.get_by_text("Nordlicht 1 is wonderful")).to_be_visible(timeout=LONG)
        page.get_by_role("button", name="Add it").click()
        # The worker follows by itself: it polls the new source of the own file.
        becomes(own, "SELECT count(*) FROM mentions", 42)
        assert count(own, "SELECT count(*) FROM polls WHERE actor = 'earshot'") > 0

        answer.filter(has_text="open the queue").click()
        expect(page.get_by_role("heading", name="Queue")).to_be_visible(timeout=LONG)
        expect(page.get_by_text("Delivery was terrible and late").first).to_be_visible()
        expect(page.get_by_role("combobox", name="Working as")).to_have_value("Lea")
