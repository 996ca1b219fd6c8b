"""ISO weeks: which one, from which day to which. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from storage.errors import InputError

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


class Week(NamedTuple):
    """A week of ISO 8601: it begins on Monday, and belongs to the year of its Thursday."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day, a Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=6)

    @property
    def text(self) -> str:
        """The week as it is written, such as 2026-W46."""
        return f"{self.year}-W{self.number:02}"

    def back(self, weeks: int) -> Week:
        """Return the week so many weeks before."""
        return of(self.first - timedelta(weeks=weeks))


def of(day: date) -> Week:
    """Return the week of a day."""
    return Week(*day.isocalendar()[:2])


def parse(text: str) -> Week:
    """Read a week such as 2026-W46."""
    found = _WEEK.fullmatch(text.strip())
    try:
        if found:
            week = Week(int(found[1]), int(found[2]))
            assert week.first
            return week
    except ValueError:
        pass
    raise InputError(f"{text!r} is no ISO week; write it like 2026-W46")
