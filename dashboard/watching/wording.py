"""What an alert of the last hours says to people, and which mentions and words are behind it."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard.watching.by_hour import Cause, Found, Series
from sentiment import keyness
from sentiment.hourly import Look
from storage import listing
from storage.listing import MentionRow
from storage.models import Label, MentionFilter

READ, BEFORE = 300, 600
"""Texts that are read of the hours in question, and of the two weeks before."""
NAMED = 5
EARLIER = timedelta(days=14)


class Evidence(NamedTuple):
    """Words that stand out, and the ids of some mentions."""

    words: tuple[str, ...]
    mentions: tuple[int, ...]


def evidence(conn: sqlite3.Connection, found: Found, now: datetime, zone: str) -> Evidence:
    """Return what stands behind something: words of at least five texts, and mentions."""
    start, end = window(found.look, now)
    flt = selection(conn, found.series, found.look.what, start, end, zone)
    rows = [row for row in listing.page(conn, flt, limit=READ) if start <= row.published_at <= end]
    before = selection(conn, found.series, "volume", start - EARLIER, start, zone)
    others = [row for row in listing.page(conn, before, limit=BEFORE) if row.published_at < start]
    words = keyness.telling([_text(row) for row in rows], [_text(row) for row in others])
    worst = sorted(rows, key=lambda row: 0.0 if row.score is None else row.score)
    return Evidence(tuple(words), tuple(row.id for row in worst[:NAMED]))


def window(look: Look, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when something was seen."""
    return now - timedelta(hours=look.since), now - timedelta(hours=look.ago)


def selection(
    conn: sqlite3.Connection, series: Series, what: str, start: datetime, end: datetime, zone: str
) -> MentionFilter:
    """Return the filter of the days around the hours of a series."""
    place = ZoneInfo(zone)
    names = dict(conn.execute("SELECT key, key FROM topics"))
    return MentionFilter(
        start=start.astimezone(place).date(),
        end=end.astimezone(place).date(),
        brands=(series.brand,) if series.brand else (),
        sources=(series.source,) if series.source else (),
        topics=(series.topic,) if series.topic in names else (),
        langs=(series.lang,) if series.lang else (),
        labels=(Label.NEGATIVE,) if what == "negative_share" else (),
    )


def words(cause: Cause, evidence: Evidence, now: datetime, zone: str) -> str:
    """Say what, since when, how much against what was expected, and with which words."""
    look = cause.lead.look
    start, end = (each.astimezone(ZoneInfo(zone)) for each in window(look, now))
    said = f"{named(cause.lead.series)}: {_much(look)} in {_span(look.hours)}"
    said += f" until {end:%a %H:%M}, since {start:%a %H:%M}"
    if evidence.words:
        said += f"; often said: {', '.join(evidence.words)}"
    also = [named(each.series) for each in cause.others if each.series.brand]
    if also:
        more = f" and {len(also) - 3} more" if len(also) > 3 else ""
        said += f"; also {', '.join(also[:3])}{more}"
    return said


def named(series: Series) -> str:
    """Return a series in words."""
    return " · ".join(each for each in (series.brand or "No brand", *series[1:]) if each)


def _much(look: Look) -> str:
    if look.what == "negative_share":
        negative = round(look.observed * look.n)
        return (
            f"{negative} of {look.n} mentions negative ({look.observed:.0%}, usually "
            f"{look.low:.0%} to {look.high:.0%})"
        )
    times = f", {look.observed / look.expected:.1f} times as many" if look.expected >= 1 else ""
    return f"{look.n} mentions (usually {look.low:.0f} to {look.high:.0f}{times})"


def _span(hours: int) -> str:
    return "an hour" if hours == 1 else f"{hours} hours"


def _text(row: MentionRow) -> str:
    return f"{row.title} {row.text}"
