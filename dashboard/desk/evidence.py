"""Which mentions are behind an alert, as a filter that a page opens. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.alerts import Alert, scope_parts
from storage.models import Kind, Label, MentionFilter

_KINDS = {"rating_drop": (Kind.REVIEW,), "nps_drop": (Kind.SURVEY,)}
_WEEK = ("rating_drop", "nps_drop")


def behind(alert: Alert, own: tuple[str, ...], zone: str) -> MentionFilter:
    """Return the filter of the days in question; ``own`` are the names of our brands."""
    about = scope_parts(alert.scope)
    start, end = span(alert)
    place = ZoneInfo(zone)

    def part(name: str) -> tuple[str, ...]:
        return (about[name],) if name in about else ()

    return MentionFilter(
        start=start.astimezone(place).date(),
        end=end.astimezone(place).date(),
        kinds=_KINDS.get(alert.signal, ()),
        brands=part("brand") or own,
        sources=part("source"),
        topics=part("topic"),
        langs=part("lang"),
        labels=(Label.NEGATIVE,) if alert.signal == "negative_share" else (),
        text=f'"{about["phrase"]}"' if "phrase" in about else "",
    )


def span(alert: Alert) -> tuple[datetime, datetime]:
    """Return from when until when an alert saw something; of days, the last complete ones."""
    since, until = alert.numbers.get("since"), alert.numbers.get("until")
    if isinstance(since, str) and isinstance(until, str):
        return datetime.fromisoformat(since), datetime.fromisoformat(until)
    hours = alert.numbers.get("hours")
    if isinstance(hours, int):
        return alert.last_seen_at - timedelta(hours=hours), alert.last_seen_at
    last = alert.last_seen_at - timedelta(days=1)
    return last - timedelta(days=6 if alert.signal in _WEEK else 0), last


def days(flt: MentionFilter) -> str:
    """Say which days a filter is of."""
    start, end = flt.start, flt.end
    if start is None or end is None:
        return ""
    first = f"{start:%a} {start.day} {start:%b}"
    return f"of {first}" if start == end else f"from {first} to {end:%a} {end.day} {end:%b}"
