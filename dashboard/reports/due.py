"""When a schedule's summary is due, and of which week or month it is. Pure.

Times are those of the wall in the reporting timezone: one that daylight saving leaves out
comes as much later, one that it doubles comes the first time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard.reports import months, spans
from dashboard.reports.spans import Span
from storage.report_schedules import Every, Schedule, StoredSchedule

_WEEK = timedelta(days=7)


class Due(NamedTuple):
    """A time at which a summary is mailed, and of what."""

    at: datetime
    span: Span


def to_send(stored: StoredSchedule, now: datetime, zone: ZoneInfo) -> Span | None:
    """Return what is to be mailed now, None where nothing is.

    Only the newest time counts: who slept through ten of them sends one, and never one
    that is older than what was sent.
    """
    schedule = stored.schedule
    if not schedule.enabled or not schedule.recipients:
        return None
    found = latest(schedule, now, zone)
    if found.at < stored.since or _is_done(stored, found.span):
        return None
    return found.span


def _is_done(stored: StoredSchedule, span: Span) -> bool:
    """Say whether a period is not newer than the newest sent; of weeks no month says so."""
    if not stored.done:
        return False
    done = spans.named(stored.done)
    return spans.every(done) is spans.every(span) and span.first <= done.first


def latest(schedule: Schedule, now: datetime, zone: ZoneInfo) -> Due:
    """Return the newest time that has come."""
    day = _day(schedule, now.astimezone(zone).date())
    found = _due(schedule, day, zone)
    return found if found.at <= now else _due(schedule, _shifted(schedule, day, -1), zone)


def following(schedule: Schedule, now: datetime, zone: ZoneInfo) -> Due:
    """Return the next time to come."""
    day = _day(schedule, now.astimezone(zone).date())
    found = _due(schedule, day, zone)
    while found.at <= now:
        day = _shifted(schedule, day, 1)
        found = _due(schedule, day, zone)
    return found


def _day(schedule: Schedule, today: date) -> date:
    """Return the schedule's day that is today or was last, of a month the one in it."""
    if schedule.every is Every.WEEK:
        return today - timedelta(days=(today.isoweekday() - schedule.day) % 7)
    return today.replace(day=schedule.day)


def _shifted(schedule: Schedule, day: date, steps: int) -> date:
    if schedule.every is Every.WEEK:
        return day + steps * _WEEK
    return months.of(day).back(-steps).first.replace(day=schedule.day)


def _due(schedule: Schedule, day: date, zone: ZoneInfo) -> Due:
    hour, minute = divmod(schedule.minute, 60)
    at = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
    return Due(at, spans.last_complete(schedule.every, day))
