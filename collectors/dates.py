"""Reads the dates of feeds and says when one cannot be believed. Pure."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from storage.models import Precision

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LEAP = re.compile(r"(?<=:\d\d):60\b")
_ANCIENT = re.compile(r"[A-Za-z]{3} 00\d\d\b")
_EPOCH = re.compile(r"\d{9,10}|\d{13}")


class Moment(NamedTuple):
    """A point in time as a source gave it; ``doubt`` is the text that was not believed."""

    at: datetime | None = None
    precision: Precision = Precision.SECOND
    doubt: str = ""


def read(raw: str, now: datetime, parsed: time.struct_time | None = None) -> Moment:
    """Return the moment that ``raw`` names; ``parsed`` is a library's reading of it, in UTC.

    Epoch seconds and milliseconds are read as such. Dates before 1990 or more than two
    days ahead are doubted and count as unknown.
    """
    raw = raw.strip()
    if not raw:
        return Moment()
    if _EPOCH.fullmatch(raw):
        at: datetime | None = _epoch(float(raw) / (1000 if len(raw) == 13 else 1))
    elif parsed is not None:
        at = _calendar(parsed)
    else:
        at = _spelled(raw[:100])
    if at is None or not EARLIEST <= at <= now + AHEAD:
        return Moment(doubt=raw[:60])
    return Moment(at, Precision.DAY if _DAY.fullmatch(raw) else Precision.SECOND)


def _epoch(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _calendar(parsed: time.struct_time) -> datetime | None:
    try:
        return _epoch(calendar.timegm(parsed))
    except (ValueError, OverflowError):  # feedparser reads "-1" as the year −1
        return None


def _spelled(raw: str) -> datetime | None:
    raw = _LEAP.sub(":59", raw)
    if _ANCIENT.search(raw):
        return None  # the mail reader takes the year 0001 for 2001
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = reader(raw)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
