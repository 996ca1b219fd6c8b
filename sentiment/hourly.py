"""What stood out in the last hours of one series of feedback: volume and negative share.

Pure. A series is counted by whole hours that end now; sums over as many hours as are needed
for a handful of mentions, and over more up to a day, are held against what is usual then
(``series``). ``chosen`` keeps
false alarms within a budget over all series at once. Words for people are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple, TypeVar

import numpy as np

from sentiment.series import (
    BLOCK,
    HOUR,
    TAIL_PRIOR,
    WEEKS,
    Floats,
    Ints,
    Past,
    Usual,
    season,
    tail,
    usual,
)

PAST = WEEKS * 7 * 24
LOOKED_AT = 24
"""Hours back from now that are judged: what is collected late is judged late, not never."""
NEEDED = PAST + 2 * LOOKED_AT
"""Hours that a series should have; half of them are the least."""
WINDOWS = (1, 2, 3, 6, 12, 24)
LONGER = 3
"""Times the shortest window that the next one has at least: neighbours say the same."""
LEAST_COUNT = 5.0
"""Mentions expected in a window that is long enough to be judged, ten for shares."""
LEAST_MORE, TIMES_MORE = 5, 1.5
LEAST_N, LEAST_SHARE_RISE = 10, 0.1
LEAST_TOPIC, SEEN_BEFORE = 5, 2

NEARLY = 0.8
"""Of the oddest, where a shorter window is as good."""
SHARE_PRIOR = (2.0, 0.5)
"""As TAIL_PRIOR, for shares: bounded, their tail is nearly a normal one's."""

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
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


class _View(NamedTuple):
    """A series through a window of ``width`` hours, at each hour at which one ends.

    ``seen`` of ``n`` mentions count, ``expected`` would usually; ``odd`` in standard deviations,
    of which one is ``wide`` binomial ones; ``much`` is what is enough to matter.
    """

    width: int
    seen: Floats
    n: Floats
    expected: Floats
    odd: Floats
    much: Flags
    wide: float


def looks(hours: Hours) -> list[Look]:
    """Return the oddest that each signal saw; none where there is too little past."""
    return [each for each in (volume(hours), negative_share(hours)) if each is not None]


def volume(hours: Hours) -> Look | None:
    """Look at how many mentions there are; few are not looked for here: they may be late."""
    if not _enough(hours):
        return None
    fits = {width: _volumes(hours, width) for width in _widths(hours, LEAST_COUNT)}
    found = _oddest([view for view, _ in fits.values()], TAIL_PRIOR)
    if found is None:
        return None
    view, at, a_week = found
    seen, expected = float(view.seen[at]), float(view.expected[at])
    low, high = fits[view.width][1].interval(expected, 1.0)
    new = hours.n[:-LOOKED_AT].sum() <= SEEN_BEFORE and seen >= LEAST_TOPIC
    ago = len(view.odd) - 1 - at
    return Look(
        "new_topic" if new else "volume",
        a_week,
        float(view.odd[at]),
        seen,
        expected,
        low,
        high,
        int(seen),
        view.width,
        ago,
        _since(hours.n - (expected + seen) / 2 / view.width, ago),
    )


def negative_share(hours: Hours) -> Look | None:
    """Look at how many of the mentions are negative: binomial, spread beyond it as it was."""
    if not _enough(hours):
        return None
    share = _share(hours)
    views = [_shares(hours, width, share) for width in _widths(hours, LEAST_N)]
    found = _oddest([each for each in views if each is not None], SHARE_PRIOR)
    if found is None:
        return None
    view, at, a_week = found
    n, ago = int(view.n[at]), len(view.odd) - 1 - at
    seen = float(view.seen[at] / n)
    reach = 1.96 * view.wide * sqrt(share * (1 - share) / n)
    return Look(
        "negative_share",
        a_week,
        float(view.odd[at]),
        seen,
        share,
        max(0.0, share - reach),
        min(1.0, share + reach),
        n,
        view.width,
        ago,
        _since(hours.negative - (share + seen) / 2 * hours.n, ago),
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


def _widths(hours: Hours, least: float) -> list[int]:
    """Return the shortest window with enough in it, and longer ones up to a day.

    What lasts shows in a long window before any hour of it is odd; what is sudden shows in a
    short one first: a scan statistic with a few widths (Naus, JASA 60, 1965).
    """
    an_hour = float(hours.n[:-LOOKED_AT].mean())
    first = next((each for each in WINDOWS if an_hour * each >= least), WINDOWS[-1])
    found = [first]
    for each in WINDOWS:
        if each >= LONGER * found[-1] or found[-1] < each == WINDOWS[-1]:
            found.append(each)
    return found


def _volumes(hours: Hours, width: int) -> tuple[_View, Usual]:
    """Return how odd each sum over so many hours is, and what they are usually."""
    ends, sums = _ends(hours, width), _moving(hours.n, width)
    ones = np.ones(len(sums))
    past = Past(ends[:-LOOKED_AT], sums[:-LOOKED_AT], ones[:-LOOKED_AT], True)
    found = usual(past, season(past))
    expected = found.values(ends)
    odd = found.oddness(sums, expected, ones)
    much = (sums >= expected + LEAST_MORE) & (sums >= TIMES_MORE * expected)
    return _View(width, sums, sums, expected, odd, much, 1.0), found


def _shares(hours: Hours, width: int, share: float) -> _View | None:
    """Return how odd the negatives within so many hours are; None where few windows are full."""
    n, negative = _moving(hours.n, width), _moving(hours.negative, width)
    many = n >= LEAST_N
    odd = _binomial(negative, np.maximum(n, 1), share)
    before = odd[:-LOOKED_AT][many[:-LOOKED_AT]]
    if len(before) < LOOKED_AT:
        return None
    wide = sqrt(max(1.0, float(np.median(before**2)) / 0.455))
    odd = np.where(many, odd / wide, 0.0)
    rise = many & (negative >= n * (share + LEAST_SHARE_RISE))
    return _View(width, negative, n, share * n, odd, rise, wide)


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


def _oddest(views: Sequence[_View], prior: tuple[float, float]) -> tuple[_View, int, float] | None:
    """Return through which window the last hours are odd, where, and how often that comes.

    The tail is that of the oddest of all views: who looks four times finds more by chance.
    Told is the shortest window that is nearly as odd as the oddest: it says best since when.
    """
    if not views:
        return None
    size = min(len(each.odd) for each in views)
    highest = np.max([each.odd[-size:] for each in views], axis=0)
    known = tail(_highest(highest[:-LOOKED_AT]), prior)
    judged = [_within(each) for each in views]
    peaks = [float(each.max()) for each in judged]
    most = max(peaks)
    if most == -np.inf:
        return None
    row = next(number for number, peak in enumerate(peaks) if peak >= NEARLY * most)
    view, column = views[row], int(np.argmax(judged[row]))
    return view, len(view.odd) - len(judged[row]) + column, known.a_week(most)


def _within(view: _View) -> Floats:
    """Return the oddness of what matters, of windows that lie in the hours looked at."""
    odd: Floats = np.where(view.much, view.odd, -np.inf)[-(LOOKED_AT - view.width + 1) :]
    return odd


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
