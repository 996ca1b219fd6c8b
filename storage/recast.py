"""Makes a mention's counted facts agree with what is stored of it, and moves the rollups.

The one place where label, slice, score and topics of a mention are set: after a new
version, a score, a human label, an owner's reply or a deletion.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from storage import labels, signs
from storage.measures import measures
from storage.models import Label, Standing
from storage.rollups import Delta, Spot, topic_ids
from storage.slices import Slices

ANALYSE, RULES, ALL_HISTORY, TOPICS = 1, 2, 4, 8
"""Bits of ``mentions.pending``: needs analysis, needs case rules, rules ignore its age, its
topics are to be read again."""


class _Facts(NamedTuple):
    """A mention as it is counted now, and what its current version and score say."""

    id: int
    position: int
    slice_id: int
    day: int
    pending: int
    was_score: int | None
    was_rating: int | None
    was_nps: int | None
    was_csat: int | None
    was_ces: int | None
    was_replied: int
    was_topics: str
    was_signs: int
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
    signs: str | None
    disagrees: int | None
    human: str | None
    replied: int
    place_id: int


_FACTS = """
SELECT m.id, m.position, m.slice_id, m.day, m.pending, m.score, m.rating, m.nps, m.csat,
  m.ces, m.replied, m.topics, m.signs, v.rating, v.nps, v.csat, v.ces, v.lang,
  coalesce(v.title || v.text, '-') <> '', s.label, s.unsure, s.score, s.lang, s.topics,
  s.signs, s.disagrees,
  (SELECT label FROM labels l WHERE l.mention_id = m.id AND l.version = m.version
   ORDER BY l.id DESC LIMIT 1),
  EXISTS (SELECT 1 FROM replies r WHERE r.mention_id = m.id), m.place_id
FROM json_each(?) j CROSS JOIN mentions m ON m.id = j.value
JOIN versions v ON v.mention_id = m.id AND v.version = m.version
LEFT JOIN scores s ON s.mention_id = m.id AND s.version = m.version AND s.counted = 1
WHERE m.deleted_at IS NULL
"""


def recast(
    conn: sqlite3.Connection,
    slices: Slices,
    delta: Delta,
    ids: Sequence[int],
    *,
    pending: int = 0,
    done: int = 0,
    standing: Standing | None = None,
) -> None:
    """Count mentions anew; ``pending`` bits are set, ``done`` bits cleared.

    Their standing stays what it was unless one is given.
    """
    updates = []
    topical, meant = _Lists("mention_topics", "topic_id"), _Lists("mention_signs", "sign")
    for row in conn.execute(_FACTS, (json.dumps(ids),)).fetchall():
        facts = _Facts(*row)
        slice_id = _slice(slices, facts, standing)
        topics = facts.topics or ""
        before, after = topic_ids(facts.was_topics), topic_ids(topics)
        marks = (facts.rating, facts.nps, facts.csat, facts.ces)
        spot = Spot(facts.slice_id, facts.place_id, facts.day)
        delta.move(-1, before, spot, measures(*facts[5:11]))
        now = measures(facts.score, *marks, facts.replied)
        delta.move(1, after, spot._replace(slice_id=slice_id), now)
        topical.move(facts, slice_id, before, after)
        bits = signs.mask(facts.signs, facts.disagrees)
        was = tuple(signs.each_bit(facts.was_signs))
        meant.move(facts, slice_id, was, tuple(signs.each_bit(bits)))
        updates.append(
            (slice_id, facts.score, *marks, facts.replied, topics, bits)
            + ((facts.pending | pending) & ~done, facts.id)
        )
    topical.write(conn)
    meant.write(conn)
    conn.executemany(
        "UPDATE mentions SET slice_id = ?, score = ?, rating = ?, nps = ?, csat = ?, ces = ?,"
        " replied = ?, topics = ?, signs = ?, pending = ? WHERE id = ?",
        updates,
    )


class _Lists:
    """Entries of a table that lists mentions by something, to be written together."""

    def __init__(self, table: str, column: str) -> None:
        self._table = table
        self._column = column
        self._stale: list[tuple[int, int, int]] = []
        self._new: list[tuple[int, int, int, int]] = []

    def move(
        self, facts: _Facts, slice_id: int, before: Sequence[int], after: Sequence[int]
    ) -> None:
        """Take a mention from the lists that it was in to those of ``after``."""
        if (before, facts.slice_id) != (after, slice_id):
            self._stale += [(each, facts.slice_id, facts.position) for each in before]
            self._new += [(each, slice_id, facts.position, facts.id) for each in after]

    def write(self, conn: sqlite3.Connection) -> None:
        """Write what moved."""
        conn.executemany(
            f"DELETE FROM {self._table} WHERE {self._column} = ? AND slice_id = ? AND position = ?",
            self._stale,
        )
        # In the order of the key, which is not that of the mentions.
        self._new.sort()
        conn.executemany(f"INSERT INTO {self._table} VALUES (?,?,?,?)", self._new)


def _slice(slices: Slices, facts: _Facts, standing: Standing | None) -> int:
    """Return the full slice that a mention belongs to now."""
    label, origin = labels.counted(
        None if facts.human is None else Label(facts.human),
        facts.rating,
        facts.nps,
        facts.csat,
        labels.of_score(facts.scored, facts.unsure),
        has_text=bool(facts.has_text),
    )
    lang = "" if facts.scored is None else facts.lang or facts.declared or ""
    now = slices.get(facts.slice_id)._replace(lang=lang, label=label.value, origin=origin.value)
    return slices.id(now if standing is None else now._replace(standing=standing.value))


def replace_current(
    conn: sqlite3.Connection,
    slices: Slices,
    delta: Delta,
    mention_id: int,
    version: int,
    *,
    pending: int,
) -> None:
    """Make a stored version the current one; a mention that was deleted is back."""
    position, deleted = conn.execute(
        "SELECT position, deleted_at FROM mentions WHERE id = ?", (mention_id,)
    ).fetchone()
    if deleted is None:
        unindex(conn, mention_id)
    else:
        _count(conn, delta, mention_id, 1)
    conn.execute(
        "UPDATE mentions SET version = ?, deleted_at = NULL WHERE id = ?", (version, mention_id)
    )
    conn.execute(
        "INSERT INTO search (rowid, title, text) SELECT ?, title, text FROM versions"
        " WHERE mention_id = ? AND version = ? AND title || text <> ''",
        (position, mention_id, version),
    )
    conn.execute("DELETE FROM lookalikes WHERE mention_id = ?", (mention_id,))
    conn.execute("INSERT OR IGNORE INTO sketch_due VALUES (?)", (mention_id,))
    row = conn.execute(
        "SELECT standing FROM burst_members WHERE mention_id = ?", (mention_id,)
    ).fetchone()
    # Somebody may have decided while it was deleted.
    standing = Standing(row[0]) if row else None
    recast(conn, slices, delta, [mention_id], pending=pending, standing=standing)


def delete_at_source(conn: sqlite3.Connection, delta: Delta, mention_id: int, at: int) -> None:
    """Record a deletion at the source: out of current figures, text and author erased."""
    _count(conn, delta, mention_id, -1)
    wipe(conn, mention_id)
    conn.execute(
        "UPDATE mentions SET deleted_at = ?, pending = (pending | ?) & ~?, topics = '',"
        " signs = 0"
        " WHERE id = ?",
        (at, RULES, ANALYSE | TOPICS, mention_id),
    )


def wipe(conn: sqlite3.Connection, mention_id: int) -> None:
    """Remove what was said and by whom from every table; the anonymous facts stay."""
    unindex(conn, mention_id)
    conn.execute(
        "UPDATE versions SET title = NULL, text = NULL, extra = NULL, hash = NULL"
        " WHERE mention_id = ?",
        (mention_id,),
    )
    conn.execute("UPDATE replies SET text = NULL WHERE mention_id = ?", (mention_id,))
    conn.execute(
        "UPDATE identities SET author = '', url = '', parent = NULL WHERE mention_id = ?",
        (mention_id,),
    )


def unindex(conn: sqlite3.Connection, mention_id: int) -> None:
    """Take the current text out of the search index, sketches and the lists."""
    position, slice_id, topics, bits, title, text = conn.execute(
        "SELECT m.position, m.slice_id, m.topics, m.signs, v.title, v.text FROM mentions m"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version WHERE m.id = ?",
        (mention_id,),
    ).fetchone()
    if title or text:
        conn.execute(
            "INSERT INTO search (search, rowid, title, text) VALUES ('delete', ?, ?, ?)",
            (position, title, text),
        )
    conn.execute("DELETE FROM sketches WHERE position = ?", (position,))
    conn.executemany(
        "DELETE FROM mention_topics WHERE topic_id = ? AND slice_id = ? AND position = ?",
        [(topic, slice_id, position) for topic in topic_ids(topics)],
    )
    conn.executemany(
        "DELETE FROM mention_signs WHERE sign = ? AND slice_id = ? AND position = ?",
        [(bit, slice_id, position) for bit in signs.each_bit(bits)],
    )


def add_label(conn: sqlite3.Connection, mention_id: int, label: Label, actor: str, at: int) -> None:
    """Record a person's label for the current version; the caller recasts."""
    conn.execute(
        "INSERT INTO labels (mention_id, version, label, actor, labelled_at)"
        " SELECT id, version, ?, ?, ? FROM mentions WHERE id = ?",
        (label.value, actor, at, mention_id),
    )


def _count(conn: sqlite3.Connection, delta: Delta, mention_id: int, sign: int) -> None:
    """Count a mention in or out as it stands."""
    slice_id, place_id, day, topics, *values = conn.execute(
        "SELECT slice_id, place_id, day, topics, score, rating, nps, csat, ces, replied"
        " FROM mentions WHERE id = ?",
        (mention_id,),
    ).fetchone()
    delta.move(sign, topic_ids(topics), Spot(slice_id, place_id, day), measures(*values))
