"""When the sample company's sources were asked, and when asking failed.

Pure: a timetable per outlet. Long ago once a week, around the crisis and in recent weeks
daily, in the last days every three hours.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.sample.outlets import OUTLETS, Outlet
from dashboard.sample.phases import CRISIS, DAYS, OUTAGE


class SamplePoll(NamedTuple):
    """One poll of a source: ``found`` is how many mentions it brought."""

    source_id: str
    at: datetime
    ok: bool
    error: str
    found: int


class Timetable(NamedTuple):
    """The polls of one outlet: those that worked, and those that failed with their error."""

    good: tuple[datetime, ...]
    failed: tuple[tuple[datetime, str], ...]

    def seen(self, at: datetime) -> int:
        """Return the number of the first good poll at or after a moment."""
        return bisect_left(self.good, at)


_FAILURES = (
    (*OUTAGE, "502 Bad Gateway: the listing's feed answers with an error page"),
    ("grapevine-groceries", 12.6, 11.5, "429 Too Many Requests: asked to wait 600 s"),
    ("chirrup", 31.6, 30.5, "timed out after 20 s"),
    ("tellwell-pantrelo", 5.4, 4.5, "503 Service Unavailable: maintenance"),
)


def _step(ago: float) -> timedelta:
    if ago > CRISIS + 7:
        return timedelta(days=7)
    if 70 < ago < 105:
        return timedelta(days=7)
    return timedelta(days=1) if ago > 4 else timedelta(hours=3)


def timetable(outlet: Outlet, now: datetime) -> Timetable:
    """Return when an outlet was polled between the beginning of the story and now."""
    late = timedelta(minutes=4 * OUTLETS.index(outlet) + 3, seconds=11)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight - timedelta(days=DAYS - 7) + timedelta(hours=2) + late
    good: list[datetime] = []
    failed: list[tuple[datetime, str]] = []
    last = now - timedelta(seconds=3 * OUTLETS.index(outlet) + 2)
    while at < last:
        ago = (now - at) / timedelta(days=1)
        why = [
            why for name, start, end, why in _FAILURES if name == outlet.id and end < ago <= start
        ]
        if why:
            failed.append((at, why[0]))
        else:
            good.append(at)
        at += _step(ago)
    good.append(last)
    return Timetable(tuple(good), tuple(failed))
