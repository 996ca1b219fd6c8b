"""What a learned model sees of a text: weighted n-grams, and what the engine says of it.

Never the stars: they are what is to be told from the words, and most posts have none.
Counts become 1 + log(count), are weighted by how rare an n-gram is, and have length 1 in
each block (words and pairs; pieces), so that long texts do not count for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import NamedTuple

import numpy as np

from sentiment.learned_vocabulary import Columns, Counts, Floats, Ints, Small
from storage.models import Analysis, Label

VERSION = 2
ENGINE = ("score", "compound", "negative", "neutral", "positive", "unscored", "length", "!", "?")
"""The engine's own features, in the order of their columns."""
WEIGHT = 3.0
"""How much more the engine's features count than n-grams before anything is learned."""
AT_ONCE, TEXTS_AT_ONCE = 2_000_000, 5_000
"""N-grams and texts looked at in one step, which bounds memory."""
_SIDES = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)


class Weighted(NamedTuple):
    """N-grams of texts with their weights: of text ``i`` from ``starts[i]`` to the next start."""

    starts: Ints
    columns: Columns
    values: Small

    @property
    def texts(self) -> int:
        """How many texts there are."""
        return len(self.starts) - 1

    def rows(self) -> Ints:
        """Return the text that each n-gram stands in."""
        return np.repeat(np.arange(self.texts), np.diff(self.starts))

    def some(self, chosen: Ints) -> Weighted:
        """Return only some of the texts, in the order given."""
        sizes = np.diff(self.starts)[chosen]
        ends = np.cumsum(sizes)
        at = np.arange(int(sizes.sum())) + np.repeat(self.starts[chosen] - (ends - sizes), sizes)
        return Weighted(np.append(0, ends), self.columns[at], self.values[at])


def rarity(counts: Counts, size: int) -> Small:
    """Return the weight of each column: the rarer an n-gram, the more it says."""
    seen = np.zeros(size, np.int64)
    for start in range(0, len(counts.columns), AT_ONCE):
        seen += np.bincount(counts.columns[start : start + AT_ONCE], minlength=size)
    weights: Small = (np.log((1 + counts.texts) / (1 + seen)) + 1).astype(np.float32)
    return weights


def weigh(counts: Counts, rare: Small, spoken: int) -> Weighted:
    """Return counts as weights; columns from ``spoken`` on are a block of their own."""
    values = np.empty(len(counts.columns), np.float32)
    for first in range(0, counts.texts, TEXTS_AT_ONCE):
        starts = counts.starts[first : first + TEXTS_AT_ONCE + 1]
        here = slice(starts[0], starts[-1])
        columns = counts.columns[here]
        found = (1 + np.log(counts.counts[here])) * rare[columns]
        block = np.repeat(np.arange(0, 2 * len(starts) - 2, 2), np.diff(starts))
        block += columns >= spoken
        length = np.sqrt(np.bincount(block, found * found, minlength=2 * len(starts) - 2))
        values[here] = found / length[block]
    return Weighted(counts.starts, counts.columns, values)


def engine(texts: Sequence[str], analyses: Sequence[Analysis]) -> Floats:
    """Return the engine's features, one row a text."""
    rows = [_row(text, said) for text, said in zip(texts, analyses, strict=True)]
    return WEIGHT * np.array(rows, np.float64).reshape(-1, len(ENGINE))


def _row(text: str, said: Analysis) -> tuple[float, ...]:
    # Rounded as the database keeps them: training reads stored analyses, scoring fresh ones.
    confidence = round(said.confidence, 4)
    return (
        round(said.score or 0.0, 4),
        said.compound,
        *(confidence if said.label is side else 0.0 for side in _SIDES),
        float(said.label is Label.UNSCORED),
        log1p(len(text)) / 6,
        float("!" in text),
        float("?" in text),
    )
