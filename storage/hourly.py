"""Mentions of the last weeks by whole hours that end now, for signals.

Read from the mentions themselves along their order of publishing, so that only these weeks
cost anything, however many years there are. Items known to the day alone have no hour and
are left out. Not here: what is usual (``sentiment``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from storage.measures import DETRACTOR_TO, PROMOTER_FROM
from storage.rollups import topic_ids
from storage.times import millis

HOUR_MS = 3_600_000
_SECONDS_SHIFT = 31


class HourCell(NamedTuple):
    """So many mentions of one brand, source, language, set of topics and label in an hour.

    ``ago`` is 0 for the hour that ends now. ``topics`` are ids.
    """

    ago: int
    brand: str
    source: str
    lang: str
    topics: tuple[int, ...]
    negative: bool
    n: int


_CELLS = """
SELECT (:now - m.published_at) / 3600000, b.name, o.key, s.lang, m.topics,
  s.label = 'negative', count(*)
FROM mentions m INDEXED BY mentions_position
  JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id
  JOIN sources o ON o.id = s.source_id
WHERE m.position BETWEEN :first AND :last AND m.deleted_at IS NULL AND m.precision <> 'day'
  AND m.published_at <= :now AND b.own AND s.standing <> 'excluded'
GROUP BY 1, 2, 3, 4, 5, 6
"""


def cells(conn: sqlite3.Connection, now: datetime, hours: int) -> Iterator[HourCell]:
    """Return what was said of own brands within so many hours before now."""
    at = millis(now)
    first = max(0, (at - hours * HOUR_MS) // 1000) << _SECONDS_SHIFT
    last = (at // 1000 + 1) << _SECONDS_SHIFT
    rows = conn.execute(_CELLS, {"now": at, "first": first, "last": last})
    for ago, brand, source, lang, topics, negative, n in rows:
        if ago < hours:
            yield HourCell(ago, brand, source, lang, topic_ids(topics), bool(negative), n)


def by_day_only(conn: sqlite3.Connection, now: datetime, days: int = 35) -> set[str]:
    """Return the sources most of whose latest mentions are known to the day alone."""
    since = millis(now - timedelta(days=days))
    rows = conn.execute(
        "SELECT o.key, sum(m.precision = 'day'), count(*) FROM mentions m INDEXED BY"
        " mentions_position JOIN slices s ON s.id = m.slice_id"
        " JOIN sources o ON o.id = s.source_id WHERE m.position >= ? GROUP BY 1",
        (max(0, since // 1000) << _SECONDS_SHIFT,),
    )
    return {key for key, days_only, n in rows if 2 * days_only > n}


class HourSums(NamedTuple):
    """What fixed rules measure, of one hour; stars × 100, see ``RATING_SCALE``."""

    ago: int
    n: int
    negative: int
    rating_n: int
    rating_sum: int
    nps_n: int
    promoters: int
    detractors: int


_SUMS = f"""
SELECT (:now - m.published_at) / 3600000, count(*), sum(s.label = 'negative'),
  count(m.rating), coalesce(sum(m.rating), 0), count(m.nps),
  coalesce(sum(m.nps >= {PROMOTER_FROM}), 0), coalesce(sum(m.nps <= {DETRACTOR_TO}), 0)
FROM mentions m INDEXED BY mentions_position
  JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id
  JOIN sources o ON o.id = s.source_id
WHERE m.position BETWEEN :first AND :last AND m.deleted_at IS NULL
  AND m.published_at <= :now AND b.own AND s.standing <> 'excluded'
  AND (:brand = '' OR b.name = :brand) AND (:source = '' OR o.key = :source)
  AND (:lang = '' OR s.lang = :lang) AND (:topic = '' OR instr(',' || m.topics || ',',
    ',' || (SELECT id FROM topics WHERE key = :topic) || ','))
GROUP BY 1
"""


def sums(
    conn: sqlite3.Connection,
    now: datetime,
    hours: int,
    *,
    brand: str = "",
    source: str = "",
    topic: str = "",
    lang: str = "",
) -> list[HourSums]:
    """Return sums by hour of a part of what was said; hours in which nothing was are absent."""
    at = millis(now)
    asked = {
        "now": at,
        "first": max(0, (at - hours * HOUR_MS) // 1000) << _SECONDS_SHIFT,
        "last": (at // 1000 + 1) << _SECONDS_SHIFT,
        "brand": brand,
        "source": source,
        "topic": topic,
        "lang": lang,
    }
    return [HourSums(*row) for row in conn.execute(_SUMS, asked) if row[0] < hours]


def due_unanswered(conn: sqlite3.Connection, now: datetime, until: datetime) -> int:
    """Return how many open cases are due until a time and still without an answer."""
    row = conn.execute(
        "SELECT count(*) FROM cases WHERE closed_at IS NULL AND answered_at IS NULL"
        " AND state NOT IN ('answered', 'sending') AND due_at > ? AND due_at <= ?",
        (millis(now), millis(until)),
    ).fetchone()
    return int(row[0])


def answered(conn: sqlite3.Connection, start: datetime, end: datetime) -> int:
    """Return how many cases were answered within a time."""
    row = conn.execute(
        "SELECT count(*) FROM cases WHERE answered_at >= ? AND answered_at < ?",
        (millis(start), millis(end)),
    ).fetchone()
    return int(row[0])
