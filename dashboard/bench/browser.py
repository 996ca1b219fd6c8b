"""What a person waits for: pages of a big workspace in Chromium, from a warm server.

Where there is no Chromium the section says so and holds no figure.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from dashboard.bench import chromium, server
from dashboard.bench.chromium import Browser, Page
from dashboard.bench.server import NotStarted, Program
from dashboard.bench.table import Figure, Goal, Section
from dashboard.commands import up

LATER = ("Topics", "Places & products", "Alerts", "Queue", "Mentions", "People", "Reports")
FIRST, ALIVE = "first page and figure", "first figure answers to the mouse"
FILTER, BARE = "filter to first figure", "a bare page and figure"
_WARM, _PERIODS = "Last 7 days", ("All time", "Last 12 months", "Last 90 days")
"""What the visitor before chose, and those after: nothing of theirs was counted before."""
_TRIES, _PATIENCE = 5, 3.0
_BARE = (
    "import streamlit as st\n"
    "st.plotly_chart({'data': [{'type': 'bar', 'x': [1, 2], 'y': [1, 2]}]})\n"
)
_PLOT = "document.querySelector('.js-plotly-plot')"
_PICTURE = "document.querySelector('[class*=st-key-sketch] img')"
_DRAWN = "!!document.querySelector('.js-plotly-plot .main-svg .trace')"
_SEEN = f"({_PICTURE}?.naturalWidth > 0) || {_DRAWN}"
"""The first figure can be looked at: its still picture, or the chart itself."""
_RANGE = f"JSON.stringify({_PLOT}.layout.xaxis.range)"


def section(db: Path, folder: Path, rounds: int = 3) -> Section:
    """Measure the first page, later ones and a changed filter."""
    if chromium.found() is None:
        return Section("browser", "Not measured: there is no Chromium on this machine.", ())
    log = folder / "browser.log"
    with ExitStack() as stack:
        port, _ = stack.enter_context(server.dashboard(db, log))
        bare = stack.enter_context(_bare(folder, log))
        browser = stack.enter_context(chromium.launched(folder))
        _visit(browser, port, _WARM)
        found = [
            _visit(browser, port, period) | {BARE: _first(browser, bare)}
            for period in islice(cycle(_PERIODS), rounds)
        ]
    took = {name: median(each[name] for each in found) for name in found[0]}
    goals = {FIRST: Goal(2.5), FILTER: Goal(0.5)} | {f"then {name}": Goal(1) for name in LATER}
    return Section(
        "browser",
        "Chromium with an empty cache on a server that had a visitor before; wall time, median of"
        f" {rounds} visits. A page stands when its run has ended and nothing on it is stale."
        " The first figure is seen as a still picture before the script of charts runs; it"
        " answers to the mouse once the chart itself stands. The filter is a period that nobody"
        " asked for before. The bare page is Streamlit's with one chart of two bars, beside it"
        " to tell what the machine was doing.",
        tuple(Figure(name, each, "s", goal=goals.get(name)) for name, each in took.items()),
    )


@contextmanager
def _bare(folder: Path, log: Path) -> Iterator[int]:
    """Run Streamlit on a script of one chart; yield its port."""
    script = folder / "bare.py"
    script.write_text(_BARE)
    port = up.free_port(0)
    flags = [f"--server.port={port}", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *flags]
    program = Program(command, {}, log)
    try:
        server.until(lambda: server.answers(port, "/_stcore/health"), program, log)
        yield port
    finally:
        program.stop()


def _first(browser: Browser, port: int) -> float:
    """Seconds until somebody who was never there sees a figure."""
    with browser.page() as page:
        start = time.perf_counter()
        page.go(f"http://127.0.0.1:{port}/")
        page.until(_DRAWN)
        return time.perf_counter() - start


def _visit(browser: Browser, port: int, period: str) -> dict[str, float]:
    """Return the seconds that one person, new to the server, waits for each thing."""
    took = {}
    with browser.page() as page:
        start = time.perf_counter()
        page.go(f"http://127.0.0.1:{port}/?{server.query()}")
        page.until(_SEEN)
        took[FIRST] = time.perf_counter() - start
        page.until(_DRAWN)
        took[ALIVE] = time.perf_counter() - start
        page.until(_stands("Overview"))
        took[FILTER] = _filtered(page, period)
        for name in LATER:
            links = "[...document.querySelectorAll('[data-testid=stSidebarNav] a')]"
            link = f"{links}.find(each => each.innerText.trim() === {json.dumps(name)})"
            page.until(f"!!{link}")
            start = time.perf_counter()
            page.click(link)
            page.until(_stands(name))
            took[f"then {name}"] = time.perf_counter() - start
    return took


def _filtered(page: Page, period: str) -> float:
    """Choose a period; return the seconds until the first figure follows."""
    before = page.value(_RANGE)
    options = "[...document.querySelectorAll('[role=option]')]"
    option = f"{options}.find(e => e.innerText === {json.dumps(period)})"
    _opened(page, "document.querySelector('[role=combobox][aria-label*=Period]')", f"!!{option}")
    start = time.perf_counter()
    page.click(option)
    page.until(f"{_PLOT} && {_PLOT}.layout && {_RANGE} !== {json.dumps(before)}")
    return time.perf_counter() - start


def _opened(page: Page, element: str, there: str) -> None:
    """Click until something is there: a page may move under the mouse while figures come."""
    for _ in range(_TRIES):
        page.click(element)
        try:
            page.until(there, _PATIENCE)
        except NotStarted:
            continue
        return
    page.until(there)


def _stands(name: str) -> str:
    """Whether the page of a name is there, its run at an end and nothing left of another."""
    heading = f"[...document.querySelectorAll('h1')].some(h => h.innerText === {json.dumps(name)})"
    running = "document.querySelector('[data-testid=stApp]').dataset.testScriptState"
    stale = "document.querySelector('[data-stale=true]')"
    return f"{heading} && {running} === 'notRunning' && !{stale}"
