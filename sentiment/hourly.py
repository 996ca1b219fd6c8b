"""What stood out in the last hours of one series of feedback: volume and negative share.

Pure. A series is counted by whole hours that end now; sums over as many hours as are needed
for a handful of mentions are held against what is usual then (``series``). ``chosen`` keeps
false alarms within a budget over all series at once. Words for people are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple, TypeVar

import numpy as np

from sentiment.series import BLOCK, HOUR, WEEKS, Floats, Ints, Past, season, tail, usual

PAST = WEEKS * 7 * 24
LOOKED_AT = 24
"""Hours back from now that are judged: what is collected late is judged late, not never."""
NEEDED = PAST + 2 * LOOKED_AT
"""Hours that a series should have; half of them are the least."""
WINDOWS = (1, 2, 3, 6, 12, 24)
LEAST_COUNT = 5.0
"""Mentions expected in a window that is long enough to be judged, ten for shares."""
LEAST_MORE, TIMES_MORE = 5, 1.5
LEAST_N, LEAST_SHARE_RISE = 10, 0.1
LEAST_TOPIC, SEEN_BEFORE = 5, 2

T = TypeVar("T")


class Hours(NamedTuple):
    """Mentions and negative ones of each hour, oldest first; the last hour ends now.

    ``last`` is the number of the last hour since 1970 in the reporting timezone.
    """

    last: int
    n: Floats
    negative: Floats


class Look(NamedTuple):
    """The oddest that was seen of a signal in the hours looked at.

    ``a_week`` is how often a week something as odd comes by itself. ``observed``, ``expected``,
    ``low`` and ``high`` are counts, or shares for negative_share, of ``n`` mentions within
    ``hours`` hours which ended ``ago`` hours ago; ``since`` hours ago it began.
    """

    what: str
    a_week: float
    oddness: float
    observed: float
    expected: float
    low: float
    high: float
    n: int
    hours: int
    ago: int
    since: int


def looks(hours: Hours) -> list[Look]:
    """Return the oddest that each signal saw; none where there is too little past."""
    return [each for each in (volume(hours), negative_share(hours)) if each is not None]


def volume(hours: Hours) -> Look | None:
    """Look at how many mentions there are; few are not looked for here: they may be late."""
    if not _enough(hours):
        return None
    width = _width(float(hours.n[:-LOOKED_AT].mean()), LEAST_COUNT)
    ends, sums = _ends(hours, width), _moving(hours.n, width)
    ones = np.ones(len(sums))
    past = Past(ends[:-LOOKED_AT], sums[:-LOOKED_AT], ones[:-LOOKED_AT], True)
    found = usual(past, season(past))
    expected = found.values(ends)
    odd = found.oddness(sums, expected, ones)
    known = tail(_highest(odd[:-LOOKED_AT]))
    much = (sums >= expected + LEAST_MORE) & (sums >= TIMES_MORE * expected)
    at = _oddest(odd, much)
    if at is None:
        return None
    low, high = found.interval(float(expected[at]), 1.0)
    before = hours.n[:-LOOKED_AT].sum()
    new = before <= SEEN_BEFORE and sums[at] >= LEAST_TOPIC
    return Look(
        "new_topic" if new else "volume",
        known.a_week(float(odd[at])),
        float(odd[at]),
        float(sums[at]),
        float(expected[at]),
        low,
        high,
        int(sums[at]),
        width,
        len(sums) - 1 - at,
        _since(hours.n - (expected[at] + sums[at]) / 2 / width, len(sums) - 1 - at),
    )


def negative_share(hours: Hours) -> Look | None:
    """Look at how many of the mentions are negative: binomial, spread beyond it as it was."""
    if not _enough(hours):
        return None
    width = _width(float(hours.n[:-LOOKED_AT].mean()), LEAST_N)
    n, negative = _moving(hours.n, width), _moving(hours.negative, width)
    share = _share(hours)
    many = n >= LEAST_N
    odd = _binomial(negative, np.maximum(n, 1), share)
    before = odd[:-LOOKED_AT][many[:-LOOKED_AT]]
    if len(before) < LOOKED_AT:
        return None
    wide = sqrt(max(1.0, float(np.median(before**2)) / 0.455))
    odd = np.where(many, odd / wide, 0.0)
    known = tail(_highest(odd[:-LOOKED_AT]))
    rise = many & (negative >= n * (share + LEAST_SHARE_RISE))
    at = _oddest(odd, rise)
    if at is None:
        return None
    reach = 1.96 * wide * sqrt(share * (1 - share) / n[at])
    return Look(
        "negative_share",
        known.a_week(float(odd[at])),
        float(odd[at]),
        float(negative[at] / n[at]),
        share,
        max(0.0, share - reach),
        min(1.0, share + reach),
        int(n[at]),
        width,
        len(n) - 1 - at,
        _since(hours.negative - (share + negative[at] / n[at]) / 2 * hours.n, len(n) - 1 - at),
    )


def chosen(found: Sequence[tuple[T, float]], looked: int, budget: float) -> list[T]:
    """Return what to raise of all that was looked at, within a budget of false alarms a week.

    The k oddest are raised where the k-th comes by itself at most k * budget / looked times a
    week: the false ones stay a share of all (Benjamini and Hochberg 1995), and in quiet weeks,
    when k is one, the budget holds over all series together.
    """
    ordered = sorted(found, key=lambda each: each[1])
    kept = 0
    for number, (_, a_week) in enumerate(ordered, 1):
        if a_week <= number * budget / max(1, looked):
            kept = number
    return [each for each, _ in ordered[:kept]]


def _enough(hours: Hours) -> bool:
    """Say whether two weeks are known, and a few mentions in them or now."""
    known = np.flatnonzero(hours.n)
    return len(known) > 0 and len(hours.n) - int(known[0]) >= PAST // 2


def _width(an_hour: float, least: float) -> int:
    return next((each for each in WINDOWS if an_hour * each >= least), WINDOWS[-1])


def _moving(values: Floats, width: int) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    found: Floats = sums[width:] - sums[:-width]
    return found


def _ends(hours: Hours, width: int) -> Ints:
    count = len(hours.n) - width + 1
    return np.arange(hours.last - count + 1, hours.last + 1, dtype=np.int64)


def _highest(odd: Floats) -> Floats:
    """Return the highest of each half day, the latest half days whole."""
    size = BLOCK // HOUR
    whole = len(odd) // size * size
    found: Floats = odd[len(odd) - whole :].reshape(-1, size).max(axis=1)
    return found[-PAST // size :]


def _oddest(odd: Floats, candidates: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int | None:
    judged = np.where(candidates, odd, -np.inf)[-LOOKED_AT:]
    at = int(np.argmax(judged))
    return None if judged[at] == -np.inf else len(odd) - len(judged) + at


def _since(excess: Floats, ago: int) -> int:
    """Return how many hours ago it began: from there to the end the excess is largest.

    ``excess`` is over the middle between what is usual and what was seen.
    """
    end = len(excess) - ago
    back = np.cumsum(excess[end - 2 * LOOKED_AT : end][::-1])
    return int(np.argmax(back)) + 1 + ago


def _share(hours: Hours) -> float:
    """Return the usual share: half of the last week, half of all that is known, drawn to 1/2."""
    n, negative = hours.n[:-LOOKED_AT], hours.negative[:-LOOKED_AT]
    week = 7 * 24
    long = (negative.sum() + 0.5) / (n.sum() + 1)
    short = (negative[-week:].sum() + 20 * long) / (n[-week:].sum() + 20)
    return float(min(max(0.5 * long + 0.5 * short, 1e-3), 1 - 1e-3))


def _binomial(k: Floats, n: Floats, share: float) -> Floats:
    """Return the signed root of the binomial deviance."""
    rest = n - k
    own = np.where(k > 0, k * np.log(np.maximum(k, 1e-300) / (n * share)), 0.0)
    other = np.where(rest > 0, rest * np.log(np.maximum(rest, 1e-300) / (n * (1 - share))), 0.0)
    found: Floats = np.copysign(np.sqrt(np.maximum(0.0, 2 * (own + other))), k - n * share)
    return found
