"""What a person waits for: pages of a big workspace in Chromium, from a warm server.

Needs playwright and a Chromium, which tests bring along and the product does not; where
one is missing the section says so and holds no figure.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from dashboard.bench import server
from dashboard.bench.table import Figure, Goal, Section

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LATER = ("Topics", "Places & products", "Alerts", "Queue", "Mentions", "People", "Reports")
PATIENCE_MS = 60_000
_FIGURE = "() => document.querySelectorAll('.js-plotly-plot .main-svg').length > 0"
_STANDS = """(name) => [...document.querySelectorAll('h1')].some(h => h.innerText === name)
  && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale=true]')"""
_SHOWN = "() => JSON.stringify(document.querySelector('.js-plotly-plot').layout.xaxis.range)"
_CHANGED = """(before) => { const plot = document.querySelector('.js-plotly-plot');
  return plot && plot.layout && JSON.stringify(plot.layout.xaxis.range) !== before }"""


def section(db: Path, folder: Path, rounds: int = 3) -> Section:
    """Measure the first page, later ones and a changed filter."""
    missing = lacking()
    if missing:
        return Section("browser", f"Not measured: {missing}.", ())
    with server.dashboard(db, folder / "browser.log") as (port, _), _launched() as browser:
        address = f"http://127.0.0.1:{port}/?{server.query()}"
        _visit(browser, address)
        found = [_visit(browser, address) for _ in range(rounds)]
    took = {name: median(each[name] for each in found) for name in found[0]}
    later = {f"then {name}": Goal(1) for name in LATER}
    goals = {"first page and figure": Goal(2.5), "filter to first figure": Goal(0.5)} | later
    return Section(
        "browser",
        "Chromium with an empty cache on a server that had one visitor before; wall time, median"
        f" of {rounds} visits. A page stands when its run has ended and nothing on it is stale.",
        tuple(Figure(name, each, "s", goal=goals.get(name)) for name, each in took.items()),
    )


def lacking() -> str:
    """Say what this machine lacks for the section; empty if nothing."""
    if find_spec("playwright") is None:
        return "playwright is not installed (`make test` installs it)"
    return "" if _chromium() else "there is no Chromium on this machine"


def _chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def _launched() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    arguments = ["--disable-gpu", "--disable-background-networking"]
    # Chromium's sandbox refuses to start as root.
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def _visit(browser: Browser, address: str) -> dict[str, float]:
    """Return the seconds that one person, new to the server, waits for each thing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    try:
        took = {}
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.get_by_role("heading", name="Overview").wait_for()
        took["title of the first page"] = time.perf_counter() - start
        page.wait_for_function(_FIGURE)
        took["first page and figure"] = time.perf_counter() - start
        page.wait_for_function(_STANDS, arg="Overview")
        took["filter to first figure"] = _filtered(page)
        for name in LATER:
            link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
            start = time.perf_counter()
            link.click()
            page.wait_for_function(_STANDS, arg=name)
            took[f"then {name}"] = time.perf_counter() - start
        return took
    finally:
        context.close()


def _filtered(page: Page) -> float:
    """Choose all time as the period; return the seconds until the first figure follows."""
    before = page.evaluate(_SHOWN)
    page.get_by_role("combobox", name="Period").click()
    wanted = page.get_by_role("option", name="All time")
    wanted.wait_for()
    start = time.perf_counter()
    wanted.click()
    page.wait_for_function(_CHANGED, arg=before)
    return time.perf_counter() - start
