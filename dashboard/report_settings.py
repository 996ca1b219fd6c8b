"""Reads ``[[report]]`` of ``earshot.toml``: which summary is mailed when, and to whom."""

from __future__ import annotations

from typing import Any

from dashboard.reports import locales, schedule_words
from dashboard.setting_keys import each_of, known, strings, typed
from storage import report_schedules
from storage.errors import ConfigError, InputError
from storage.report_schedules import Every, Recipient, Schedule


def report(raw: dict[str, Any]) -> Schedule:
    """Return a schedule; ``to`` are addresses that get all, ``recipient`` tables say more."""
    known("report", raw)
    name = typed(raw, "name", str)
    try:
        every = Every(typed(raw, "every", str, Every.WEEK.value))
    except ValueError as error:
        raise ConfigError(f'report {name!r}: every must be "week" or "month"') from error
    day = raw.get("on", 1)
    if not isinstance(day, str | int) or isinstance(day, bool):
        raise ConfigError(f"report {name!r}: on = {day!r} must be a weekday or a number")
    locale = typed(raw, "locale", str, locales.DEFAULT)
    try:
        made = Schedule(
            name,
            (
                *schedule_words.recipients(strings(raw, "to"), (), (), locales.known(locale)),
                *each_of(raw, "recipient", "to", lambda each: _recipient(each, locale)),
            ),
            every,
            schedule_words.read_day(every, day),
            schedule_words.read_clock(typed(raw, "at", str, "07:00")),
            typed(raw, "enabled", bool, True),
        )
        return report_schedules.checked(made)
    except InputError as error:
        raise ConfigError(f"report {name!r}: {error}") from error


def _recipient(raw: dict[str, Any], locale: str) -> Recipient:
    known("recipient", raw)
    return Recipient(
        typed(raw, "to", str),
        strings(raw, "brands"),
        strings(raw, "places"),
        locales.known(typed(raw, "locale", str, locale)),
    )
