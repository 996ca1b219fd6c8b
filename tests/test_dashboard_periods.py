"""Like is compared with like, and what is unfinished is marked."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard import periods
from storage.models import MentionFilter

TODAY = date(2026, 11, 21)
LONG_AGO = date(2020, 1, 1)


def _preset(name: str) -> MentionFilter:
    start, end = periods.span(name, TODAY)
    return MentionFilter(start=start, end=end, brands=("Acme",))


def test_thirty_days_are_complete_and_held_against_the_thirty_before() -> None:
    like = periods.like(_preset("30d"), TODAY, LONG_AGO)
    assert like.before is not None
    assert (like.now.start, like.now.end) == (date(2026, 10, 22), date(2026, 11, 20))
    assert (like.before.start, like.before.end) == (date(2026, 9, 22), date(2026, 10, 21))
    assert like.before.brands == ("Acme",)


def test_a_few_days_are_held_against_the_same_weekdays() -> None:
    flt = MentionFilter(start=date(2026, 11, 16), end=date(2026, 11, 17))
    like = periods.like(flt, TODAY, LONG_AGO)
    assert like.before is not None
    assert like.before.start is not None
    assert like.before.start.weekday() == flt.start.weekday() if flt.start else False
    assert like.before.end == date(2026, 11, 10)


def test_today_alone_is_not_compared() -> None:
    like = periods.like(_preset("today"), TODAY, LONG_AGO)
    assert like.before is None
    assert "no complete day" in like.why
    assert like.now.end == TODAY


def test_nothing_is_compared_with_days_before_the_first_mention() -> None:
    assert periods.like(_preset("30d"), TODAY, date(2026, 10, 1)).before is None
    assert periods.like(_preset("30d"), TODAY, None).before is None
    assert periods.like(_preset("all"), TODAY, LONG_AGO).before is None


@given(st.dates(date(2024, 1, 1), TODAY), st.integers(0, 900))
def test_both_periods_are_of_one_length_and_do_not_overlap(start: date, length: int) -> None:
    flt = MentionFilter(start=start, end=start + timedelta(days=length))
    like = periods.like(flt, TODAY, LONG_AGO)
    if like.before is None or like.now.start is None or like.now.end is None:
        return
    assert like.before.start is not None
    assert like.before.end is not None
    assert like.now.end < TODAY
    assert like.before.end < like.now.start
    assert like.now.end - like.now.start == like.before.end - like.before.start


@given(st.dates(date(2024, 1, 1), TODAY), st.integers(0, 900))
def test_bars_cover_each_day_once(start: date, length: int) -> None:
    end = min(start + timedelta(days=length), TODAY)
    each = periods.step(start, end)
    found = periods.bars(start, end, TODAY, each)
    assert found[0].start <= start <= found[0].end
    assert found[-1].start <= end <= found[-1].end
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + timedelta(days=1)
    assert len(found) <= 60


def test_what_today_or_the_filter_cuts_short_is_partial() -> None:
    days = periods.bars(date(2026, 11, 19), TODAY, TODAY, "day")
    assert [bar.partial for bar in days] == [False, False, True]
    weeks = periods.bars(date(2026, 11, 4), TODAY, TODAY, "week")
    assert [bar.partial for bar in weeks] == [True, False, True]
    months = periods.bars(date(2026, 9, 1), date(2026, 10, 31), TODAY, "month")
    assert [bar.partial for bar in months] == [False, False]


def test_periods_in_words() -> None:
    words = periods.words
    assert words(MentionFilter()) == "all time"
    assert words(MentionFilter(start=TODAY, end=TODAY)) == "21 Nov 2026"
    assert words(MentionFilter(start=date(2026, 1, 2), end=TODAY)) == "2 Jan – 21 Nov 2026"
    assert words(MentionFilter(start=date(2025, 1, 2), end=TODAY)) == "2 Jan 2025 – 21 Nov 2026"
    assert words(MentionFilter(start=TODAY)) == "since 21 Nov 2026"
    assert words(MentionFilter(end=TODAY)) == "until 21 Nov 2026"
