"""Runs training in a process of its own, which gives its memory back when it is done.

The process tells how far it is, returns what came of it, and ends with the one that
started it, however that went. It reads the database; storing is left to the caller.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from storage.errors import EarshotError

if TYPE_CHECKING:
    from collectors.pipeline import Analyser
    from dashboard.learning import Outcome, Progress
    from storage.models import Analysis, Passage

WORTH_SHARING = 3_000
"""Texts from which understanding them is shared among processes: starting one takes a second."""
MOST_WORKERS = 4
CHUNK = 500

Told: TypeAlias = "tuple[str, str | Outcome | EarshotError]"


def learn(
    db_path: Path,
    config_path: Path,
    *,
    sources: Sequence[str] = (),
    seed: int = 0,
    progress: Progress = lambda words: None,
) -> Outcome:
    """Learn from a database's labelled texts in another process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_process, args=(theirs, db_path, config_path, tuple(sources), seed), name="learning"
    )
    process.start()
    theirs.close()
    try:
        return _listen(ours, progress)
    except EOFError:
        process.join()
        raise EarshotError(
            f"training ended without a result (exit code {process.exitcode});"
            " was the machine out of memory?"
        ) from None
    finally:
        ours.close()
        process.terminate()
        process.join()


def _listen(ours: Connection, progress: Progress) -> Outcome:
    from dashboard.learning import Outcome

    while True:
        told: str | Outcome | EarshotError = ours.recv()
        if isinstance(told, str):
            progress(told)
        elif isinstance(told, Outcome):
            return told
        else:
            raise told


def _process(
    theirs: Connection, db_path: Path, config_path: Path, sources: tuple[str, ...], seed: int
) -> None:
    end_with_parent()
    from dashboard import learning, wiring

    try:
        made = wiring.open_workspace(db_path, config_path, create=False)
        try:
            outcome = learning.learn(
                made, sources=sources, seed=seed, progress=theirs.send, understand=_understand
            )
        finally:
            made.close()
        theirs.send(outcome)
    except EarshotError as error:
        theirs.send(error)
    except MemoryError:
        theirs.send(EarshotError("there is not enough memory for so many texts"))


def _understand(engine: Analyser, passages: Sequence[Passage]) -> list[Analysis]:
    """Have texts analysed, by several processes where there are many."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    if len(passages) < WORTH_SHARING or workers < 2:
        return engine.analyse(passages)
    chunks = [passages[at : at + CHUNK] for at in range(0, len(passages), CHUNK)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, end_with_parent) as pool:
        return [each for some in pool.map(partial(_analyse, engine), chunks) for each in some]


def _analyse(engine: Analyser, passages: Sequence[Passage]) -> list[Analysis]:
    return engine.analyse(passages)


def end_with_parent() -> None:
    """End this process once the one that started it is gone; Ctrl-C is for that one alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent.join,), daemon=True).start()


def _wait(parent_ends: Callable[[], None]) -> None:
    parent_ends()
    os._exit(1)
