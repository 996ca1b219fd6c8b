"""Did an action work? Weeks before and after it, against what nobody touched.

A difference of differences over weeks, with an interval that knows that neighbouring
weeks are alike. Pure. Not here: which weeks, topics and places those are.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentiment.metrics import student

DRAWS = 2_000
SEED = 20_261_121
FEWEST_WEEKS = 4
"""Weeks needed on either side: fewer say nothing of how weeks differ by themselves."""
FEWEST = 20
"""Answers needed on either side, as for every other change."""
POWER = 1.959964 + 0.841621
"""z₀.₉₇₅ + z₀.₈ (Cohen 1988): a true effect of so many errors is found 4 times in 5."""

_Floats = NDArray[np.float64]


class Week(NamedTuple):
    """One week: sum and number of answers where something was done, and where not."""

    part: float
    n: float
    control_part: float
    control_n: float


class Verdict(StrEnum):
    """What can be said."""

    WORKS = "works"
    NONE = "no evidence"
    WORSE = "became worse"
    MORE = "needs more"


class Effect(NamedTuple):
    """The change beyond that of the control, in the unit of the answers, with its interval.

    ``raw`` is the change without the control. ``least`` is the smallest true effect that
    these weeks would show four times in five; ``weeks_more`` estimates how many further
    weeks would show one as large as was seen or expected, None where history itself is
    too short for it.
    """

    value: float | None
    low: float | None
    high: float | None
    raw: float | None
    least: float | None
    verdict: Verdict
    weeks_more: int | None
    before_n: int
    after_n: int


def effect(
    before: Sequence[Week], after: Sequence[Week], *, good: int, expected: float | None = None
) -> Effect:
    """Return what changed where something was done, beyond what changed elsewhere.

    ``good`` is +1 where more is better, −1 where less is. ``expected`` is the size that was
    hoped for when the action was registered; without it the size seen stands in.

    The estimate is the difference of differences of ratios of sums. Its error comes from a
    moving-block bootstrap over weeks (Künsch, Annals of Statistics 17, 1989) with blocks of
    n^⅓ weeks, apart for before and after, so that treated and control stay paired within
    their week; it is widened by √(k/(k−1)) per side and judged by Student's t with the
    number of blocks, since few weeks flatter a bootstrap. A control without answers is
    left out.

    To be shown only what was registered before its result was looked at, and with weeks
    before it that do not include the bad weeks that prompted it (regression to the mean);
    both are the caller's.
    """
    counts = [int(sum(week.n for week in weeks)) for weeks in (before, after)]
    if min(len(before), len(after)) < FEWEST_WEEKS or min(counts) < FEWEST:
        short = max(FEWEST_WEEKS - len(after), 1)
        more = None if len(before) < FEWEST_WEEKS or counts[0] < FEWEST else short
        return Effect(None, None, None, None, None, Verdict.MORE, more, counts[0], counts[1])
    a, b = np.array(before, dtype=float), np.array(after, dtype=float)
    controlled = bool(a[:, 3].sum() and b[:, 3].sum())
    value, raw = _change(a[None], b[None], controlled=controlled)
    rng = np.random.default_rng(SEED)
    drawn, _ = _change(_resampled(rng, a), _resampled(rng, b), controlled=controlled)
    scale = sqrt(max(len(a) / (len(a) - 1), len(b) / (len(b) - 1)))
    error = float(np.nanstd(drawn)) * scale
    blocks = len(a) / _block(len(a)) + len(b) / _block(len(b))
    half = student(max(2, round(blocks) - 2)) * error
    seen, low, high = float(value[0]), float(value[0]) - half, float(value[0]) + half
    least = POWER * error
    wanted = abs(expected) if expected else abs(seen)
    verdict = _verdict(seen, low, high, good, least, expected)
    more = _weeks_more(wanted, error, len(a), len(b)) if verdict is Verdict.MORE else 0
    return Effect(seen, low, high, float(raw[0]), least, verdict, more, *counts)


def _change(a: _Floats, b: _Floats, *, controlled: bool) -> tuple[_Floats, _Floats]:
    """Change of the treated beyond that of the control, and without it, per draw."""
    raw = _ratio(b, 0) - _ratio(a, 0)
    if not controlled:
        return raw, raw
    return raw - (_ratio(b, 2) - _ratio(a, 2)), raw


def _ratio(weeks: _Floats, column: int) -> _Floats:
    total = weeks[:, :, column + 1].sum(axis=1)
    part = weeks[:, :, column].sum(axis=1)
    found: _Floats = np.divide(part, total, out=np.full_like(part, np.nan), where=total > 0)
    return found


def _block(weeks: int) -> int:
    size: int = max(1, round(weeks ** (1 / 3)))
    return size


def _resampled(rng: np.random.Generator, weeks: _Floats) -> _Floats:
    """Weeks drawn anew in runs of neighbours, round the end (circular blocks)."""
    n, size = len(weeks), _block(len(weeks))
    starts = rng.integers(0, n, (DRAWS, ceil(n / size)))
    index = (starts[:, :, None] + np.arange(size)).reshape(DRAWS, -1)[:, :n] % n
    found: _Floats = weeks[index]
    return found


def _verdict(
    seen: float, low: float, high: float, good: int, least: float, expected: float | None
) -> Verdict:
    if low <= 0 <= high:
        # Weeks that would have shown what was hoped for, and did not, are evidence enough.
        enough = expected is not None and least <= abs(expected)
        return Verdict.NONE if enough else Verdict.MORE
    return Verdict.WORKS if seen * good > 0 else Verdict.WORSE


def _weeks_more(wanted: float, error: float, before: int, after: int) -> int | None:
    """How many weeks more would show the wanted size, were they like those so far.

    The error's square is s²(1/before + 1/after); before stays as it is.
    """
    if not wanted or not error:
        return None
    unit = error**2 / (1 / before + 1 / after)
    left = (wanted / POWER) ** 2 / unit - 1 / before
    return None if left <= 0 else max(1, ceil(1 / left) - after)
