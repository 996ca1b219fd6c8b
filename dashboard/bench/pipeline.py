"""From text to stored score, against vaderSentiment's own loop over the same texts."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from collectors.pipeline import Pipeline
from dashboard.bench import workspaces
from dashboard.bench.clocks import interleaved, spent
from dashboard.bench.corpus import A_DAY, NOW, Corpus
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.workspaces import AT_ONCE, TOPICS, batched
from dashboard.wiring import SqliteStore
from sentiment import analyser, reference
from storage.database import Database, key_path
from storage.models import Passage

CHARACTERS = 4_000_000
"""Read per figure and round: a few seconds' work."""
LEAST = 20


def section(folder: Path, rounds: int = 3, characters: int = CHARACTERS) -> Section:
    """Measure short and long texts."""
    return Section(
        "pipeline",
        "Texts stored and waiting → read, cleaned, masked, scored, topics and opinions found,"
        " scores and rollups stored; texts per second of processor time against"
        f" vaderSentiment's loop alone, median of {rounds}.",
        (
            _figure(folder, rounds, 100, characters // 250, Goal(0.2, least=True)),
            _figure(folder, rounds, 1_100, characters // 2_500, Goal(0.7, least=True)),
        ),
        inspect.getsource(reference.loop),
    )


def _figure(folder: Path, rounds: int, length: int, count: int, goal: Goal) -> Figure:
    corpus, count = Corpus(), max(count, LEAST)
    # Stars and titles are left out: nothing but the text is to be judged.
    seen = [
        replace(each, title="", rating=None, text=corpus.text(length))
        for each in corpus.observations(count, days=count / A_DAY)
    ]
    waiting = folder / f"waiting-{length}.db"
    db = workspaces.empty(waiting)
    for group in batched(seen, AT_ONCE):
        workspaces.store_all(db, group)
    db.checkpoint()
    db.close()
    texts = [each.text for each in seen]
    took = interleaved(
        {"vader": partial(_vader_alone, texts), "earshot": partial(_understood, waiting)}, rounds
    )
    return Figure(
        f"texts of {length:,} characters",
        count / took["earshot"],
        "/s",
        count / took["vader"],
        "vaderSentiment 3.3.2, polarity_scores in a loop, nothing read or stored",
        goal,
    )


def _vader_alone(texts: Sequence[str]) -> float:
    model = reference.original()
    with spent() as it:
        reference.loop(model, texts)
    return it.cpu


def _understood(waiting: Path) -> float:
    """Analyse all that waits in a copy of a workspace, as the worker does."""
    path = waiting.with_name("understood.db")
    for leftover in waiting.parent.glob("understood.db*"):
        leftover.unlink()
    shutil.copy(waiting, path)
    shutil.copy(key_path(waiting), key_path(path))
    db = Database(path)
    model = analyser.best((), TOPICS)
    # The language model loads with the first text that is not plainly English.
    model.analyse([Passage("Wo bleibt mein Paket?")])
    pipeline = Pipeline(SqliteStore(db, lambda: NOW), lambda: model, lambda: NOW)
    try:
        with spent() as it:
            pipeline.analyse()
        return it.cpu
    finally:
        db.close()
