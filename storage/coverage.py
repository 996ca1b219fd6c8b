"""How complete the data is: health of each source, gaps in collection, choices to filter by."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import NamedTuple

from storage import customer_columns, sources, workspace
from storage.models import Source
from storage.times import day_date, millis, moment


class SourceHealth(NamedTuple):
    """A source and how its polls went. ``failing_since`` is None while it works."""

    source: Source
    last_poll_at: datetime | None
    last_success_at: datetime | None
    failing_since: datetime | None
    error: str | None
    polls_24h: int
    new_24h: int
    mentions: int
    refused: int


class Gap(NamedTuple):
    """A time in which a source could not be read: to be drawn as a gap, never as zero."""

    source: str
    start: datetime
    end: datetime
    error: str


class Choices(NamedTuple):
    """What the filter bar can offer; topics as (key, name)."""

    brands: tuple[str, ...]
    sources: tuple[str, ...]
    products: tuple[str, ...]
    topics: tuple[tuple[str, str], ...]
    langs: tuple[str, ...]
    places: tuple[str, ...]
    customers: tuple[str, ...]
    first_day: date | None
    last_day: date | None


def health(conn: sqlite3.Connection, now: datetime) -> list[SourceHealth]:
    """Every source with how it does, by id."""
    return [_health(conn, source, now) for source in sources.all_sources(conn)]


def _health(conn: sqlite3.Connection, source: Source, now: datetime) -> SourceHealth:
    (source_id,) = conn.execute("SELECT id FROM sources WHERE key = ?", (source.id,)).fetchone()
    polled = "SELECT {} FROM polls WHERE source_id = ? AND ended_at IS NOT NULL"
    newest = "ORDER BY started_at DESC LIMIT 1"
    last = _one(conn, f"{polled.format('started_at')} {newest}", source_id)
    success = _one(conn, f"{polled.format('ended_at')} AND error IS NULL {newest}", source_id)
    broken = (
        "SELECT {} FROM polls WHERE source_id = ? AND error IS NOT NULL AND started_at >= ?"
        " ORDER BY started_at {} LIMIT 1"
    )
    failing = _one(conn, broken.format("started_at", "ASC"), source_id, success or 0)
    error = conn.execute(broken.format("error", "DESC"), (source_id, success or 0)).fetchone()
    polls, new = conn.execute(
        "SELECT count(*), coalesce(sum(new), 0) FROM polls WHERE source_id = ? AND started_at > ?",
        (source_id, millis(now) - 86_400_000),
    ).fetchone()
    (refused,) = conn.execute(
        "SELECT coalesce(sum(refused), 0) FROM polls WHERE source_id = ? AND refused > 0",
        (source_id,),
    ).fetchone()
    (mentions,) = conn.execute(
        "SELECT coalesce(sum(r.n), 0) FROM slices s JOIN rollup_month r ON r.slice_id = s.id"
        " AND r.topic_id = 0 WHERE s.grouping = 1 AND s.source_id = ?",
        (source_id,),
    ).fetchone()
    return SourceHealth(
        source,
        _when(last),
        _when(success),
        _when(failing),
        error[0] if error else None,
        polls,
        new,
        mentions,
        refused,
    )


_GAPS = """
SELECT o.key, p.started_at, p.error,
  (SELECT started_at FROM polls WHERE source_id = p.source_id AND ended_at IS NOT NULL
   AND started_at >= ?1 AND started_at < p.started_at ORDER BY started_at DESC LIMIT 1),
  (SELECT started_at FROM polls WHERE source_id = p.source_id AND ended_at IS NOT NULL
   AND error IS NULL AND started_at > p.started_at AND started_at <= ?2
   ORDER BY started_at LIMIT 1)
FROM sources o CROSS JOIN polls p ON p.source_id = o.id
WHERE p.error IS NOT NULL AND p.started_at BETWEEN ?1 AND ?2 AND p.ended_at IS NOT NULL
ORDER BY o.key, p.started_at
"""
"""Failed polls, each with the poll before it and the next success."""


def gaps(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[Gap]:
    """Stretches of failed polls within a period: from the last success to the next one."""
    found: list[Gap] = []
    rows = conn.execute(_GAPS, (millis(start), millis(end)))
    for key, failed, error, before, success in rows:
        if found and found[-1].source == key and found[-1].end >= moment(failed):
            continue
        since = failed if before is None else before
        found.append(Gap(key, moment(since), end if success is None else moment(success), error))
    return found


def choices(conn: sqlite3.Connection) -> Choices:
    """What there is to filter by; only names that some mention bears."""
    first, last = conn.execute(
        "SELECT min((SELECT min(day) FROM rollup_day WHERE topic_id = 0 AND slice_id = s.id)),"
        " max((SELECT max(day) FROM rollup_day WHERE topic_id = 0 AND slice_id = s.id))"
        " FROM slices s WHERE s.grouping = 4"
    ).fetchone()

    def used(column: str, table: str, name: str) -> tuple[str, ...]:
        rows = conn.execute(
            f"SELECT {name} FROM {table} WHERE id > 0 AND id IN"
            f" (SELECT {column} FROM slices WHERE grouping = 0) ORDER BY {name}"
        )
        return tuple(row[0] for row in rows)

    langs = conn.execute("SELECT DISTINCT lang FROM slices WHERE grouping = 0 AND lang <> ''")
    topics = conn.execute("SELECT key, name FROM topics WHERE state = 'active' ORDER BY name")
    held = customer_columns.columns(conn).items()
    return Choices(
        used("brand_id", "brands", "name"),
        used("source_id", "sources", "key"),
        used("product_id", "products", "name"),
        tuple(topics),
        tuple(sorted(row[0] for row in langs)),
        tuple(row[0] for row in conn.execute("SELECT key FROM places ORDER BY key")),
        tuple(f"{name}={value}" for name, values in held for value in values),
        None if first is None else day_date(first),
        None if last is None else day_date(last),
    )


def unscored_share(conn: sqlite3.Connection) -> float:
    """Share of all mentions that no model, mark or person has labelled yet."""
    row = conn.execute(
        "SELECT sum(CASE WHEN s.label = 'unscored' THEN r.n END), sum(r.n) FROM slices s"
        " JOIN rollup_month r ON r.slice_id = s.id AND r.topic_id = 0 WHERE s.grouping = 4"
    ).fetchone()
    return (row[0] or 0) / row[1] if row[1] else 0.0


def data_until(conn: sqlite3.Connection) -> datetime | None:
    """When the last fact was stored; what "data to" and "as known at" mean.

    Ids order by the time of first sight, up to a few milliseconds between writers, and
    polls by their beginning: the latest of the last thousand is the latest of all.
    """
    row = conn.execute(
        "SELECT max((SELECT max(first_seen_at) FROM"
        " (SELECT first_seen_at FROM mentions ORDER BY id DESC LIMIT 1000)),"
        " (SELECT coalesce(max(ended_at), 0) FROM"
        " (SELECT ended_at FROM polls ORDER BY id DESC LIMIT 1000)))"
    ).fetchone()
    return _when(row[0])


def timezone(conn: sqlite3.Connection) -> str:
    """The reporting timezone, for pages that import no other noun."""
    return workspace.timezone(conn)


def _when(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def _one(conn: sqlite3.Connection, sql: str, *args: int) -> int | None:
    """The number that a query finds first, None where it finds none."""
    row = conn.execute(sql, args).fetchone()
    return None if row is None or row[0] is None else int(row[0])
