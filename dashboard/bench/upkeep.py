"""What keeping rollups adds to storing and scoring mentions.

The analyser takes most of the time and varies by more than the rollups cost. So what they
add is measured where nothing else stands in the way, with analyses that are remembered,
and held against the whole, in which they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from statistics import median

from collectors.pipeline import Analyser, Pipeline
from dashboard.bench import without, workspaces
from dashboard.bench.clocks import spent
from dashboard.bench.corpus import A_DAY, DAYS, NOW, Corpus
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.workspaces import AT_ONCE, batched
from dashboard.wiring import SqliteStore
from sentiment import analyser
from storage.models import Analysis, Observation, Passage

PAIRS = 3
"""Pairs of runs, with and without, per round: their difference is what is wanted."""


class Remembering:
    """An analyser that remembers what another one said."""

    def __init__(self, model: Analyser) -> None:
        self._model = model
        self._known: dict[Passage, Analysis] = {}

    @property
    def model_id(self) -> str:
        """Name of the other one."""
        return self._model.model_id

    def analyse(self, passages: Sequence[Passage]) -> list[Analysis]:
        """Return one analysis per passage; only the first time they are made."""
        new = [each for each in passages if each not in self._known]
        self._known |= zip(new, self._model.analyse(new) if new else (), strict=True)
        return [self._known[each] for each in passages]


def section(folder: Path, rounds: int, size: int) -> Section:
    """Measure mentions as dense as a million in two years have them, and few a day."""
    figures = [
        _figure(folder, rounds, size, f"{A_DAY:,} mentions a day", size / A_DAY, Goal(1.15)),
        _figure(folder, rounds, size, f"{size / DAYS:,.0f} a day", float(DAYS), None),
    ]
    return Section(
        "rollups",
        f"{size:,} mentions stored {AT_ONCE:,} to a transaction and scored by the worker's"
        f" pipeline, processor time. What sums add: median of {PAIRS * rounds} pairs of runs with"
        f" and without, their analyses remembered; the rest: the best of {rounds} whole runs."
        f" {A_DAY:,} a day are a million in two years; the fewer a day, the fewer share a cell.",
        tuple(figures),
    )


def _figure(
    folder: Path, rounds: int, size: int, name: str, days: float, goal: Goal | None
) -> Figure:
    seen = list(Corpus().observations(size, days=days))
    model = analyser.best((), workspaces.TOPICS)
    model.analyse([Passage("Wo bleibt mein Paket?")])
    remembered = Remembering(model)
    _run(folder, seen, remembered, sums=False)
    added = median(
        _run(folder, seen, remembered, sums=True) - _run(folder, seen, remembered, sums=False)
        for _ in range(PAIRS * rounds)
    )
    whole = min(_run(folder, seen, model, sums=False) for _ in range(rounds))
    micro = 1e6 / size
    return Figure(
        f"stored and scored, {name}",
        (whole + added) * micro,
        "µs",
        whole * micro,
        "the same without collecting or writing sums",
        goal,
        f"sums add {added * micro:.0f} µs a mention",
    )


def _run(folder: Path, seen: list[Observation], model: Analyser, *, sums: bool) -> float:
    """Seconds of processor time to store and score some mentions in a new workspace."""
    for old in folder.glob("upkeep.db*"):
        old.unlink()
    with (
        closing(workspaces.empty(folder / "upkeep.db")) as db,
        nullcontext() if sums else without.rollup_writes(),
        spent() as it,
    ):
        pipeline = Pipeline(SqliteStore(db, lambda: NOW), _always(model), lambda: NOW)
        for group in batched(seen, AT_ONCE):
            with db.write():
                workspaces.store_all(db, group)
            pipeline.analyse()
    return it.cpu


def _always(model: Analyser) -> Callable[[], Analyser]:
    return lambda: model
