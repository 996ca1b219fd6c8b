"""The worker's loop: due times, fences, backing off, and jobs that do not touch each other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.loop import FENCE, Job, Loop
from storage.database import Database
from storage.errors import Retryable
from storage.jobs import Jobs

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


class Bench:
    """A loop whose ticks are given by hand, and that waits for what a tick started."""

    def __init__(self, path: Path, *jobs: Job) -> None:
        self.clock = Clock()
        self.db = Database(path)
        self.jobs = list(jobs)
        self.store = Jobs(self.db)
        self.loop = Loop(lambda: self.jobs, self.store, self.clock, seed=1)

    def tick(self) -> None:
        self.loop.tick()
        for future in list(self.loop.started):
            future.result(timeout=30)

    def row(self, name: str) -> tuple[datetime, int, str | None]:
        found = next(row for row in self.store.rows(self.clock()) if row.name == name)
        return found.due_at, found.failures, found.error


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Bench]:
    return lambda *jobs: Bench(tmp_path / "t.db", *jobs)


def every(name: str, run: Callable[[], object], **interval: float) -> Job:
    return Job(name, timedelta(**interval), run)


def test_a_job_runs_when_due_and_not_before(bench: Callable[..., Bench]) -> None:
    runs: list[int] = []
    made = bench(every("poll:a", lambda: runs.append(1), minutes=10))
    made.tick()
    made.tick()
    assert len(runs) == 1
    made.clock.forward(minutes=8)
    made.tick()
    assert len(runs) == 1
    made.clock.forward(minutes=4)
    made.tick()
    assert len(runs) == 2


def test_missed_runs_collapse_to_one_and_survive_a_restart(tmp_path: Path) -> None:
    runs: list[int] = []
    job = every("poll:a", lambda: runs.append(1), minutes=10)
    Bench(tmp_path / "t.db", job).tick()
    later = Bench(tmp_path / "t.db", job)
    later.tick()
    assert len(runs) == 1, "not due yet: the due time outlives the process"
    later.clock.forward(days=3)
    later.tick()
    later.tick()
    assert len(runs) == 2


def test_a_failing_job_backs_off_and_touches_no_other(bench: Callable[..., Bench]) -> None:
    runs: list[str] = []

    def broken() -> None:
        runs.append("broken")
        raise ZeroDivisionError("oops")

    made = bench(every("a", broken, minutes=10), every("b", lambda: runs.append("b"), minutes=10))
    made.tick()
    assert sorted(runs) == ["b", "broken"]
    due, failures, error = made.row("a")
    assert failures == 1
    assert "ZeroDivisionError: oops" in str(error)
    assert due > START + timedelta(minutes=15)
    assert made.row("b")[0] <= START + timedelta(minutes=11)


def test_the_other_side_says_when_to_come_back(bench: Callable[..., Bench]) -> None:
    def limited() -> None:
        raise Retryable("rate limit", retry_after=7200)

    made = bench(every("a", limited, minutes=10))
    made.tick()
    assert made.row("a")[0] >= START + timedelta(hours=2)


@pytest.mark.parametrize("asked", [99_999_999, 1e15, float("inf")])
def test_an_absurd_wait_does_not_silence_a_source(
    bench: Callable[..., Bench], asked: float
) -> None:
    def limited() -> None:
        raise Retryable("come back in\n\ud800 years", retry_after=asked)

    made = bench(every("a", limited, minutes=10))
    made.tick()
    due, failures, error = made.row("a")
    assert (due, failures) == (START + timedelta(days=1), 1)
    assert error == "come back in \ufffd years"


def test_success_forgets_failures(bench: Callable[..., Bench]) -> None:
    answers = [Retryable("no"), None]

    def run() -> None:
        answer = answers.pop(0)
        if answer:
            raise answer

    made = bench(every("a", run, minutes=1))
    made.tick()
    made.clock.forward(hours=7)
    made.tick()
    assert made.row("a")[1:] == (0, None)


def test_a_running_job_is_not_started_twice(bench: Callable[..., Bench]) -> None:
    inside, leave, runs = threading.Event(), threading.Event(), []

    def slow() -> None:
        runs.append(1)
        inside.set()
        assert leave.wait(30)

    made = bench(every("a", slow, seconds=1))
    made.loop.tick()
    assert inside.wait(30)
    made.clock.forward(minutes=10)
    made.loop.tick()
    other = Bench(made.db.path, every("a", slow, seconds=1))
    other.clock.at = made.clock.at
    other.tick()
    leave.set()
    for future in list(made.loop.started):
        future.result(timeout=30)
    assert len(runs) == 1


def test_the_fence_of_a_dead_worker_is_open(bench: Callable[..., Bench]) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    runs: list[int] = []
    made = bench(every("a", lambda: runs.append(1), minutes=1))
    made.store.announce(["a"], START)
    with made.db.write() as conn:
        conn.execute(
            "UPDATE jobs SET fence_owner = ?, fence_until = 9999999999999",
            (f"{int(dead.stdout)}:x",),
        )
    made.tick()
    assert runs == [1]


def test_the_fence_of_a_live_worker_opens_when_it_is_not_renewed(
    bench: Callable[..., Bench],
) -> None:
    runs: list[int] = []
    made = bench(every("a", lambda: runs.append(1), minutes=1))
    made.store.announce(["a"], START)
    with made.db.write() as conn:
        conn.execute(
            "UPDATE jobs SET fence_owner = ?, fence_until = ?",
            (f"{os.getppid()}:x", int((START + FENCE).timestamp() * 1000)),
        )
    made.tick()
    assert runs == []
    made.clock.forward(seconds=FENCE.total_seconds() + 1)
    made.tick()
    assert runs == [1]


def test_stop_ends_the_loop_after_what_runs(bench: Callable[..., Bench]) -> None:
    runs: list[int] = []
    made = bench()
    made.jobs.append(every("a", lambda: (runs.append(1), made.loop.stop()), minutes=1))
    made.loop.run()
    assert runs == [1]
    assert made.row("a")[1] == 0
