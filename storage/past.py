"""The database as things were known at a moment: the same tables, the same queries.

A connection of its own, on which temporary tables and views stand before the real ones:
mentions with the version, score, label and reply that were known then, the sums that
follow from them, and polls and events of cases up to then. Whatever reads a connection
reads the past through it, unchanged. Timezone, whose a brand is and what a person excluded
are those of then, too (``configuration``), names and topics those of now. Not here: why two
moments differ (``differences``).

A mention that was deleted at its source and came back is seen as if it had never left:
only the newest deletion of each is kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from storage import configuration, database, ids, labels
from storage.configuration import Configuration
from storage.measures import measures
from storage.models import Label, Precision, Standing
from storage.rollups import Delta, Spot, topic_ids
from storage.slices import Slice, Slices
from storage.times import Calendar, day_number, millis, moment

_SHADOWED = ("mentions", "slices", "place_slices", "mention_topics")
"""Tables that are made anew; beside them every one of sums, ``rollup_…``."""

_KNOWN = """
SELECT m.id, m.position, m.place_id, m.day, m.published_at, m.precision, m.first_seen_at,
  m.slice_id, v.version, v.learned_at, v.updated_at, v.rating, v.nps, v.csat, v.ces, v.lang,
  coalesce(v.title || v.text, '-') <> '', c.label, c.unsure, c.score, c.lang, c.topics,
  (SELECT label FROM labels l WHERE l.mention_id = m.id AND l.version = v.version
   AND l.labelled_at <= :at ORDER BY l.id DESC LIMIT 1),
  EXISTS (SELECT 1 FROM replies r WHERE r.mention_id = m.id AND r.learned_at <= :at),
  m.erased_at
FROM main.mentions m JOIN versions v ON v.mention_id = m.id AND v.learned_at <= :at
LEFT JOIN scores c ON c.mention_id = m.id AND c.version = v.version AND c.scored_at <= :at
WHERE m.first_seen_at <= :at AND (m.deleted_at IS NULL OR m.deleted_at > :at)
  AND {which} ORDER BY m.id, v.learned_at, v.version, c.scored_at
"""
_PERIOD = "m.position >= :low AND m.position < :high AND m.day BETWEEN :first AND :last"
_OLDEST = (
    "m.id = (SELECT id FROM main.mentions WHERE first_seen_at <= :at"
    " AND (deleted_at IS NULL OR deleted_at > :at) ORDER BY position LIMIT 1)"
)
_SECONDS_A_DAY = 86_400
_MONTH = timedelta(days=30)


class Known(NamedTuple):
    """One mention as it was counted then; ``slice`` and ``cell`` are what sums add up.

    ``erased_at`` is of now: what was erased is erased from the past, too.
    """

    id: int
    position: int
    place_id: int
    day: int
    published_at: int
    precision: str
    first_seen_at: int
    version: int
    slice: Slice
    rating: int | None
    nps: int | None
    csat: int | None
    ces: int | None
    score: int | None
    replied: int
    topics: str
    human: str | None
    erased_at: int | None

    @property
    def cell(self) -> tuple[int, ...]:
        """What it adds to a sum."""
        return measures(self.score, self.rating, self.nps, self.csat, self.ces, self.replied)


class _Row(NamedTuple):
    id: int
    position: int
    place_id: int
    day: int
    published_at: int
    precision: str
    first_seen_at: int
    slice_id: int
    version: int
    learned_at: int
    updated_at: int | None
    rating: int | None
    nps: int | None
    csat: int | None
    ces: int | None
    declared: str | None
    has_text: int
    scored: str | None
    unsure: int | None
    score: int | None
    lang: str | None
    topics: str | None
    human: str | None
    replied: int
    erased_at: int | None


def mentions(
    conn: sqlite3.Connection,
    at: datetime,
    first: date,
    last: date,
    settings: Configuration | None = None,
) -> Iterator[Known]:
    """Yield the mentions of some days as they were known at a moment, by id.

    With ``settings`` as those would have it, else those of the moment.
    """
    settings = settings or configuration.at(conn, at)
    low, high = day_number(first), day_number(last)
    found = _known(conn, _PERIOD, at, first, last, settings)
    return (each for each in found if low <= each.day <= high)


@contextmanager
def known_at(
    path: Path, at: datetime, first: date, last: date, since: date | None = None
) -> Iterator[sqlite3.Connection]:
    """Open a connection that answers, for these days, as it would have answered then.

    From ``since`` to the first day only the sums are there, which costs half.
    Only mentions of these days are there, and the oldest of all: it tells how far back
    the data reach. There is no search index and no opinion of the past.
    """
    with closing(database.open_reader(path)) as conn:
        # The file stays read-only by how it is opened; temporary tables must be writable.
        conn.execute("PRAGMA query_only=OFF")
        conn.execute("BEGIN")
        _shadow(conn)
        _polls(conn, at)
        settings = configuration.at(conn, at)
        _configure(conn, settings)
        _fill(conn, at, (since or first, first, last), settings)
        conn.execute("COMMIT")
        conn.execute("PRAGMA query_only=ON")
        conn.execute("BEGIN")
        yield conn
        conn.execute("COMMIT")


@contextmanager
def unmoved(path: Path, at: datetime) -> Iterator[sqlite3.Connection]:
    """Open a connection for a moment since which no fact moved: only polls and cases end there."""
    with closing(database.open_reader(path)) as conn:
        conn.execute("PRAGMA query_only=OFF")
        conn.execute("BEGIN")
        _polls(conn, at)
        conn.execute("COMMIT")
        conn.execute("PRAGMA query_only=ON")
        conn.execute("BEGIN")
        yield conn
        conn.execute("COMMIT")


def last_fact(conn: sqlite3.Connection, at: datetime) -> datetime | None:
    """Return when the last fact before a moment was stored: what "as known at" says.

    All are stored in the order of time, so that each is read from its end.
    """
    row = conn.execute(
        "SELECT max(coalesce((SELECT max(first_seen_at) FROM (SELECT first_seen_at"
        "  FROM main.mentions WHERE id < :end ORDER BY id DESC LIMIT 1000)"
        "  WHERE first_seen_at <= :at), 0),"
        " coalesce((SELECT max(ended_at) FROM (SELECT ended_at FROM main.polls"
        "  WHERE started_at <= :at ORDER BY id DESC LIMIT 1000) WHERE ended_at <= :at), 0),"
        " coalesce((SELECT labelled_at FROM labels WHERE labelled_at <= :at"
        "  ORDER BY id DESC LIMIT 1), 0),"
        " coalesce((SELECT at FROM main.case_events WHERE at <= :at"
        "  ORDER BY seq DESC LIMIT 1), 0))",
        {"at": millis(at), "end": ids.first_of(millis(at) + 1000)},
    ).fetchone()
    return moment(row[0]) if row[0] else None


def _known(
    conn: sqlite3.Connection,
    which: str,
    at: datetime,
    first: date,
    last: date,
    settings: Configuration,
) -> Iterator[Known]:
    low, high = day_number(first), day_number(last)
    # Stored days are those of the present timezone: another one's begin up to a day apart.
    moved = configuration.timezone(conn) != settings.timezone
    calendar = Calendar(settings.timezone) if moved else None
    args = {
        "at": millis(at),
        "first": low - moved,
        "last": high + moved,
        # Days of a timezone begin up to half a day before or after those of UTC.
        "low": (low - 1) * _SECONDS_A_DAY << 31,
        "high": (high + 2) * _SECONDS_A_DAY << 31,
    }
    slices = Slices(conn)
    found = map(_Row._make, conn.execute(_KNOWN.format(which=which), args))
    for _, rows in groupby(found, lambda row: row.id):
        each = _counted(_current(rows), slices, settings)
        if calendar is not None and each.precision != Precision.DAY:
            each = each._replace(day=calendar.day(each.published_at))
        yield each


def _current(rows: Iterable[_Row]) -> _Row:
    """Return the version that was the current one with its newest score.

    One that says that it is older than the current one never replaced it.
    """
    current: _Row | None = None
    for row in rows:
        past = (
            current is not None
            and current.version != row.version
            and None not in (current.updated_at, row.updated_at)
            and (row.updated_at or 0) < (current.updated_at or 0)
        )
        if not past:
            current = row
    assert current is not None
    return current


def _counted(row: _Row, slices: Slices, settings: Configuration) -> Known:
    """Return how a mention counts that is stored like this; as ``recast`` does."""
    label, origin = labels.counted(
        None if row.human is None else Label(row.human),
        row.rating,
        row.nps,
        row.csat,
        labels.of_score(row.scored, row.unsure),
        has_text=bool(row.has_text),
    )
    lang = "" if row.scored is None else row.lang or row.declared or ""
    return Known(
        *row[:7],
        row.version,
        _standing(slices.get(row.slice_id), row.id, settings)._replace(
            lang=lang, label=label.value, origin=origin.value
        ),
        *(row.rating, row.nps, row.csat, row.ces, row.score, row.replied),
        row.topics or "",
        row.human,
        row.erased_at,
    )


def _standing(found: Slice, mention_id: int, settings: Configuration) -> Slice:
    """Return a slice with what had been decided on the mention by then."""
    if mention_id in settings.excluded:
        return found._replace(standing=Standing.EXCLUDED.value)
    if found.standing == Standing.EXCLUDED.value:
        return found._replace(standing=Standing.SUSPICIOUS.value)
    return found


def _configure(conn: sqlite3.Connection, settings: Configuration) -> None:
    """Put timezone and whose a brand was before what is set now."""
    conn.execute("CREATE TEMP TABLE meta AS SELECT * FROM main.meta WHERE key <> 'timezone'")
    conn.execute("INSERT INTO temp.meta VALUES ('timezone', ?)", (settings.timezone,))
    conn.execute("CREATE TEMP TABLE brands AS SELECT * FROM main.brands")
    conn.executemany(
        "UPDATE temp.brands SET own = ? WHERE id = ?",
        [(int(own), id_) for id_, own in settings.own.items()],
    )


def _shadow(conn: sqlite3.Connection) -> None:
    """Make empty temporary tables of the same shape before those that change over time."""
    names = [
        name
        for (name,) in conn.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
        if name in _SHADOWED or name.startswith("rollup_")
    ]
    for name in names:
        for kind, sql in conn.execute(
            "SELECT type, sql FROM main.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
            " AND type IN ('table', 'index') ORDER BY type = 'index'",
            (name,),
        ).fetchall():
            put = r"\1 temp." if kind == "index" else r"CREATE TEMP TABLE "
            conn.execute(re.sub(r"^(CREATE (?:UNIQUE )?INDEX|CREATE TABLE) ", put, sql))
    conn.execute("INSERT INTO temp.slices SELECT * FROM main.slices")


def _polls(conn: sqlite3.Connection, at: datetime) -> None:
    """Let polls and events of cases end at the moment; a running poll had brought nothing."""
    known = millis(at)
    columns = [row[1] for row in conn.execute("PRAGMA main.table_info(polls)")]
    counts = ("new", "changed", "unchanged", "gone", "refused")
    told = ", ".join(
        f"CASE WHEN ended_at <= {known} THEN {each} {'ELSE 0 ' if each in counts else ''}END"
        f" AS {each}"
        if each in (*counts, "ended_at", "error")
        else each
        for each in columns
    )
    conn.execute(
        f"CREATE TEMP VIEW polls AS SELECT {told} FROM main.polls WHERE started_at <= {known}"
    )
    conn.execute(
        f"CREATE TEMP VIEW case_events AS SELECT * FROM main.case_events WHERE at <= {known}"
    )


def _fill(
    conn: sqlite3.Connection,
    at: datetime,
    days: tuple[date, date, date],
    settings: Configuration,
) -> None:
    """Count the mentions as they were, and store those of the second day and later."""
    whole = day_number(days[1])
    slices = Slices(conn)
    delta = Delta(slices)
    seen: set[int] = set()
    for which, start, end in _windows(days[0], days[2]):
        for each in list(_known(conn, which, at, start, end, settings)):
            if each.id in seen:
                continue
            seen.add(each.id)
            slice_id = slices.id(each.slice)
            topics = topic_ids(each.topics)
            delta.move(1, topics, Spot(slice_id, each.place_id, each.day), each.cell)
            if each.day < whole and which is _PERIOD:
                continue
            conn.execute(
                "INSERT INTO mentions (id, position, slice_id, place_id, day, published_at,"
                " precision, first_seen_at, version, rating, nps, csat, ces, score, replied,"
                " topics, erased_at, pending) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)",
                (each.id, each.position, slice_id, *each[2:8], *each[9:16], each.erased_at),
            )
            conn.executemany(
                "INSERT INTO mention_topics VALUES (?,?,?,?)",
                [(topic, slice_id, each.position, each.id) for topic in topics],
            )
    delta.write(conn)


def _windows(first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """Yield what is looked for, month by month: all at once would be in memory together."""
    yield _OLDEST, first, last
    while first <= last:
        yield _PERIOD, first, min(last, first + _MONTH)
        first += _MONTH + timedelta(days=1)
