"""On track, behind, too early to tell: what may be said of a figure on its way to a target."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment import outlook
from sentiment.outlook import Outlook, Verdict, Week
from storage.models import Measure

WIDE = (-1e9, 1e9)
ORDER = [Verdict.ON_TRACK, Verdict.EARLY, Verdict.BEHIND]
quarters = st.lists(
    st.tuples(st.floats(0, 10, allow_nan=False), st.integers(5, 200)), min_size=4, max_size=13
)


def weeks_of(found: list[tuple[float, int]]) -> list[Week]:
    return [Week(at + 0.5, value, n) for at, (value, n) in enumerate(found)]


def judged(weeks: list[Week], target: float, due: float = 15, good: int = 1) -> Outlook:
    return outlook.outlook(weeks, 4.0, due, target, good, WIDE)


@settings(max_examples=60, deadline=None)
@given(quarters, st.floats(-20, 20), st.floats(0, 5))
def test_a_higher_target_is_never_judged_more_kindly(
    found: list[tuple[float, int]], target: float, more: float
) -> None:
    weeks = weeks_of(found)
    low, high = (judged(weeks, each).verdict for each in (target, target + more))
    assert ORDER.index(low) <= ORDER.index(high)


@settings(max_examples=60, deadline=None)
@given(quarters, st.floats(-20, 20), st.integers(-500, 500))
def test_up_is_to_down_as_down_to_up_and_no_week_is_the_first(
    found: list[tuple[float, int]], target: float, shift: int
) -> None:
    weeks = weeks_of(found)
    mirrored = [Week(each.at, -each.value, each.n) for each in weeks]
    moved = [Week(each.at + shift, each.value, each.n) for each in weeks]
    there = judged(weeks, target)
    assert judged(mirrored, -target, good=-1).verdict is there.verdict
    later = judged(moved, target, due=15 + shift)
    assert later.value == pytest.approx(there.value, abs=1e-6)
    assert later.low == pytest.approx(there.low, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(quarters, st.floats(-20, 20))
def test_what_is_said_follows_from_the_range(found: list[tuple[float, int]], target: float) -> None:
    seen = judged(weeks_of(found), target)
    if seen.low is None or seen.high is None:
        assert seen.verdict is Verdict.EARLY
    elif seen.low >= target:
        assert seen.verdict is Verdict.ON_TRACK
    else:
        assert seen.verdict is (Verdict.BEHIND if seen.high < target else Verdict.EARLY)


@pytest.mark.parametrize(
    ("weeks", "due"),
    [
        ([], 1.0),
        (weeks_of([(9.0, 500)] * 3), 4.0),
        (weeks_of([(9.0, 4)] * 4), 5.0),
        (weeks_of([(9.0, 500)] * 6), 12.5),
    ],
    ids=["nothing", "three weeks", "too few answers", "further off than watched"],
)
def test_too_little_says_nothing(weeks: list[Week], due: float) -> None:
    assert judged(weeks, 1.0, due) == Outlook(Verdict.EARLY)


def test_a_scale_ends_where_it_ends() -> None:
    rising = [Week(at + 0.5, 50 + 4 * at, 900) for at in range(13)]
    seen = outlook.outlook(rising, 2_000, 20, 100, 1, (0, 100))
    assert seen.verdict is Verdict.ON_TRACK
    assert (seen.value, seen.high) == (100, 100)


def test_where_the_truth_is_the_target_hardly_anything_is_claimed() -> None:
    """Weeks that differ by more than their answers explain, and a true slope."""
    rng = np.random.default_rng(11)
    said: Counter[Verdict] = Counter()
    for _ in range(300):
        shares = 0.3 + 0.005 * np.arange(13) + rng.normal(0, 0.02, 13)
        counts = rng.poisson(60, 13)
        parts = rng.binomial(counts, shares)
        weeks = [
            Week(at + 0.5, part / n, int(n))
            for at, (part, n) in enumerate(zip(parts, counts, strict=True))
        ]
        p = parts.sum() / counts.sum()
        truth = 0.3 + 0.005 * (23 - outlook.SPAN / 2 - 0.5)
        said[outlook.outlook(weeks, p * (1 - p), 23, truth, -1, (0, 1)).verdict] += 1
    assert said[Verdict.EARLY] / 300 >= 0.93


def test_clear_cases_are_said() -> None:
    flat = [Week(at + 0.5, 30 + at % 2, 300) for at in range(13)]
    assert outlook.outlook(flat, 5_000, 17, 50, 1, (-100, 100)).verdict is Verdict.BEHIND
    assert outlook.outlook(flat, 5_000, 17, 20, 1, (-100, 100)).verdict is Verdict.ON_TRACK


@pytest.mark.parametrize(
    ("low", "high", "n", "good", "verdict"),
    [
        (41, 49, 300, 1, Verdict.REACHED),
        (40, 49, 300, 1, Verdict.REACHED),
        (31, 39, 300, 1, Verdict.MISSED),
        (35, 45, 300, 1, Verdict.CLOSE),
        (41, 49, 300, -1, Verdict.MISSED),
        (41, 49, 19, 1, Verdict.CLOSE),
    ],
)
def test_once_its_day_is_over(low: float, high: float, n: int, good: int, verdict: Verdict) -> None:
    measure = Measure("nps", (low + high) / 2, low, high, n)
    assert outlook.settled(measure, 40, good).verdict is verdict


def test_no_answers_settle_nothing() -> None:
    assert outlook.settled(Measure("nps", None, None, None, 0), 40, 1).verdict is Verdict.CLOSE
