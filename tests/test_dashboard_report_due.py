"""When a summary is due: by the clock on the wall, once a period, also after a long sleep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.reports import due, spans
from storage.report_schedules import Every, Recipient, Schedule, StoredSchedule

BERLIN = ZoneInfo("Europe/Berlin")
TO = (Recipient("mia@acme.example"),)
BOARD = Schedule("Board", TO)
MONTHLY = Schedule("Board", TO, Every.MONTH, 1)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Apia")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "at", "span"),
    [
        ("2026-11-16T07:00", "2026-11-16T07:00", "2026-W46"),
        ("2026-11-16T06:59", "2026-11-09T07:00", "2026-W45"),
        ("2026-11-22T23:59", "2026-11-16T07:00", "2026-W46"),
        ("2026-10-26T07:00", "2026-10-26T07:00", "2026-W43"),
        ("2027-01-04T08:00", "2027-01-04T07:00", "2026-W53"),
    ],
)
def test_monday_at_seven_of_the_wall(now: str, at: str, span: str) -> None:
    found = due.latest(BOARD, berlin(now), BERLIN)
    assert (found.at, found.span.text) == (berlin(at), span)
    assert due.following(BOARD, berlin(now), BERLIN).at > berlin(now)


def test_a_month_is_due_on_its_day() -> None:
    found = due.latest(MONTHLY, berlin("2026-11-01T07:00"), BERLIN)
    assert (found.at, found.span.text) == (berlin("2026-11-01T07:00"), "2026-10")
    before = due.latest(MONTHLY._replace(day=28), berlin("2026-03-27T12:00"), BERLIN)
    assert (before.at, before.span.text) == (berlin("2026-02-28T07:00"), "2026-01")


def test_a_lost_hour_and_a_doubled_one_are_met_once() -> None:
    night = BOARD._replace(day=7, minute=150)
    lost = due.latest(night, berlin("2026-03-29T12:00"), BERLIN)
    assert lost.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    doubled = due.latest(night, datetime(2026, 10, 25, 1, 15, tzinfo=UTC), BERLIN)
    assert doubled.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "since", "done"),
    [
        ({"enabled": False}, NEVER, ""),
        ({"recipients": ()}, NEVER, ""),
        ({}, datetime(2026, 11, 16, 6, 1, tzinfo=UTC), ""),
        ({}, NEVER, "2026-W46"),
        ({}, NEVER, "2026-W47"),
    ],
)
def test_nothing_is_sent_that_is_off_over_or_older(
    changed: dict[str, object], since: datetime, done: str
) -> None:
    now = berlin("2026-11-18T10:00")
    stored = StoredSchedule(BOARD, "database", NEVER, "2026-W45")
    assert due.to_send(stored, now, BERLIN) == spans.named("2026-W46")
    off = stored._replace(schedule=BOARD._replace(**changed), since=since, done=done or stored.done)
    assert due.to_send(off, now, BERLIN) is None


def test_months_that_were_sent_say_nothing_of_weeks() -> None:
    stored = StoredSchedule(BOARD, "database", NEVER, "2026-12")
    assert due.to_send(stored, berlin("2026-11-18T10:00"), BERLIN) == spans.named("2026-W46")


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    st.sampled_from(ZONES),
    st.sampled_from(Every),
    st.integers(1, 7),
    st.integers(0, 24 * 60 - 1),
    st.lists(st.integers(1, 40 * 24), min_size=1, max_size=12),
)
def test_whenever_one_looks_each_period_is_sent_at_most_once_and_the_newest_always(
    start: datetime, name: str, every: Every, day: int, minute: int, naps: list[int]
) -> None:
    zone, now = ZoneInfo(name), start.replace(tzinfo=UTC)
    stored = StoredSchedule(Schedule("x", TO, every, day, minute), "database", now, "")
    sent: list[str] = []
    for hours in naps:
        now += timedelta(hours=hours)
        span = due.to_send(stored, now, zone)
        newest = due.latest(stored.schedule, now, zone)
        assert newest.at <= now < due.following(stored.schedule, now, zone).at
        if span is not None:
            assert span.last < now.astimezone(zone).date()
            sent.append(span.text)
            stored = stored._replace(done=span.text)
        elif newest.at > start.replace(tzinfo=UTC):
            assert sent[-1] == newest.span.text
    assert len(set(sent)) == len(sent)
