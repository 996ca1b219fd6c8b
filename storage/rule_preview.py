"""What a change of the case rules would have meant for what came lately. Reads only.

The same rows and the same matching as when cases are opened; not here: opening them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import rules
from storage.rule_candidates import CANDIDATES, Candidate, subject
from storage.rule_matching import CaseRule, best
from storage.rules import HISTORY_DAYS
from storage.times import millis

LOOKED_AT = 5_000
"""Mentions that a preview looks at, at most: the newest."""
_SECONDS = 31
"""Bits of a position below the second of publishing."""


class Effect(NamedTuple):
    """A change's effect on the mentions looked at.

    ``opens`` had no rule and would have one, ``closes`` the other way round, ``changes``
    would get another priority or time; ``before`` and ``after`` count those with a rule.
    """

    looked_at: int
    before: int
    after: int
    opens: int
    closes: int
    changes: int


def recent(conn: sqlite3.Connection, now: datetime, days: int = HISTORY_DAYS) -> list[Candidate]:
    """Return the mentions of the last days that a rule might open a case for, newest first."""
    first = (millis(now - timedelta(days=days)) // 1000) << _SECONDS
    rows = conn.execute(
        f"{CANDIDATES} WHERE m.position >= ? AND m.deleted_at IS NULL AND m.erased_at IS NULL"
        " AND NOT m.replied ORDER BY m.position DESC LIMIT ?",
        (first, LOOKED_AT),
    )
    return [Candidate(*row) for row in rows]


def effect(
    candidates: Sequence[Candidate],
    topics: Mapping[int, str],
    before: Sequence[CaseRule],
    after: Sequence[CaseRule],
) -> Effect:
    """Compare two sets of rules on the same mentions. Pure."""
    had = have = opens = closes = changes = 0
    for each in candidates:
        seen = subject(each, topics)
        old, new = best(before, seen), best(after, seen)
        had += old is not None
        have += new is not None
        if old is None or new is None:
            opens += new is not None
            closes += old is not None
        else:
            was, will = old.rule, new.rule
            changes += (was.priority, was.due_hours) != (will.priority, will.due_hours)
    return Effect(len(candidates), had, have, opens, closes, changes)


def with_rule(stored: Sequence[CaseRule], rule: CaseRule) -> tuple[CaseRule, ...]:
    """Return the rules with one added, or in the place of its namesake."""
    if any(each.name == rule.name for each in stored):
        return tuple(rule if each.name == rule.name else each for each in stored)
    return (*stored, rule)


def without_rule(stored: Sequence[CaseRule], name: str) -> tuple[CaseRule, ...]:
    """Return the rules without one."""
    return tuple(each for each in stored if each.name != name)


def compare(
    conn: sqlite3.Connection,
    now: datetime,
    before: Sequence[CaseRule],
    after: Sequence[CaseRule],
) -> Effect:
    """Return what a change would have meant for the mentions of the last days."""
    topics: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    now_called = rules.present(conn, before), rules.present(conn, after)
    return effect(recent(conn, now), topics, *now_called)
