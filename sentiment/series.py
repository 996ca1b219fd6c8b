"""What a series of figures usually is at an hour, and how odd another value would be.

Pure. ``Usual`` is fitted to the past of one series: a level that follows slow drift, hour of
the day and day of the week where there is enough past for them, and how much the values vary
beyond chance. ``Tail`` says from the series' own past how often so odd a value comes by
itself. ``detection`` walks through a series row by row with them; opening alerts is not here.

Counts are taken as negative binomial: variance mu + phi * mu^2, where phi is the series' own
over-dispersion (Lawless 1987), and oddness is the signed root of the deviance. Other figures
are taken as they are, with a robust spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HOUR = 3600
WEEKS = 4
LEAST_KEPT = 56
LEAST_PAST = 14
"""Buckets before anything is said, or a day of hours where there are hours."""
HOUR_PRIOR, DAY_PRIOR = 3.0, 2.0
"""Observations that an hour of the day, a day of the week, must outweigh to count half."""
PHI_PRIOR, PHI_WEIGHT = 0.1, 24.0
LEAST_ROOT = 0.02
BLOCK = 12 * HOUR
"""Alarms closer than this are one; the tail is that of the highest value of such a block."""
TAIL_PRIOR = (2.0, 1.0)
"""Median and mean excess over it of a block's highest oddness, before anything is known."""
TAIL_WEIGHT = 14.0
LEAST_BLOCKS = 4
CAPPED = 0.9
"""Quantile of the excesses beyond which one counts as that quantile: an old crisis must not
raise the bar."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a series: hour number (since 1970), sum and number of rows of each.

    ``counts`` is False for figures that are no counts (means, shares, ratings).
    """

    hours: Ints
    sums: Floats
    rows: Floats
    counts: bool

    @property
    def values(self) -> Floats:
        """The value of a row of each hour."""
        found: Floats = self.sums / self.rows
        return found

    @property
    def per_day(self) -> int:
        """Return how many hours of a day have rows, usually."""
        days = np.unique(self.hours[-7 * 24 :] // 24, return_counts=True)[1]
        return max(1, int(np.median(days)))


class Errors(NamedTuple):
    """How far sums were from what was expected of them, that, and their numbers of rows."""

    off: Floats
    expected: Floats
    rows: Floats


@dataclass(frozen=True, slots=True)
class Season:
    """What the hours of a day and the days of a week add to the level."""

    by_hour: Floats
    by_day: Floats

    def at(self, hours: Ints) -> Floats:
        """Return what is added at each hour."""
        found: Floats = self.by_hour[hours % 24] + self.by_day[hours // 24 % 7]
        return found


@dataclass(frozen=True, slots=True)
class Usual:
    """What a series usually is. On the root scale for counts, else as it is."""

    level: float
    season: Season
    middle: float
    phi: float
    spread: float
    counts: bool

    def values(self, hours: Ints) -> Floats:
        """Return the value expected of a row in each hour."""
        roots = self.level + self.season.at(hours)
        found: Floats = np.maximum(roots, LEAST_ROOT) ** 2 if self.counts else roots
        return found

    def oddness(self, totals: Floats, expected: Floats, rows: Floats) -> Floats:
        """Return how many standard deviations totals of so many rows are from the expected.

        At hours when little comes, the spread is that of a middle hour: three instead of one at
        night is no news.
        """
        if not self.counts:
            return (totals - expected) / rows / self.spread
        floor = np.maximum(expected, self.middle * rows)
        return deviance(totals, expected, self.phi * (floor / expected) ** 2)

    def interval(self, expected: float, rows: float) -> tuple[float, float]:
        """Return where 95 % of ordinary totals lie, about."""
        if not self.counts:
            return expected - 1.96 * self.spread * rows, expected + 1.96 * self.spread * rows
        floor = max(expected, self.middle * rows)
        reach = 0.98 * sqrt(1 + self.phi * floor * floor / max(expected, 1e-9))
        root = sqrt(expected)
        return max(0.0, root - reach) ** 2, (root + reach) ** 2


def deviance(counts: Floats, expected: Floats, phi: Floats) -> Floats:
    """Return the signed root of a negative binomial's deviance (McCullagh and Nelder 1989)."""
    mu, wide = np.maximum(expected, 1e-9), np.maximum(phi, 1e-9)
    own = np.where(counts > 0, counts * np.log(np.maximum(counts, 1e-300) / mu), 0.0)
    other = (counts + 1 / wide) * (np.log1p(wide * counts) - np.log1p(wide * mu))
    found: Floats = np.copysign(np.sqrt(np.maximum(0.0, 2 * (own - other))), counts - mu)
    return found


def shown(past: Past) -> Floats:
    """Return the values on the scale on which level and season are added."""
    if not past.counts:
        return past.values
    found: Floats = np.sqrt(past.values + 0.375 / past.rows)
    return found


def recent(past: Past) -> Past:
    """Return the weeks that are looked at: at least so many hours."""
    kept = max(LEAST_KEPT, WEEKS * 7 * past.per_day)
    return Past(past.hours[-kept:], past.sums[-kept:], past.rows[-kept:], past.counts)


def enough(past: Past) -> bool:
    """Say whether there is enough past to say anything."""
    return len(past.hours) >= max(LEAST_PAST, past.per_day)


def season(past: Past) -> Season:
    """Return medians by hour and by weekday, drawn to nothing where they rest on little."""
    values = shown(past)
    hours, days = past.hours % 24, past.hours // 24 % 7
    by_hour, by_day = np.zeros(24), np.zeros(7)
    middle, per_day = float(np.median(values)), past.per_day
    for _ in range(2):
        by_hour = _by_hour(past.hours, values - middle - by_day[days])
        left = values - middle - by_hour[hours]
        for day in np.unique(days):
            there = left[days == day]
            seen = len(there) / per_day
            by_day[day] = np.median(there) * seen / (seen + DAY_PRIOR)
    return Season(by_hour, by_day)


def _by_hour(hours: Ints, left: Floats) -> Floats:
    """Return the median of what is left at each hour of the day; at once where none is missing."""
    found = np.zeros(24)
    whole = len(hours) // 24
    if whole and hours[-1] - hours[0] + 1 == len(hours):
        each = np.median(left[-whole * 24 :].reshape(whole, 24), axis=0)
        found[hours[-24:] % 24] = each * whole / (whole + HOUR_PRIOR)
        return found
    for hour in np.unique(hours % 24):
        there = left[hours % 24 == hour]
        found[hour] = np.median(there) * len(there) / (len(there) + HOUR_PRIOR)
    return found


def usual(past: Past, known: Season, errors: Errors | None = None) -> Usual:
    """Return what is usual after a past.

    Without ``errors`` (nothing was foretold yet) the spread is that around this very fit.
    """
    values = shown(past)
    rest = values - known.at(past.hours)
    short, long = max(7, past.per_day), max(28, 7 * past.per_day)
    level = 0.5 * float(np.median(rest[-long:])) + 0.5 * float(np.median(rest[-short:]))
    seen = errors or fitted(past, level, known)
    middle = float(np.median(values**2)) if past.counts else 0.0
    phi = _phi(seen) if past.counts else 0.0
    spread = 1.0 if past.counts else _spread(seen, level)
    return Usual(level, known, middle, phi, spread, past.counts)


def fitted(past: Past, level: float, known: Season) -> Errors:
    """Return how far a past lies from a level with its season."""
    foretold = level + known.at(past.hours)
    each = np.maximum(foretold, LEAST_ROOT) ** 2 if past.counts else foretold
    return Errors(past.sums - each * past.rows, each * past.rows, past.rows)


def _phi(seen: Errors) -> float:
    """Return the over-dispersion: robust (a median square is 0.455 variances), drawn to a prior."""
    count = len(seen.off)
    if count < LEAST_PAST:
        return PHI_PRIOR
    mu = np.maximum(seen.expected, 1e-9)
    found = max(0.0, float(np.median((seen.off**2 / 0.455 - mu) / mu**2)))
    return (found * count + PHI_PRIOR * PHI_WEIGHT) / (count + PHI_WEIGHT)


def _spread(seen: Errors, level: float) -> float:
    least = max(1e-6, 1e-3 * abs(level))
    if len(seen.off) < LEAST_PAST:
        return max(least, 0.1 * abs(level))
    return max(least, 1.4826 * float(np.median(np.abs(seen.off / seen.rows))))


@dataclass(frozen=True, slots=True)
class Tail:
    """How odd the oddest value of half a day is: its median, and the mean excess over it."""

    middle: float
    excess: float

    def a_week(self, oddness: float) -> float:
        """Return how often a week something as odd comes by itself, at most 14 times.

        Exponential above the median (peaks over a threshold: Davison and Smith 1990).
        """
        blocks = 7 * 24 * HOUR / BLOCK
        over = max(0.0, (oddness - self.middle) / self.excess)
        return blocks * 0.5 * exp(-min(over, 700.0)) if oddness > self.middle else blocks

    def bound(self, a_week: float) -> float:
        """Return the oddness that comes by itself so often a week."""
        blocks = 7 * 24 * HOUR / BLOCK
        return self.middle + self.excess * log(max(1.01, blocks * 0.5 / a_week))


def tail(highest: Floats, prior: tuple[float, float] = TAIL_PRIOR) -> Tail:
    """Return the tail of a series from the highest oddness of each block of its past."""
    middle, excess = prior
    count = len(highest)
    if count < LEAST_BLOCKS:
        return Tail(middle, excess)
    own = float(np.median(highest))
    over = highest[highest > own] - own
    mean = 0.0
    if len(over):
        mean = float(np.minimum(over, np.quantile(over, CAPPED)).mean())
    weight = count / (count + TAIL_WEIGHT)
    return Tail(
        weight * own + (1 - weight) * middle, weight * max(mean, 0.05) + (1 - weight) * excess
    )
