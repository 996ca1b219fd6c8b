"""Makes one model from lessons: vocabulary, weights, calibration; the part that computes.

Deterministic with a seed. Nothing here knows sources or decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from sentiment.learned import LABELS, Learned, Weights
from sentiment.learned_features import Weighted, engine, rarity, weigh
from sentiment.learned_fit import calibrate, calibrated_like, fit
from sentiment.learned_lessons import Studied
from sentiment.learned_people import learn
from sentiment.learned_vocabulary import Floats, Ints, Small, Vocabulary

FOLDS = ((6_000, 5), (20_000, 3))
"""Up to so many lessons, calibration is made on as many parts that are left out in turn."""
TEACHING = 0.8
"""Of more lessons the first part teaches alone, and the rest calibrates."""
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


def teach(lessons: Lessons, *, pieces: bool, seed: int, before: Learned | None = None) -> Learned:
    """Return a model of lessons in time order, calibrated on some that it had not seen.

    For calibration a few lessons are left out in turn by models made for that alone. Of
    many lessons that would take too long: the last part of them only calibrates, unless
    there is a model made ``before`` in the same way, whose calibration is kept then.
    """
    folds = next((count for most, count in FOLDS if len(lessons) <= most), 0)
    if folds:
        features = _seen(lessons, pieces)
        weights = features.fit(np.arange(len(lessons)), seed)
        values, out = features.left_out(folds, seed)
        return Learned(features.vocabulary, calibrate(weights, values, features.truth[out]))
    if before is not None:
        features = _seen(lessons, pieces)
        weights = features.fit(np.arange(len(lessons)), seed)
        return Learned(features.vocabulary, calibrated_like(weights, before.weights))
    first = int(len(lessons) * TEACHING)
    features = _seen(lessons[:first], pieces)
    model = Learned(features.vocabulary, features.fit(np.arange(first), seed))
    rest = lessons[first:]
    return Learned(model.vocabulary, calibrate(model.weights, raw(model, rest), sides(rest)))


class _Features(NamedTuple):
    """Lessons as numbers."""

    vocabulary: Vocabulary
    rare: Small
    ngrams: Weighted
    engine: Floats
    truth: Ints

    def fit(self, some: Ints, seed: int) -> Weights:
        """Return weights that fit some of the lessons."""
        ngrams = self.ngrams if len(some) == len(self.truth) else self.ngrams.some(some)
        return fit(ngrams, self.engine[some], self.truth[some], self.rare, seed)

    def left_out(self, folds: int, seed: int) -> tuple[Floats, Ints]:
        """Return the values of lessons by weights that had not seen them, and which those are."""
        every = np.arange(len(self.truth))
        parts = [every[fold::folds] for fold in range(folds)]
        found = []
        for out in parts:
            weights = self.fit(np.setdiff1d(every, out), seed)
            found.append(weights.values(self.ngrams.some(out), self.engine[out]))
        return np.concatenate(found), np.concatenate(parts)


def _seen(lessons: Lessons, pieces: bool) -> _Features:
    words = [each.words for each in lessons]
    authors = [each.lesson.author for each in lessons]
    vocabulary = learn(words, authors, with_pieces=pieces)
    counts = vocabulary.counts(words)
    rare = rarity(counts, vocabulary.size)
    ngrams = weigh(counts, rare, vocabulary.spoken)
    return _Features(vocabulary, rare, ngrams, _engine(lessons), sides(lessons))


def _engine(lessons: Lessons) -> Floats:
    texts = [each.lesson.text for each in lessons]
    return engine(texts, [each.lesson.said for each in lessons])
