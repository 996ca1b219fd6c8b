"""Applying the present rules to what is already here: opening and re-ranking, never closing.

What would have no case under them keeps the one that it has: somebody may be at work on it.
Not here: saying beforehand what it would do (``rule_preview``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import cases, rules
from storage.clocks import PromiseTime
from storage.database import Database
from storage.rule_matching import CaseRule
from storage.rule_preview import recent
from storage.times import millis


class Applied(NamedTuple):
    """How many cases were opened, and how many open ones got another urgency."""

    opened: int
    changed: int


def apply(
    db: Database,
    now: datetime,
    *,
    chosen: Sequence[CaseRule] | None = None,
    promised: PromiseTime = lambda _: None,
) -> Applied:
    """Apply the rules (None: the stored ones) to the mentions of the last days."""
    opened = changed = 0
    with db.write() as conn:
        key = db.key("audit")
        found = rules.present(conn, rules.active(conn) if chosen is None else tuple(chosen))
        topics: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
        oldest = millis(now - timedelta(days=rules.HISTORY_DAYS))
        for each in recent(conn, now):
            command = rules.wanted(found, each, topics, oldest, promised)
            if command is None:
                continue
            if each.case_id is None:
                cases.act_on(conn, key, None, command, now)
                opened += 1
                continue
            case = cases.load(conn, each.case_id)
            rank = rules.reprioritised(case, command)
            after = cases.act_on(conn, key, case, rank, now)
            changed += after is not None and after.version != case.version
    return Applied(opened, changed)
