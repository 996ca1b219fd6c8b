"""Calendar months: which one, from which day to which. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from storage.errors import InputError

_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


class Month(NamedTuple):
    """A month of the calendar."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.back(-1).first - timedelta(days=1)

    @property
    def text(self) -> str:
        """The month as it is written, such as 2026-10."""
        return f"{self.year}-{self.number:02}"

    def back(self, months: int) -> Month:
        """Return the month so many months before."""
        year, index = divmod(self.year * 12 + self.number - 1 - months, 12)
        return Month(year, index + 1)


def of(day: date) -> Month:
    """Return the month of a day."""
    return Month(day.year, day.month)


def parse(text: str) -> Month:
    """Read a month such as 2026-10."""
    found = _MONTH.fullmatch(text.strip())
    month = Month(int(found[1]), int(found[2])) if found else Month(0, 0)
    if month.year < 1 or not 1 <= month.number <= 12:
        raise InputError(f"{text!r} is no month; write it like 2026-10")
    return month
