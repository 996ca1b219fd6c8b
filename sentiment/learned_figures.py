"""How good answers are: accuracy, macro-F1, calibration, coverage; what one gains on another.

Pure. Labels are numbers in the order of `sentiment.learned.LABELS`; −1 is no answer,
which is wrong. Macro-F1 is the mean over the labels that the texts really have.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sentiment.learned_vocabulary import Floats, Ints

BINS = 10
DRAWS = 2_000
COVERED = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_SIDES = 3


class Figures(NamedTuple):
    """Figures of one model on ``n`` texts.

    ``calibration`` is the expected calibration error in ten bins, None where the model
    tells no confidence. ``coverage`` is the accuracy on its surest share of the texts,
    ``sure`` the share of which it is not unsure.
    """

    n: int
    accuracy: float
    macro_f1: float
    calibration: float | None = None
    coverage: tuple[tuple[float, float], ...] = ()
    sure: float | None = None


class Gain(NamedTuple):
    """A gain in macro-F1 with its 95 % interval from the bootstrap over texts."""

    value: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether it is above zero by more than chance."""
        return self.low > 0


def figures(
    truth: Ints, told: Ints, confidence: Floats | None = None, unsure_below: float = 0.5
) -> Figures:
    """Return the figures of answers."""
    n = len(truth)
    if not n:
        return Figures(0, 0.0, 0.0)
    right = truth == told
    plain = Figures(n, float(right.mean()), macro_f1(truth, told))
    if confidence is None:
        return plain
    surest = np.argsort(-confidence, kind="stable")
    covered = tuple(
        (share, float(right[surest[: max(1, round(share * n))]].mean())) for share in COVERED
    )
    return plain._replace(
        calibration=calibration_error(right.astype(np.float64), confidence),
        coverage=covered,
        sure=float((confidence >= unsure_below).mean()),
    )


def macro_f1(truth: Ints, told: Ints) -> float:
    """Return the mean F1 over the labels that occur in the truth."""
    cells = np.bincount(truth * (_SIDES + 1) + told + 1, minlength=_SIDES * (_SIDES + 1))
    return float(_macro(cells[None].astype(np.float64))[0])


def _macro(cells: Floats) -> Floats:
    """Return macro-F1 of tables of counts by truth and answer (the first being none)."""
    table = cells.reshape(-1, _SIDES, _SIDES + 1)
    hits = np.einsum("nii->ni", table[:, :, 1:])
    really = table.sum(axis=2)
    both = really + table[:, :, 1:].sum(axis=1)
    present = really > 0
    each = np.where(present, 2 * hits / np.maximum(both, 1), 0.0)
    scores: Floats = each.sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return scores


def calibration_error(right: Floats, confidence: Floats) -> float:
    """Return how far confidence is from the share of right answers, over ten equal bins."""
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    off = np.bincount(bins, right - confidence, minlength=BINS)
    return float(np.abs(off).sum() / len(right))


def gain(truth: Ints, ours: Ints, theirs: Ints, seed: int) -> Gain:
    """Return how much better our answers are than theirs on the same texts.

    Drawing texts with replacement is drawing the counts of (truth, ours, theirs), of which
    there are only 48 sorts.
    """
    width = _SIDES + 1
    sorts = (truth * width + ours + 1) * width + theirs + 1
    seen = np.bincount(sorts, minlength=_SIDES * width * width)
    drawn = np.random.default_rng(seed).multinomial(len(truth), seen / len(truth), DRAWS)
    table = drawn.reshape(-1, _SIDES, width, width).astype(np.float64)
    gains = _macro(table.sum(axis=3)) - _macro(table.sum(axis=2))
    low, high = np.quantile(gains, (0.025, 0.975))
    return Gain(macro_f1(truth, ours) - macro_f1(truth, theirs), float(low), float(high))
