"""The corrected share of negatives: exact where it can be, covering as often as stated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.bench import trust
from sentiment import prevalence
from sentiment.prevalence import CATEGORIES, FEWEST, Checked, agreement, measured
from storage.models import Label

NEG, NEU, POS, UNSURE = CATEGORIES


def texts(said: Label, negative: int, others: int, weight: float = 1.0) -> list[Checked]:
    return [Checked(said, index < negative, weight) for index in range(negative + others)]


def test_a_model_that_never_errs_needs_no_correction() -> None:
    error = measured([*texts(NEG, 50, 0), *texts(POS, 0, 150)])
    found = error.corrected({NEG: 30, POS: 70})
    assert found is not None
    assert found.value == pytest.approx(0.3)
    assert error.accuracy == 1.0


def test_a_model_that_says_nothing_corrects_nothing() -> None:
    assert measured([*texts(NEG, 20, 80), *texts(POS, 20, 80)]).corrected({NEG: 5}) is None


def test_too_few_are_not_estimated() -> None:
    assert measured(texts(NEG, FEWEST - 1, 0)).corrected({NEG: 5}) is None
    assert measured([]).corrected({NEG: 5}) is None
    assert measured([]).needed() > FEWEST


def test_a_known_error_is_taken_out() -> None:
    """Of negatives 80 % are told, of others 10 % are told as negative."""
    error = measured([*texts(NEG, 80, 10), *texts(POS, 20, 90)])
    found = error.corrected({NEG: 240, POS: 760})
    assert found is not None
    assert found.value == pytest.approx((0.24 - 0.1) / 0.7)
    assert found.low < found.value < found.high


def test_what_was_oversampled_is_weighted_back() -> None:
    plain = measured([*texts(NEG, 40, 10), *texts(UNSURE, 20, 30), *texts(POS, 2, 48)])
    double = measured(
        [*texts(NEG, 40, 10), *texts(UNSURE, 40, 60, 0.5), *texts(POS, 2, 48)],
    )
    assert double.share == pytest.approx(plain.share)
    assert double.population == plain.population
    ours, theirs = double.usual(), plain.usual()
    assert ours is not None
    assert theirs is not None
    assert ours.half < theirs.half


@given(
    st.lists(
        st.builds(Checked, st.sampled_from(CATEGORIES), st.booleans(), st.floats(1, 50, width=32)),
        min_size=FEWEST,
        max_size=120,
    ),
    st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 500)),
)
def test_any_answers_give_a_share_or_nothing(
    checked: list[Checked], said: dict[Label, int]
) -> None:
    error = measured(checked)
    found = error.corrected(said)
    assert 0 <= error.share <= 1
    assert error.needed() >= FEWEST
    if found is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.narrow == (found.half <= prevalence.WIDEST)


@given(st.integers(20, 60), st.integers(1, 19), st.integers(1, 19), st.integers(30, 60))
def test_for_the_texts_drawn_from_it_is_what_people_found(
    told: int, missed: int, wrong: int, right: int
) -> None:
    error = measured([*texts(NEG, told, wrong), *texts(POS, missed, right)])
    found = error.usual()
    if found is not None:
        assert found.value == pytest.approx(error.share, abs=0.02)


@pytest.mark.parametrize("drifts", [False, True])
def test_the_interval_covers_the_truth_about_as_often_as_stated(drifts: bool) -> None:
    found = trust.simulated(trust.World(20, 400, 20, drifts), worlds=60)
    assert found.drawn > 300
    assert 0.92 <= found.covered / found.drawn <= 0.99
    assert found.raw / found.drawn < 0.7


def test_agreement_of_a_worked_example() -> None:
    """Krippendorff (2011), section B: two observers, nominal data, ten units."""
    values = {"a": NEG, "b": NEU, "c": POS, "d": UNSURE}
    first, second = "aabbddcccedda"[:10], "babbbcccdddda"[:10]
    pairs = [[values.get(a, NEG), values.get(b, NEG)] for a, b in zip(first, second, strict=True)]
    found = agreement(pairs)
    assert found.texts == 10
    observed = sum(a is not b for a, b in pairs) / 10
    counts = [sum(each.count(label) for each in pairs) for label in CATEGORIES]
    expected = 1 - sum(n * (n - 1) for n in counts) / (20 * 19)
    assert found.alpha == pytest.approx(1 - observed / expected)


def test_agreement_needs_two_answers_and_two_values() -> None:
    assert agreement([[NEG], []]).alpha is None
    assert agreement([[NEG, NEG], [NEG, NEG]]).alpha is None
    full = agreement([[NEG, NEG], [POS, POS], [NEU, NEU, NEU]])
    assert (full.agreed, full.alpha) == (pytest.approx(1.0), pytest.approx(1.0))
    assert agreement([[NEG, POS], [POS, NEG]] * 20).alpha == pytest.approx(-1, abs=0.1)
