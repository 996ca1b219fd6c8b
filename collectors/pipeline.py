"""The path of one mention: collect → store with poll and cursor → analyse → store scores.

Declares what it needs of the store and of the analyser; knows neither. A crash anywhere
repeats at most one batch: everything between two transactions is made again from what
is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from collectors.contract import Collector
from storage.errors import CollectError, StorageError
from storage.models import Analysis, Batch, Json, Label, Passage, Saved, Source

log = logging.getLogger("earshot.pipeline")

ANALYSE_AT_ONCE = 4_000
"""Texts analysed and stored per transaction: long enough to be fast, short for others.

Mentions of one batch share rollup cells: 4,000 write a quarter fewer than 1,000 do, and
hold the file for about a third of a second.
"""


class Waiting(Protocol):
    """A stored version that waits to be analysed."""

    @property
    def passage(self) -> Passage:
        """What is to be analysed."""
        ...


class Analyser(Protocol):
    """Scores texts: pure, batch in, batch out."""

    @property
    def model_id(self) -> str:
        """Name and digest of everything that the scores depend on."""
        ...

    def analyse(self, passages: Sequence[Passage]) -> list[Analysis]:
        """Return one analysis per passage, in order."""
        ...


class Store(Protocol):
    """What the pipeline needs of storage."""

    def cursor(self, source_id: str) -> Json:
        """Return where a source's collector left off."""
        ...

    def begin_poll(self, source_id: str, actor: str) -> int:
        """Open a poll's row."""
        ...

    def store(self, source: Source, poll: int, batch: Batch, open_cases: str) -> Saved:
        """Store a batch, its poll's counts and the cursor in one transaction."""
        ...

    def end_poll(self, poll: int, error: str | None) -> None:
        """Close a poll's row."""
        ...

    def pending(self, limit: int) -> Sequence[Waiting]:
        """Return versions that wait to be analysed."""
        ...

    def save_scores(self, model_id: str, done: Sequence[tuple[Waiting, Analysis]]) -> int:
        """Store analyses in one transaction."""
        ...


class Pipeline:
    """Runs polls and analysis for one store and one analyser."""

    def __init__(
        self, store: Store, analyser: Callable[[], Analyser], now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._analyser = analyser
        self._now = now

    def poll(
        self,
        source: Source,
        collector: Collector,
        actor: str,
        progress: Callable[[Saved], None] | None = None,
    ) -> Saved:
        """Collect a source once; raise CollectError after having recorded it."""
        cursor = self._store.cursor(source.id)
        return self.take(source, lambda: collector.collect(source, cursor), actor, "14d", progress)

    def take(
        self,
        source: Source,
        batches: Callable[[], Iterable[Batch]],
        actor: str,
        open_cases: str,
        progress: Callable[[Saved], None] | None = None,
    ) -> Saved:
        """Store batches under one poll row, whose end tells success from failure."""
        poll = self._store.begin_poll(source.id, actor)
        total = Saved()
        try:
            for batch in batches():
                total = total.plus(self._store.store(source, poll, batch, open_cases))
                if progress:
                    progress(total)
        except (CollectError, StorageError) as error:
            self._store.end_poll(poll, str(error))
            raise
        except Exception as error:
            # A collector's bug: recorded in words, and raised to be seen as what it is.
            self._store.end_poll(poll, f"unexpected {type(error).__name__}: {error}")
            raise
        self._store.end_poll(poll, None)
        return total

    def analyse(self, progress: Callable[[int], None] | None = None, limit: int = 10**9) -> int:
        """Analyse what waits, in batches, at most ``limit`` texts; return how many."""
        done = 0
        while done < limit:
            waiting = self._store.pending(min(ANALYSE_AT_ONCE, limit - done))
            if not waiting:
                break
            analyser = self._analyser()
            analyses = _analyses(analyser, [each.passage for each in waiting])
            self._store.save_scores(analyser.model_id, list(zip(waiting, analyses, strict=True)))
            done += len(waiting)
            if progress:
                progress(done)
        return done


def _analyses(analyser: Analyser, passages: list[Passage]) -> list[Analysis]:
    """Analyse a batch; a text on which the model fails is unscored and does not stop others."""
    try:
        return analyser.analyse(passages)
    except Exception:
        log.exception("the analyser failed on a batch; trying its texts one by one")
    found = []
    for passage in passages:
        try:
            found += analyser.analyse([passage])
        except Exception:
            log.exception("a text of %d characters stays unscored", len(passage.text))
            found.append(Analysis(Label.UNSCORED, None, 0.0, 0.0, None))
    return found
