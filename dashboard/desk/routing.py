"""Who is told of an alert, and when: routes, quiet hours, digests. Pure: no database.

A critical alert is told at once, whatever the hour. Others wait for the end of quiet hours,
or for the minute of the day at which a route tells all of them together.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.alert_rules import Route
from storage.alerts import Alert, Severity, scope_parts

DAY = 24 * 60


def hears(route: Route, alert: Alert) -> bool:
    """Say whether a route is for an alert: severity, signal, and what it is about."""
    if not route.enabled or alert.severity.rank < route.least.rank:
        return False
    if route.signals and alert.signal not in route.signals:
        return False
    about = scope_parts(alert.scope)
    return all(about.get(name) == value for name, value in scope_parts(route.scope).items())


def due(route: Route, severity: Severity, now: datetime, zone: str) -> datetime:
    """Return when a route tells of an alert that opened now."""
    if severity is Severity.CRITICAL:
        return now
    at = now
    if route.digest_at is not None:
        at = next_minute(at, route.digest_at, zone)
    if is_quiet(route, at, zone) and route.quiet_until is not None:
        at = next_minute(at, route.quiet_until, zone)
    return at


def is_quiet(route: Route, at: datetime, zone: str) -> bool:
    """Say whether a time lies in a route's quiet hours, which may span midnight."""
    if route.quiet_from is None or route.quiet_until is None:
        return False
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return (minute - route.quiet_from) % DAY < (route.quiet_until - route.quiet_from) % DAY


def next_minute(after: datetime, minute: int, zone: str) -> datetime:
    """Return the next time at or after a moment that a minute of the day comes, in UTC."""
    local = after.astimezone(ZoneInfo(zone))
    wall = time(minute // 60 % 24, minute % 60)
    found = datetime.combine(local.date(), wall, ZoneInfo(zone)).astimezone(UTC)
    if found >= after:
        return found
    next_day = local.date() + timedelta(days=1)
    return datetime.combine(next_day, wall, ZoneInfo(zone)).astimezone(UTC)
