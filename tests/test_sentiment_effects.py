"""Did it work: null actions are hardly ever proof, planted effects are found, few weeks say so."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sentiment.effects import Effect, Verdict, Week, effect

FEW = Week(1, 2, 10, 40)


def history(
    rng: np.random.Generator, weeks: int, planted: float = 0.0, since: int = 0, n: int = 60
) -> list[Week]:
    """Weeks of negative shares with memory, shared ups and downs, and own ones."""
    shared = own = 0.0
    found = []
    for week in range(weeks):
        shared = 0.4 * shared + rng.normal(0, 0.2)
        own = 0.4 * own + rng.normal(0, 0.12)
        treated = 1 / (1 + np.exp(1 - shared - own)) + (planted if week >= since else 0.0)
        control = 1 / (1 + np.exp(1 - shared))
        a, b = rng.poisson(n), rng.poisson(4 * n)
        share = float(np.clip(treated, 0.01, 0.99))
        found.append(Week(rng.binomial(a, share), a, rng.binomial(b, control), b))
    return found


def judged(weeks: list[Week], at: int, expected: float | None = None) -> Effect:
    return effect(weeks[:at], weeks[at:], good=-1, expected=expected)


def test_null_actions_are_proof_in_one_of_twenty_at_most() -> None:
    rng = np.random.default_rng(3)
    runs = 150
    found = Counter(judged(history(rng, 22), 14).verdict for _ in range(runs))
    assert found[Verdict.WORKS] / runs <= 0.05


def test_null_actions_after_bad_weeks_are_no_proof_either() -> None:
    """People act when things are bad; the two bad weeks are left out, as ``proof`` does."""
    rng = np.random.default_rng(4)
    works = runs = 0
    while runs < 120:
        weeks = history(rng, 30)
        shares = [week.part / week.n for week in weeks[:20]]
        bad = [
            at for at in range(14, 20) if np.mean(shares[at - 2 : at]) > np.quantile(shares, 0.8)
        ]
        if bad:
            runs += 1
            at = bad[0]
            found = effect(weeks[: at - 2], weeks[at : at + 8], good=-1)
            works += found.verdict is Verdict.WORKS
    assert works / runs <= 0.05


def test_planted_effects_are_found_with_the_stated_power() -> None:
    """At the size that is said to be found four times in five it is, or nearly so."""
    rng = np.random.default_rng(5)
    least = float(np.median([judged(history(rng, 26), 16).least for _ in range(30)]))
    runs = 100
    found = Counter(
        judged(history(rng, 26, planted=-least, since=16), 16).verdict for _ in range(runs)
    )
    assert found[Verdict.WORKS] / runs >= 0.7
    assert not found[Verdict.WORSE]


def test_the_interval_holds_the_planted_effect() -> None:
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(100):
        found = judged(history(rng, 24, planted=-0.08, since=14), 14)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= -0.08 <= found.high
    assert held / 100 >= 0.88


def test_the_control_takes_away_what_moved_everywhere() -> None:
    before = [Week(30 + n % 3, 100, 60 + n % 3, 200) for n in range(10)]
    after = [Week(20 + n % 3, 100, 40 + n % 3, 200) for n in range(8)]
    found = effect(before, after, good=-1)
    assert found.raw == pytest.approx(-0.1, abs=0.01)
    assert found.value == pytest.approx(0, abs=0.01)
    assert found.verdict is Verdict.MORE
    hoped = effect(before, after, good=-1, expected=0.1)
    assert hoped.verdict is Verdict.NONE
    alone = effect([w._replace(control_n=0) for w in before], after, good=-1)
    assert alone.value == alone.raw
    assert alone.verdict is Verdict.WORKS


def test_few_weeks_say_how_many_more() -> None:
    weeks = [Week(10 + n % 3, 40, 40, 200) for n in range(10)]
    early = effect(weeks, weeks[:1], good=-1)
    assert (early.verdict, early.weeks_more, early.value) == (Verdict.MORE, 3, None)
    assert effect(weeks[:2], weeks, good=-1).weeks_more is None
    assert effect([FEW] * 4, weeks, good=-1).weeks_more is None


def test_the_same_weeks_give_the_same_answer() -> None:
    weeks = history(np.random.default_rng(9), 20)
    assert judged(weeks, 12) == judged(weeks, 12)
    flipped = effect(weeks[:12], weeks[12:], good=1)
    assert flipped.value == judged(weeks, 12).value
