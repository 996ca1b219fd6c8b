"""Training for one workspace: reads what may be learned, has it learned, keeps what came of it.

Puts storage and the learned models together; what is learned and how it is examined is in
``sentiment/learned_*``. Learning takes minutes and a gigabyte: commands and pages run it
in a process of its own, see ``learning_process``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from dashboard import learned_models
from storage import lessons as lesson_rows
from storage import models_store
from storage.errors import Refused
from storage.lessons import LessonRow
from storage.models import Analysis, Json, Passage
from storage.models_store import LearnedModel, NewModel
from storage.people import Person

if TYPE_CHECKING:
    from collectors.pipeline import Analyser
    from dashboard.wiring import Workspace
    from sentiment.learned_figures import Figures
    from sentiment.learned_lessons import Lesson, Studied, Tongues
    from sentiment.learned_training import Incumbent, Made, Taught

AT_ONCE = 10_000
"""Texts understood between two words of progress."""


class Outcome(NamedTuple):
    """What one run of training came to: a row for each source and language, and models."""

    rows: list[dict[str, Json]]
    models: list[NewModel]
    lessons: int
    seed: int
    started_at: datetime


class Kept(NamedTuple):
    """A row of the outcome with what was done about it."""

    row: dict[str, Json]
    model: str | None
    promoted: bool


Progress: TypeAlias = Callable[[str], None]
Understand: TypeAlias = "Callable[[Analyser, Sequence[Passage]], list[Analysis]]"


def compared(
    made: Workspace, source: str, models: Sequence[LearnedModel]
) -> tuple[dict[str, dict[str, Json]], int]:
    """Return the figures of models on a source's texts that none learned from, and their number.

    Without figures where the texts are too few.
    """
    from sentiment import learned_exam as exams
    from sentiment import learned_lessons, learned_teaching
    from sentiment.learned_figures import figures

    lang, until = models[0].lang, max(each.last_position for each in models)
    lessons, distinct = studied(made)
    spoken = learned_lessons.tongues((each.source, each.lang) for each in lessons)
    later = [
        each
        for group in learned_lessons.groups(distinct, spoken)
        if (group.source, group.lang) == (source, lang)
        for each in group.studied
        if each.lesson.at > until
    ]
    if len(later) < learned_lessons.LEAST_EXAMINED:
        return {}, len(later)
    conn, truth = made.db.reader(), learned_teaching.sides(later)
    rows = {
        each.name: exams.ours(learned_models.load(conn, each.name)[1], lang, later)
        for each in models
    }
    rows |= {exams.DEFAULT: exams.default(later), exams.VADER: exams.plain_vader(later)}
    return {name: figures_row(figures(truth, *each)) for name, each in rows.items()}, len(later)


def learn(
    made: Workspace,
    *,
    sources: Sequence[str] = (),
    seed: int = 0,
    progress: Progress = lambda words: None,
    understand: Understand | None = None,
) -> Outcome:
    """Learn from all labelled texts, for some sources or for all; nothing is stored."""
    from sentiment import learned_lessons
    from sentiment.learned_training import Training

    if made.is_sample:
        raise Refused("the sample company's texts are made up: there is nothing to learn from them")
    started, engine = made.now(), made.engine()
    lessons, distinct = studied(made, progress, understand)
    spoken = learned_lessons.tongues((each.source, each.lang) for each in lessons)
    groups = learned_lessons.groups(distinct, spoken)
    training = Training(groups, _incumbents(made.db.reader()), seed=seed, progress=progress)
    rows = [_row(each) for each in training.run(sources)]
    models = [_new(each, spoken, engine.model_id) for each in training.made.values()]
    return Outcome(rows, models, len(lessons), seed, started)


def keep(made: Workspace, outcome: Outcome, actor: Person, *, promote: bool = True) -> list[Kept]:
    """Store a run and its models, and promote those that are better than what counts."""
    now = made.now()
    report: list[Json] = [dict(row) for row in outcome.rows]
    with made.db.write() as conn:
        run_id = models_store.save_run(
            conn, outcome.started_at, now, seed=outcome.seed, lessons=outcome.lessons, report=report
        )
        names = {
            each.scope: models_store.save_model(conn, run_id, each, now) for each in outcome.models
        }
        kept = []
        for row in outcome.rows:
            name = names.get(str(row["model"]))
            chosen = bool(promote and name and row["better"])
            if chosen and name:
                group = str(row["source"]), str(row["lang"])
                models_store.promote(conn, *group, name, actor, str(row["why"]), now)
            kept.append(Kept(row, name, chosen))
    return kept


def studied(
    made: Workspace, progress: Progress = lambda words: None, understand: Understand | None = None
) -> tuple[list[Lesson], list[Studied]]:
    """Return all labelled texts, and each distinct one with its words, in time order."""
    from sentiment import learned_lessons, learned_words

    engine, brands = made.engine(), made.brands()
    progress("reading labelled texts")
    rows = list(lesson_rows.lessons(made.db.reader(), engine.model_id))
    lacking = [row for row in rows if row.said is None]
    said: list[Analysis] = []
    for start in range(0, len(lacking), AT_ONCE):
        progress(f"understanding texts: {start:,} of {len(lacking):,}")
        some = [_passage(row) for row in lacking[start : start + AT_ONCE]]
        said += understand(engine, some) if understand else engine.analyse(some)
    fresh = iter(said)
    lessons = [_lesson(row, row.said or next(fresh)) for row in rows]
    return lessons, learned_lessons.distinct(
        learned_lessons.Studied(each, learned_words.read(each.text, brands)) for each in lessons
    )


def _passage(row: LessonRow) -> Passage:
    return Passage(row.text, row.declared, source=row.source)


def _lesson(row: LessonRow, said: Analysis) -> Lesson:
    from sentiment.learned_lessons import Lesson

    return Lesson(
        row.text,
        row.label,
        row.origin,
        row.source,
        row.kind,
        said.lang,
        row.author,
        row.at,
        said,
    )


def _incumbents(conn: sqlite3.Connection) -> dict[tuple[str, str], Incumbent]:
    from sentiment.learned_training import Incumbent

    last = {each.name: each.last_position for each in models_store.models(conn)}
    return {
        (each.source, each.lang): Incumbent(each.model, last[each.name])
        for each in learned_models.promoted(conn)
    }


def _new(made: Made, spoken: Mapping[str, Tongues], engine: str) -> NewModel:
    from sentiment import learned_files

    about, arrays = learned_files.dump(made.model)
    sources: dict[str, Json] = {
        source: {"home": spoken[source].home, "own": [*sorted(spoken[source].own)]}
        for source in made.sources
    }
    return NewModel(
        made.key,
        made.lang,
        made.kind,
        sources,
        made.lessons,
        made.first_at,
        made.last_at,
        engine,
        about,
        arrays,
        learned_files.digest(about, arrays),
    )


def _row(told: Taught) -> dict[str, Json]:
    """Return what came of a source and language, as it is kept and printed for programs."""
    table: dict[str, Json] = {name: figures_row(each) for name, each in told.table.items()}
    origins: dict[str, Json] = {**told.origins}
    gain: Json = None
    if told.gain is not None:
        gain = {name: round(value, 4) for name, value in told.gain._asdict().items()}
    return {
        "source": told.source,
        "lang": told.lang,
        "n": told.lessons,
        "labels": origins,
        "held_out": told.examined,
        "figures": table,
        "against": told.against,
        "compared": told.compared,
        "gain": gain,
        "model": told.made,
        "better": told.better,
        "why": told.why,
    }


def figures_row(figures: Figures) -> dict[str, Json]:
    """Return figures for programs; shares 0 to 1."""
    covered: list[Json] = [
        {"share": share, "accuracy": round(accuracy, 4)} for share, accuracy in figures.coverage
    ]
    return {
        "n": figures.n,
        "accuracy": round(figures.accuracy, 4),
        "macro_f1": round(figures.macro_f1, 4),
        "calibration_error": _rounded(figures.calibration),
        "sure": _rounded(figures.sure),
        "coverage": covered,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
