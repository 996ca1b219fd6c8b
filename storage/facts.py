"""Counts mentions themselves where the rollups cannot: words, and several topics at once.

A ``Where`` made here is everything of a statement from FROM on, with mentions as ``m``.
Rows that are given back end in one value per measure. Not here: which figure asks for
what (``queries``) and lists (``listing``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from storage import matching, signs
from storage.matching import Where
from storage.models import MentionFilter
from storage.slices import Grouping

Rows = Iterator[tuple[Any, ...]]

SUMS = (
    "count(*), count(m.score), coalesce(sum(m.score), 0), coalesce(sum(m.score * m.score), 0),"
    " count(m.rating), coalesce(sum(m.rating), 0), coalesce(sum(m.rating * m.rating), 0),"
    " count(m.nps), coalesce(sum(m.nps >= 9), 0), coalesce(sum(m.nps <= 6), 0),"
    " count(m.csat), coalesce(sum(m.csat >= 4), 0), coalesce(sum(m.csat), 0),"
    " count(m.ces), coalesce(sum(m.ces), 0), coalesce(sum(m.ces * m.ces), 0), sum(m.replied)"
)
"""The measures of mentions ``m``, in their order."""
"""The measures of mentions ``m``, in their order."""


def found(conn: sqlite3.Connection, flt: MentionFilter) -> Where:
    """The mentions of a filter, by their words or signs where it has some."""
    slices = matching.of_slices(flt, Grouping.FULL)
    others = matching.of_mentions(flt)
    # New mentions are found by their ids; a plus keeps SQLite from walking all others.
    plus = "+" if flt.since is not None else ""
    args: tuple[str | int, ...] = matching.positions(flt)
    if flt.text.strip():
        sql = (
            " FROM search CROSS JOIN mentions m ON m.position = search.rowid"
            " WHERE search MATCH ? AND search.rowid BETWEEN ? AND ?"
        )
        args = (matching.search_query(flt.text) or '""', *args)
    elif (masks := signs.wanted(flt)) and flt.since is None:
        # A mention with several wanted signs is found by its lowest alone.
        sql = (
            " FROM mention_signs g CROSS JOIN mentions m ON m.id = g.mention_id"
            " WHERE g.sign IN (SELECT value FROM json_each(?)) AND g.slice_id IN"
            f" (SELECT s.id FROM slices s WHERE {slices.sql}) AND g.position BETWEEN ? AND ?"
            " AND g.sign = (m.signs & ?) & -(m.signs & ?)"
        )
        bits = json.dumps(list(signs.each_bit(masks[0])))
        args = (bits, *slices.args, *args, masks[0], masks[0])
    else:
        sql = f" FROM mentions m WHERE {plus}m.position BETWEEN ? AND ?"
    sql += (
        " AND m.deleted_at IS NULL AND m.day BETWEEN ? AND ?"
        f" AND {plus}m.slice_id IN (SELECT s.id FROM slices s WHERE {slices.sql}){others.sql}"
    )
    args = (*args, *matching.days(flt), *slices.args, *others.args)
    topics = about(conn, flt)
    return Where(sql + topics.sql, (*args, *topics.args))


def about(conn: sqlite3.Connection, flt: MentionFilter) -> Where:
    """A condition on mentions ``m`` behind an AND: one of the filter's topics; '' for none."""
    if not flt.topics:
        return Where("", ())
    return Where(
        " AND EXISTS (SELECT 1 FROM mention_topics x WHERE x.slice_id = m.slice_id"
        " AND x.position = m.position AND x.topic_id IN (SELECT value FROM json_each(?)))",
        (json.dumps(matching.of_topics(conn, flt)),),
    )


def repeated(conn: sqlite3.Connection, flt: MentionFilter) -> Where:
    """Mentions with several of the filter's topics, once for each topic after their first.

    The cells of all topics together less these count each mention once.
    """
    slices = matching.of_slices(flt, Grouping.FULL)
    topics = json.dumps(matching.of_topics(conn, flt))
    return Where(
        " FROM mention_topics x CROSS JOIN mentions m ON m.id = x.mention_id"
        " WHERE x.topic_id IN (SELECT value FROM json_each(?))"
        f" AND x.slice_id IN (SELECT s.id FROM slices s WHERE {slices.sql})"
        " AND x.position BETWEEN ? AND ?"
        " AND EXISTS (SELECT 1 FROM mention_topics y"
        " WHERE y.topic_id IN (SELECT value FROM json_each(?)) AND y.topic_id < x.topic_id"
        " AND y.slice_id = x.slice_id AND y.position = x.position)"
        " AND m.deleted_at IS NULL AND m.day BETWEEN ? AND ?",
        (topics, *slices.args, *matching.positions(flt), topics, *matching.days(flt)),
    )


def positions(conn: sqlite3.Connection, flt: MentionFilter) -> Where:
    """A SELECT of positions by words and topics, a superset in all else; '' without both."""
    parts: list[str] = []
    args: list[str | int] = []
    if flt.text.strip():
        parts.append("SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?")
        args += [matching.search_query(flt.text) or '""', *matching.positions(flt)]
    if flt.topics:
        slices = matching.of_slices(flt, Grouping.FULL)
        parts.append(
            "SELECT position FROM mention_topics WHERE topic_id IN"
            " (SELECT value FROM json_each(?)) AND slice_id IN"
            f" (SELECT s.id FROM slices s WHERE {slices.sql}) AND position BETWEEN ? AND ?"
        )
        topics = json.dumps(matching.of_topics(conn, flt))
        args += [topics, *slices.args, *matching.positions(flt)]
    return Where(" INTERSECT ".join(parts), tuple(args))


def count(conn: sqlite3.Connection, base: Where) -> int:
    """How many mentions there are."""
    return int(conn.execute(f"SELECT count(*){base.sql}", base.args).fetchone()[0])


def by_slice(conn: sqlite3.Connection, base: Where) -> Rows:
    """Full slice, measures."""
    return conn.execute(f"SELECT m.slice_id, {SUMS}{base.sql} GROUP BY 1", base.args)


def by_topic(conn: sqlite3.Connection, base: Where) -> Rows:
    """Topic, full slice, measures; a mention counts in each of its topics."""
    each = base.sql.replace(" WHERE ", " CROSS JOIN json_each('[' || m.topics || ']') t WHERE ", 1)
    return conn.execute(f"SELECT t.value, m.slice_id, {SUMS}{each} GROUP BY 1, 2", base.args)


def by_period(conn: sqlite3.Connection, base: Where, period: str) -> Rows:
    """Period (an expression of ``m.day``), label, origin of the label, measures."""
    each = base.sql.replace(" WHERE ", " CROSS JOIN slices s ON s.id = m.slice_id WHERE ", 1)
    return conn.execute(
        f"SELECT {period}, s.label, s.origin, {SUMS}{each} GROUP BY 1, 2, 3", base.args
    )
