"""Business hours and promises of time: when something is due, counting open minutes only. Pure.

An open minute is one whose time on the wall, in the team's timezone, lies in a period of its
weekday on a day that is no holiday. On a day without daylight saving's lost hour that hour is
not open; the doubled hour counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from storage.clocks import Calendar, Policy, Promise
from storage.errors import InputError

_STEP = timedelta(hours=6)
_WIDEST = timedelta(hours=15)
"""More than any timezone is away from UTC."""
FURTHEST = 3_700
"""Days that are looked through before a promise counts as never due."""


class Span(NamedTuple):
    """A stretch of open time, in UTC."""

    start: datetime
    end: datetime


def open_spans(calendar: Calendar, day: date) -> list[Span]:
    """Return when a day's open minutes are, in order."""
    if day in calendar.holidays:
        return []
    found = []
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for piece in _pieces(calendar.timezone, day):
        for first, last in calendar.periods.get(day.weekday(), ()):
            start = midnight + timedelta(minutes=first) - piece.offset
            end = midnight + timedelta(minutes=last) - piece.offset
            span = Span(max(start, piece.start), min(end, piece.end))
            if span.start < span.end:
                found.append(span)
    return sorted(found)


def due(calendar: Calendar, start: datetime, minutes: float) -> datetime:
    """Return when so many open minutes have passed since a moment."""
    left = timedelta(minutes=minutes)
    for span in _from(calendar, start):
        begun = max(span.start, start)
        if span.end - begun >= left:
            return begun + left
        left -= span.end - begun
    raise InputError(f"the calendar {calendar.name!r} is never open again")


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return how much open time lies between two moments."""
    total = timedelta()
    if end <= start:
        return total
    for span in _from(calendar, start):
        if span.start >= end:
            break
        total += min(span.end, end) - max(span.start, start)
    return total


def choose(policies: Iterable[Policy], promise: Promise) -> Policy | None:
    """Return the policy that counts: the one with most conditions, among equals the shortest."""
    met = [
        each
        for each in policies
        if each.source in ("", promise.source)
        and each.tier in ("", promise.tier)
        and each.priority in (None, promise.priority)
    ]

    def rank(policy: Policy) -> tuple[int, int]:
        said = bool(policy.source) + bool(policy.tier) + (policy.priority is not None)
        return -said, policy.minutes

    return min(met, key=rank, default=None)


def promised(
    policies: Sequence[Policy], calendars: Mapping[str, Calendar], promise: Promise
) -> datetime | None:
    """Return when an answer is due, None where no policy speaks of it."""
    policy = choose(policies, promise)
    if policy is None:
        return None
    calendar = calendars.get(policy.calendar)
    if calendar is None:
        return promise.seen_at + timedelta(minutes=policy.minutes)
    return due(calendar, promise.seen_at, policy.minutes)


class _Piece(NamedTuple):
    start: datetime
    end: datetime
    offset: timedelta


def _from(calendar: Calendar, start: datetime) -> Iterator[Span]:
    """Yield open spans that end after a moment, in order."""
    if not any(calendar.periods.values()):
        return
    day = start.astimezone(ZoneInfo(calendar.timezone)).date() - timedelta(days=1)
    for _ in range(FURTHEST):
        for span in open_spans(calendar, day):
            if span.end > start:
                yield span
        day += timedelta(days=1)


@lru_cache(maxsize=4_096)
def _pieces(timezone: str, day: date) -> tuple[_Piece, ...]:
    """Return the stretches of constant offset around a day, cut at the clock's changes."""
    zone = ZoneInfo(timezone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    at, end = midnight - _WIDEST, midnight + timedelta(days=1) + _WIDEST
    found: list[_Piece] = []
    begun = at
    while at < end:
        after = min(at + _STEP, end)
        if _offset(zone, after) != _offset(zone, at):
            change = _change(zone, at, after)
            found.append(_Piece(begun, change, _offset(zone, at)))
            begun = change
        at = after
    return (*found, _Piece(begun, end, _offset(zone, end)))


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the minute from which the later offset holds."""
    low, high = 0, int((after - before).total_seconds() // 60)
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset(zone, before + timedelta(minutes=middle)) == _offset(zone, before)
        low, high = (middle, high) if same else (low, middle)
    return before + timedelta(minutes=high)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
