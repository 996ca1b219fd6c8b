"""Where an answer has to be approved first: off until a lead says for whom or what.

A rule names a role, the most stars or a source, or several of them; an answer that meets
every condition of a rule waits. Who leads needs nobody's approval.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage import revisions
from storage.errors import InputError, NotFound, Refused
from storage.models import RATING_SCALE
from storage.people import Person, Role
from storage.times import millis


class ApprovalRule(NamedTuple):
    """Answers that wait; None: any. ``max_stars`` leaves out what has no stars."""

    id: int
    role: Role | None
    max_stars: float | None
    source: str | None


def rules(conn: sqlite3.Connection) -> list[ApprovalRule]:
    """Return every rule, the oldest first."""
    rows = conn.execute("SELECT id, role, max_rating, source FROM approval_rules ORDER BY id")
    return [
        ApprovalRule(
            id_,
            None if role is None else Role(role),
            None if rating is None else rating / RATING_SCALE,
            source,
        )
        for id_, role, rating, source in rows
    ]


def add(
    conn: sqlite3.Connection,
    actor: Person,
    now: datetime,
    *,
    role: Role | None = None,
    max_stars: float | None = None,
    source: str | None = None,
) -> None:
    """Let some answers wait for approval from now on."""
    _must_lead(actor)
    if role is None and max_stars is None and source is None:
        raise InputError("choose a role, the most stars or a source")
    rating = None if max_stars is None else round(max_stars * RATING_SCALE)
    conn.execute(
        "INSERT INTO approval_rules (role, max_rating, source, actor_id, at) VALUES (?,?,?,?,?)",
        (None if role is None else role.value, rating, source, actor.id, millis(now)),
    )
    revisions.bump(conn, "settings")


def remove(conn: sqlite3.Connection, rule_id: int, actor: Person) -> None:
    """Let these answers go out without approval again."""
    _must_lead(actor)
    if conn.execute("DELETE FROM approval_rules WHERE id = ?", (rule_id,)).rowcount == 0:
        raise NotFound("this rule is not here any more")
    revisions.bump(conn, "settings")


def needed(conn: sqlite3.Connection, mention_id: int, actor: Person) -> bool:
    """Say whether somebody's answer to a mention has to be approved."""
    if actor.leads:
        return False
    row = conn.execute(
        "SELECT 1 FROM approval_rules r, mentions m JOIN slices s ON s.id = m.slice_id"
        " JOIN sources o ON o.id = s.source_id WHERE m.id = ?"
        " AND (r.role IS NULL OR r.role = ?) AND (r.source IS NULL OR r.source = o.key)"
        " AND (r.max_rating IS NULL OR m.rating <= r.max_rating) LIMIT 1",
        (mention_id, actor.role.value),
    ).fetchone()
    return row is not None


def _must_lead(actor: Person) -> None:
    if not actor.leads:
        raise Refused(f"{actor.name} does not lead; only a lead changes what needs approval")
