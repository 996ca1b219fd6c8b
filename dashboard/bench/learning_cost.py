"""What learning costs, and how fast a learned model scores: on texts made from a seed."""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from random import Random
from typing import NamedTuple

from dashboard.bench.corpus import Corpus
from dashboard.bench.table import Figure, Goal, Section
from sentiment import analyser, learned_lessons, learned_words
from sentiment.learned_choice import Chosen, Promoted
from sentiment.learned_lessons import Group, Lesson, Studied
from sentiment.learned_training import Training
from storage.models import Analysis, Kind, Label, Origin, Passage

LESSONS = 100_000
CHARACTERS = 160
SCORED = 5_000


class Cost(NamedTuple):
    """Seconds of processor time, the most megabytes held, and texts scored per second."""

    seconds: float
    megabytes: float
    rate: float


def section(lessons: int = LESSONS) -> Section:
    """Measure in a process of its own, as ``earshot train`` learns."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        cost = pool.submit(measured, lessons).result()
    note = f"{lessons:,} made-up posts of {CHARACTERS} characters"
    rate = Goal(1_000, least=True)
    return Section(
        "learning",
        "What `earshot train` costs: reading the words of labelled texts, learning, examining on"
        " later ones, learning again from all; and scoring with what came of it, the default"
        " model's own work included. Processor time.",
        (
            Figure("learning", cost.seconds, "s", goal=Goal(120), note=note),
            Figure("memory of the process that learns", cost.megabytes, "MB", goal=Goal(2_000)),
            Figure("scoring with a learned model", cost.rate, "/s", goal=rate),
        ),
    )


def measured(count: int) -> Cost:
    """Learn in this process from so many texts."""
    texts = _made_up(count)
    began = time.process_time()
    training = Training(_groups(texts), {})
    training.run()
    took = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    (made,) = training.made.values()
    tongues = learned_lessons.Tongues("en", frozenset({"en"}))
    promoted = Promoted("bench-1", "", "bench", "en", count, tongues, made.model)
    model = Chosen(analyser.best(), (promoted,))
    passages = [Passage(text, "en", source="bench") for text, _ in texts[:SCORED]]
    model.analyse(passages[:100])
    began = time.process_time()
    model.analyse(passages)
    return Cost(took, memory, len(passages) / (time.process_time() - began))


def _groups(texts: list[tuple[str, Label]]) -> list[Group]:
    said = Analysis(Label.NEUTRAL, 0.0, 0.3, 0.0, "en")
    lessons = (
        Lesson(text, label, Origin.HUMAN, "bench", Kind.SOCIAL, "en", f"a{at // 2}", at, said)
        for at, (text, label) in enumerate(texts)
    )
    studied = (Studied(each, learned_words.read(each.text)) for each in lessons)
    spoken = learned_lessons.tongues([("bench", "en")])
    return learned_lessons.groups(learned_lessons.distinct(studied), spoken)


def _made_up(count: int) -> list[tuple[str, Label]]:
    """Return texts whose label depends on words that no lexicon knows in this way."""
    corpus = Corpus()
    weight = {word: Random(word).gauss(0, 1) for word in corpus.words}
    found = []
    for _ in range(count):
        text = corpus.text(CHARACTERS)
        words = text.lower().replace(".", "").split()
        side = sum(weight.get(word, 0.0) for word in words) / len(words) ** 0.5
        label = Label.NEUTRAL if abs(side) < 0.3 else Label.NEGATIVE if side < 0 else Label.POSITIVE
        found.append((text, label))
    return found
