"""Splits a change of a figure: did other people answer, or do the same ones feel different?

Exact sums, with an interval by resampling. Pure. Not here: which segments there are
(sources, languages, products), which is asked of the storage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentiment.metrics import MEASURES, TOO_FEW
from storage.models import RATING_SCALE, SCORE_SCALE, Sums

DRAWS = 2_000
SEED = 20_261_121
_LOW, _HIGH = 2.5, 97.5

_Floats = NDArray[np.float64]


class Part(NamedTuple):
    """One part of a difference with its 95 % interval, in the unit of the measure."""

    value: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Say whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


class Impact(NamedTuple):
    """What a topic does to a figure: by how much it would be higher or lower without it.

    ``value`` with its 95 % interval is in the measure's unit; ``n`` answers raised it.
    """

    value: float
    low: float
    high: float
    n: int

    @property
    def real(self) -> bool:
        """Say whether the interval leaves out zero, with enough answers that raised it."""
        return self.n >= TOO_FEW and (self.low > 0 or self.high < 0)


class Split(NamedTuple):
    """A difference in two parts that add up to it.

    ``mix``: segments that differ gained or lost weight. ``feeling``: within segments the
    figure moved. ``segments`` are those that were compared; ``verdict`` says it in words.
    """

    difference: float
    mix: Part
    feeling: Part
    segments: int
    n: int
    before_n: int
    verdict: str


def split(name: str, now: Mapping[str, Sums], before: Mapping[str, Sums]) -> Split | None:
    """Split the change of a measure between two periods, each given by segment.

    Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955): with weights
    w and means m of the segments, mix = Σ Δw · (m + m')/2 and feeling = Σ Δm · (w + w')/2.
    A segment that one period lacks has no mean there: it takes that of the other period,
    so that its coming or going is mix. Intervals: the weights are drawn anew from a
    Dirichlet distribution with a pseudo-count of ½ (Jeffreys), the means from a normal one
    with their standard errors, 2,000 times with a fixed seed.

    Returns None where either period has no answer.
    """
    keys = sorted({key for each in (now, before) for key, sums in each.items() if _n(name, sums)})
    a = _moments(name, [now.get(key, Sums()) for key in keys])
    b = _moments(name, [before.get(key, Sums()) for key in keys])
    if not a.n.sum() or not b.n.sum():
        return None
    weights = a.n / a.n.sum(), b.n / b.n.sum()
    means = _filled(a, b), _filled(b, a)
    mix, feeling = _kitagawa(*weights, *means)
    drawn = _drawn(a, b, means)
    parts = [
        Part(float(value), *(float(each) for each in np.percentile(draws, (_LOW, _HIGH))))
        for value, draws in zip((mix, feeling), drawn, strict=True)
    ]
    total = int(a.n.sum()), int(b.n.sum())
    verdict = _verdict(parts[0], parts[1], min(total))
    return Split(float(mix + feeling), parts[0], parts[1], len(keys), *total, verdict)


class _Moments(NamedTuple):
    """Number, mean and variance of one answer per segment."""

    n: _Floats
    mean: _Floats
    variance: _Floats


def _n(name: str, sums: Sums) -> int:
    return MEASURES[name](sums).n


def _moments(name: str, segments: list[Sums]) -> _Moments:
    rows = [_moment(name, sums) for sums in segments]
    found = np.array(rows, dtype=float).reshape(len(rows), 3)
    return _Moments(found[:, 0], found[:, 1], found[:, 2])


class _Answers(NamedTuple):
    """Number, sum and sum of squares of answers; the scale's width; the measure's unit."""

    n: int
    total: float
    squares: float
    width: float
    unit: float = 1.0


_ANSWERS: dict[str, Callable[[Sums], _Answers]] = {
    "nps": lambda s: _Answers(
        s.nps_n, s.promoters - s.detractors, s.promoters + s.detractors, 2.0, 100.0
    ),
    "csat": lambda s: _Answers(s.csat_n, s.csat_satisfied, s.csat_satisfied, 1.0, 100.0),
    "ces": lambda s: _Answers(s.ces_n, s.ces_sum, s.ces_sq, 6.0),
    "rating": lambda s: _Answers(
        s.rating_n, s.rating_sum / RATING_SCALE, s.rating_sq / RATING_SCALE**2, 4.0
    ),
    "sentiment": lambda s: _Answers(
        s.score_n, s.score_sum / SCORE_SCALE, s.score_sq / SCORE_SCALE**2, 2.0
    ),
    "negative_share": lambda s: _Answers(s.n, s.negative, s.negative, 1.0),
    "response_rate": lambda s: _Answers(s.n, s.replied, s.replied, 1.0),
}


def _moment(name: str, sums: Sums) -> tuple[float, float, float]:
    """Number, mean and variance; the variance is never nought, as in ``metrics.mean``."""
    n, total, squares, width, unit = _ANSWERS[name](sums)
    if not n:
        return 0.0, 0.0, 0.0
    mean = total / n
    variance = (max(0.0, squares - n * mean * mean) + (width / 4) ** 2) / n
    return float(n), unit * mean, unit * unit * variance


def _filled(own: _Moments, other: _Moments) -> _Floats:
    return np.where(own.n > 0, own.mean, other.mean)


def _kitagawa(w: _Floats, v: _Floats, m: _Floats, k: _Floats) -> tuple[_Floats, _Floats]:
    """Mix and feeling along the last axis, for weights and means of now and before."""
    return ((w - v) * (m + k) / 2).sum(-1), ((m - k) * (w + v) / 2).sum(-1)


def _drawn(a: _Moments, b: _Moments, means: tuple[_Floats, _Floats]) -> tuple[_Floats, _Floats]:
    rng = np.random.default_rng(SEED)
    weights, drawn = [], []
    for own in (a, b):
        weights.append(rng.dirichlet(own.n + 0.5, DRAWS))
        error = np.sqrt(np.divide(own.variance, own.n, out=np.zeros_like(own.n), where=own.n > 0))
        drawn.append(rng.standard_normal((DRAWS, len(own.n))) * error)
    return _kitagawa(weights[0], weights[1], means[0] + drawn[0], means[1] + drawn[1])


def _verdict(mix: Part, feeling: Part, few: int) -> str:
    if few < TOO_FEW:
        return f"too few to tell ({few})"
    told = {
        (False, False): "neither part is more than chance",
        (True, False): "other people answered; nobody feels different for certain",
        (False, True): "the same people feel different",
        (True, True): "both: other people answered, and they feel different",
    }
    return told[mix.real, feeling.real]


def impact(name: str, about: Sums, whole: Sums) -> Impact | None:
    """Return what those who raise a topic do to a figure: share · (theirs − the others').

    Which is the figure of all minus that of those who do not raise it. It tells where the
    unhappy are, not what would happen if the topic were mended: the same people might find
    another reason. Interval: that of the difference of both means, each with its standard
    error, times the share.

    Returns None where nobody or everybody raised it.
    """
    n, _, variance = _moment(name, about)
    all_n, all_mean, _ = _moment(name, whole)
    rest = Sums(*(a - b for a, b in zip(whole, about, strict=True)))
    rest_n, rest_mean, rest_variance = _moment(name, rest)
    if not n or not rest_n:
        return None
    value = all_mean - rest_mean
    half = 1.959964 * sqrt(variance / n + rest_variance / rest_n) * n / all_n
    return Impact(value, value - half, value + half, int(n))


def detectable(variance: float, n: int, before: int) -> float:
    """Return the smallest true change that would be found in 4 of 5 periods like these.

    (z₀.₉₇₅ + z₀.₈) · √(σ²/n + σ²/n'), the usual two-sided test at 5 % with a power of
    80 %: Cohen, "Statistical Power Analysis for the Behavioral Sciences" (1988).
    """
    return (1.959964 + 0.841621) * sqrt(variance / n + variance / before)


def spread(name: str, sums: Sums) -> float:
    """Return the variance of one answer to a measure, in the square of its unit."""
    return _moment(name, sums)[2]
