"""When a figure is out of the ordinary: pure tests, one per signal, with what they saw.

Each compares a day with the same weekday's own past (at least four of them, else it says
nothing), so that a Monday is never alarming for being a Monday. Counts of feedback vary
more than chance alone would have it, so the spread is taken from the series itself. Days
on which collection failed are marked incomplete and take no part. For a day that is not
over, pass days that were cut at the same hour.

Opening an alert, keeping it quiet and telling somebody are not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from math import erfc, sqrt
from statistics import median
from typing import NamedTuple

from storage.models import RATING_SCALE, Sums

WEEKS = 8
LEAST_PEERS = 4
STRONG = 4.0
"""Standard deviations for a signal; the spread is itself an estimate from some 50 days, so
that this means about one false alarm in 1,000 quiet days (measured by simulation)."""
CLEAR = 3.0
LEAST_MORE = 5
LEAST_USUAL = 10
LEAST_N = 10
LEAST_SHARE_RISE = 0.1
RECENT_DAYS = 7
LEAST_BEFORE = 30
LEAST_DROP = 0.3
LEAST_NPS_DROP = 10.0
LEAST_DUE, TIMES_DUE = 5, 1.5
LEAST_SILENCE = timedelta(minutes=30)


class Day(NamedTuple):
    """One day of a series; ``complete`` is False where collection had a gap."""

    day: date
    sums: Sums
    complete: bool = True


class Signal(NamedTuple):
    """What stands out: the figure, what was expected with its 95 % range, and the odds.

    ``what`` is volume, quiet, negative_share, rating_drop, nps_drop, silent or sla_risk. ``z``
    is the distance in standard deviations and ``p`` the chance of one as large on an ordinary
    day; both are None for silence and risk. ``n`` is the number of mentions behind ``observed``.
    """

    what: str
    observed: float
    expected: float
    low: float
    high: float
    z: float | None
    p: float | None
    n: int
    words: str


def volume(history: Sequence[Day], now: Day) -> Signal | None:
    """Return a signal where a day has far more or far fewer mentions than its weekday has.

    On the square-root scale the spread of counts hardly depends on their size (Anscombe
    1948); median and MAD keep an old crisis from raising the bar.
    """
    peers = _peers(history, now)
    if peers is None:
        return None
    usual = median(_root(day.sums.n) for day in peers)
    spread = _spread(history, now) * sqrt(1 + 1.57 / len(peers))
    z = (_root(now.sums.n) - usual) / spread
    expected = _count(usual)
    n = now.sums.n
    if z >= STRONG and n >= expected + LEAST_MORE and n >= 1.5 * expected:
        what, than = "volume", "more"
    elif z <= -STRONG and expected >= LEAST_USUAL and n <= expected / 2:
        what, than = "quiet", "fewer"
    else:
        return None
    low, high = _count(max(0.0, usual - 1.96 * spread)), _count(usual + 1.96 * spread)
    words = f"{n} mentions, {than} than the {low:.0f} to {high:.0f} usual on {_weekday(now)}s"
    return Signal(what, n, expected, low, high, z, _tail(z), n, words)


def negative_share(history: Sequence[Day], now: Day) -> Signal | None:
    """Return a signal where far more of a day's mentions are negative than on its weekday.

    The day's chance error and the series' own variation from day to day, beyond chance,
    are added up; the latter by the method of moments (DerSimonian and Laird 1986).
    """
    peers = _peers(history, now)
    n, negative = now.sums.n, now.sums.negative
    if peers is None or n < LEAST_N:
        return None
    total = sum(day.sums.n for day in peers)
    if total < LEAST_BEFORE:
        return None
    usual = (sum(day.sums.negative for day in peers) + 0.5) / (total + 1)
    share = negative / n
    chance = usual * (1 - usual) * (1 / n + 1 / total)
    spread = sqrt(chance + _beyond_chance(history, now) * (1 + 1 / len(peers)))
    z = (share - usual) / spread
    if z < STRONG or share < usual + LEAST_SHARE_RISE:
        return None
    low, high = max(0.0, usual - 1.96 * spread), min(1.0, usual + 1.96 * spread)
    words = (
        f"{negative} of {n} mentions negative ({share:.0%}), usual on {_weekday(now)}s "
        f"is {usual:.0%}"
    )
    return Signal("negative_share", share, usual, low, high, z, _tail(z), n, words)


def rating_drop(history: Sequence[Day], now: Day) -> Signal | None:
    """Return a signal where the stars of the last 7 days are clearly below those before."""
    found = _dropped(history, now, _stars, LEAST_DROP)
    if found is None:
        return None
    words = (
        f"{found.observed:.1f} stars from {found.n} ratings in {RECENT_DAYS} days, "
        f"{found.expected:.1f} from {found.before} before"
    )
    return _drop("rating_drop", found, words)


def nps_drop(history: Sequence[Day], now: Day) -> Signal | None:
    """Return a signal where the NPS of the last 7 days is clearly below that before."""
    found = _dropped(history, now, _nps, LEAST_NPS_DROP)
    if found is None:
        return None
    words = (
        f"NPS {found.observed:+.0f} from {found.n} answers in {RECENT_DAYS} days, "
        f"{found.expected:+.0f} from {found.before} before"
    )
    return _drop("nps_drop", found, words)


class _Mean(NamedTuple):
    """A mean of so many, and its squared standard error."""

    n: int
    mean: float
    error: float


class _Drop(NamedTuple):
    observed: float
    expected: float
    spread: float
    n: int
    before: int


def _dropped(
    history: Sequence[Day], now: Day, mean: Callable[[Sums], _Mean], least: float
) -> _Drop | None:
    """Compare the last 7 days, of which ``now`` is the last, with those before: Welch's test."""
    start = now.day - timedelta(days=RECENT_DAYS - 1)
    past = [day for day in _past(history, now) if day.complete]
    recent = mean(_added([*(day for day in past if day.day >= start), now]))
    before = mean(_added([day for day in past if day.day < start]))
    if recent.n < LEAST_N or before.n < LEAST_BEFORE:
        return None
    spread = sqrt(recent.error + before.error)
    drop = before.mean - recent.mean
    if drop < least or drop < CLEAR * spread:
        return None
    return _Drop(recent.mean, before.mean, spread, recent.n, before.n)


def _drop(what: str, found: _Drop, words: str) -> Signal:
    z = (found.observed - found.expected) / found.spread
    reach = 1.96 * found.spread
    return Signal(
        what,
        found.observed,
        found.expected,
        found.expected - reach,
        found.expected + reach,
        z,
        _tail(z),
        found.n,
        words,
    )


def silent(source: str, since: datetime, every: timedelta, now: datetime) -> Signal | None:
    """Return a signal where a source has not been read for three intervals.

    ``since`` is its last success, or when it was set up if it never had one. Reading it and
    finding nothing new is a success: silence here means a broken collector.
    """
    gap = now - since
    if gap <= max(3 * every, every + LEAST_SILENCE):
        return None
    hours = gap.total_seconds() / 3600
    expected = every.total_seconds() / 3600
    words = f"{source} has not been read for {_span(gap)}, expected every {_span(every)}"
    return Signal("silent", hours, expected, 0.0, 3 * expected, None, None, 0, words)


def sla_risk(due: int, usual: float, hours: float) -> Signal | None:
    """Return a signal where clearly more answers fall due than are usually given in that time."""
    if due < LEAST_DUE or due < TIMES_DUE * max(usual, 1.0):
        return None
    words = (
        f"{due} cases without an answer fall due within {hours:.0f} h; "
        f"in these hours {usual:.0f} are usually answered"
    )
    return Signal("sla_risk", due, usual, 0.0, TIMES_DUE * usual, None, None, due, words)


def _past(history: Sequence[Day], now: Day) -> list[Day]:
    """Return the days of the last weeks before ``now``."""
    start = now.day - timedelta(weeks=WEEKS)
    return [day for day in history if start <= day.day < now.day]


def _peers(history: Sequence[Day], now: Day) -> list[Day] | None:
    """Return the complete days of the same weekday, or None if they are too few."""
    peers = [
        day
        for day in _past(history, now)
        if day.complete and day.day.weekday() == now.day.weekday()
    ]
    return peers if len(peers) >= LEAST_PEERS and now.complete else None


def _weekdays(history: Sequence[Day], now: Day) -> list[list[Day]]:
    """Return the complete days of the last weeks, for each weekday that has enough."""
    by_weekday: list[list[Day]] = [[] for _ in range(7)]
    for day in _past(history, now):
        if day.complete:
            by_weekday[day.day.weekday()].append(day)
    return [days for days in by_weekday if len(days) >= LEAST_PEERS]


def _spread(history: Sequence[Day], now: Day) -> float:
    """Return the usual distance of a day from its weekday's median, on the root scale."""
    distances: list[float] = []
    for days in _weekdays(history, now):
        roots = [_root(day.sums.n) for day in days]
        middle = median(roots)
        # A median sits nearer to its own few values than to the next one.
        widen = sqrt(len(roots) / (len(roots) - 1.5))
        distances += [abs(root - middle) * widen for root in roots]
    # 0.5 is the spread of pure chance (Poisson): nothing real is calmer.
    return max(0.5, 1.4826 * median(distances))


def _beyond_chance(history: Sequence[Day], now: Day) -> float:
    """Return the variance of the daily negative share that chance does not explain."""
    chi = weight = weight2 = 0.0
    freedom = 0
    for days in _weekdays(history, now):
        total = sum(day.sums.n for day in days)
        usual = (sum(day.sums.negative for day in days) + 0.5) / (total + 1)
        for day in days:
            n = day.sums.n
            if n:
                w = n / (usual * (1 - usual))
                chi += w * (day.sums.negative / n - usual) ** 2
                weight, weight2 = weight + w, weight2 + w * w
                freedom += 1
        freedom -= 1
    if not weight:
        return 0.0
    return max(0.0, chi - freedom) / (weight - weight2 / weight) if weight2 < weight**2 else 0.0


def _added(days: Sequence[Day]) -> Sums:
    sums = Sums()
    for day in days:
        sums = sums.plus(day.sums)
    return sums


def _stars(sums: Sums) -> _Mean:
    """Return the mean in stars; its error is that of at least a tenth of a star."""
    n, total = sums.rating_n, sums.rating_sum
    if n < 2:
        return _Mean(n, 0.0, 0.0)
    mean = total / n / RATING_SCALE
    squares = max(0, n * sums.rating_sq - total * total) / n / RATING_SCALE**2
    return _Mean(n, mean, max(squares / (n - 1), 0.01) / n)


def _nps(sums: Sums) -> _Mean:
    """Return the NPS, -100 to 100; its error is that of at least one answer of each kind."""
    n = sums.nps_n
    if n < 2:
        return _Mean(n, 0.0, 0.0)
    up, down = sums.promoters / n, sums.detractors / n
    spread = max(up + down - (up - down) ** 2, 2 / n)
    return _Mean(n, 100 * (up - down), 10_000 * spread / n)


def _root(count: int) -> float:
    return sqrt(count + 0.375)


def _count(root: float) -> float:
    return max(0.0, root * root - 0.375)


def _tail(z: float) -> float:
    return erfc(abs(z) / sqrt(2)) / 2


def _weekday(day: Day) -> str:
    return f"{day.day:%A}"


def _span(gap: timedelta) -> str:
    minutes = gap.total_seconds() / 60
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 72 * 60 else f"{minutes / 1440:.0f} days"
