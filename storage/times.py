"""Times as the database holds them: milliseconds since 1970 and days in one timezone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EARLIEST_AT = 631_152_000_000
"""1990 in milliseconds: nothing that Earshot collects was said before."""
FUTURE_MS = 2 * 86_400_000
"""Clocks of sources may run ahead by as much; later dates are mistakes."""


def millis(moment: datetime) -> int:
    """Return milliseconds since 1970; a naive datetime is a bug and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}")
    # A microsecond's half keeps a whole millisecond from being cut to the one before.
    return floor(moment.timestamp() * 1000 + 0.0005)


def moment(at: int) -> datetime:
    """Return the aware UTC datetime of a stored time."""
    return EPOCH + timedelta(milliseconds=at)


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_date(day: int) -> date:
    """Return the date of a stored day."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def month_number(day: int) -> int:
    """Return months since year 0 of a stored day: year × 12 + month − 1."""
    when = day_date(day)
    return when.year * 12 + when.month - 1


class Calendar:
    """Turns times into days of one reporting timezone, remembering hours already seen."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._seen: dict[int, int] = {}

    def day(self, at: int) -> int:
        """Return the stored day on which a stored time falls.

        Offsets change at quarter hours at the finest, so one answer serves 15 minutes.
        """
        quarter = at // 900_000
        found = self._seen.get(quarter)
        if found is None:
            if len(self._seen) > 100_000:
                self._seen.clear()
            found = day_number(moment(quarter * 900_000).astimezone(self._zone).date())
            self._seen[quarter] = found
        return found

    def start(self, day: int) -> int:
        """Return the stored time at which a stored day begins."""
        midnight = datetime.combine(day_date(day), datetime.min.time(), self._zone)
        return millis(midnight.astimezone(UTC))
