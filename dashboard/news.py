"""What happened since somebody looked last, as figures that each open what they count.

Words about our own brands: competitors have their page. Pure over named queries; drawing
is in ``components.since``.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard import comparisons, data, markup, periods
from dashboard.data import At, reads
from sentiment import outstanding
from storage import coverage, queries, workspace
from storage.coverage import Gap
from storage.models import MentionFilter, Sums

UNKNOWN = timedelta(days=1)
"""How far back to look for somebody whose last visit is not known."""
_WEEK = timedelta(days=6)
_WEEKS = 26
_HALF_YEAR = _WEEKS * periods.WEEK

_oldest = reads("facts", keep=32)(queries.oldest)
_gaps = reads("sources", "facts", keep=32)(coverage.gaps)


class Part(NamedTuple):
    """A number in words, and the filter of exactly the mentions that it counts."""

    words: str
    flt: MentionFilter


class News(NamedTuple):
    """Since when, what is new, what of it waits, alerts that last, what could not be read."""

    since: str
    new: Part
    waiting: Part | None
    alerts: int
    troubles: tuple[str, ...]


def since(at: At, seen: datetime | None) -> News:
    """Return the news since the end of a visit; without one, of the last 24 hours."""
    start = seen or at.minute - UNKNOWN
    fresh = MentionFilter(brands=data.own_brands(at), since=start)
    return News(
        f"Since {_moment(at, start)}" if seen else "In the last 24 hours",
        Part(f"{data.count(at, fresh):,} new", fresh),
        _waiting(at, fresh),
        len(data.unresolved(at)),
        tuple(_trouble(at, gap) for gap in _gaps(at, start, at.minute)),
    )


def worst(at: At) -> Part | None:
    """Return the worst weeks of the last half year, where some stand out by more than chance."""
    return _worst(at, at.today)


@reads("facts", "settings", keep=8)
def _worst(conn: sqlite3.Connection, today: date) -> Part | None:
    this = queries.period_start(today, "week")
    flt = MentionFilter(
        brands=workspace.own_brands(conn), start=this - _HALF_YEAR, end=this - timedelta(days=1)
    )
    found = {point.start: point.sums for point in queries.trend(conn, flt, "week")}
    days = [this - _HALF_YEAR + number * periods.WEEK for number in range(_WEEKS)]
    sums = [found.get(day, Sums()) for day in days]
    stretch = outstanding.worst([(each.negative, each.n) for each in sums])
    if stretch is None:
        return None
    last = days[stretch.last] + periods.WEEK - timedelta(days=1)
    only = replace(flt, start=days[stretch.first], end=last)
    words = f"{periods.words(only)}: {stretch.share:.0%} negative, usually {stretch.usual:.0%}"
    return Part(words, only)


def _waiting(at: At, fresh: MentionFilter) -> Part | None:
    asked = comparisons.answerable(fresh)
    assert asked is not None
    flt = replace(asked, unanswered=True)
    count = data.count(at, flt)
    if not count:
        return None
    age = markup.ago(_oldest(at, flt), at.now).removesuffix(" ago")
    return Part(f"{count:,} negative unanswered (oldest {age})", flt)


def _trouble(at: At, gap: Gap) -> str:
    start = _moment(at, gap.start)
    if gap.end >= at.minute:
        return f"{gap.source} fails since {start}"
    return f"{gap.source} failed {start}, caught up {_moment(at, gap.end)}"


def _moment(at: At, moment: datetime) -> str:
    """Return a time as one says it: 18:04 today, Friday 18:04, 3 Nov 18:04."""
    local = moment.astimezone(ZoneInfo(at.zone))
    if local.date() == at.today:
        return f"{local:%H:%M}"
    if at.now - moment < _WEEK:
        return f"{local:%A %H:%M}"
    return f"{local.day} {local:%b %H:%M}"
