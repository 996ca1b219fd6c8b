"""Finds the worst stretch of weeks: more negative than weeks are by themselves.

Usual is the median share; how far weeks stray by themselves is read from the middle of
their residuals (median absolute deviation), which a crisis of a few weeks does not move,
and never taken for less than chance alone. Pure. Not here: alerts, which speak within
hours (``signals``).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import NamedTuple

LEAST_WEEKS = 8
LEAST_MENTIONS = 20
PEAK = 5.0
"""Of 26 weeks that only stray, some reach this in at most 0.8 of 100 histories (simulated with
10 to 5,000 mentions a week and shares that vary by up to 30 % of themselves)."""
BESIDE = 3.0
"""What a week beside the worst one has to reach to belong to it."""
_MAD = 1.4826


class Stretch(NamedTuple):
    """Weeks ``first`` to ``last`` (positions), their share of negatives, and the usual one."""

    first: int
    last: int
    share: float
    usual: float


def worst(weeks: Sequence[tuple[int, int]]) -> Stretch | None:
    """Return the worst stretch of weeks of (negatives, mentions), None where none stands out."""
    told = [number for number, (_, n) in enumerate(weeks) if n >= LEAST_MENTIONS]
    if len(told) < LEAST_WEEKS:
        return None
    usual = median(weeks[each][0] / weeks[each][1] for each in told)
    if not 0 < usual < 1:
        return None
    strays = {each: _residual(*weeks[each], usual) for each in told}
    middle = median(strays.values())
    spread = max(1.0, _MAD * median(abs(each - middle) for each in strays.values()))
    odd = {each: stray / spread for each, stray in strays.items()}
    peak = max(told, key=lambda each: odd[each])
    if odd[peak] < PEAK:
        return None
    first = last = peak
    while odd.get(first - 1, 0.0) >= BESIDE:
        first -= 1
    while odd.get(last + 1, 0.0) >= BESIDE:
        last += 1
    stretch = weeks[first : last + 1]
    share = sum(bad for bad, _ in stretch) / sum(n for _, n in stretch)
    return Stretch(first, last, share, usual)


def _residual(bad: int, n: int, usual: float) -> float:
    return (bad - n * usual) / sqrt(n * usual * (1 - usual))
