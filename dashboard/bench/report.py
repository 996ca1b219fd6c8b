"""The weekly summary of a big workspace: how long each file takes, and how much memory."""

from __future__ import annotations

import io
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, redirect_stdout
from datetime import timedelta
from functools import partial
from inspect import getsource
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import NamedTuple

from dashboard.bench import server
from dashboard.bench.corpus import NOW
from dashboard.bench.table import Figure, Goal, Section
from storage.times import day_number

FORMATS = ("csv", "html", "xlsx", "pdf")
SECONDS = Goal(30)
MEGABYTES = Goal(500)
QUARTER = timedelta(weeks=14)
"""What a summary counts: thirteen weeks of trend, and the week before the first."""
THEN, BARE = "all four, as known three days ago", "a bare query over the same fourteen weeks"


class Cost(NamedTuple):
    """The most megabytes that a process held, and its seconds of processor time."""

    megabytes: float
    cpu: float


class Made(NamedTuple):
    """Seconds from the start of a process to its end, and what it cost."""

    seconds: float
    cost: Cost


def section(db: Path, folder: Path, rounds: int) -> Section:
    """Let the command make summaries of the last complete week, each in a process of its own."""
    sunday = (NOW - timedelta(days=NOW.isoweekday())).date()
    year, week, _ = sunday.isocalendar()
    with server.copied(db, folder) as copy:
        size = _size(copy)
        asked = ["report", "weekly", "--db", str(copy), "--week", f"{year}-W{week:02}"]
        asked += ["--out", str(folder / "made"), "--format"]
        every, then = ",".join(FORMATS), (NOW - timedelta(days=3)).isoformat()
        runs: dict[str, Callable[[], Cost]] = {
            "all four files": partial(_command, [*asked, every]),
            **{f"{each} alone": partial(_command, [*asked, each]) for each in FORMATS},
            THEN: partial(_command, [*asked, every, "--as-of", then]),
            BARE: partial(_grouped, copy, day_number(sunday)),
        }
        found = {name: [_apart(run) for _ in range(rounds)] for name, run in runs.items()}
    figures = [figure for name, made in found.items() for figure in _figures(name, made)]
    return Section(
        "report",
        f"`earshot report weekly` of a week among {size:,} mentions, from the start of the"
        f" process to its end; wall time, median of {rounds}, and the most memory of any.",
        tuple(figures),
        getsource(_grouped),
    )


def _figures(name: str, made: list[Made]) -> tuple[Figure, Figure]:
    took, most = median(each.seconds for each in made), max(each.cost.megabytes for each in made)
    note = f"{median(each.cost.cpu for each in made):.2g} s of processor time"
    return (
        Figure(name, took, "s", goal=None if name == BARE else SECONDS, note=note),
        Figure(f"{name}, memory", most, "MB", goal=None if name == BARE else MEGABYTES),
    )


def _apart(run: Callable[[], Cost]) -> Made:
    """Run something in a process of its own."""
    began = time.perf_counter()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        cost = pool.submit(run).result()
    return Made(time.perf_counter() - began, cost)


def _command(arguments: list[str]) -> Cost:
    """Run a command line in this process."""
    from dashboard import cli

    with redirect_stdout(io.StringIO()):
        cli.earshot.main(arguments, standalone_mode=False)
    return _cost()


def _grouped(path: Path, last: int) -> Cost:
    """Group the mentions of a quarter by one bare query."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(
            "SELECT day / 7, slice_id, count(*), sum(rating), sum(score) FROM mentions"
            " WHERE day BETWEEN ? AND ? GROUP BY 1, 2",
            (last - QUARTER.days + 1, last),
        ).fetchall()
    return _cost()


def _cost() -> Cost:
    return Cost(server.memory(os.getpid()).highest, time.process_time())


def _size(path: Path) -> int:
    with closing(sqlite3.connect(path)) as conn:
        (size,) = conn.execute("SELECT count(*) FROM mentions").fetchone()
    return int(size)
