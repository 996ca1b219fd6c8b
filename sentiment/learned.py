"""A model learned from a customer's own stars and corrections, as it scores texts.

Arrays and numbers, no code of others and no pickle: see `learned_files` for how it is
kept, `learned_training` for how it is made. It answers for label, score and confidence
only; language, topics, opinions and ``compound`` stay the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sentiment.learned_features import Weighted, engine, weigh
from sentiment.learned_vocabulary import Floats, Ints, Small, Vocabulary
from sentiment.learned_words import TITLE, is_word
from storage.models import Analysis, Label

LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
"""The labels that are learned, in the order of all arrays."""
UNSURE = 0.5
"""Below this probability a label is more often wrong than right."""
MOST_MOVED = 150
FAMILIAR = 0.5
"""Share of a text's words that a model must know to read it where the language is not told."""


class Judgement(NamedTuple):
    """What a learned model says of one text; ``confidence`` is the label's probability."""

    label: Label
    score: float
    confidence: float
    unsure: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of a model: weight of each n-gram's rarity, and for each label.

    ``temperature`` and ``shift`` turn its raw values into probabilities, ``lean`` says how
    much rarer labels are preferred (0: the likelier one is told) and ``prior`` how often
    each was given.
    """

    rare: Small
    ngrams: Small
    engine: Floats
    bias: Floats
    temperature: float
    shift: Floats
    prior: Floats
    lean: float

    def values(self, ngrams: Weighted, engine: Floats) -> Floats:
        """Return the uncalibrated values of texts, given as their features."""
        values: Floats = engine @ self.engine + self.bias
        rows = ngrams.rows()
        for side in range(len(LABELS)):
            each = ngrams.values * self.ngrams[ngrams.columns, side]
            values[:, side] += np.bincount(rows, each, minlength=ngrams.texts)
        return values

    def likely(self, values: Floats) -> Floats:
        """Return the probabilities that uncalibrated values stand for."""
        return calibrated(values, self.temperature, self.shift)

    def chosen(self, likely: Floats) -> Ints:
        """Return the label of each text: the likeliest, rarer ones being preferred."""
        found: Ints = np.argmax(likely / self.prior**self.lean, axis=1)
        return found


@dataclass(frozen=True)
class Learned:
    """One learned model."""

    vocabulary: Vocabulary
    weights: Weights

    def raw(
        self, texts: Sequence[str], words: Sequence[Sequence[str]], said: Sequence[Analysis]
    ) -> Floats:
        """Return the uncalibrated values, one row a text, one column a label."""
        counts = self.vocabulary.counts(words)
        found = weigh(counts, self.weights.rare, self.vocabulary.spoken)
        return self.weights.values(found, engine(texts, said))

    def judge(
        self, texts: Sequence[str], words: Sequence[Sequence[str]], said: Sequence[Analysis]
    ) -> list[Judgement]:
        """Return what the model says of texts, given with their words and the engine's answers."""
        if not texts:
            return []
        likely = self.weights.likely(self.raw(texts, words, said))
        chosen = self.weights.chosen(likely)
        return [_judgement(row, int(side)) for row, side in zip(likely, chosen, strict=True)]

    def moved(self, text: str, words: Sequence[str], said: Analysis) -> dict[str, float]:
        """Return by how much each word moves a text towards good: what is lost without it.

        At most ``MOST_MOVED`` different words are tried. Pairs and pieces go with their
        words; numbers are differences of uncalibrated values, comparable within a text only.
        """
        tried = [each for each in dict.fromkeys(words) if each == TITLE or each[0] != TITLE]
        tried = tried[:MOST_MOVED]
        without = [[word for word in words if word.lstrip(TITLE) != each] for each in tried]
        count = 1 + len(tried)
        values = self.raw([text] * count, [words, *without], [said] * count)
        good = values[:, 2] - values[:, 0]
        return {each: float(good[0] - left) for each, left in zip(tried, good[1:], strict=True)}

    def reads(self, lang: str, told: str | None, words: Sequence[str]) -> bool:
        """Tell whether the model, learned in ``lang``, reads a text told to be in ``told``."""
        return told == lang or self.familiar(words)

    def familiar(self, words: Sequence[str]) -> bool:
        """Tell whether the model knows enough of a text's words to read it."""
        spoken = [word for word in words if is_word(word)]
        return sum(map(self.vocabulary.knows, spoken)) > FAMILIAR * len(spoken)


def calibrated(raw: Floats, temperature: float, shift: Floats) -> Floats:
    """Return probabilities: raw values cooled, shifted, and made to sum to one."""
    values = raw / temperature + shift
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    likely: Floats = powers / powers.sum(axis=1, keepdims=True)
    return likely


def _judgement(likely: Floats, side: int) -> Judgement:
    confidence = round(float(likely[side]), 4)
    score = round(float(likely[2] - likely[0]), 4)
    return Judgement(LABELS[side], score, confidence, confidence < UNSURE)
