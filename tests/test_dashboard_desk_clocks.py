"""Business hours against a counter that looks at every minute by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.desk import business_hours
from storage.clocks import Calendar, Policy, Promise
from storage.errors import InputError

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Africa/Cairo",
    "UTC",
)
CHANGES = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 9, 6, tzinfo=UTC),
    datetime(2026, 4, 24, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Say whether the minute that begins at a moment is open, by the clock on the wall."""
    wall = at.astimezone(ZoneInfo(calendar.timezone))
    if wall.date() in calendar.holidays:
        return False
    minute = wall.hour * 60 + wall.minute
    return any(a <= minute < b for a, b in calendar.periods.get(wall.weekday(), ()))


def counted_due(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    at = start
    while True:
        if is_open(calendar, at):
            if minutes == 0:
                return at
            minutes -= 1
            if minutes == 0:
                return at + MINUTE
        at += MINUTE


@st.composite
def periods(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    cuts = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((a * 15, b * 15) for a, b in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = {day: draw(periods()) for day in range(7) if draw(st.booleans())}
    week[draw(st.integers(0, 6))] = draw(periods())
    off = draw(st.frozensets(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=3))
    return Calendar("team", draw(st.sampled_from(ZONES)), week, off)


@settings(max_examples=80)
@given(
    calendar=calendars(),
    change=st.sampled_from(CHANGES),
    before=st.integers(0, 3 * 1440),
    minutes=st.integers(1, 900),
)
def test_due_is_what_a_minute_counter_says(
    calendar: Calendar, change: datetime, before: int, minutes: int
) -> None:
    start = change + timedelta(days=1) - before * MINUTE
    assert business_hours.due(calendar, start, minutes) == counted_due(calendar, start, minutes)


@settings(max_examples=80)
@given(
    calendar=calendars(),
    change=st.sampled_from(CHANGES),
    before=st.integers(0, 2 * 1440),
    length=st.integers(0, 4 * 1440),
)
def test_open_time_is_what_a_minute_counter_says(
    calendar: Calendar, change: datetime, before: int, length: int
) -> None:
    start = change + timedelta(days=1) - before * MINUTE
    counted = sum(is_open(calendar, start + n * MINUTE) for n in range(length))
    found = business_hours.open_time(calendar, start, start + length * MINUTE)
    assert found == counted * MINUTE


WEEK = dict.fromkeys(range(5), ((9 * 60, 12 * 60), (13 * 60, 17 * 60)))
BERLIN = Calendar("team", "Europe/Berlin", WEEK, frozenset({date(2026, 12, 25)}))


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-20T08:00+00:00", 60, "2026-11-20T09:00+00:00"),
        ("2026-11-20T10:30+00:00", 60, "2026-11-20T12:30+00:00"),
        ("2026-11-20T15:30+00:00", 60, "2026-11-23T08:30+00:00"),
        ("2026-11-22T03:00+00:00", 60, "2026-11-23T09:00+00:00"),
        ("2026-12-24T15:30+00:00", 60, "2026-12-28T08:30+00:00"),
        ("2026-10-23T14:30+00:00", 60, "2026-10-26T08:30+00:00"),
    ],
)
def test_lunch_weekend_holiday_and_winter_time(start: str, minutes: int, due: str) -> None:
    found = business_hours.due(BERLIN, datetime.fromisoformat(start), minutes)
    assert found == datetime.fromisoformat(due)


def test_a_team_that_never_works_promises_nothing() -> None:
    with pytest.raises(InputError, match="never open"):
        business_hours.due(Calendar("none", "UTC", {}), CHANGES[0], 5)


def test_the_policy_that_says_most_counts() -> None:
    made = [
        Policy(1, "", "", None, 600, ""),
        Policy(2, "play", "", None, 300, ""),
        Policy(3, "play", "gold", None, 60, "team"),
        Policy(4, "", "", 1, 30, ""),
    ]

    def minutes(source: str, tier: str, priority: int) -> int | None:
        found = business_hours.choose(made, Promise(source, tier, priority, CHANGES[0]))
        return found and found.minutes

    assert minutes("shop", "", 3) == 600
    assert minutes("play", "", 3) == 300
    assert minutes("play", "gold", 1) == 60
    assert minutes("play", "", 1) == 30
    assert business_hours.choose(made[1:3], Promise("shop", "", 3, CHANGES[0])) is None
    seen = datetime(2026, 11, 22, 3, tzinfo=UTC)
    promise = Promise("play", "gold", 3, seen)
    due = business_hours.promised(made, {"team": BERLIN}, promise)
    assert due == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert business_hours.promised(made, {}, promise) == seen + timedelta(hours=1)
