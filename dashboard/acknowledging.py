"""Acknowledgements at work: the worker's look, and what a rule would have done last week.

Whether a case gets one is decided in ``desk.acknowledging``; posting is in ``sending``.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dashboard import sending
from dashboard.desk import acknowledging as desk
from dashboard.desk.acknowledging import Trial, Verdict
from storage import acknowledgements, acknowledging
from storage.acknowledgements import AckRule, Due, StoredAck

if TYPE_CHECKING:
    from dashboard.wiring import Workspace

TRIED = timedelta(days=7)
"""The past on which a rule is tried before it is switched on."""


def look(workspace: Workspace) -> int:
    """Acknowledge what is due by the rules that are on; return how many were asked for.

    In practice nothing leaves: what would have is recorded at once.
    """
    asked = 0
    decided = set[int]()
    for stored in acknowledgements.stored(workspace.db.reader()):
        for due in acknowledgements.waiting(workspace.db, workspace.now(), stored):
            if due.case_id not in decided:
                found = _decide(workspace, stored, due)
                decided |= set() if found == Verdict() else {due.case_id}
                asked += bool(found.text) and _ask(workspace, stored, due, found.text)
    return asked


def preview(workspace: Workspace, rule: AckRule) -> Trial:
    """Say what a rule would have done with the cases of the last seven days."""
    now = workspace.now()
    cases = acknowledgements.opened(workspace.db, now - TRIED, now, desk.TRIED_AT_MOST)
    names = _topics(workspace.db.reader())
    return desk.tried(
        rule,
        cases,
        names,
        workspace.language,
        lambda due, text: _obstacle(workspace, due, text, due.opened_at),
    )


def _decide(workspace: Workspace, stored: StoredAck, due: Due) -> Verdict:
    conn, now, rule = workspace.db.reader(), workspace.now(), stored.rule
    text = acknowledging.wording(conn, stored)
    found = desk.verdict(rule, due, _topics(conn), text, workspace.language)
    if found == Verdict():
        return found
    why = found.left_out or _obstacle(workspace, due, found.text, now)
    again = now - timedelta(days=rule.once_in_days)
    if not why and due.person and acknowledgements.reached(conn, due.person, again):
        why = desk.PERSON
    if not why and acknowledgements.count(conn, stored.id, now - desk.DAY) >= rule.per_day:
        why = desk.ALL
    if why:
        acknowledging.leave_out(workspace.db, stored, due, why, now)
        return Verdict(left_out=why)
    return found


def _ask(workspace: Workspace, stored: StoredAck, due: Due, text: str) -> bool:
    source = None if workspace.is_sample else sending.way(workspace, due.case_id).source
    return acknowledging.ask(workspace.db, stored, due, text, workspace.now(), source=source)


def _obstacle(workspace: Workspace, due: Due, text: str, at: datetime) -> str:
    """Say why a text cannot leave to where something was said, '' where it can."""
    if workspace.is_sample:
        return ""
    way = sending.way(workspace, due.case_id)
    if way.rules is None or way.changed_at is None:
        return way.by_hand
    return way.rules.obstacle(text, way.changed_at, at) or ""


def _topics(conn: sqlite3.Connection) -> dict[int, str]:
    return dict(conn.execute("SELECT id, key FROM topics"))
