"""Sketches and bursts: copies are found, other texts are not, steady copies are no burst."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment import bursts, lookalikes
from tests import attacks

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = 86_400_000


def _pairs(texts: list[str]) -> list[lookalikes.Pair]:
    return lookalikes.pairs(lookalikes.sketch(texts), np.ones(len(texts), bool))


def test_planted_copies_are_alike_and_other_reviews_are_not() -> None:
    planted = [each.text for each in attacks.attack(NOW, 12)]
    texts = [each.text for each in attacks.reviews(NOW)] + planted
    found = _pairs(texts)
    first = len(texts) - len(planted)
    assert {at for pair in found for at in (pair.a, pair.b) if pair.b >= first} == set(
        range(first, len(texts))
    )
    assert not [pair for pair in found if pair.a < first <= pair.b]


def test_the_estimate_is_near_the_true_similarity_of_shingles() -> None:
    def shingles(text: str) -> set[str]:
        said = lookalikes.plain(text)
        return {said[at : at + 5] for at in range(len(said) - 4)}

    a, b = (each.text for each in attacks.attack(NOW, 2))
    true = len(shingles(a) & shingles(b)) / len(shingles(a) | shingles(b))
    sketches = lookalikes.sketch([a, b])
    assert abs(float(lookalikes.similarity(sketches[:1], sketches[1:])[0]) - true) < 0.15


def test_only_pairs_with_something_fresh_are_told() -> None:
    texts = [each.text for each in attacks.attack(NOW, 4)]
    sketches = lookalikes.sketch(texts)
    assert lookalikes.pairs(sketches, np.array([False] * 4)) == []
    told = lookalikes.pairs(sketches, np.array([False, False, False, True]))
    assert told
    assert all(3 in pair[:2] for pair in told)


def test_short_texts_and_those_passed_on_are_not_compared() -> None:
    assert not lookalikes.comparable("Great app, thanks!")
    assert not lookalikes.comparable("RT @somebody: they changed the timetable again, see the site")
    assert not lookalikes.comparable("https://example.org/a/very/long/address/that/says/nothing")
    assert lookalikes.comparable("They changed the timetable again without telling anybody")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=8))
def test_any_texts_can_be_sketched_and_equal_ones_are_equal(texts: list[str]) -> None:
    chosen = [each for each in [*texts, *texts] if lookalikes.comparable(each)]
    sketches = lookalikes.sketch(chosen)
    half = len(chosen) // 2
    assert (sketches[:half] == sketches[half:]).all()
    alone = [lookalikes.sketch([each])[0] for each in chosen[:half]]
    assert all((a == b).all() for a, b in zip(alone, sketches[:half], strict=True))


def test_many_at_once_are_a_burst_with_its_evidence() -> None:
    times = [100 * DAY + at * 3_600_000 for at in range(6)]
    (found,) = bursts.bursts(times, [f"a{at}" for at in range(6)], lambda a, b: (b - a) // DAY * 10)
    assert (found.first, found.last, found.authors, found.around) == (0, 5, 6, 0)
    assert found.p < bursts.RARE
    assert found.said_around == 1_800


def test_a_steady_stream_one_author_or_no_past_are_no_burst() -> None:
    def ten_a_day(start: int, end: int) -> int:
        return max((end - start) // DAY, 1) * 10

    steady = [at * DAY for at in range(200)]
    assert bursts.bursts(steady, [str(at) for at in steady], ten_a_day) == []
    often = [100 * DAY + at * 3_600_000 for at in range(20)]
    assert bursts.bursts(often, ["same"] * 20, ten_a_day) == []
    assert bursts.bursts(often, [str(at) for at in often], lambda start, end: 20) == []


def test_the_tail_is_the_poisson_distributions() -> None:
    # From tables: P(X >= 3 | 1) = 0.0803, P(X >= 10 | 4) = 0.00813.
    assert abs(bursts.tail(3, 1.0) - 0.0803) < 1e-4
    assert abs(bursts.tail(10, 4.0) - 0.00813) < 1e-5
    assert bursts.tail(0, 3.0) == 1.0
