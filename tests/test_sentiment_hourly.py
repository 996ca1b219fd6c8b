"""What stands out in the last hours of a series: sudden things at once, slow ones within a day."""

from __future__ import annotations

import numpy as np

from sentiment import keyness
from sentiment.hourly import NEEDED, Hours, looks, negative_share, volume

AN_HOUR, SHARE = 12.0, 0.2


def weeks(seed: int) -> Hours:
    """Quiet weeks at twelve mentions an hour, a fifth of them negative."""
    chance = np.random.default_rng(seed)
    n = chance.poisson(AN_HOUR, NEEDED)
    return Hours(NEEDED - 1, n.astype(float), chance.binomial(n, SHARE).astype(float))


def test_a_share_that_doubles_for_half_a_day_is_rare_in_a_long_window_only() -> None:
    hours = weeks(1)
    quiet = negative_share(hours)
    assert quiet is None or quiet.a_week > 0.1
    chance = np.random.default_rng(2)
    hours.negative[-12:] = chance.binomial(hours.n[-12:].astype(int), 2 * SHARE)
    found = negative_share(hours)
    assert found is not None
    assert found.a_week < 0.1
    assert found.hours > 1
    assert 6 <= found.since <= 18
    assert found.expected < 0.25 < 0.3 < found.observed


def test_one_loud_hour_is_told_as_one_hour() -> None:
    hours = weeks(3)
    hours.n[-3] *= 6
    found = volume(hours)
    assert found is not None
    assert (found.hours, found.ago, found.since) == (1, 2, 3)
    assert found.a_week < 0.01


def test_what_ended_a_day_ago_is_over_also_in_long_windows() -> None:
    hours = weeks(4)
    hours.n[-34:-26] *= 4
    assert all(each.a_week > 0.1 for each in looks(hours))


def test_words_that_were_never_said_before_come_first() -> None:
    others = [f"it was fine, number {word}" for word in ("one", "two", "three")] * 100
    now = ["the checkout was fine"] * 9 + ["it was fine"] * 5
    assert keyness.telling(now, others)[:2] == ["checkout", "the"]
    assert "fine" not in keyness.telling(now, others)
    assert keyness.telling(["a rare voice"] * 4, others) == []
