"""Tells what is said significantly more than in its own past, among many things at once.

The last week of a topic or phrase is held against the weeks before by the exact conditional
test of two Poisson rates (Przyborowski and Wilenski, Biometrika 1940), in relation to how
much was said in all. Counts are divided by how much more they vary from week to week than
Poisson counts do (quasi-likelihood; McCullagh and Nelder 1989). Among all that was tested, the
share of false discoveries is kept below a limit (Benjamini and Hochberg, JRSS B 1995), and
intervals are as wide as that choice asks (Benjamini and Yekutieli, JASA 2005: false coverage
rate).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

VERSION = 1
LIMIT = 0.1
"""Share of false discoveries among what is shown, at most in the mean."""
FEWEST = 5
"""Of this many texts in the last week at least; what is less is nobody's topic."""
FEWEST_IN_ALL = 8
"""Rarer things are not tested: they could not be found anyway, and would cost the others."""
PRIOR_WEEKS = 8
"""Weight of the common spread against a thing's own, in weeks."""
CAUTION = 1.5
"""A variation known from eight weeks is taken for so much larger: tails are heavier then."""


class Series(NamedTuple):
    """A thing with its texts per week, the last week at the end."""

    key: str
    counts: tuple[int, ...]


class Emerging(NamedTuple):
    """A thing said more than before: ``ratio`` of its share now to then, with its interval."""

    key: str
    now: int
    before: int
    weeks: int
    ratio: float
    low: float
    high: float
    p: float


def emerging(
    series: Sequence[Series], said: Sequence[int], *, limit: float = LIMIT
) -> list[Emerging]:
    """Return what emerges among all series, the surest first; ``said`` are all texts per week.

    Whether a thing is tested depends on its count over all weeks together, of which the test
    is independent where nothing changed.
    """
    if len(said) < 3 or not said[-1] or not sum(said[:-1]):
        return []
    tested = [each for each in series if sum(each.counts) >= FEWEST_IN_ALL]
    common = _common_variation(tested, said)
    judged = [(_p(each, said, _spread(each, said, common)), each) for each in tested]
    found = chosen([p for p, _ in judged], limit)
    level = 1 - limit * len(found) / max(len(tested), 1)
    rows = [
        _row(judged[at][1], said, _spread(judged[at][1], said, common), judged[at][0], level)
        for at in found
    ]
    shown = [each for each in rows if each.now >= FEWEST]
    return sorted(shown, key=lambda each: (each.p, -each.now, each.key))


def chosen(chances: Sequence[float], limit: float) -> list[int]:
    """Return the places of the p-values that Benjamini and Hochberg's step-up rule keeps."""
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    last = 0
    for rank, at in enumerate(order, 1):
        if chances[at] <= limit * rank / len(chances):
            last = rank
    return sorted(order[:last])


def _p(series: Series, said: Sequence[int], spread: float) -> float:
    """Return the chance of so many this week, given how many there are in all."""
    now, total = series.counts[-1] / spread, sum(series.counts) / spread
    if now <= 0:
        return 1.0
    from scipy.special import betainc

    share = said[-1] / sum(said)
    return float(betainc(now, total - now + 1, share))


def _row(series: Series, said: Sequence[int], spread: float, p: float, level: float) -> Emerging:
    from scipy.special import betaincinv

    now, before = series.counts[-1], sum(series.counts[:-1])
    scale = sum(said[:-1]) / said[-1]
    a, b = now / spread, before / spread
    tail = (1 - level) / 2
    low = float(betaincinv(a, b + 1, tail)) if a > 0 else 0.0
    high = float(betaincinv(a + 1, b, 1 - tail)) if b > 0 else 1.0

    def ratio(share: float) -> float:
        return float("inf") if share >= 1 else share / (1 - share) * scale

    middle = float("inf") if not before else now / before * scale
    return Emerging(series.key, now, before, len(said) - 1, middle, ratio(low), ratio(high), p)


def _moments(series: Series, said: Sequence[int]) -> tuple[float, float, float]:
    """Return of the weeks before the last one: surplus of variance, squared means, mean.

    Counts vary as Poisson counts of a rate that itself varies: variance = m + a · m².
    """
    before, texts = series.counts[:-1], said[:-1]
    weeks = sum(1 for n in texts if n)
    rate = sum(before) / sum(texts)
    if rate <= 0 or weeks < 2:
        return 0.0, 0.0, 0.0
    due = [rate * n for n in texts if n]
    seen = [k for k, n in zip(before, texts, strict=True) if n]
    # The mean was fitted to the same weeks: one degree of freedom less.
    square = sum((k - m) ** 2 for k, m in zip(seen, due, strict=True)) * weeks / (weeks - 1)
    return square - sum(due), sum(m * m for m in due), sum(due) / weeks


def _common_variation(tested: Sequence[Series], said: Sequence[int]) -> float:
    """Return the squared coefficient of variation that things have in the mean."""
    found = [_moments(each, said) for each in tested]
    squares = sum(each[1] for each in found)
    return max(0.0, sum(each[0] for each in found) / squares) if squares else 0.0


def _spread(series: Series, said: Sequence[int], common: float) -> float:
    """Return how much more than a Poisson count a thing varies, at least 1.

    Its own variation counts where it is above the common one, drawn towards that.
    """
    surplus, squares, mean = _moments(series, said)
    weeks = len(said) - 1
    own = max(0.0, surplus / squares) if squares else 0.0
    drawn = (weeks * own + PRIOR_WEEKS * common) / (weeks + PRIOR_WEEKS)
    return 1.0 + CAUTION * max(common, drawn) * mean
