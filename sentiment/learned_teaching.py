"""Makes one model from lessons: vocabulary, weights, calibration; the part that computes.

Deterministic with a seed. Nothing here knows sources or decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from sentiment import learned_features as features
from sentiment import learned_fit, learned_people
from sentiment.learned import LABELS, Learned
from sentiment.learned_lessons import Studied
from sentiment.learned_vocabulary import Floats, Ints, Small

FOLDS = ((6_000, 5), (20_000, 3))
"""Up to so many lessons, calibration is made on as many parts that are left out in turn."""
LAST = 0.8
"""More lessons are calibrated on the last fifth, which teaches afterwards."""
AT_ONCE = 1_000

Lessons: TypeAlias = Sequence[Studied]


def sides(lessons: Lessons) -> Ints:
    """Return the labels of lessons as numbers."""
    return np.array([LABELS.index(each.lesson.label) for each in lessons], np.int64)


def raw(model: Learned, lessons: Lessons) -> Floats:
    """Return a model's uncalibrated values for lessons."""
    parts = [np.zeros((0, len(LABELS)))]
    for start in range(0, len(lessons), AT_ONCE):
        some = lessons[start : start + AT_ONCE]
        said = [each.lesson.said for each in some]
        texts = [each.lesson.text for each in some]
        parts.append(model.raw(texts, [each.words for each in some], said))
    return np.concatenate(parts)


def teach(lessons: Lessons, *, pieces: bool, seed: int) -> Learned:
    """Return a model of lessons in time order, calibrated on some that it had not seen.

    For calibration the model is made several times with a part of the lessons left out;
    what is returned was made of all.
    """
    words = [each.words for each in lessons]
    authors = [each.lesson.author for each in lessons]
    vocabulary = learned_people.learn(words, authors, with_pieces=pieces)
    counts = vocabulary.counts(words)
    rare = features.rarity(counts, vocabulary.size)
    ngrams = features.weigh(counts, rare, vocabulary.spoken)
    del counts
    texts, truth = _engine(lessons), sides(lessons)
    values, out = _left_out(ngrams, texts, truth, rare, seed)
    weights = learned_fit.fit(ngrams, texts, truth, rare, seed)
    return Learned(vocabulary, learned_fit.calibrate(weights, values, truth[out]))


def _left_out(
    ngrams: features.Weighted, texts: Floats, truth: Ints, rare: Small, seed: int
) -> tuple[Floats, Ints]:
    """Return the values of lessons by models that had not seen them, and which those are."""
    every = np.arange(len(truth))
    folds = next((count for most, count in FOLDS if len(truth) <= most), 0)
    last = every[int(LAST * len(every)) :]
    parts = [every[fold::folds] for fold in range(folds)] or [last]
    found = []
    for out in parts:
        rest = np.setdiff1d(every, out)
        weights = learned_fit.fit(ngrams.some(rest), texts[rest], truth[rest], rare, seed)
        found.append(weights.values(ngrams.some(out), texts[out]))
    return np.concatenate(found), np.concatenate(parts)


def _engine(lessons: Lessons) -> Floats:
    texts = [each.lesson.text for each in lessons]
    return features.engine(texts, [each.lesson.said for each in lessons])
