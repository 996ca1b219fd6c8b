"""A schedule in words, and what people type for one read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashboard.reports import locales
from storage.errors import InputError
from storage.report_schedules import LAST_DAY, Every, Recipient, Schedule

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")
_BETWEEN = re.compile(r"[,;\s]+")


def told(schedule: Schedule) -> str:
    """Say when a summary is mailed and to how many; no address is said."""
    number = len(schedule.recipients)
    whom = f"{number} recipient{'' if number == 1 else 's'}"
    off = "" if schedule.enabled else ", off"
    return f"{when(schedule)}, {whom}{off}"


def when(schedule: Schedule) -> str:
    """Say when a summary is mailed."""
    if schedule.every is Every.WEEK:
        return f"weekly on {DAYS[schedule.day - 1]} at {clock(schedule.minute)}"
    return f"monthly on day {schedule.day} at {clock(schedule.minute)}"


def whom(recipient: Recipient) -> str:
    """Say who gets a summary of what."""
    of = ", ".join((*recipient.brands, *recipient.places)) or "all of ours"
    named = locales.NAMES.get(recipient.locale, recipient.locale)
    return f"{recipient.address}: {of}, {named}"


def clock(minute: int) -> str:
    """Say a minute of the day."""
    return f"{minute // 60:02}:{minute % 60:02}"


def read_clock(text: str) -> int:
    """Return the minute of the day that 07:00 says."""
    found = _TIME.fullmatch(text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise InputError(f"{text!a} is no time of the day; write 07:00")
    return int(found[1]) * 60 + int(found[2])


def read_day(every: Every, value: str | int) -> int:
    """Return the day that "monday", or a number, says: 1 to 7 of a week, 1 to 28 of a month."""
    said = str(value).strip().lower()
    if every is Every.WEEK:
        named = [
            n for n, day in enumerate(DAYS, 1) if len(said) > 1 and day.lower().startswith(said)
        ]
        if named:
            return named[0]
    if said.isdecimal() and 1 <= int(said) <= LAST_DAY[every]:
        return int(said)
    wanted = '"monday" to "sunday"' if every is Every.WEEK else "1 to 28"
    raise InputError(f"{value!a} is no day of a {every.value}; write {wanted}")


def addresses(text: str) -> list[str]:
    """Return the addresses that are typed one a line or with commas, each once."""
    return list(dict.fromkeys(each for each in _BETWEEN.split(text) if each))


def recipients(
    to: Iterable[str],
    brands: Iterable[str] = (),
    places: Iterable[str] = (),
    locale: str = locales.DEFAULT,
) -> tuple[Recipient, ...]:
    """Return recipients of the same things."""
    of = tuple(brands), tuple(places)
    return tuple(Recipient(each, *of, locale) for each in to)
