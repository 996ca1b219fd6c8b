"""The figures against independent arithmetic, and their intervals against simulation."""

from __future__ import annotations

import random
from collections.abc import Callable
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import metrics
from sentiment.metrics import MEASURES, compare, headline
from storage.models import Kind, Measure, Sums


def answers(nps: list[int]) -> Sums:
    return Sums(
        n=len(nps),
        nps_n=len(nps),
        promoters=sum(a >= 9 for a in nps),
        detractors=sum(a <= 6 for a in nps),
    )


def starred(stars: list[float]) -> Sums:
    hundredths = [round(100 * s) for s in stars]
    return Sums(
        n=len(stars),
        rating_n=len(stars),
        rating_sum=sum(hundredths),
        rating_sq=sum(h * h for h in hundredths),
    )


def test_nps_is_promoters_minus_detractors_in_per_cent() -> None:
    assert metrics.nps(answers([10, 9, 8, 7, 6, 0, 10, 9, 9, 3])).value == pytest.approx(20)
    assert metrics.nps(answers([7, 8])).value == 0
    assert metrics.nps(answers([0] * 5)).value == -100


def test_rating_csat_ces_sentiment_and_shares() -> None:
    assert metrics.rating(starred([5, 4, 1, 3.5])).value == pytest.approx(3.375)
    assert metrics.csat(Sums(csat_n=8, csat_satisfied=6)).value == pytest.approx(75)
    assert metrics.ces(Sums(ces_n=3, ces_sum=16, ces_sq=90)).value == pytest.approx(16 / 3)
    scores = Sums(n=9, score_n=2, score_sum=5_000, score_sq=2 * 2_500**2)
    assert metrics.sentiment(scores).value == pytest.approx(0.25)
    assert metrics.response_rate(Sums(n=8, replied=2)).value == 0.25


def test_unsure_and_unscored_mentions_stay_in_the_denominator() -> None:
    sums = Sums(n=10, negative=2, positive=3, unsure=4, unscored=1)
    assert metrics.negative_share(sums).value == pytest.approx(0.2)
    assert metrics.negative_share(sums).n == 10


@pytest.mark.parametrize("name", MEASURES)
def test_of_nothing_there_is_no_figure(name: str) -> None:
    assert MEASURES[name](Sums()) == Measure(name, None, None, None, 0)


def test_a_published_wilson_interval() -> None:
    # Newcombe 1998, table I: 81 of 263 and 1 of 29.
    assert metrics.share(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert metrics.share(1, 29)[1:] == pytest.approx((0.0061, 0.1718), abs=1e-4)


def test_students_t_is_the_tabled_one() -> None:
    tabled = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 10: 2.228, 30: 2.042, 1000: 1.962}
    for df, t in tabled.items():
        assert metrics.student(df) == pytest.approx(t, abs=0.004)


SCALES = {
    "nps": (-100, 100),
    "csat": (0, 100),
    "ces": (1, 7),
    "rating": (1, 5),
    "sentiment": (-1, 1),
    "negative_share": (0, 1),
    "response_rate": (0, 1),
}


@given(st.data(), st.integers(1, 60))
def test_a_figure_lies_in_its_interval_and_on_its_scale(data: st.DataObject, n: int) -> None:
    stars = data.draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    efforts = data.draw(st.lists(st.integers(1, 7), min_size=n, max_size=n))
    scores = data.draw(st.lists(st.integers(-10_000, 10_000), min_size=n, max_size=n))
    part, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    sums = starred([float(s) for s in stars])._replace(
        ces_n=n,
        ces_sum=sum(efforts),
        ces_sq=sum(e * e for e in efforts),
        score_n=n,
        score_sum=sum(scores),
        score_sq=sum(s * s for s in scores),
        csat_n=n,
        csat_satisfied=part,
        negative=part,
        replied=other,
        nps_n=n,
        promoters=min(part, n - min(other, n - part)),
        detractors=min(other, n - part),
    )
    for name, (lowest, highest) in SCALES.items():
        _, value, low, high, count = MEASURES[name](sums)
        assert count == n
        assert value is not None
        assert low is not None
        assert high is not None
        assert lowest - 1e-9 <= low <= value + 1e-9
        assert value - 1e-9 <= high <= highest + 1e-9
        if n < 5:
            assert high - low > (highest - lowest) * 0.15, "few answers are no certainty"


def covered(
    measure: Callable[[Sums], Measure], draw: Callable[[random.Random], Sums], truth: float
) -> float:
    rng = random.Random(5)
    inside = []
    for _ in range(400):
        made = measure(draw(rng))
        assert made.low is not None
        assert made.high is not None
        inside.append(made.low <= truth <= made.high)
    return mean(inside)


@pytest.mark.parametrize("n", [10, 40, 200])
def test_intervals_hold_the_truth_about_95_times_in_100(n: int) -> None:
    def nps(rng: random.Random) -> Sums:
        return answers(rng.choices([10, 7, 3], weights=[5, 3, 2], k=n))

    def stars(rng: random.Random) -> Sums:
        return starred(rng.choices([5.0, 4.0, 3.0, 2.0, 1.0], weights=[4, 2, 1, 1, 2], k=n))

    assert 0.91 <= covered(metrics.nps, nps, 30) <= 0.99
    assert 0.91 <= covered(metrics.rating, stars, 3.5) <= 0.99


def test_a_change_with_its_interval_and_verdict() -> None:
    before = answers([10] * 100 + [7] * 50 + [0] * 50)
    now = answers([10] * 60 + [7] * 50 + [0] * 90)
    change = compare(now, before, "nps")
    assert change.difference == pytest.approx(-40)
    assert change.real
    assert change.verdict == "down 40, more than chance"
    assert change.low is not None
    assert change.high is not None
    assert -60 < change.low < -40 < change.high < -20
    assert compare(before, before, "nps").verdict == "no real change"


def test_the_interval_of_two_shares_is_newcombes() -> None:
    # Newcombe 1998 (differences), method 10: 56/70 against 48/80.
    change = compare(Sums(n=70, negative=56), Sums(n=80, negative=48), "negative_share")
    assert (change.low, change.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert change.verdict == "up 20.0 points, more than chance"


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (answers([10] * 18), answers([0] * 500), "too few to tell (18)"),
        (answers([10] * 500), answers([0] * 3), "too few to tell (3)"),
        (Sums(), answers([0] * 500), "nothing now"),
        (answers([10] * 500), Sums(), "nothing before"),
    ],
)
def test_what_cannot_be_judged(now: Sums, before: Sums, verdict: str) -> None:
    change = compare(now, before, "nps")
    assert change.verdict == verdict
    assert not change.real


def test_chance_alone_is_called_real_about_5_times_in_100() -> None:
    rng = random.Random(11)
    real = 0
    for _ in range(400):
        a, b = (sum(rng.random() < 0.2 for _ in range(150)) for _ in range(2))
        real += compare(Sums(n=150, negative=a), Sums(n=150, negative=b), "negative_share").real
    assert real <= 36


def test_headlines_are_per_kind() -> None:
    sums = Sums(n=5, rating_n=5, rating_sum=2_000, nps_n=2, promoters=1, negative=1)
    named = {kind: [measure.name for measure in headline(kind, sums)] for kind in Kind}
    assert named[Kind.REVIEW] == ["rating", "negative_share"]
    assert named[Kind.SURVEY] == ["nps", "negative_share"]
    assert named[Kind.SOCIAL] == named[Kind.ARTICLE] == ["negative_share"]


def test_a_topics_share_is_compared_like_every_other_figure() -> None:
    change = metrics.change(metrics.topic_share(60, 200), metrics.topic_share(20, 200))
    assert change.difference == pytest.approx(0.2)
    assert change.real
    assert change.verdict == "up 20.0 points, more than chance"
    same = compare(Sums(n=200, negative=60), Sums(n=200, negative=20), "negative_share")
    assert (change.low, change.high) == (same.low, same.high)
