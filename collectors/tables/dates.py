"""Dates and times in a column, read by the shape of each value.

One column can mix shapes (ISO and DD-MM-YYYY in one real export), so a way of reading is
chosen per shape, and the order of day and month per separator by the column's evidence.
Libraries that guess value by value were measured to read ``02.11.26`` as 11 February.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from collectors.tables.months import MONTHS, ZONES
from storage.models import Precision

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)
MAX_LENGTH = 80
MAX_CACHE = 20_000
EXCEL_EPOCH = datetime(1899, 12, 30)

Reading: TypeAlias = tuple[datetime, Precision]
Read: TypeAlias = Callable[[str], Reading]

_CLOCK = (
    r"(?:,?[T\s]\s*(\d{1,2})[:.hH](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?"
    r"(?:\s*([AaPp])\.?\s?[Mm]\.?(?![A-Za-z]))?(?:\s*Uhr)?)?"
)
_OFFSET = r"\s*(Z|[A-Za-z]{3,4}|(?:UTC|GMT)?[+-]\d{1,2}:?(?:\d{2})?)?(?:\s+\(?[A-Za-z ]+\)?)?"
_NUMERIC = re.compile(
    rf"(\d{{1,4}})([./-])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{1,2}})\.?{_CLOCK}{_OFFSET}$"
)
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\b\.?)?"
)
_ZONE = re.compile(r"(?<=[\s\d])(?:UTC|GMT)?([+-]\d{2}:?\d{2})\b|\b([A-Z]{3,4})\b")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_MONTH_DAY_YEAR = re.compile(r"(\d{1,2}) (\d{1,2}), (\d{4})$")
_DIGITS = re.compile(r"\d+(?:\.\d+)?$")
_LOOKS = re.compile(
    r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d\d))(?!\d|\.\d)"
    r"|\d{1,2} \d{1,2}, \d{4}$"
)


class Order(NamedTuple):
    """Order of the parts of dates whose year is last, per separator, with its reason."""

    separator: str
    order: str
    reason: str


class BadDate(ValueError):
    """The text is not a date."""


class Dates:
    """Reads the dates of one column.

    ``days`` says that every time in the column is midnight: the export knows days only.
    """

    def __init__(
        self, orders: Iterable[Order], zone: tzinfo, now: datetime, *, days: bool = False
    ) -> None:
        self._orders = {order.separator: order.order for order in orders}
        self._zone = zone
        self._latest = now + AHEAD
        self._century = now.year // 100 * 100
        self._days = days
        self._cache: dict[str, Reading | None] = {}

    def parse(self, text: str) -> Reading | None:
        """Return the time in UTC and how exact it is; None for no or an absurd date."""
        try:
            return self._cache[text]
        except KeyError:
            if len(self._cache) >= MAX_CACHE:
                self._cache.clear()
            found = self._cache[text] = self._parse(text)
            return found

    def _parse(self, text: str) -> Reading | None:
        if len(text) > MAX_LENGTH:
            return None
        try:
            moment, precision = self._reader(text)(text)
            if self._days and (moment.hour, moment.minute, moment.second) == (0, 0, 0):
                moment, precision = moment.replace(tzinfo=None), Precision.DAY
            if moment.tzinfo is None:
                zone = UTC if precision is Precision.DAY else self._zone
                moment = moment.replace(tzinfo=zone)
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return (moment, precision) if EARLIEST <= moment <= self._latest else None

    def _reader(self, text: str) -> Read:
        if _DIGITS.match(text):
            return digits
        if text[4:5] == "-" and text[:4].isdigit():
            return self._iso
        if _NUMERIC.match(text):
            return self._numeric
        return self._written

    def _iso(self, text: str) -> Reading:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return self._numeric(text)
        return moment, Precision.DAY if len(text) <= 10 else Precision.SECOND

    def _numeric(self, text: str) -> Reading:
        match = _NUMERIC.match(text)
        if match is None:
            raise BadDate(text)
        first, separator, second, third = match.group(1, 2, 3, 4)
        if len(first) >= 3:
            order = "ymd"
        elif (given := self._orders.get(separator)) is not None:
            order = given
        else:
            order = "dmy"
        parts = dict(zip(order, (first, second, third), strict=True))
        year = self._year(parts["y"])
        return _moment(year, int(parts["m"]), int(parts["d"]), match.groups()[4:])

    def _written(self, text: str) -> Reading:
        """Read dates with the name of a month, or ``09 13, 2009``."""
        if match := _MONTH_DAY_YEAR.match(text):
            month, day, year = match.groups()
            return _moment(int(year), int(month), int(day), (None,) * 6)
        clock = _TIME.search(text)
        rest = text[: clock.start()] + " " + text[clock.end() :] if clock else text
        found = _ZONE.finditer(rest) if clock else ()
        zone = next((z for z in found if z[1] or z[2].lower() in ZONES), None)
        if zone:
            rest = rest[: zone.start()] + " " + rest[zone.end() :]
        year, month, day = self._named(rest)
        times = clock.groups() if clock else (None,) * 5
        return _moment(year, month, day, (*times, (zone[1] or zone[2]) if zone else None))

    def _named(self, text: str) -> tuple[int, int, int]:
        words = _WORDS.findall(_plain(text))
        months = [MONTHS[word] for word in words if word in MONTHS]
        numbers = [word for word in words if word.isdigit()]
        if len(months) != 1 or len(numbers) != 2:
            raise BadDate(text)
        day, year = numbers
        if len(day) == 4:
            day, year = year, day
        return self._year(year), months[0], int(day)

    def _year(self, digits: str) -> int:
        if len(digits) == 4:
            return int(digits)
        if len(digits) != 2:
            raise BadDate(digits)
        year = self._century + int(digits)
        return year if year <= self._latest.year else year - 100


def digits(text: str) -> Reading:
    """Read seconds, milliseconds or microseconds since 1970, YYYYMMDD, Excel's days."""
    whole = text.partition(".")[0]
    if len(whole) == 8:
        return datetime.strptime(whole, "%Y%m%d"), Precision.DAY
    if len(whole) == 5:
        moment = EXCEL_EPOCH + timedelta(days=float(text))
        return moment, Precision.SECOND if "." in text else Precision.DAY
    scale = {9: 1, 10: 1, 13: 1_000, 16: 1_000_000}.get(len(whole))
    if scale is None:
        raise BadDate(text)
    micros = int(whole) * (1_000_000 // scale)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), Precision.SECOND


def looks_like_date(text: str) -> bool:
    """Whether a text has the shape of a date, sensible or not; numbers do not count."""
    if len(text) > MAX_LENGTH or len(text) < 6:
        return False
    if _LOOKS.match(text):
        return True
    words = _WORDS.findall(_plain(text))
    return (
        len(words) <= 16
        and sum(word.isdigit() for word in words) >= 2
        and any(word in MONTHS for word in words)
    )


def looks_like_epoch(text: str) -> bool:
    """Whether a text is a number that could be a time since 1970 (years 2001 to 2033)."""
    whole = text.partition(".")[0]
    return len(whole) in {10, 13, 16} and whole.isdigit() and "10" <= whole[:2] <= "19"


def _moment(year: int, month: int, day: int, times: tuple[str | None, ...]) -> Reading:
    hour, minute, second, fraction, half, offset = times
    if hour is None:
        return datetime(year, month, day), Precision.DAY
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise BadDate("an hour beyond 12 with am or pm")
        hours = hours % 12 + (12 if half in "pP" else 0)
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    zone = _offset(offset) if offset else None
    moment = datetime(year, month, day, hours, int(minute or 0), int(second or 0), micros, zone)
    return moment, Precision.SECOND


def _offset(text: str) -> timezone:
    name = text.lower()
    if name in ZONES:
        return timezone(timedelta(minutes=ZONES[name]))
    match = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name)
    if match is None:
        raise BadDate(text)
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its IANA name; ValueError where there is none."""
    if name.upper() in {"", "UTC", "GMT", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
