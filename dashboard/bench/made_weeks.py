"""Made weeks: quiet ones, which must stay within a budget, and ones with planted incidents.

Hourly counts with a day's and a week's season, over-dispersed; the rules of the watch look
at them hour by hour, as the worker does. Seeds are fixed; nothing here is a real series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from dashboard.bench.table import Figure, Goal
from sentiment import hourly
from sentiment.hourly import NEEDED, Hours
from sentiment.series import Floats

BUDGET = 2.0
QUIET_WEEKS, QUIET_SERIES = 8, 12
PLANTED = 8
LASTS = 24
SHARE = 0.15
LEVELS = ((0.5, "12 a day"), (4.0, "100 a day"), (20.0, "480 a day"))
VOLUME, NEGATIVE = "volume", "negative share"

Heard = Callable[[Floats, Floats, int], int | None]


class Week(NamedTuple):
    """Counts by hour, and the negative ones among them."""

    n: Floats
    negative: Floats


def weeks(seed: int, count: int, an_hour: float, phi: float = 0.1) -> Week:
    """Return quiet weeks."""
    chance = np.random.default_rng(seed)
    hours = np.arange(count * 168)
    season = 1 + 0.6 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi)
    season = season * np.where(hours // 24 % 7 >= 5, 0.6, 1.0)
    n = chance.poisson(chance.gamma(1 / phi, phi * an_hour * season))
    negative = chance.binomial(n, chance.beta(SHARE * 40, (1 - SHARE) * 40, len(n)))
    return Week(n.astype(float), negative.astype(float))


def made() -> Iterator[Figure]:
    """Measure quiet weeks and planted incidents."""
    yield _quiet()
    for what in (VOLUME, NEGATIVE):
        for times in (2, 3, 5):
            for an_hour, name in LEVELS:
                yield from _planted(what, times, an_hour, name)


def _quiet() -> Figure:
    """Count alarms of several quiet series at once, looked at day by day, over the budget."""
    start = NEEDED + 24
    total = start // 168 + 1 + QUIET_WEEKS
    all_weeks = [weeks(seed, total, LEVELS[seed % len(LEVELS)][0]) for seed in range(QUIET_SERIES)]
    alarms = 0
    for end in range(start, start + QUIET_WEEKS * 168, 24):
        looks = [
            (look, look.a_week) for each in all_weeks for look in hourly.looks(_until(each, end))
        ]
        alarms += len(hourly.chosen(looks, 2 * QUIET_SERIES, BUDGET))
    return Figure(
        "quiet weeks, alarms a week",
        alarms / QUIET_WEEKS,
        "",
        goal=Goal(BUDGET),
        note=f"budget {BUDGET:g} over {QUIET_SERIES} series together, {QUIET_WEEKS} weeks",
    )


def _until(week: Week, end: int) -> Hours:
    return Hours(end - 1, week.n[end - NEEDED : end], week.negative[end - NEEDED : end])


def _planted(what: str, times: int, an_hour: float, level: str) -> Iterator[Figure]:
    """Plant incidents; say how many were found while they lasted, and after how long."""
    rules: dict[str, Heard] = {"": _ours(what)}
    if times == 3:
        rules |= {": moving average": _average(what), ": fixed threshold": _threshold(what)}
    for name, heard in rules.items():
        found, false = [], 0
        for seed in range(PLANTED):
            week, start = _with_incident(what, times, an_hour, seed)
            after = [heard(week.n, week.negative, start + hour + 1) for hour in range(LASTS)]
            hit = next((hour + 1 for hour, said in enumerate(after) if said is not None), None)
            if hit is not None:
                found.append(hit)
            if name:
                before = range(start - 168, start)
                false += sum(heard(week.n, week.negative, end) is not None for end in before)
        middle = float(np.median(found)) if found else float("nan")
        note = f"{len(found)} of {PLANTED} found"
        note += f"; {false / PLANTED:.0f} hours of alarm in the quiet week before" if name else ""
        yield Figure(
            f"{what} × {times}, {level}{name}, median hours",
            -1.0 if middle != middle else middle,
            "h",
            note=note,
        )


def _with_incident(what: str, times: int, an_hour: float, seed: int) -> tuple[Week, int]:
    week = weeks(1_000 + seed, 7, an_hour)
    chance = np.random.default_rng(seed)
    start = NEEDED + 10 + seed * 5
    lasting = slice(start, start + LASTS)
    n, negative = week.n.copy(), week.negative.copy()
    if what == VOLUME:
        more = chance.poisson((times - 1) * n[lasting])
        n[lasting] += more
        negative[lasting] += chance.binomial(more, SHARE)
    else:
        share = min(0.95, SHARE * times)
        negative[lasting] = chance.binomial(n[lasting].astype(int), share)
    return Week(n, negative), start


def _ours(what: str) -> Heard:
    def heard(n: Floats, negative: Floats, end: int) -> int | None:
        looks = hourly.looks(_until(Week(n, negative), end))
        mine = [
            look
            for look in looks
            if (look.what == "negative_share") is (what == NEGATIVE) and look.ago < LASTS
        ]
        # As one of ten series that share the budget.
        return next((1 for look in mine if look.a_week <= BUDGET / 20), None)

    return heard


def _average(what: str) -> Heard:
    """Say an hour is more than three times the mean of the day before, or 30 points more."""

    def heard(n: Floats, negative: Floats, end: int) -> int | None:
        day = slice(end - 25, end - 1)
        if what == VOLUME:
            return 1 if n[end - 1] > 3 * max(n[day].mean(), 1.0) else None
        usual = negative[day].sum() / max(n[day].sum(), 1.0)
        share = negative[end - 1] / max(n[end - 1], 1.0)
        return 1 if n[end - 1] >= 3 and share > usual + 0.3 else None

    return heard


def _threshold(what: str) -> Heard:
    """Say an hour is above the highest of the first week, or more than half negative."""

    def heard(n: Floats, negative: Floats, end: int) -> int | None:
        if what == VOLUME:
            return 1 if n[end - 1] > n[:168].max() else None
        share = negative[end - 1] / max(n[end - 1], 1.0)
        return 1 if n[end - 1] >= 3 and share > 0.5 else None

    return heard
