"""Examines a model on lessons that it has not seen, beside what it has to beat.

VADER is used as its documentation says: on the text as it was given, 0.05 and −0.05
being the bounds of neutral. The default model counts as it would be counted; where it
says nothing (a language that it cannot read) that is no answer, and wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from sentiment import learned_teaching as teaching
from sentiment.learned import LABELS, Learned
from sentiment.learned_lessons import Studied
from sentiment.learned_vocabulary import Floats, Ints
from sentiment.opinions import label
from sentiment.vader import vader

OURS, PROMOTED, DEFAULT = "learned", "promoted", "default"
VADER, MAJORITY = "vader", "majority"

Lessons: TypeAlias = Sequence[Studied]


class Answers(NamedTuple):
    """What was told of each text (−1: nothing) and how likely that is right."""

    told: Ints
    confidence: Floats | None = None


def ours(model: Learned, lang: str, lessons: Lessons) -> Answers:
    """Return a model's answers; the default model's for texts that it does not read."""
    likely = model.weights.likely(teaching.raw(model, lessons))
    chosen = model.weights.chosen(likely)
    sure = likely[np.arange(len(lessons)), chosen]
    other = default(lessons)
    assert other.confidence is not None
    reads = np.array([model.reads(lang, each.lesson.lang, each.words) for each in lessons], bool)
    return Answers(np.where(reads, chosen, other.told), np.where(reads, sure, other.confidence))


def default(lessons: Lessons) -> Answers:
    """Return the answers of the default model."""
    said = [each.lesson.said for each in lessons]
    told = [LABELS.index(each.label) if each.label in LABELS else -1 for each in said]
    confidence = np.array([each.confidence for each in said], np.float64)
    return Answers(np.array(told, np.int64), confidence)


def plain_vader(lessons: Lessons) -> Answers:
    """Return VADER's answers."""
    scores = [vader().compound(each.lesson.text) for each in lessons]
    return Answers(np.array([LABELS.index(label(score)) for score in scores], np.int64))


def majority(teach: Lessons, lessons: Lessons) -> Answers:
    """Return the label that was commonest in what taught, for every text."""
    commonest = int(np.argmax(np.bincount(teaching.sides(teach), minlength=len(LABELS))))
    return Answers(np.full(len(lessons), commonest, np.int64))


def joined(parts: Sequence[Answers]) -> Answers:
    """Return the answers of several steps as one."""
    told = np.concatenate([each.told for each in parts])
    sure = [each.confidence for each in parts if each.confidence is not None]
    return Answers(told, np.concatenate(sure) if sure else None)
