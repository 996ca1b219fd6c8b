"""How complete the data is: health of each source, gaps in collection, choices to filter by."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import NamedTuple

from storage import sources, workspace
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
    first_day: date | None
    last_day: date | None


def health(conn: sqlite3.Connection, now: datetime) -> list[SourceHealth]:
    """Every source with how it does, by id."""
    return [_health(conn, source, now) for source in sources.all_sources(conn)]


def _health(conn: sqlite3.Connection, source: Source, now: datetime) -> SourceHealth:
    (source_id,) = conn.execute("SELECT id FROM sources WHERE key = ?", (source.id,)).fetchone()
    last, success = conn.execute(
        "SELECT max(started_at), max(CASE WHEN error IS NULL THEN ended_at END) FROM polls"
        " WHERE source_id = ? AND ended_at IS NOT NULL",
        (source_id,),
    ).fetchone()
    failing, error = conn.execute(
        "SELECT min(started_at), (SELECT error FROM polls WHERE source_id = ?1 AND error IS NOT"
        " NULL ORDER BY id DESC LIMIT 1) FROM polls WHERE source_id = ?1 AND error IS NOT NULL"
        " AND started_at >= coalesce(?2, 0)",
        (source_id, success),
    ).fetchone()
    polls, new = conn.execute(
        "SELECT count(*), coalesce(sum(new), 0) FROM polls WHERE source_id = ? AND started_at > ?",
        (source_id, millis(now) - 86_400_000),
    ).fetchone()
    (refused,) = conn.execute(
        "SELECT coalesce(sum(refused), 0) FROM polls WHERE source_id = ?", (source_id,)
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
        error if failing is not None else None,
        polls,
        new,
        mentions,
        refused,
    )


def gaps(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[Gap]:
    """Stretches of failed polls within a period: from the last success to the next one."""
    rows = conn.execute(
        "SELECT o.key, p.started_at, p.ended_at, p.error FROM polls p JOIN sources o"
        " ON o.id = p.source_id WHERE p.started_at BETWEEN ? AND ? AND p.ended_at IS NOT NULL"
        " ORDER BY o.key, p.started_at",
        (millis(start), millis(end)),
    )
    found: list[Gap] = []
    before: tuple[str, datetime] | None = None
    open_gap: Gap | None = None
    for key, started, _, error in rows:
        when = moment(started)
        if open_gap and (open_gap.source != key or not error):
            stop = when if open_gap.source == key else end
            found.append(open_gap._replace(end=stop))
            open_gap = None
        if error and open_gap is None:
            since = before[1] if before and before[0] == key else when
            open_gap = Gap(key, since, end, error)
        before = (key, when)
    if open_gap:
        found.append(open_gap)
    return found


def choices(conn: sqlite3.Connection) -> Choices:
    """What there is to filter by; only names that some mention bears."""
    first, last = conn.execute("SELECT min(day), max(day) FROM mentions").fetchone()

    def used(column: str, table: str, name: str) -> tuple[str, ...]:
        rows = conn.execute(
            f"SELECT {name} FROM {table} WHERE id > 0 AND id IN"
            f" (SELECT {column} FROM slices WHERE grouping = 0) ORDER BY {name}"
        )
        return tuple(row[0] for row in rows)

    langs = conn.execute("SELECT DISTINCT lang FROM slices WHERE grouping = 0 AND lang <> ''")
    topics = conn.execute("SELECT key, name FROM topics ORDER BY name")
    return Choices(
        used("brand_id", "brands", "name"),
        used("source_id", "sources", "key"),
        used("product_id", "products", "name"),
        tuple(topics),
        tuple(sorted(row[0] for row in langs)),
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
    """When the last fact was stored; what "data to" and "as known at" mean."""
    row = conn.execute(
        "SELECT max((SELECT max(first_seen_at) FROM mentions),"
        " (SELECT coalesce(max(ended_at), 0) FROM polls))"
    ).fetchone()
    return _when(row[0])


def timezone(conn: sqlite3.Connection) -> str:
    """The reporting timezone, for pages that import no other noun."""
    return workspace.timezone(conn)


def _when(at: int | None) -> datetime | None:
    return None if at is None else moment(at)
