"""What there is to learn from: texts with a person's label or stars, sorted for learning.

Pure. Copies of a text are taken once, its first appearance, so that nothing that a model
is examined on was seen before. Each source and language is a group of its own, because
what was learned on one kind of text fails on another. In time order, what comes later
examines a model that was taught by what came before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sentiment.learned_words import is_word
from storage.models import Analysis, Kind, Label, Origin

LEAST = 300
"""Labelled texts from which a model is made."""
LEAST_EXAMINED = 50
LEAST_PER_LABEL = 10
"""A label of fewer texts to learn from is too rare to be learned."""
STEPS = ((6_000, (0.5, 0.667, 0.833)), (20_000, (0.5, 0.75)))
"""Up to so many lessons, at which shares of them a model is made of what came before."""
ONE_STEP = (0.8,)
HOME = 0.8
"""Share of a source's texts in one language from which that is the source's language."""
OWN = 0.02
"""Share of a source's texts from which a language is spoken there, and no mistake."""


class Lesson(NamedTuple):
    """A text, what it was said to be and by whom, and what the engine says of it.

    ``at`` orders lessons in time; ``lang`` is None where it could not be told.
    """

    text: str
    label: Label
    origin: Origin
    source: str
    kind: Kind
    lang: str | None
    author: str
    at: int
    said: Analysis


class Studied(NamedTuple):
    """A lesson with its words, as a model reads them."""

    lesson: Lesson
    words: list[str]


class Tongues(NamedTuple):
    """The languages of a source: the one of nearly all its texts, and all that are spoken."""

    home: str | None
    own: frozenset[str]

    def group(self, lang: str | None) -> str | None:
        """Return the language under which a text is learned; None: it is left out.

        A language told of hardly any text of a source is more often a mistake than spoken.
        """
        if lang is not None and (lang in self.own or self.home is None):
            return lang
        return self.home


class Group(NamedTuple):
    """The lessons of one source and language, in time order."""

    source: str
    lang: str
    kind: Kind
    studied: list[Studied]

    def before(self, share: float) -> list[Studied]:
        """Return the first part of the lessons."""
        return self.studied[: int(len(self.studied) * share)]

    def between(self, share: float, end: float) -> list[Studied]:
        """Return the lessons from one share to another."""
        n = len(self.studied)
        return self.studied[int(n * share) : int(n * end)]


def steps(lessons: int) -> tuple[tuple[float, float], ...]:
    """Return the shares of lessons from which to which a model is examined in each step.

    Each is examined by a model of all that came before; the more steps, the more is
    examined, and the surer is what is found.
    """
    starts = next((shares for most, shares in STEPS if lessons <= most), ONE_STEP)
    return tuple(zip(starts, (*starts[1:], 1.0), strict=True))


def distinct(studied: Iterable[Studied]) -> list[Studied]:
    """Return the first of each text in time order; those without a word are left out."""
    seen: set[str] = set()
    kept = []
    for each in sorted(studied, key=lambda each: each.lesson.at):
        said = " ".join(word for word in each.words if is_word(word))
        if said and said not in seen:
            seen.add(said)
            kept.append(each)
    return kept


def tongues(langs: Iterable[tuple[str, str | None]]) -> dict[str, Tongues]:
    """Return the languages of each source, from all its texts' sources and languages."""
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for source, lang in langs:
        told[source]  # a source of which no language was told has none
        if lang is not None:
            told[source][lang] += 1
    return {source: _tongues(counts) for source, counts in told.items()}


def _tongues(counts: Counter[str]) -> Tongues:
    if not counts:
        return Tongues(None, frozenset())
    whole = counts.total()
    most, often = counts.most_common(1)[0]
    own = {lang for lang, n in counts.items() if n >= OWN * whole}
    return Tongues(most if often >= HOME * whole else None, frozenset(own))


def groups(studied: Sequence[Studied], spoken: dict[str, Tongues]) -> list[Group]:
    """Return the lessons by source and language, the largest group first."""
    found: defaultdict[tuple[str, str], list[Studied]] = defaultdict(list)
    for each in studied:
        lang = spoken[each.lesson.source].group(each.lesson.lang)
        if lang is not None:
            found[each.lesson.source, lang].append(each)
    made = [
        Group(source, lang, Counter(s.lesson.kind for s in some).most_common(1)[0][0], some)
        for (source, lang), some in found.items()
    ]
    return sorted(made, key=lambda group: (-len(group.studied), group.source, group.lang))


def too_little(teaching: Sequence[Studied]) -> str | None:
    """Say why nothing can be learned from these lessons, None if it can."""
    counts = Counter(each.lesson.label for each in teaching)
    learned = [label for label, n in counts.items() if n >= LEAST_PER_LABEL]
    if len(learned) < 2:
        return (
            f"fewer than two labels with {LEAST_PER_LABEL} texts each to learn from"
            f" ({', '.join(f'{n} {label}' for label, n in sorted(counts.items())) or 'none'})"
        )
    return None
