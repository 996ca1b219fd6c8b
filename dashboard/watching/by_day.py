"""Whole days of each source: far fewer than usual, stars and NPS that fall, and sources known
to the day alone, whose volume and negative share cannot be watched by the hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import exp
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sentiment import signals
from storage import alerts, coverage, hourly, queries, workspace
from storage.alerts import Sign, scope_of
from storage.database import Database
from storage.models import Kind, MentionFilter, Sums

HISTORY = timedelta(weeks=10)
DAILY = ("volume", "quiet", "negative_share", "rating_drop", "nps_drop")


class Seen(NamedTuple):
    """Signs of the last complete day with how often a week each comes by itself.

    ``unknown`` are causes about which nothing could be said; ``looked`` counts comparisons.
    """

    signs: list[tuple[Sign, float]]
    unknown: set[str]
    looked: int


def see(db: Database, now: datetime, zone_name: str) -> Seen:
    """Look at the last complete day of own brands, in all and by source."""
    conn = db.reader()
    zone = ZoneInfo(zone_name)
    last = now.astimezone(zone).date() - timedelta(days=1)
    own = tuple(brand.name for brand in workspace.brands(conn) if brand.own)
    broken = _gap_days(db, last, zone)
    by_day = hourly.by_day_only(conn, now)
    seen = Seen([], set(), 0)
    base = MentionFilter(start=last - HISTORY, end=last, brands=own)
    looked = 0
    for source in ("", *coverage.choices(conn).sources):
        scope = scope_of(source=source)
        gaps = broken.get(source, set())
        if last in gaps:
            seen.unknown.update(alerts.cause(what, scope) for what in DAILY)
            continue
        flt = base if not source else MentionFilter(base.start, last, (), own, (source,))
        for found in _signals(db, flt, last, gaps, by_hour=source not in by_day):
            looked += 1
            if found is not None:
                seen.signs.append((_sign(found, scope, source), a_week(found)))
    return seen._replace(looked=looked)


def a_week(found: signals.Signal) -> float:
    """Return how often a week a daily signal as strong comes by itself.

    One in 1,000 quiet days where a signal begins to speak (measured by simulation, see
    ``signals``), and 1.5 nats fewer with each further standard deviation.
    """
    begins = signals.CLEAR if found.what in ("rating_drop", "nps_drop") else signals.STRONG
    return 7e-3 * exp(-1.5 * (abs(found.z or 0.0) - begins))


def _signals(
    db: Database, flt: MentionFilter, last: date, gaps: set[date], *, by_hour: bool
) -> Iterator[signals.Signal | None]:
    conn = db.reader()
    history = _days(queries.trend(conn, flt, "day"), last, gaps)
    found = signals.volume(history[:-1], history[-1])
    # By the hour, more than usual is seen sooner; fewer only when a day is whole.
    yield found if found and (found.what == "quiet" or not by_hour) else None
    if not by_hour:
        yield signals.negative_share(history[:-1], history[-1])
    for kind, signal in ((Kind.REVIEW, signals.rating_drop), (Kind.SURVEY, signals.nps_drop)):
        own = MentionFilter(flt.start, last, (kind,), flt.brands, flt.sources)
        history = _days(queries.trend(conn, own, "day"), last, gaps)
        yield signal(history[:-1], history[-1])


def _days(points: Sequence[queries.Point], last: date, broken: set[date]) -> list[signals.Day]:
    """Every day up to ``last``, also those on which nothing was said."""
    sums = {point.start: point.sums for point in points}
    first = min(sums, default=last)
    count = (last - first).days + 1
    days = [first + timedelta(days=i) for i in range(count)]
    return [signals.Day(day, sums.get(day, Sums()), day not in broken) for day in days]


def _gap_days(db: Database, last: date, zone: ZoneInfo) -> dict[str, set[date]]:
    """Days on which a source could not be read; under '' those of any source."""
    start = datetime.combine(last - HISTORY, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    found: dict[str, set[date]] = {"": set()}
    for gap in coverage.gaps(db.reader(), start, end):
        first, until = gap.start.astimezone(zone).date(), gap.end.astimezone(zone).date()
        days = {first + timedelta(days=i) for i in range((until - first).days + 1)}
        found.setdefault(gap.source, set()).update(days)
        found[""] |= days
    return found


def _sign(found: signals.Signal, scope: str, source: str) -> Sign:
    where = f"{source}: " if source else "All sources: "
    return Sign(found.what, scope, where + found.words, numbers(found))


def numbers(found: signals.Signal) -> dict[str, float | int | None]:
    """Return what a signal says as numbers of an alert."""
    return {
        "observed": found.observed,
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "p": found.p,
    }
