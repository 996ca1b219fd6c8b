"""Long work of the pages: runs beside them, one job after the other, and can be left.

A job is known to the server process alone; what it stores is committed batch by batch, so
that stopping the server loses nothing that a job had reported. Not here: the worker.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TypeAlias

from storage.errors import EarshotError
from storage.models import Refusal, Saved

log = logging.getLogger("earshot.jobs")

KEPT = 20
REFUSALS_KEPT = 1_000
_TROUBLE = "this is a mistake in Earshot; the log says more"


class Job:
    """One piece of work; its fields are read by pages while it runs."""

    def __init__(self, title: str, started_at: datetime, expected: int | None = None) -> None:
        self.title = title
        self.started_at = started_at
        self.expected = expected
        self.saved = Saved()
        self.scored = 0
        self.words = ""
        self.refusals: list[Refusal] = []
        self.error: str | None = None
        self.finished = threading.Event()

    @property
    def running(self) -> bool:
        """Whether it is not over yet."""
        return not self.finished.is_set()

    def store(self, saved: Saved) -> None:
        """Note what is stored so far."""
        self.saved = saved

    def score(self, done: int) -> None:
        """Note how many texts are scored so far."""
        self.scored = done

    def say(self, words: str) -> None:
        """Note how far it is, where what is stored does not tell."""
        self.words = words

    def refuse(self, refusals: tuple[Refusal, ...]) -> None:
        """Note rows that could not be taken."""
        self.refusals += refusals[: REFUSALS_KEPT - len(self.refusals)]


Work: TypeAlias = Callable[[Job], Saved]


class Jobs:
    """The jobs of one server process, the latest first."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="earshot-job")
        self._jobs: deque[Job] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def start(self, job: Job, work: Work) -> Future[None]:
        """Run work beside the pages; a job of the same title that still runs is refused."""
        self._note(job)
        return self._pool.submit(_run, job, work)

    def start_apart(self, job: Job, work: Work) -> None:
        """Run work that others need not wait for, and that may be broken off at any time."""
        self._note(job)
        threading.Thread(target=_run, args=(job, work), name="earshot-apart", daemon=True).start()

    def _note(self, job: Job) -> None:
        with self._lock:
            if any(each.running and each.title == job.title for each in self._jobs):
                raise EarshotError(f"{job.title} is already under way")
            self._jobs.appendleft(job)

    def latest(self) -> list[Job]:
        """Return the jobs known, the latest first."""
        with self._lock:
            return list(self._jobs)

    def forget(self, job: Job) -> None:
        """Take a job that is over off the list."""
        with self._lock:
            if not job.running and job in self._jobs:
                self._jobs.remove(job)

    def close(self) -> None:
        """Wait for what runs and stop."""
        self._pool.shutdown()


def _run(job: Job, work: Work) -> None:
    try:
        job.saved = work(job)
    except EarshotError as error:
        job.error = str(error)
    except Exception:
        log.exception("%s failed", job.title)
        job.error = _TROUBLE
    finally:
        job.finished.set()
