"""Signals speak up for real trouble and keep quiet on ordinary days."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from math import exp

import pytest

from sentiment.signals import Day, negative_share, rating_drop, silent, volume
from storage.models import Sums

FIRST = date(2026, 1, 5)  # a Monday


def poisson(rng: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(rng.gauss(mean, mean**0.5)))
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def sums(n: int, negative: int, stars: list[int]) -> Sums:
    return Sums(
        n=n,
        negative=negative,
        rating_n=len(stars),
        rating_sum=sum(100 * s for s in stars),
        rating_sq=sum((100 * s) ** 2 for s in stars),
    )


def series(seed: int, days: int, mean: float = 20, spread: float = 0.0) -> list[Day]:
    """Ordinary days: busy weekdays, calm weekends, over-dispersed where ``spread`` > 0."""
    rng = random.Random(seed)
    made = []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        usual = mean * (1.0 if day.weekday() < 5 else 0.4)
        lively = rng.gammavariate(1 / spread, spread) if spread else 1.0
        n = poisson(rng, usual * lively)
        negative = sum(rng.random() < 0.2 for _ in range(n))
        made.append(Day(day, sums(n, negative, rng.choices([1, 3, 4, 5], [1, 1, 2, 6], k=n))))
    return made


QUIET = series(1, 70)
NEXT = QUIET[-1].day + timedelta(days=1)


def test_far_more_than_usual() -> None:
    signal = volume(QUIET, Day(NEXT, sums(60, 12, [])))
    assert signal is not None
    assert (signal.what, signal.observed, signal.n) == ("volume", 60, 60)
    assert signal.low < signal.expected < signal.high < 60
    assert signal.z is not None
    assert signal.z > 4
    assert signal.p is not None
    assert signal.p < 1e-4
    assert signal.words.startswith("60 mentions, more than the ")
    assert signal.words.endswith("usual on Mondays")


def test_far_fewer_than_usual() -> None:
    signal = volume(series(1, 70, mean=60), Day(NEXT, sums(5, 1, [])))
    assert signal is not None
    assert signal.what == "quiet"


def test_a_busy_monday_is_no_busy_sunday() -> None:
    assert volume(QUIET, Day(NEXT, sums(24, 4, []))) is None
    sunday = Day(QUIET[-1].day, sums(30, 4, []))
    assert volume(QUIET[:-1], sunday) is not None


def test_an_old_crisis_does_not_raise_the_bar() -> None:
    crisis = [
        day._replace(sums=sums(300, 200, [])) if 30 <= number < 34 else day
        for number, day in enumerate(QUIET)
    ]
    assert volume(crisis, Day(NEXT, sums(70, 12, []))) is not None


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_four_weekdays_are_needed(weeks: int) -> None:
    history = QUIET[-7 * weeks :] if weeks else []
    assert volume(history, Day(NEXT, sums(500, 400, []))) is None
    assert negative_share(history, Day(NEXT, sums(500, 400, []))) is None


def test_days_with_a_gap_take_no_part() -> None:
    gaps = [day._replace(complete=day.day.weekday() != NEXT.weekday()) for day in QUIET]
    assert volume(gaps, Day(NEXT, sums(500, 0, []))) is None
    assert volume(QUIET, Day(NEXT, sums(500, 0, []), complete=False)) is None


def test_a_jump_of_the_negative_share() -> None:
    signal = negative_share(QUIET, Day(NEXT, sums(22, 16, [])))
    assert signal is not None
    assert signal.observed == pytest.approx(16 / 22)
    assert 0.1 < signal.expected < 0.3
    assert signal.words.startswith("16 of 22 mentions negative (73%), usual on Mondays is ")


@pytest.mark.parametrize(("n", "negative"), [(22, 6), (9, 9), (22, 0), (200, 55)])
def test_no_alarm_for_few_or_for_chance(n: int, negative: int) -> None:
    assert negative_share(QUIET, Day(NEXT, sums(n, negative, []))) is None


def test_stars_that_drop_for_a_week() -> None:
    bad = [
        Day(day.day, sums(day.sums.n, 0, [1, 2, 3, 5] * (day.sums.n // 4 + 1)))
        for day in QUIET[-7:]
    ]
    signal = rating_drop([*QUIET[:-7], *bad[:-1]], bad[-1])
    assert signal is not None
    assert signal.observed == pytest.approx(2.75, abs=0.05)
    assert signal.expected > 3.5
    assert signal.z is not None
    assert signal.z < -3
    assert "2.8 stars" in signal.words
    assert rating_drop(QUIET[:-1], QUIET[-1]) is None
    assert rating_drop([], bad[-1]) is None


@pytest.mark.parametrize(("mean", "spread"), [(3, 0.0), (20, 0.0), (40, 0.1)])
def test_ordinary_days_are_quiet(mean: float, spread: float) -> None:
    alarms = looked = 0
    for seed in range(3):
        days = series(seed, 300, mean, spread)
        for at in range(60, 300):
            history, now = days[at - 60 : at], days[at]
            looked += 1
            alarms += volume(history, now) is not None
            alarms += negative_share(history, now) is not None
    assert alarms <= looked * 0.01


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "every", "words"),
    [
        (45, 15, None),
        (46, 15, "play has not been read for 46 min, expected every 15 min"),
        (25, 1, None),
        (32, 1, "play has not been read for 32 min, expected every 1 min"),
        (5 * 24 * 60, 1440, "play has not been read for 5 days, expected every 24 h"),
    ],
)
def test_a_collector_that_fell_silent(minutes: int, every: int, words: str | None) -> None:
    signal = silent("play", NOW - timedelta(minutes=minutes), timedelta(minutes=every), NOW)
    assert (signal and signal.words) == words


def test_nothing_is_ever_divided_by_nothing() -> None:
    empty = [Day(FIRST + timedelta(days=k), Sums()) for k in range(70)]
    for now in (Day(NEXT, Sums()), Day(NEXT, sums(12, 12, [1] * 12))):
        for signal in (volume, negative_share, rating_drop):
            signal(empty, now)
    assert volume(empty, Day(NEXT, sums(12, 12, []))) is not None
