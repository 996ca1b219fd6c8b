"""Mix or real: exact sums, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.decomposition import detectable, impact, split, spread
from sentiment.metrics import MEASURES
from storage.measures import folded, measures
from storage.models import Label, Origin, Sums

NAMES = tuple(MEASURES)


def answers(*stars: int, label: Label = Label.NEUTRAL) -> Sums:
    """Sums of ratings, with the marks of a survey beside them."""
    return folded(
        [
            (
                label.value,
                Origin.STARS.value,
                measures((each - 3) * 2_000, each * 100, each * 2, each, each, each % 2),
            )
            for each in stars
        ]
    )


def together(segments: dict[str, Sums]) -> Sums:
    whole = Sums()
    for each in segments.values():
        whole = whole.plus(each)
    return whole


SEGMENTS = st.dictionaries(
    st.sampled_from("abcd"), st.lists(st.integers(1, 5), min_size=1, max_size=30), min_size=1
).map(lambda found: {key: answers(*stars) for key, stars in found.items()})


@settings(max_examples=60, deadline=None)
@given(SEGMENTS, SEGMENTS, st.sampled_from(NAMES))
def test_the_parts_are_the_whole(now: dict[str, Sums], before: dict[str, Sums], name: str) -> None:
    found = split(name, now, before)
    assert found is not None
    a, b = (MEASURES[name](together(each)).value for each in (now, before))
    assert a is not None
    assert b is not None
    assert found.difference == pytest.approx(a - b, abs=1e-9)
    assert found.mix.value + found.feeling.value == pytest.approx(found.difference, abs=1e-9)


def test_other_people_answered() -> None:
    low, high = (1, 2, 1, 2, 1), (5, 4, 5, 4, 5)
    before = {"store": answers(*low * 20), "mail": answers(*high * 80)}
    now = {"store": answers(*low * 80), "mail": answers(*high * 20)}
    found = split("rating", now, before)
    assert found is not None
    assert found.mix.real
    assert not found.feeling.real
    assert found.feeling.value == pytest.approx(0, abs=1e-9)
    assert found.verdict.startswith("other people answered")


def test_the_same_people_feel_different() -> None:
    before = {"store": answers(*(4, 5, 4) * 40), "mail": answers(*(3, 4, 5) * 40)}
    now = {"store": answers(*(2, 3, 2) * 40), "mail": answers(*(1, 2, 3) * 40)}
    found = split("rating", now, before)
    assert found is not None
    assert found.verdict == "the same people feel different"
    assert found.feeling.value == pytest.approx(-2, abs=1e-9)


def test_what_one_period_lacks_is_mix() -> None:
    before = {"store": answers(*(4,) * 50)}
    now = {"store": answers(*(4,) * 50), "mail": answers(*(1,) * 50)}
    found = split("rating", now, before)
    assert found is not None
    assert found.feeling.value == 0
    assert found.mix.value == pytest.approx(-1.5)


def test_few_and_none() -> None:
    assert split("nps", {}, {"a": answers(3)}) is None
    few = split("rating", {"a": answers(1, 5)}, {"a": answers(4)})
    assert few is not None
    assert few.verdict == "too few to tell (1)"


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Periods drawn from known segments: mix and feeling are known, 95 % hold them."""
    rng = np.random.default_rng(7)
    weights = np.array([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4]])
    means = np.array([[4.2, 3.1, 2.0], [4.0, 3.4, 2.6]])
    mix = float(((weights[1] - weights[0]) * means.mean(0)).sum())
    feeling = float(((means[1] - means[0]) * weights.mean(0)).sum())
    held = np.zeros(2)
    runs = 200
    for _ in range(runs):
        periods = []
        for w, m in zip(weights, means, strict=True):
            numbers = rng.multinomial(300, w)
            stars = [np.clip(np.rint(rng.normal(0, 0.7, n)), -1, 1) for n in numbers]
            periods.append({str(i): exact(m[i], stars[i]) for i in range(3)})
        found = split("rating", periods[1], periods[0])
        assert found is not None
        held += [
            found.mix.low <= mix <= found.mix.high,
            found.feeling.low <= feeling <= found.feeling.high,
        ]
    assert (held / runs > 0.9).all(), held / runs


def exact(mean: float, around: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Sums:
    """Ratings that scatter around a mean that need not be whole."""
    cells = [measures(None, round(100 * (mean + each)), None, None, None, 0) for each in around]
    return folded([(Label.NEUTRAL.value, Origin.STARS.value, each) for each in cells])


def test_what_could_be_found() -> None:
    variance = spread("rating", answers(*(1, 5) * 200))
    assert variance == pytest.approx(4, rel=0.01)
    assert detectable(4, 100, 100) == pytest.approx(2.8016 * np.sqrt(8 / 100), rel=1e-3)
    assert detectable(4, 400, 400) == pytest.approx(detectable(4, 100, 100) / 2)


def test_a_topic_that_pulls_a_figure_down() -> None:
    about, others = answers(*(1, 2) * 30), answers(*(5, 4) * 70)
    found = impact("rating", about, about.plus(others))
    assert found is not None
    assert found.real
    assert found.n == 60
    assert found.value == pytest.approx(0.3 * (1.5 - 4.5))
    assert found.low < found.value < found.high < 0
    assert impact("rating", about, about) is None
    assert impact("nps", Sums(), others) is None
    few = impact("rating", answers(1), answers(1).plus(others))
    assert few is not None
    assert not few.real
