"""When a rule would have spoken in the weeks that were: to be seen before it is switched on.

The hours of the past are judged as the worker would have, by what is known of them now: what
was collected or corrected later counts as it stands. A cause that goes on is told once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.watching import bounds, by_hour, wording
from dashboard.watching.by_hour import Cause, Counts, Series
from dashboard.watching.watch import DAYS_SHARE
from dashboard.watching.wording import Evidence
from dashboard.wiring import Workspace
from sentiment.hourly import LOOKED_AT, NEEDED
from storage import hourly
from storage.alert_rules import AlertRule, RuleKind
from storage.hourly import HourSums

HOURS = 168


class Fired(NamedTuple):
    """One alert that there would have been."""

    at: datetime
    words: str


def fired(space: Workspace, rule: AlertRule, weeks: int) -> list[Fired]:
    """Return the alerts of the last weeks, the oldest first."""
    now = space.now().replace(minute=0, second=0, microsecond=0)
    if rule.kind is RuleKind.FIXED:
        return _fixed(space, rule, weeks * HOURS, now)
    return _usual(space, rule, weeks * HOURS, now)


def _usual(space: Workspace, rule: AlertRule, hours: int, now: datetime) -> list[Fired]:
    """Look once a day at the day that was; what the day before told already is not told again."""
    conn = space.db.reader()
    topics: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    total = hours + NEEDED
    counts = by_hour.counted(hourly.cells(conn, now, total), topics, total)
    last = by_hour.last_hour(now, space.timezone)
    found: list[Fired] = []
    told: list[Series] = []
    for ago in range(hours - hours % LOOKED_AT, -1, -LOOKED_AT):
        at = now - timedelta(hours=ago)
        then = _until(counts, total - ago)
        seen = by_hour.find(then, last - ago, rule.budget * (1 - DAYS_SHARE))
        causes = by_hour.causes(seen)
        found += [
            Fired(at, wording.words(each, Evidence((), ()), at, space.timezone))
            for each in causes
            if not _told(each, told)
        ]
        told = [one.series for each in causes for one in (each.lead, *each.others)]
    return found


def _until(counts: Counts, end: int) -> Counts:
    first = end - NEEDED
    return {key: (n[first:end], negative[first:end]) for key, (n, negative) in counts.items()}


def _told(cause: Cause, before: list[Series]) -> bool:
    members = (cause.lead, *cause.others)
    return any(by_hour.same(one.series, other) for one in members for other in before)


def _fixed(space: Workspace, rule: AlertRule, hours: int, now: datetime) -> list[Fired]:
    """Measure at the end of each hour; what stays beyond its bound is told once."""
    by_ago: dict[int, HourSums] = {
        each.ago: each for each in bounds.sums(space.db.reader(), rule, now, hours + rule.hours)
    }
    found: list[Fired] = []
    beyond = False
    for ago in range(hours, -1, -1):
        window = [by_ago[each] for each in range(ago, ago + rule.hours) if each in by_ago]
        measured = bounds.measured(rule, window)
        now_beyond = measured is not None and bounds.reached(rule, measured[0])
        if now_beyond and not beyond and measured is not None:
            at = now - timedelta(hours=ago)
            found.append(Fired(at, bounds.said(rule, *measured)))
        beyond = now_beyond
    return found
