"""What is said about one thing in a text: the clause around it, scored for itself.

"The food was great but the waiter was rude" says two things. A text is cut at
punctuation and contrasting words; a clause without any word of the lexicon is neutral
(lending it the score of its sentence was tried on real sentences with two opinions, and
was right less often). This is grammar by punctuation, not parsing: lists of adjectives
and long sentences without commas go wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from sentiment.cleaning import clean
from sentiment.phrases import Found
from sentiment.vader import vader
from storage.models import Label, Opinion, TargetOpinion

VERSION = 1
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


class Clauses:
    """The clauses of one text, cut at once and scored when asked for."""

    __slots__ = ("_read", "_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.start() + 1 for match in _CUT.finditer(text)), len(text)]
        self._read: dict[int, float] = {}

    def index(self, at: int) -> int:
        """Return the number of the clause that a position is in."""
        return min(bisect_right(self._starts, at), len(self._starts) - 1) - 1

    def score(self, index: int) -> float:
        """Return the compound score of a clause."""
        score = self._read.get(index)
        if score is None:
            start, end = self._starts[index : index + 2]
            score = self._read[index] = vader().compound(self._text[start:end])
        return score


def opinions(
    clauses: Clauses | None,
    found: Sequence[Found],
    given: Callable[[int, int], tuple[int, int, str]],
) -> tuple[Opinion, ...]:
    """Return one opinion for each topic in each clause; without clauses they are unscored.

    ``given`` turns a span of the scored text into one of the given text, and its words.
    """
    answers: dict[tuple[str, int], Opinion] = {}
    for start, end, topic in found:
        index = clauses.index(start) if clauses else start
        if (topic, index) in answers:
            continue
        score = clauses.score(index) if clauses else 0.0
        begin, finish, term = given(start, end)
        says = label(score) if clauses else Label.UNSCORED
        answers[topic, index] = Opinion(topic, term, begin, finish, says, score)
        if len(answers) == MOST_OPINIONS:
            break
    return tuple(answers.values())


def targets(clauses: Clauses | None, text: str, asked: Iterable[str]) -> tuple[TargetOpinion, ...]:
    """Return the answer for each asked phrase: the mean of the clauses that it stands in.

    ``text`` is the cleaned text before masking, because a brand may be asked for.
    """
    return tuple(_target(clauses, text, target) for target in asked)


def _target(clauses: Clauses | None, text: str, target: str) -> TargetOpinion:
    places = _places(text, target)
    if not places:
        return TargetOpinion(target, False, Label.NEUTRAL, 0.0)
    if clauses is None:
        return TargetOpinion(target, True, Label.UNSCORED, None)
    where = {clauses.index(start) for start in places}
    score = round(sum(map(clauses.score, where)) / len(where), 4)
    return TargetOpinion(target, True, label(score), score)


def _places(text: str, target: str) -> list[int]:
    """Return where a phrase stands as words of its own, or else anywhere."""
    wanted = clean(target[:LONGEST_TARGET]).text.strip()
    if not wanted:
        return []
    whole, part = _patterns(wanted)
    return [hit.start() for hit in (*whole.finditer(text),) or part.finditer(text)]


@lru_cache(maxsize=256)
def _patterns(wanted: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    spaced = r"\s+".join(map(re.escape, wanted.split()))
    return (
        re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE),
        re.compile(spaced, re.IGNORECASE),
    )
