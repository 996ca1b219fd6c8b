"""The worker's loop: runs named jobs when they are due, each behind a fence.

``schedule`` only ticks; due times, failures and fences are persisted by the store that
the wiring hands in, so that a restart continues and missed runs collapse to one. A job
that fails backs off and never touches another.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import schedule

from storage.errors import CollectError, EarshotError

log = logging.getLogger("earshot.loop")

JITTER = 0.1
"""Share of the interval by which due times spread, so that sources don't beat as one."""
BACKOFF_LIMIT = timedelta(hours=6)
WAIT_LIMIT = timedelta(days=1)
"""Longer waits that the other side asks for are slips: a source must not fall silent."""
FENCE = timedelta(seconds=60)
"""A fence opens by itself after this, unless its worker keeps renewing it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often. ``steady`` jobs neither jitter nor back off."""

    name: str
    every: timedelta
    run: Callable[[], object]
    steady: bool = False


class JobStore(Protocol):
    """Where due times and fences are kept."""

    def announce(self, names: Sequence[str], now: datetime) -> None:
        """Make a row for each job that has none, due now; forget those not named."""
        ...

    def start(self, name: str, now: datetime, fence: timedelta) -> bool:
        """Take a job's fence if it is due and free; say whether that worked."""
        ...

    def renew(self, names: Sequence[str], until: datetime) -> None:
        """Keep the fences of jobs that still run."""
        ...

    def finish(self, name: str, now: datetime, due: datetime, error: str | None) -> int:
        """Open the fence and set the next due time; return failures in a row."""
        ...

    def failures(self, name: str) -> int:
        """Return failures in a row so far."""
        ...


class Loop:
    """Runs jobs until stopped. ``jobs`` is asked again each tick: sources come and go."""

    def __init__(
        self,
        jobs: Callable[[], Sequence[Job]],
        store: JobStore,
        now: Callable[[], datetime],
        *,
        threads: int = 4,
        seed: int | None = None,
    ) -> None:
        self._jobs = jobs
        self._store = store
        self._now = now
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._running: set[str] = set()
        self._renew_at = now()
        self._lock = threading.Lock()
        self.started: set[Future[None]] = set()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="earshot-job")

    def run(self) -> None:
        """Tick until ``stop``; then wait for the jobs that run."""
        ticker = schedule.Scheduler()
        ticker.every(1).seconds.do(self.tick)
        self.tick()
        while not self._stop.is_set():
            ticker.run_pending()
            self._stop.wait(min(max(ticker.idle_seconds or 0.05, 0.05), 1))
        self._pool.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """Ask the loop to end; safe from a signal handler."""
        self._stop.set()

    def tick(self) -> None:
        """Start every job that is due and not running; never raises."""
        try:
            jobs = self._jobs()
            self._store.announce([job.name for job in jobs], self._now())
            self._renew()
            for job in jobs:
                self._start(job)
        except EarshotError as error:
            log.warning("the loop could not look for work: %s", error)
        except Exception:
            log.exception("the loop could not look for work")

    def _renew(self) -> None:
        """Renew fences, but not at each tick: a write a second would be noise."""
        now = self._now()
        if now >= self._renew_at:
            self._renew_at = now + FENCE / 3
            with self._lock:
                running = sorted(self._running)
            self._store.renew(running, now + FENCE)

    def _start(self, job: Job) -> None:
        with self._lock:
            if self._stop.is_set() or job.name in self._running:
                return
            if not self._store.start(job.name, self._now(), FENCE):
                return
            self._running.add(job.name)
        future = self._pool.submit(self._run, job)
        self.started.add(future)
        future.add_done_callback(self.started.discard)

    def _run(self, job: Job) -> None:
        error: str | None = None
        wait: float | None = None
        try:
            job.run()
        except CollectError as failure:
            error, wait = str(failure), failure.retry_after
            log.warning("%s: %s", job.name, error)
        except EarshotError as failure:
            error = str(failure)
            log.warning("%s: %s", job.name, error)
        except Exception as failure:
            error = f"unexpected {type(failure).__name__}: {failure}"
            log.exception("%s failed unexpectedly", job.name)
        try:
            self._store.finish(job.name, self._now(), self._due(job, error, wait), error)
        except Exception:
            log.exception("%s: its next time could not be stored", job.name)
        finally:
            with self._lock:
                self._running.discard(job.name)

    def _due(self, job: Job, error: str | None, wait: float | None) -> datetime:
        """When a job runs next: its interval, longer after failures, at least ``wait``."""
        pause = job.every
        if not job.steady:
            if error:
                pause *= 2 ** min(self._store.failures(job.name) + 1, 6)
                pause = max(job.every, min(pause, BACKOFF_LIMIT))
            pause *= 1 + JITTER * (2 * self._random.random() - 1)
        asked = timedelta(seconds=min(wait or 0, WAIT_LIMIT.total_seconds()))
        return self._now() + max(pause, asked)
