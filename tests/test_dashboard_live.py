"""Eight sessions open beside a busy worker: memory flat, nothing in log or console, no flicker.

Seven speak the websocket as a browser does and ask for their pages all the time; the eighth
is a real Chromium, whose overview follows the data by itself. ``make soak`` runs the same
for an hour (EARSHOT_SOAK_MINUTES).
"""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from dashboard.bench import server
from dashboard.bench.memory import LIMIT_MB
from dashboard.bench.server import Program
from dashboard.bench.wire import Session, together
from tests.browser import opened
from tests.fake_reddit import fake_reddit
from tests.http_server import serving
from tests.kills import World

pytestmark = pytest.mark.browser

OTHERS = ("", "mentions", "queue", "alerts", "topics", "sources", "reports")
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CHANGING = """() => ["stPlotlyChart", "stMetric", "stCaptionContainer", "stPageLink", "stHtml",
    "stMarkdownContainer"].flatMap(name =>
  [...document.querySelectorAll(`[data-testid=stMain] [data-testid=${name}]`)].map(each => {
    const r = each.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom].map(Math.round); }))"""
"""Where new mentions change an overview: figures, numbers and the words made of them."""
PATIENCE = 60.0
"""Seconds that a loaded machine may take to show the first change."""
MINUTES = float(os.environ.get("EARSHOT_SOAK_MINUTES", "60"))
"""Read here, since no setting of the environment reaches a test."""
SMOOTHED = 24
"""Levels of 255 by which a rounded corner may be smoothed otherwise when it is drawn anew."""
DELIVERIES = 120
"""Most deliveries of a run: the feed is read whole each second and grows with each."""
STEADY = 0.06
"""Share by which memory may still grow over the second half of a run, plus GRACE_MB."""
GRACE_MB = 8.0
_ERRORS = re.compile(r"Traceback|ERROR|CRITICAL|Exception|Error:")


class Flicker:
    """Which pixels ever changed, and which may: those of what is drawn from the data."""

    def __init__(self) -> None:
        self._first: NDArray[np.uint8] | None = None
        self._changed = self._may = np.zeros((0, 0), bool)

    def look(self, page: Page) -> None:
        """Take a picture and hold it against the first one."""
        boxes = page.evaluate(CHANGING)
        taken = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
        boxes += page.evaluate(CHANGING)
        picture = np.asarray(taken.convert("RGB"))
        if self._first is None:
            self._first = picture
            self._changed, self._may = np.zeros((2, *picture.shape[:2]), bool)
        apart = np.abs(picture.astype(np.int16) - self._first)
        self._changed |= (apart > SMOOTHED).any(axis=2)
        for left, top, right, bottom in boxes:
            self._may[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = True

    def elsewhere(self) -> list[tuple[int, int]]:
        """Some places, as (x, y), that changed and may not."""
        found = np.argwhere(self._changed & ~self._may)[:5]
        return [(int(x), int(y)) for y, x in found]


class Watched:
    """What was seen of the programs while they ran."""

    def __init__(self) -> None:
        self.memory: dict[str, list[float]] = {"dashboard": [], "worker": []}
        self.console: list[str] = []
        self.seen = 0
        self.flicker = Flicker()

    def grown(self, name: str) -> float:
        """Megabytes by which a program's last quarter lies above its second one, or 0."""
        values = self.memory[name]
        quarter = max(1, len(values) // 4)
        before, after = median(values[quarter : 2 * quarter]), median(values[-quarter:])
        return max(0.0, after - before * (1 + STEADY) - GRACE_MB)


@contextmanager
def working(world: World, folder: Path) -> Iterator[int]:
    """Run the worker beside the pages, its words in a file; yields its process id."""
    with (folder / "worker.log").open("wb") as out:
        process = world.worker(out)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def watching(browser: Browser, port: int, found: Watched) -> Iterator[Page]:
    """Open the overview and note what its console says."""
    with opened(browser) as page:
        page.on("pageerror", lambda error: found.console.append(str(error)))
        page.on(
            "console",
            lambda said: found.console.append(said.text) if said.type == "error" else None,
        )
        page.goto(f"http://127.0.0.1:{port}/?period=all")
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
        page.locator(IDLE).wait_for(timeout=60_000)
        yield page


def live(folder: Path, browser: Browser, seconds: float) -> Watched:
    """Let the worker work and eight people look for a while."""
    found = Watched()
    with ExitStack() as stack:
        feed, reddit = stack.enter_context(serving()), stack.enter_context(fake_reddit())
        world = World(folder, feed, reddit, seed=3)
        # All time ends with yesterday: what is dated today would stay away until a delivery
        # reaches back beyond midnight, and the boxes of a kind then come in between.
        world.now -= timedelta(days=2)
        world.deliver()
        first = world.run("collect", "--once")
        assert first.returncode == 0, first.stdout + first.stderr
        log = folder / "dashboard.log"
        port, program = stack.enter_context(server.dashboard(folder / "earshot.db", log))
        worker = stack.enter_context(working(world, folder))
        others = [
            stack.enter_context(closing(Session(port, page, "period=all"))) for page in OTHERS
        ]
        together(others)
        page = stack.enter_context(watching(browser, port, found))
        _look(page, world, others, found, seconds, (program, worker))
    return found


def _look(
    page: Page,
    world: World,
    others: list[Session],
    found: Watched,
    seconds: float,
    programs: tuple[Program, int],
) -> None:
    """Deliver now and then; ask and look all the time."""
    program, worker = programs
    due = time.monotonic()
    end = due + seconds
    while time.monotonic() < end or (not found.seen and time.monotonic() < end + PATIENCE):
        if time.monotonic() >= due:
            world.deliver()
            due += max(1.0, seconds / DELIVERIES)
        before = _shown(page)
        together(others)
        expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=60_000)
        found.flicker.look(page)
        found.seen += _shown(page) != before
        found.memory["dashboard"].append(server.memory(program.pid).resident)
        found.memory["worker"].append(server.memory(worker).resident)


def _shown(page: Page) -> str:
    return str(page.get_by_test_id("stMain").inner_text())


def check(folder: Path, found: Watched, *, flat: tuple[str, ...]) -> None:
    """Hold what was seen against what may be; ``flat`` names whose memory may not grow."""
    assert found.seen, "nothing that arrived was shown"
    assert not found.console, found.console
    for name in ("dashboard", "worker"):
        lines = (folder / f"{name}.log").read_text(errors="replace").splitlines()
        assert not [line for line in lines if _ERRORS.search(line)], f"{name}: {lines[-30:]}"
        assert max(found.memory[name]) < LIMIT_MB
        assert name not in flat or not found.grown(name), f"{name} grows: {found.memory[name]}"
    assert not (where := found.flicker.elsewhere()), f"pixels changed at {where}"


def test_eight_sessions_beside_a_busy_worker(tmp_path: Path, browser: Browser) -> None:
    # A worker still loads its models within these seconds.
    check(tmp_path, live(tmp_path, browser, 6.0), flat=("dashboard",))


@pytest.mark.soak
def test_eight_sessions_for_an_hour(
    tmp_path: Path, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    found = live(tmp_path, browser, 60 * MINUTES)
    with capsys.disabled():
        for name, values in found.memory.items():
            quarters = [values[len(values) * part // 4] for part in range(4)]
            told = ", ".join(f"{each:.0f}" for each in [*quarters, values[-1]])
            print(f"\n{name}: {told} MB after each quarter of {MINUTES:g} minutes")
    check(tmp_path, found, flat=("dashboard", "worker"))
