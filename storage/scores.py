"""Scores and opinions per mention, version and model; what is still to be analysed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from storage import revisions, signs
from storage.database import Database
from storage.listing import scored_text
from storage.models import RATING_SCALE, SCORE_SCALE, Analysis, Passage
from storage.recast import ANALYSE, TOPICS, recast
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
        "SELECT m.id, m.version, v.title, v.text, v.lang, v.rating, o.key FROM mentions m"
        " JOIN versions v ON v.mention_id = m.id AND v.version = m.version"
        " JOIN slices s ON s.id = m.slice_id JOIN sources o ON o.id = s.source_id"
        " WHERE m.pending IN (1, 3, 5, 7, 9, 11, 13, 15) ORDER BY m.pending, m.id LIMIT ?",
        (limit,),
    )
    return [
        Pending(
            id_, version, Passage(scored_text(title, text), lang, _stars(rating), source=source)
        )
        for id_, version, title, text, lang, rating, source in rows
    ]


def save(db: Database, model: str, done: Sequence[tuple[Pending, Analysis]], now: datetime) -> int:
    """Store analyses and what they change in one transaction; return how many were current.

    ``model`` said what names no other. A version that was replaced meanwhile keeps its score;
    its successor is pending anyway. What counted for a version before is kept uncounted.
    """
    if not done:
        return 0
    wanted = json.dumps([[item.mention_id, item.version] for item, _ in done])
    with db.write() as conn:
        _keep(conn, model, done, wanted, now)
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
        recast(conn, slices, delta, ids, done=ANALYSE | TOPICS)
        delta.write(conn)
        revisions.bump(conn, "facts")
    return len(ids)


def _keep(
    conn: sqlite3.Connection,
    model: str,
    done: Sequence[tuple[Pending, Analysis]],
    wanted: str,
    now: datetime,
) -> None:
    """Store scores and opinions; each version has one counted score afterwards."""
    said_by = [analysis.model or model for _, analysis in done]
    models = {name: _model(conn, name, now) for name in dict.fromkeys(said_by)}
    topics = dict(conn.execute("SELECT key, id FROM topics"))
    rows = [(*each, models[name]) for each, name in zip(done, said_by, strict=True)]
    conn.execute(
        "UPDATE scores SET counted = 0 WHERE counted = 1 AND (mention_id, version) IN"
        " (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        (wanted,),
    )
    at = millis(now)
    conn.executemany(
        "INSERT OR REPLACE INTO scores (mention_id, version, model_id, counted, label, score,"
        " confidence, compound, lang, unsure, disagrees, topics, scored_at, signs)"
        " VALUES (?,?,?,1,?,?,?,?,?,?,?,?,?,?)",
        [_score_row(item, analysis, model_id, topics, at) for item, analysis, model_id in rows],
    )
    conn.executemany(
        "INSERT OR REPLACE INTO opinions VALUES (?,?,?,?,?,?,?,?,?)",
        [row for item, said, model_id in rows for row in _opinions(item, said, model_id, topics)],
    )


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
        signs.written(analysis),
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
