"""Which mentions a page of a list holds: the newest of a filter, found without a sort of all.

Lists are paged by position, never by offset. Not here: the rows (``listing``).
"""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from storage import facts, matching, signs
from storage.models import MentionFilter, Standing, Suspects
from storage.slices import Grouping

_DAY = 86_400 << 31
"""One day of positions."""


def ids(
    conn: sqlite3.Connection, flt: MentionFilter, *, before: int | None, limit: int
) -> list[int]:
    """Ids of one page, newest first."""
    low, high = matching.positions(flt)
    if before is not None:
        high = min(high, before - 1)
    if flt.text.strip():
        return _by_words(conn, flt, before, limit)
    if flt.since is not None:
        return _since(conn, flt, high, limit)
    if _unfiltered(flt):
        return _ids(
            conn,
            "SELECT id FROM mentions m WHERE position BETWEEN ? AND ? AND deleted_at IS NULL"
            " AND day BETWEEN ? AND ? AND slice_id NOT IN"
            " (SELECT id FROM slices WHERE standing <> '' AND standing = ?)"
            " ORDER BY position DESC LIMIT ?",
            (low, high, *matching.days(flt), Standing.EXCLUDED.value, limit),
        )
    return _by_slices(conn, flt, low, high, limit)


def _unfiltered(flt: MentionFilter) -> bool:
    chosen = (flt.kinds, flt.brands, flt.sources, flt.products, flt.topics, flt.labels, flt.langs)
    plain = flt.suspects is Suspects.DECIDED and not (matching.by_mention(flt) or flt.places)
    return plain and not any(chosen)


def _since(conn: sqlite3.Connection, flt: MentionFilter, high: int, limit: int) -> list[int]:
    """Sort what is new: it is found by its ids and rarely much."""
    base = facts.found(conn, flt)
    return _ids(
        conn,
        f"SELECT m.id{base.sql} AND m.position <= ? ORDER BY m.position DESC LIMIT ?",
        (*base.args, high, limit),
    )


def _by_slices(
    conn: sqlite3.Connection, flt: MentionFilter, low: int, high: int, limit: int
) -> list[int]:
    """Walk back in windows that double until the page is full.

    Every row touched belongs to a wanted slice, so that a rare filter costs seeks and a
    common one is full after the first window.
    """
    newest = conn.execute("SELECT max(position) FROM mentions").fetchone()[0]
    oldest = conn.execute("SELECT min(position) FROM mentions").fetchone()[0]
    if newest is None:
        return []
    high, low = min(high, newest), max(low, oldest)
    where = matching.of_slices(flt, Grouping.FULL)
    slices = _ids(conn, f"SELECT s.id FROM slices s WHERE {where.sql}", where.args)
    walk = _walk(conn, flt, json.dumps(slices))
    others, days = matching.of_mentions(flt), matching.days(flt)
    window = _DAY
    while True:
        start = max(low, high - window)
        found = _ids(
            conn,
            f"{walk.sql} AND m.deleted_at IS NULL AND m.day BETWEEN ? AND ?{others.sql}"
            " ORDER BY m.position DESC LIMIT ?",
            (*walk.args, start, high, *walk.rest, *days, *others.args, limit),
        )
        if len(found) >= limit or start <= low:
            return found
        window *= 4


class _Walk(NamedTuple):
    """A SELECT to which conditions are added; after ``args`` come two bounds of position."""

    sql: str
    args: tuple[str | int, ...]
    rest: tuple[str | int, ...] = ()


def _walk(conn: sqlite3.Connection, flt: MentionFilter, slices: str) -> _Walk:
    """Walk the index that belongs to what is rarest in a filter: signs, topics, slices."""
    masks = signs.wanted(flt)
    if masks:
        bits, about = json.dumps(list(signs.each_bit(masks[0]))), facts.about(conn, flt)
        return _Walk(_LISTS.format("mention_signs", "sign") + about.sql, (bits, slices), about.args)
    if flt.topics:
        topics = json.dumps(matching.of_topics(conn, flt))
        return _Walk(_LISTS.format("mention_topics", "topic_id"), (topics, slices))
    return _Walk(
        "SELECT m.id FROM json_each(?) j CROSS JOIN mentions m ON m.slice_id = j.value"
        " WHERE m.position BETWEEN ? AND ?",
        (slices,),
    )


_LISTS = (
    "SELECT DISTINCT m.id FROM json_each(?) t CROSS JOIN json_each(?) j CROSS JOIN {0} y"
    " ON y.{1} = t.value AND y.slice_id = j.value AND y.position BETWEEN ? AND ?"
    " CROSS JOIN mentions m ON m.id = y.mention_id WHERE 1"
)


def _by_words(
    conn: sqlite3.Connection, flt: MentionFilter, before: int | None, limit: int
) -> list[int]:
    """Walk down the search index, which orders by position: a full page ends the walk."""
    base = facts.found(conn, flt)
    high = 2**63 - 1 if before is None else before - 1
    return _ids(
        conn,
        f"SELECT m.id{base.sql} AND search.rowid <= ? ORDER BY search.rowid DESC LIMIT ?",
        (*base.args, high, limit),
    )


def _ids(conn: sqlite3.Connection, sql: str, args: tuple[str | int, ...]) -> list[int]:
    return [row[0] for row in conn.execute(sql, args)]
