"""Learns a model for each source and language that has enough lessons, and examines it.

A model is examined on the later texts of the very source that it is for, and worth
promoting only where it is better there, by more than chance, than what counts now: the
default model, or the one that is promoted already. Sources with few lessons learn
together with others of their kind and language. Whether a model is promoted, and
everything about storage, is decided elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from sentiment import learned_exam as exams
from sentiment import learned_teaching as teaching
from sentiment.learned import Learned
from sentiment.learned_exam import Answers
from sentiment.learned_figures import Figures, Gain, figures, gain
from sentiment.learned_lessons import LEAST, LEAST_EXAMINED, Group, Studied, steps, too_little
from storage.models import Kind

MOST = 100_000
"""Lessons of one model, the latest."""
ALONE = 1_000
"""Lessons from which a source does not learn together with others."""
PIECED = 25_000_000
"""Letters of all lessons up to which pieces of words are learned: they never taught less, on
posts much more, and cost five times the time and memory."""

Progress: TypeAlias = Callable[[str], None]


class Incumbent(NamedTuple):
    """The model that is promoted for a group now, and the time of its last lesson."""

    model: Learned
    until: int


class Made(NamedTuple):
    """A model made of all lessons of its sources; ``key`` says of which."""

    key: str
    lang: str
    kind: Kind
    sources: tuple[str, ...]
    lessons: int
    first_at: int
    last_at: int
    model: Learned


class Taught(NamedTuple):
    """What came of one source and language.

    ``examined`` are the texts that the ``table`` is of, ``made`` is the key of the model that
    may be used, ``against`` whom it has to beat, and ``gain`` by how much it does on
    ``compared`` texts; ``why`` says in words what that means.
    """

    source: str
    lang: str
    lessons: int
    origins: dict[str, int]
    examined: int
    made: str | None
    table: dict[str, Figures]
    against: str
    compared: int
    gain: Gain | None
    why: str

    @property
    def better(self) -> bool:
        """Whether its model is better than what counts now, by more than chance."""
        return self.made is not None and self.gain is not None and self.gain.real


class _Examined(NamedTuple):
    """What later texts of a group were told to be, by all who were asked."""

    lessons: list[Studied]
    answers: dict[str, Answers]


class _Course:
    """Groups that learn together, or one alone: a model for each step, and a last one of all."""

    def __init__(self, key: str, groups: Sequence[Group], seed: int, say: Progress) -> None:
        self.key = key
        self.groups = tuple(groups)
        self.lang = groups[0].lang
        self._all = sum(len(group.studied) for group in groups)
        self._seed = seed
        self._say = say
        self._steps: list[tuple[float, float, list[Studied], Learned]] = []

    def examine(self, group: Group) -> _Examined:
        """Return the later texts of a group with the answers of the models of each step."""
        lessons: list[Studied] = []
        told: dict[str, list[Answers]] = {}
        for start, end, taught_by, model in self._models():
            some = group.between(start, end)
            lessons += some
            for name, answers in (
                (exams.OURS, exams.ours(model, self.lang, some)),
                (exams.DEFAULT, exams.default(some)),
                (exams.VADER, exams.plain_vader(some)),
                (exams.MAJORITY, exams.majority(taught_by, some)),
            ):
                told.setdefault(name, []).append(answers)
        return _Examined(lessons, {name: exams.joined(parts) for name, parts in told.items()})

    def finish(self) -> Made:
        """Return the model of all lessons, made in the way that was examined."""
        lessons = _joined(group.studied for group in self.groups)
        return Made(
            self.key,
            self.lang,
            self.groups[0].kind,
            tuple(sorted(group.source for group in self.groups)),
            len(lessons),
            lessons[0].lesson.at,
            lessons[-1].lesson.at,
            self._teach(lessons, self._models()[-1][-1]),
        )

    def _models(self) -> list[tuple[float, float, list[Studied], Learned]]:
        if not self._steps:
            for start, end in steps(self._all):
                before = _joined(group.before(start) for group in self.groups)
                self._steps.append((start, end, before, self._teach(before)))
        return self._steps

    def _teach(self, lessons: list[Studied], before: Learned | None = None) -> Learned:
        self._say(f"{self.key}: learning from {len(lessons):,} texts")
        pieces = sum(len(each.lesson.text) for each in lessons) <= PIECED
        return teaching.teach(lessons, pieces=pieces, seed=self._seed, before=before)


class Training:
    """One run over all groups; ``made`` holds the models that may be used."""

    def __init__(
        self,
        groups: Iterable[Group],
        incumbents: Mapping[tuple[str, str], Incumbent],
        *,
        seed: int = 0,
        progress: Progress = lambda words: None,
    ) -> None:
        self._groups = [group._replace(studied=group.studied[-MOST:]) for group in groups]
        self._incumbents = incumbents
        self._seed = seed
        self._say = progress
        self._courses: dict[str, _Course] = {}
        self.made: dict[str, Made] = {}

    def run(self, sources: Collection[str] = ()) -> list[Taught]:
        """Teach and examine every group, or those of some sources."""
        return [
            self._taught(group) for group in self._groups if not sources or group.source in sources
        ]

    def _taught(self, group: Group) -> Taught:
        course = self._course(group)
        if isinstance(course, str):
            return _told(group, why=course)
        seen = course.examine(group)
        truth = teaching.sides(seen.lessons)
        table = {name: figures(truth, *answers) for name, answers in seen.answers.items()}
        incumbent = self._incumbents.get((group.source, group.lang))
        against = exams.PROMOTED if incumbent else exams.DEFAULT
        later = _since(seen, incumbent, group.lang)
        found = None
        if len(later.lessons) >= LEAST_EXAMINED:
            truth = teaching.sides(later.lessons)
            theirs = later.answers[against]
            table[against] = figures(truth, *theirs)
            found = gain(truth, later.answers[exams.OURS].told, theirs.told, self._seed)
        if found is not None and found.value > 0 and course.key not in self.made:
            self.made[course.key] = course.finish()
        return _told(
            group,
            examined=len(seen.lessons),
            made=course.key if course.key in self.made else None,
            table=table,
            against=against,
            compared=len(later.lessons),
            gain=found,
            why=_verdict(against, found, len(later.lessons)),
        )

    def _course(self, group: Group) -> _Course | str:
        """Return in which company a group learns, or why it cannot."""
        n = len(group.studied)
        if n < 2 * LEAST_EXAMINED:
            return f"too little to examine a model on: {n} texts with a label or stars"
        some = [group]
        if n < ALONE:
            some = [g for g in self._groups if (g.kind, g.lang) == (group.kind, group.lang)]
        whole = sum(len(each.studied) for each in some)
        if whole < LEAST:
            return f"too little to learn from: {whole} texts with a label or stars of {LEAST}"
        first = _joined(each.before(steps(whole)[0][0]) for each in some)
        if lacking := too_little(first):
            return f"too little to learn from: {lacking}"
        key = f"{group.source}-{group.lang}" if len(some) == 1 else f"all-{group.kind}-{group.lang}"
        return self._courses.setdefault(key, _Course(key, some, self._seed, self._say))


def _joined(parts: Iterable[Sequence[Studied]]) -> list[Studied]:
    """Return the lessons of several groups in time order, at most the latest ``MOST``."""
    found = sorted((each for part in parts for each in part), key=lambda each: each.lesson.at)
    return found[-MOST:]


def _since(seen: _Examined, incumbent: Incumbent | None, lang: str) -> _Examined:
    """Return what examines both a new model and the promoted one, which saw what taught it."""
    if incumbent is None:
        return seen
    late = [at for at, each in enumerate(seen.lessons) if each.lesson.at > incumbent.until]
    lessons = [seen.lessons[at] for at in late]
    told = {exams.OURS: Answers(seen.answers[exams.OURS].told[late])}
    if lessons:
        told[exams.PROMOTED] = exams.ours(incumbent.model, lang, lessons)
    return _Examined(lessons, told)


def _verdict(against: str, found: Gain | None, later: int) -> str:
    rival = "the promoted model" if against == exams.PROMOTED else "the default model"
    if found is None:
        return (
            f"nothing to compare on: {later} texts are later than those that the promoted"
            f" model learned from, {LEAST_EXAMINED} are needed"
        )
    interval = f"{found.value:+.3f} macro-F1 ({found.low:+.3f} to {found.high:+.3f})"
    if found.real:
        return f"better than {rival}: {interval}"
    return f"not better than {rival} by more than chance: {interval}"


def _told(
    group: Group,
    *,
    why: str,
    examined: int = 0,
    made: str | None = None,
    table: dict[str, Figures] | None = None,
    against: str = exams.DEFAULT,
    compared: int = 0,
    gain: Gain | None = None,
) -> Taught:
    origins = Counter(each.lesson.origin.value for each in group.studied)
    return Taught(
        group.source,
        group.lang,
        len(group.studied),
        dict(sorted(origins.items())),
        examined,
        made,
        table or {},
        against,
        compared,
        gain,
        why,
    )
