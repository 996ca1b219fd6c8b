"""Scores and opinions per mention, version and model; what is still to be analysed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from storage import revisions
from storage.database import Database
from storage.listing import scored_text
from storage.models import RATING_SCALE, SCORE_SCALE, Analysis, Passage
from storage.recast import ANALYSE, recast
from storage.rollups import Delta
from storage.slices import Slices
from storage.times import millis


class Pending(NamedTuple):
    """A stored version that waits to be analysed."""

    mention_id: int
    version: int
    passage: Passage


def pending(conn: sqlite3.Connection, limit: int) -> list[Pending]:
    """Return current versions that no model has looked at, oldest first seen first."""
    rows = conn.execute(
        "SELECT m.id, m.version, v.title, v.text, v.lang, v.rating FROM mentions m"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE m.pending IN (1, 3, 5, 7) ORDER BY m.pending, m.id LIMIT ?",
        (limit,),
    )
    return [
        Pending(id_, version, Passage(scored_text(title, text), lang, _stars(rating)))
        for id_, version, title, text, lang, rating in rows
    ]


def save(db: Database, model: str, done: Sequence[tuple[Pending, Analysis]], now: datetime) -> int:
    """Store analyses and what they change in one transaction; return how many were current.

    A version that was replaced meanwhile keeps its score; its successor is pending anyway.
    """
    if not done:
        return 0
    with db.write() as conn:
        model_id = _model(conn, model, now)
        topics = dict(conn.execute("SELECT key, id FROM topics"))
        at = millis(now)
        conn.executemany(
            "INSERT OR REPLACE INTO scores (mention_id, version, model_id, counted, label, score,"
            " confidence, compound, lang, unsure, disagrees, topics, scored_at)"
            " VALUES (?,?,?,1,?,?,?,?,?,?,?,?,?)",
            [_score_row(item, analysis, model_id, topics, at) for item, analysis in done],
        )
        conn.executemany(
            "INSERT OR REPLACE INTO opinions VALUES (?,?,?,?,?,?,?,?,?)",
            [row for item, analysis in done for row in _opinions(item, analysis, model_id, topics)],
        )
        wanted = json.dumps([[item.mention_id, item.version] for item, _ in done])
        ids = [
            row[0]
            for row in conn.execute(
                "SELECT m.id FROM json_each(?) j JOIN mentions m ON m.id = j.value ->> 0"
                " WHERE m.version = j.value ->> 1 AND m.deleted_at IS NULL",
                (wanted,),
            )
        ]
        slices = Slices(conn)
        delta = Delta(slices)
        recast(conn, slices, delta, ids, done=ANALYSE)
        delta.write(conn)
        revisions.bump(conn, "facts")
    return len(ids)


def _model(conn: sqlite3.Connection, name: str, now: datetime) -> int:
    row = (
        conn.execute("SELECT id FROM models WHERE name = ?", (name,)).fetchone()
        or conn.execute(
            "INSERT INTO models (name, created_at) VALUES (?, ?) RETURNING id", (name, millis(now))
        ).fetchone()
    )
    return int(row[0])


def _score_row(
    item: Pending, analysis: Analysis, model_id: int, topics: dict[str, int], at: int
) -> tuple[object, ...]:
    ids = sorted({topics[key] for key in analysis.topics if key in topics})
    return (
        item.mention_id,
        item.version,
        model_id,
        analysis.label.value,
        None if analysis.score is None else round(analysis.score * SCORE_SCALE),
        round(analysis.confidence * SCORE_SCALE),
        analysis.compound,
        analysis.lang,
        int(analysis.unsure),
        int(analysis.disagrees),
        ",".join(map(str, ids)),
        at,
    )


def _opinions(
    item: Pending, analysis: Analysis, model_id: int, topics: dict[str, int]
) -> list[tuple[object, ...]]:
    return [
        (item.mention_id, item.version, model_id, seq, topics[each.topic], each.start, each.end)
        + (each.label.value, round(each.score * SCORE_SCALE))
        for seq, each in enumerate(analysis.opinions)
        if each.topic in topics
    ]


def _stars(rating: int | None) -> float | None:
    return None if rating is None else rating / RATING_SCALE
