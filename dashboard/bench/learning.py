"""What models learned from own labels and stars are worth, on annotated texts.

Learned from rows that were looked at (SHA-256 of the text starts with 0 to 7), examined on
the others: posts on later days than those learned from, reviews of other hotels. A company
has twice as many rows of its own to learn from as are used here. What learning costs is in
``learning_cost``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias

from dashboard.bench import datasets
from dashboard.bench.datasets import Starred
from dashboard.bench.table import Figure, Goal
from dashboard.bench.templates import looked_at
from sentiment import analyser, learned_exam, learned_lessons, learned_teaching, learned_words
from sentiment.learned import Learned
from sentiment.learned_figures import Figures, figures
from sentiment.learned_lessons import Lesson, Studied
from storage.models import Analysis, Kind, Label, Origin, Passage

FOLDS = 4
STRANGE = "xx"
"""Stands for a language that the engine cannot read."""
_DATES = ("%Y-%m-%d", "%d-%m-%Y")


class Text(NamedTuple):
    """A labelled text of a set: who wrote it, and when."""

    text: str
    label: Label
    author: str
    at: int


class Examined(NamedTuple):
    """A model, and texts that it never saw."""

    model: Learned
    lang: str
    unseen: list[Studied]
    learned_from: int


Say: TypeAlias = "Callable[[Sequence[str]], list[Analysis]]"


def learned(place: Path) -> list[Figure]:
    """Return the figures of models learned from the annotated texts of a place."""
    return [*_posts(place), *_reviews(place)]


def _posts(place: Path) -> Iterator[Figure]:
    rows = datasets.dated_posts(place)
    last = datasets.last_days(row.day for row in rows)
    teach = [row for row in rows if row.day not in last and looked_at(row.text)]
    exam = [row for row in rows if row.day in last and not looked_at(row.text)]
    sets = [
        [Text(row.text, row.label, row.author, _second(row.at)) for row in some]
        for some in (teach, exam)
    ]
    for name, say, goals, lang in (
        ("airline posts learned", _engine, (0.82, 0.77), "en"),
        ("the same as in a language that nobody reads", _nothing, (None, 0.65), STRANGE),
    ):
        lessons = [_lessons(some, Kind.SOCIAL, Origin.HUMAN, say) for some in sets]
        asked = _examined(lessons[0], lessons[1], lang)
        yield from _figures(name, [asked], goals)


def _reviews(place: Path) -> Iterator[Figure]:
    """Yield the figures of each hotel's reviews by a model of other hotels."""
    rows = datasets.starred_reviews(place)
    hotels = sorted({row.hotel for row in rows})
    told = dict(zip(rows, _lessons(map(_starred, rows), Kind.REVIEW, Origin.STARS), strict=True))
    asked = []
    for fold in range(FOLDS):
        own = set(hotels[fold::FOLDS])
        teach = [told[row] for row in rows if row.hotel not in own and looked_at(row.text)]
        exam = [told[row] for row in rows if row.hotel in own and not looked_at(row.text)]
        asked.append(_examined(teach, exam, "en"))
    yield from _figures("reviews of other hotels learned", asked, (None, 0.79))


def _starred(row: Starred) -> Text:
    return Text(row.text, row.label, "", _day(row.published))


def _engine(texts: Sequence[str]) -> list[Analysis]:
    return analyser.best().analyse([Passage(text) for text in texts])


def _nothing(texts: Sequence[str]) -> list[Analysis]:
    """Answer as the engine does in a language that it cannot read."""
    return [Analysis(Label.UNSCORED, None, 0.0, 0.0, STRANGE)] * len(texts)


def _lessons(
    texts: Iterator[Text] | Sequence[Text], kind: Kind, origin: Origin, say: Say = _engine
) -> list[Lesson]:
    given = list(texts)
    return [
        Lesson(text, label, origin, "bench", kind, said.lang, author, at, said)
        for (text, label, author, at), said in zip(
            given, say([each.text for each in given]), strict=True
        )
    ]


def _examined(teach: Sequence[Lesson], exam: Sequence[Lesson], lang: str) -> Examined:
    """Learn as ``earshot train`` does; copies, other names or links in them, examine nothing."""
    spoken = learned_lessons.tongues((each.source, each.lang) for each in teach)
    groups = learned_lessons.groups(learned_lessons.distinct(_studied(teach)), spoken)
    (taught,) = (group.studied for group in groups if group.lang == lang)
    model = learned_teaching.teach(taught, pieces=True, seed=0)
    seen = {" ".join(each.words) for each in taught}
    unseen = [each for each in _studied(exam) if " ".join(each.words) not in seen]
    return Examined(model, lang, unseen, len(taught))


def _studied(lessons: Sequence[Lesson]) -> Iterator[Studied]:
    return (Studied(each, learned_words.read(each.text)) for each in lessons)


def _figures(
    name: str, parts: Sequence[Examined], goals: tuple[float | None, float]
) -> Iterator[Figure]:
    items = [each for part in parts for each in part.unseen]
    truth = learned_teaching.sides(items)
    ours = [learned_exam.ours(part.model, part.lang, part.unseen) for part in parts]
    row = figures(truth, *learned_exam.joined(ours))
    rivals = {
        "default model": learned_exam.default(items),
        "VADER alone": learned_exam.plain_vader(items),
        "most frequent class": learned_exam.majority(items, items),
    }
    note = f"{len(items)} texts, learned from {max(part.learned_from for part in parts)}"
    for measure, goal in zip(("accuracy", "macro_f1"), goals, strict=True):
        title = f"{name}, {measure.replace('_f1', '-F1')}"
        bound = None if goal is None else Goal(goal, least=True)
        yield Figure(title, getattr(row, measure), "", goal=bound, note=note)
        for who, answers in rivals.items():
            yield Figure(f"{title}: {who}", getattr(figures(truth, *answers), measure), "")
    yield from _sureness(name, row)


def _sureness(name: str, row: Figures) -> Iterator[Figure]:
    assert row.calibration is not None
    assert row.sure is not None
    yield Figure(f"{name}, expected calibration error", row.calibration, "", goal=Goal(0.05))
    yield Figure(f"{name}, share told surely", row.sure, "")
    for share, accuracy in row.coverage:
        if share in (0.5, 0.8):
            yield Figure(f"{name}, accuracy of the surest {share:.0%}", accuracy, "")


def _second(written: str) -> int:
    """Return a time like "2015-02-16 23:36:05 -0800" as a number."""
    return round(datetime.strptime(written, "%Y-%m-%d %H:%M:%S %z").timestamp())


def _day(written: str) -> int:
    for form in _DATES:
        try:
            return datetime.strptime(written, form).toordinal()
        except ValueError:
            continue
    return 0
