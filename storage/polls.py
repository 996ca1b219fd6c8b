"""The poll ledger: every look at a source is a row, so that silence can be told from failure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from storage import revisions
from storage.database import Database
from storage.errors import fit
from storage.models import Refusal, Saved
from storage.times import millis

REFUSALS_KEPT = 1_000
"""Refused rows kept per poll with line and reason; all are counted."""


def begin(db: Database, source_id: str, now: datetime, actor: str) -> int:
    """Open a poll's row; one that never ends is a crash that can be seen."""
    with db.write() as conn:
        row = conn.execute(
            "INSERT INTO polls (source_id, started_at, actor) SELECT id, ?, ? FROM sources"
            " WHERE key = ? RETURNING id",
            (millis(now), actor, source_id),
        ).fetchone()
        return int(row[0])


def add(
    conn: sqlite3.Connection,
    poll_id: int,
    saved: Saved,
    refusals: Iterable[Refusal],
    expected: int | None,
) -> None:
    """Add what one batch did, in the batch's transaction."""
    conn.execute(
        "UPDATE polls SET new = new + ?, changed = changed + ?, unchanged = unchanged + ?,"
        " gone = gone + ?, refused = refused + ?, expected = coalesce(?, expected) WHERE id = ?",
        (*saved, expected, poll_id),
    )
    kept = conn.execute("SELECT count(*) FROM refusals WHERE poll_id = ?", (poll_id,)).fetchone()[0]
    room = list(refusals)[: max(0, REFUSALS_KEPT - kept)]
    conn.executemany(
        "INSERT INTO refusals VALUES (?, ?, ?)", [(poll_id, r.line, fit(r.reason)) for r in room]
    )


def end(db: Database, poll_id: int, now: datetime, error: str | None = None) -> None:
    """Close a poll's row; a failure, and the first success after one, move "sources"."""
    error = fit(error) if error else None
    with db.write() as conn:
        conn.execute(
            "UPDATE polls SET ended_at = ?, error = ? WHERE id = ?", (millis(now), error, poll_id)
        )
        before = conn.execute(
            "SELECT error FROM polls WHERE id < ? AND ended_at IS NOT NULL AND source_id ="
            " (SELECT source_id FROM polls WHERE id = ?) ORDER BY id DESC LIMIT 1",
            (poll_id, poll_id),
        ).fetchone()
        if error or before is None or before[0]:
            revisions.bump(conn, "sources")


def refusals(conn: sqlite3.Connection, poll_id: int) -> list[Refusal]:
    """Return the refused rows of a poll, at most REFUSALS_KEPT."""
    rows = conn.execute(
        "SELECT line, reason FROM refusals WHERE poll_id = ? ORDER BY rowid", (poll_id,)
    )
    return [Refusal(*row) for row in rows]
