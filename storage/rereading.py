"""Reads the topics of stored mentions again after the taxonomy changed.

Only topics and the opinions on them change: label, score and model stay what they were, so
that a new topic draws no seam into a chart of sentiment. What a score said of topics before
is kept in ``past_topics`` with the time until which it counted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage import revisions
from storage.database import Database
from storage.listing import scored_text
from storage.models import SCORE_SCALE, Analysis, Passage
from storage.recast import TOPICS, recast
from storage.rollups import Delta
from storage.scores import Pending
from storage.slices import Slices
from storage.times import millis

_WAITS = "m.pending IN (8, 10, 12, 14)"


def waiting(conn: sqlite3.Connection) -> int:
    """Return how many mentions wait for their topics to be read again."""
    row = conn.execute(f"SELECT count(*) FROM mentions m WHERE {_WAITS}").fetchone()
    return int(row[0])


def due(conn: sqlite3.Connection, limit: int) -> list[Pending]:
    """Return mentions whose topics are to be read again, with their present text."""
    rows = conn.execute(
        "SELECT m.id, m.version, v.title, v.text, v.lang, o.key FROM mentions m"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " JOIN slices s ON s.id = m.slice_id JOIN sources o ON o.id = s.source_id"
        f" WHERE {_WAITS} ORDER BY m.pending, m.id LIMIT ?",
        (limit,),
    )
    return [
        Pending(id_, version, Passage(scored_text(title, text), lang, source=source))
        for id_, version, title, text, lang, source in rows
    ]


def save(db: Database, done: Sequence[tuple[Pending, Analysis]], now: datetime) -> int:
    """Store new topics and opinions in one transaction; return how many mentions changed."""
    changed = 0
    with db.write() as conn:
        ids = dict(conn.execute("SELECT key, id FROM topics"))
        for item, analysis in done:
            changed += _save(conn, item, analysis, ids, millis(now))
        slices = Slices(conn)
        delta = Delta(slices)
        recast(conn, slices, delta, [item.mention_id for item, _ in done], done=TOPICS)
        conn.executemany(
            # Also of those that a recast passes over: deleted meanwhile.
            "UPDATE mentions SET pending = pending & ~8 WHERE id = ?",
            [(item.mention_id,) for item, _ in done],
        )
        delta.write(conn)
        revisions.bump(conn, "facts")
    return changed


def _save(
    conn: sqlite3.Connection, item: Pending, said: Analysis, ids: dict[str, int], at: int
) -> bool:
    row = conn.execute(
        "SELECT model_id, topics FROM scores WHERE mention_id = ? AND version = ? AND counted = 1",
        (item.mention_id, item.version),
    ).fetchone()
    if row is None:
        return False
    model_id, before = row
    key = (item.mention_id, item.version, model_id)
    topics = ",".join(map(str, sorted({ids[each] for each in said.topics if each in ids})))
    if topics == before:
        return False
    conn.execute("INSERT OR REPLACE INTO past_topics VALUES (?, ?, ?, ?, ?)", (*key, at, before))
    conn.execute(
        "UPDATE scores SET topics = ? WHERE (mention_id, version, model_id) = (?, ?, ?)",
        (topics, *key),
    )
    conn.execute("DELETE FROM opinions WHERE (mention_id, version, model_id) = (?, ?, ?)", key)
    conn.executemany(
        "INSERT INTO opinions VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (*key, seq, ids[each.topic], each.start, each.end, each.label.value)
            + (round(each.score * SCORE_SCALE),)
            for seq, each in enumerate(said.opinions)
            if each.topic in ids
        ],
    )
    return True


def past(conn: sqlite3.Connection, mention_id: int) -> list[tuple[int, tuple[str, ...]]]:
    """Return what a mention's topics were, each with the time (ms) until which they counted."""
    names: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    rows = conn.execute(
        "SELECT until_at, topics FROM past_topics WHERE mention_id = ? ORDER BY until_at",
        (mention_id,),
    )
    return [
        (until, tuple(names[each] for each in json.loads(f"[{topics}]"))) for until, topics in rows
    ]
