"""Reads "until when" as people say it: a date, a time, 3d, tomorrow, friday. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.errors import InputError

MORNING = time(9, 0)
"""When a day begins for which no hour was given."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,4})\s*([mhdw])")


def until(text: str, now: datetime, timezone: str) -> datetime:
    """Return the UTC time meant; days and hours are those of the reporting timezone."""
    said = text.strip().lower()
    zone = ZoneInfo(timezone)
    if span := _SPAN.fullmatch(said):
        return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
    today = now.astimezone(zone)
    if said == "tomorrow":
        return _morning(today + timedelta(days=1))
    named = [n for n, day in enumerate(_DAYS) if len(said) >= 3 and day.startswith(said)]
    if named:
        return _morning(today + timedelta(days=(named[0] - today.weekday() - 1) % 7 + 1))
    return _dated(said.upper(), zone, text)


def _dated(said: str, zone: ZoneInfo, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise InputError(
            f"{text!a} is no time; say 2026-11-25, 2026-11-25T14:00, 3h, 2d, tomorrow or friday"
        ) from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
        if len(said) <= len("2026-11-25"):
            return _morning(found)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{text!a} is no time that can be waited for") from error


def _morning(day: datetime) -> datetime:
    try:
        return datetime.combine(day.date(), MORNING, day.tzinfo).astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{day:%Y-%m-%d} is no day that can be waited for") from error
