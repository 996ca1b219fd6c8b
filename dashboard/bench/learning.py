"""What is learned from own labels and stars: how good it is, and what it costs.

Learned from rows that were looked at (SHA-256 of the text starts with 0 to 7), examined on
the others: posts on later days than those learned from, reviews of other hotels. A company
has twice as many rows of its own to learn from as are used here.
"""

from __future__ import annotations

import csv
import multiprocessing
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

from dashboard.bench import datasets
from dashboard.bench.corpus import Corpus
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.templates import looked_at
from sentiment import analyser, learned_exam, learned_lessons, learned_words
from sentiment.learned_choice import Chosen, Promoted
from sentiment.learned_figures import Figures, figures
from sentiment.learned_lessons import Group, Lesson, Studied
from sentiment.learned_teaching import sides
from sentiment.learned_training import Made, Training
from storage.models import Analysis, Kind, Label, Origin, Passage

FOLDS = 4
LAST_DAYS = 2
LESSONS = 100_000
CHARACTERS = 160
SCORED = 5_000
_DATES = ("%Y-%m-%d", "%d-%m-%Y")


class Text(NamedTuple):
    """A labelled text of a set: who wrote it, when, and about what."""

    text: str
    label: Label
    author: str
    at: int
    about: str


def section(place: Path = datasets.PLACE, lessons: int = LESSONS) -> Section:
    """Measure learning; annotated texts are left out where they are not there."""
    found = [*_cost(lessons)]
    if place.is_dir():
        found = [*_posts(place), *_reviews(place), *found]
    return Section(
        "learning",
        "Models learned by `earshot train` against the default model and VADER, on texts that"
        " nobody looked at and nothing was learned from.",
        tuple(found),
    )


def _posts(place: Path) -> list[Figure]:
    texts = [
        Text(
            row["text"],
            Label(row["airline_sentiment"]),
            row["name"],
            round(datetime.fromisoformat(_iso(row["tweet_created"])).timestamp()),
            row["tweet_created"][:10],
        )
        for row in _rows(place / "airline" / "tweets.csv")
    ]
    last = sorted({each.about for each in texts})[-LAST_DAYS:]
    teach = [each for each in texts if each.about not in last and looked_at(each.text)]
    exam = [each for each in texts if each.about in last and not looked_at(each.text)]
    made, group = _learned(_lessons(teach, Kind.SOCIAL, Origin.HUMAN))
    unseen = _unseen(_lessons(exam, Kind.SOCIAL, Origin.HUMAN), group)
    answers = [(made, unseen)]
    return _figures("airline posts, later days", answers, (0.82, 0.77), len(group.studied))


def _reviews(place: Path) -> list[Figure]:
    """Each hotel's reviews by a model of other hotels."""
    texts = [
        Text(
            _review(row["title"], row["text"]),
            _of_stars(float(row["rating"])),
            "",
            _day(row["published"]),
            row["hotel"],
        )
        for row in _rows(place / "hotels" / "reviews.csv")
    ]
    hotels = sorted({each.about for each in texts})
    answers = []
    size = 0
    for fold in range(FOLDS):
        own = set(hotels[fold::FOLDS])
        teach = [each for each in texts if each.about not in own and looked_at(each.text)]
        exam = [each for each in texts if each.about in own and not looked_at(each.text)]
        made, group = _learned(_lessons(teach, Kind.REVIEW, Origin.STARS))
        answers.append((made, _unseen(_lessons(exam, Kind.REVIEW, Origin.STARS), group)))
        size = max(size, len(group.studied))
    return _figures("reviews of other hotels", answers, (None, 0.79), size)


def _learned(lessons: Sequence[Lesson]) -> tuple[Made, Group]:
    """Learn as ``earshot train`` does."""
    group = max(_groups(lessons), key=lambda each: len(each.studied))
    training = Training([group], {})
    training.run()
    return next(iter(training.made.values())), group


def _groups(lessons: Sequence[Lesson]) -> list[Group]:
    spoken = learned_lessons.tongues((each.source, each.lang) for each in lessons)
    studied = (Studied(each, learned_words.read(each.text)) for each in lessons)
    return learned_lessons.groups(learned_lessons.distinct(studied), spoken)


def _lessons(texts: Sequence[Text], kind: Kind, origin: Origin) -> list[Lesson]:
    said = analyser.best().analyse([Passage(each.text) for each in texts])
    return [
        Lesson(text, label, origin, "bench", kind, answer.lang, author, at, answer)
        for (text, label, author, at, _), answer in zip(texts, said, strict=True)
    ]


def _unseen(lessons: Sequence[Lesson], group: Group) -> list[Studied]:
    """Return what was not learned from, copies with other names or links included."""
    seen = {" ".join(each.words) for each in group.studied}
    studied = (Studied(each, learned_words.read(each.text)) for each in lessons)
    return [each for each in studied if " ".join(each.words) not in seen]


def _figures(
    name: str,
    parts: Sequence[tuple[Made, list[Studied]]],
    goals: tuple[float | None, float],
    lessons: int,
) -> list[Figure]:
    items = [each for _, some in parts for each in some]
    truth = sides(items)
    answers = {
        "": learned_exam.joined([learned_exam.ours(m.model, m.lang, s) for m, s in parts]),
        ": default model": learned_exam.default(items),
        ": VADER alone": learned_exam.plain_vader(items),
        ": most frequent class": learned_exam.majority(items, items),
    }
    rows = {who: figures(truth, *each) for who, each in answers.items()}
    note = f"{len(items)} texts, learned from {lessons}"
    found = [
        _figure(f"{name}, accuracy{who}", row.accuracy, goals[0] if not who else None, note)
        for who, row in rows.items()
    ]
    found += [
        _figure(f"{name}, macro-F1{who}", row.macro_f1, goals[1] if not who else None, note)
        for who, row in rows.items()
    ]
    return [*found, *_sureness(name, rows[""])]


def _figure(name: str, value: float, goal: float | None, note: str) -> Figure:
    bound = None if goal is None else Goal(goal, least=True)
    return Figure(name, value, "", goal=bound, note=note if bound else "")


def _sureness(name: str, row: Figures) -> list[Figure]:
    assert row.calibration is not None
    assert row.sure is not None
    covered = [
        Figure(f"{name}, accuracy of the surest {share:.0%}", accuracy, "")
        for share, accuracy in row.coverage
        if share in (0.5, 0.8)
    ]
    return [
        Figure(f"{name}, expected calibration error", row.calibration, "", goal=Goal(0.05)),
        Figure(f"{name}, share told surely", row.sure, ""),
        *covered,
    ]


def _cost(lessons: int) -> list[Figure]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        seconds, megabytes, rate = pool.submit(_measured, lessons).result()
    scaled = f"{lessons:,} made-up posts of {CHARACTERS} characters"
    return [
        Figure("learning", seconds, "s", goal=Goal(120), note=f"{scaled}; processor time"),
        Figure("memory of the process that learns", megabytes, "MB", goal=Goal(2_000), note=scaled),
        Figure("scoring with a learned model", rate, "texts/s", goal=Goal(1_000, least=True)),
    ]


def _measured(count: int) -> tuple[float, float, float]:
    """Learn in this process; return seconds, its largest memory, and texts scored per second."""
    texts = _made_up(count)
    said = [Analysis(Label.NEUTRAL, 0.0, 0.3, 0.0, "en")] * count
    began = time.process_time()
    groups = _groups(
        [
            Lesson(text, label, Origin.HUMAN, "bench", Kind.SOCIAL, "en", f"a{at // 2}", at, answer)
            for at, ((text, label), answer) in enumerate(zip(texts, said, strict=True))
        ]
    )
    training = Training(groups, {})
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
    return took, memory, len(passages) / (time.process_time() - began)


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


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _review(title: str, body: str) -> str:
    return body if not title or body.startswith(title) else f"{title}\n{body}"


def _of_stars(rating: float) -> Label:
    if rating <= 2:
        return Label.NEGATIVE
    return Label.NEUTRAL if rating == 3 else Label.POSITIVE


def _iso(written: str) -> str:
    """Return "2015-02-16 23:36:05 -0800" with a colon in its zone."""
    return f"{written[:-2]}:{written[-2:]}"


def _day(written: str) -> int:
    for form in _DATES:
        try:
            return datetime.strptime(written, form).toordinal()
        except ValueError:
            continue
    return 0
