"""Opinions on topics found in a text, and on things asked for.

"The food was great but the waiter was rude" says two things. Who judges what is said of
a thing is given: ``aspects.py`` for our own model, `Clauses` here for plain VADER, which
scores the piece between punctuation and contrasting words for itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol, TypeAlias

from sentiment.cleaning import clean
from sentiment.phrases import Found
from sentiment.vader import vader
from storage.models import Label, Opinion, TargetOpinion

VERSION = 2
THRESHOLD = 0.05
"""VADER's own: at least 0.05 is positive, at most -0.05 negative."""
LONGEST_TARGET = 200
MOST_OPINIONS = 100

# Each match begins one letter before the next clause.
_CUT = re.compile(
    r"[.!?;,:]\s|[\n()。！？，；]|\s(?:-+\s|(?:but|however|although|though|while|whereas|yet"
    r"|except|unfortunately|despite|otherwise|instead|plus)\b)",
    re.IGNORECASE,
)


def label(score: float) -> Label:
    """Return the label of a score, by VADER's own thresholds."""
    if score >= THRESHOLD:
        return Label.POSITIVE
    return Label.NEGATIVE if score <= -THRESHOLD else Label.NEUTRAL


Given: TypeAlias = "Callable[[int, int], tuple[int, int, str]]"
"""Turns a span of the scored text into one of the given text, and its words."""


class Judge(Protocol):
    """Says what a text says about a span of it, and which clause that is in."""

    def place(self, start: int) -> int:
        """Return the number of the clause that a position is in."""

    def score(self, start: int, end: int) -> float:
        """Return the score of what is said about ``text[start:end]``."""


class Clauses:
    """The clauses of one text as plain VADER scores them: the baseline."""

    __slots__ = ("_read", "_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.start() + 1 for match in _CUT.finditer(text)), len(text)]
        self._read: dict[int, float] = {}

    def place(self, start: int) -> int:
        """Return the number of the clause that a position is in."""
        return min(bisect_right(self._starts, start), len(self._starts) - 1) - 1

    def score(self, start: int, end: int) -> float:
        """Return the compound score of the clause around a span."""
        del end
        index = self.place(start)
        score = self._read.get(index)
        if score is None:
            first, last = self._starts[index : index + 2]
            score = self._read[index] = vader().compound(self._text[first:last])
        return score


def opinions(
    judge: Judge | None,
    found: Sequence[Found],
    given: Given,
) -> tuple[Opinion, ...]:
    """Return one opinion for each topic in each clause; without a judge they are unscored."""
    answers: dict[tuple[str, int], Opinion] = {}
    for start, end, topic in found:
        index = judge.place(start) if judge else start
        if (topic, index) in answers:
            continue
        score = judge.score(start, end) if judge else 0.0
        begin, finish, term = given(start, end)
        says = label(score) if judge else Label.UNSCORED
        answers[topic, index] = Opinion(topic, term, begin, finish, says, score)
        if len(answers) == MOST_OPINIONS:
            break
    return tuple(answers.values())


def targets(judge: Judge | None, text: str, asked: Iterable[str]) -> tuple[TargetOpinion, ...]:
    """Return the answer for each asked phrase: the mean of the clauses that it stands in.

    ``text`` is the cleaned text before masking, because a brand may be asked for.
    """
    return tuple(_target(judge, text, target) for target in asked)


def _target(judge: Judge | None, text: str, target: str) -> TargetOpinion:
    places = _places(text, target)
    if not places:
        return TargetOpinion(target, False, Label.NEUTRAL, 0.0)
    if judge is None:
        return TargetOpinion(target, True, Label.UNSCORED, None)
    where = {judge.place(start): (start, end) for start, end in reversed(places)}
    score = round(sum(judge.score(*each) for each in where.values()) / len(where), 4)
    return TargetOpinion(target, True, label(score), score)


def _places(text: str, target: str) -> list[tuple[int, int]]:
    """Return where a phrase stands as words of its own, or else anywhere."""
    wanted = clean(target[:LONGEST_TARGET]).text.strip()
    if not wanted:
        return []
    whole, part = _patterns(wanted)
    return [hit.span() for hit in (*whole.finditer(text),) or part.finditer(text)]


@lru_cache(maxsize=256)
def _patterns(wanted: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    spaced = r"\s+".join(map(re.escape, wanted.split()))
    return (
        re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE),
        re.compile(spaced, re.IGNORECASE),
    )
