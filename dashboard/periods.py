"""Periods that people choose, and the like period before them.

Pure. A period that reaches today holds an unfinished day; comparisons leave it out, so
that a Monday morning is never held against a whole week. Not here: what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from storage.models import MentionFilter
from storage.queries import Step, period_start

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Preset(NamedTuple):
    """A period by name: so many complete days before today, and today so far."""

    name: str
    days: int | None


PRESETS: dict[str, Preset] = {
    "today": Preset("Today", 0),
    "7d": Preset("Last 7 days", 7),
    "30d": Preset("Last 30 days", 30),
    "90d": Preset("Last 90 days", 90),
    "12m": Preset("Last 12 months", 365),
    "all": Preset("All time", None),
}
DEFAULT = "30d"

_DAILY, _WEEKLY = 45, 400
"""Up to so many days a figure has a bar per day, then per week, then per month."""


class Comparison(NamedTuple):
    """The complete days of a filter and the like period before; ``before`` None: see ``why``."""

    now: MentionFilter
    before: MentionFilter | None
    why: str = ""


class Bar(NamedTuple):
    """One step of a time axis; ``partial`` where the filter or today cuts it short.

    ``running`` where today is in it: more will be said, so it is no fall and no rise yet.
    """

    start: date
    end: date
    partial: bool
    running: bool = False


def span(preset: str, today: date) -> tuple[date | None, date | None]:
    """Return the first and last day of a preset."""
    days = PRESETS[preset].days
    return (None, None) if days is None else (today - days * DAY, today)


def like(flt: MentionFilter, today: date, first_day: date | None) -> Comparison:
    """Return the complete days of a filter beside as many days before.

    Up to a week is held against the same weekdays of the week before; longer periods
    against the days right before. Nothing is compared with days before the first mention.
    """
    last = min(flt.end or today, today - DAY)
    if flt.start is not None and flt.start > last:
        return Comparison(flt, None, "no complete day yet")
    now = replace(flt, end=last)
    if flt.start is None:
        return Comparison(now, None, "all time has nothing before it")
    length = last - flt.start + DAY
    shift = max(length, WEEK)
    return _held(now, flt.start - shift, last - shift, first_day)


def like_month(flt: MentionFilter, today: date, first_day: date | None) -> Comparison:
    """Return the complete days of a filter over one month beside the month before.

    A whole month is held against a whole one, a part against its first days.
    """
    assert flt.start is not None
    assert flt.end is not None
    last = min(flt.end, today - DAY)
    if flt.start > last:
        return Comparison(flt, None, "no complete day yet")
    end = flt.start - DAY
    start = end.replace(day=1)
    until = end if last == flt.end else min(end, start + (last - flt.start))
    return _held(replace(flt, end=last), start, until, first_day)


def _held(now: MentionFilter, start: date, end: date, first_day: date | None) -> Comparison:
    if first_day is None or start < first_day:
        return Comparison(now, None, "the data do not reach back far enough to compare")
    return Comparison(now, replace(now, start=start, end=end))


def step(start: date, end: date) -> Step:
    """Return how fine a time axis over these days should be."""
    days = (end - start).days + 1
    if days <= _DAILY:
        return "day"
    return "week" if days <= _WEEKLY else "month"


def bars(start: date, end: date, today: date, each: Step) -> list[Bar]:
    """Return every step of the axis between two days, also where nothing was said."""
    return list(_bars(start, end, today, each))


def _bars(start: date, end: date, today: date, each: Step) -> Iterator[Bar]:
    first = period_start(start, each)
    while first <= end:
        after = _following(first, each)
        last = after - DAY
        running = first <= today <= last
        yield Bar(first, last, first < start or last > end or last >= today, running)
        first = after


def _following(first: date, each: Step) -> date:
    if each == "month":
        return period_start(first + timedelta(days=32), "month")
    return first + (WEEK if each == "week" else DAY)


def words(flt: MentionFilter) -> str:
    """Say a period in words: 22 Oct – 20 Nov 2026."""
    if flt.start is None and flt.end is None:
        return "all time"
    if flt.start is None or flt.end is None:
        return f"since {_day(flt.start)}" if flt.start else f"until {_day(flt.end)}"
    if flt.start == flt.end:
        return _day(flt.start)
    first = _day(flt.start)
    if flt.start.year == flt.end.year:
        first = first.rsplit(" ", 1)[0]
    return f"{first} – {_day(flt.end)}"


def _day(day: date | None) -> str:
    return "" if day is None else f"{day.day} {day:%b %Y}"
