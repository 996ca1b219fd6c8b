"""Runs of the real pages over the websocket, against an empty page of the same server."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median

from dashboard.bench import server, wire
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.wire import Session
from dashboard.commands import up

BLANK = "blank"
SESSIONS = 8
PAUSE = 0.1
"""Seconds between two clicks. A client that asks again at once waits 40 ms, on an empty
page too, for the delayed acknowledgement of TCP; nobody clicks as fast."""
CROWDED = ("overview", "mentions", "queue")
HIDDEN = ("start",)


def section(
    db: Path, folder: Path, rounds: int = 12, chosen: Sequence[str] | None = None
) -> Section:
    """Measure pages alone and with eight sessions at once; all of them unless chosen."""
    pages = [BLANK, *(names() if chosen is None else chosen)]
    with ExitStack() as stack:
        port, _ = stack.enter_context(server.dashboard(db, folder / "pages.log"))
        sessions = {
            page: [stack.enter_context(closing(_open(port, page))) for _ in range(SESSIONS)]
            for page in pages
        }
        for each in (one for many in sessions.values() for one in many):
            each.rerun()
        alone = _in_turns({page: many[:1] for page, many in sessions.items()}, rounds)
        crowd = {page: sessions[page] for page in pages if page in (BLANK, *CROWDED)}
        at_once = _in_turns(crowd, rounds)
    figures = [_figure(page, alone, Goal(1.5), "one session") for page in pages[1:]]
    figures += [_figure(page, at_once, Goal(4), "eight at once") for page in crowd if page != BLANK]
    return Section(
        "pages",
        f"A rerun of each page over the websocket at its last 30 days, {PAUSE} s between clicks,"
        f" until the browser has everything; wall time, median of {rounds} rounds; shipped"
        " settings.",
        tuple(figures),
    )


def names() -> list[str]:
    """Names of all pages, as in their addresses."""
    views = (up.ROOT / "dashboard" / "views").glob("[a-z]*.py")
    return sorted({each.stem for each in views} - {BLANK, *HIDDEN})


def _open(port: int, page: str) -> Session:
    return server.session(port, "" if page == "overview" else page)


def _in_turns(sessions: Mapping[str, Sequence[Session]], rounds: int) -> dict[str, float]:
    """Click on each page in turns, in all its sessions at once; return median milliseconds."""
    found: dict[str, list[float]] = {page: [] for page in sessions}
    for _ in range(rounds):
        for page, many in sessions.items():
            time.sleep(PAUSE)
            found[page] += [1000 * seconds for seconds in wire.together(many)]
    return {page: median(each) for page, each in found.items()}


def _figure(page: str, took: Mapping[str, float], goal: Goal, how: str) -> Figure:
    against = "a page that shows nothing, same server, same sessions"
    return Figure(f"{page}, {how}", took[page], "ms", took[BLANK], against, goal)
