"""You said – we did: the actions that a summary tells of, each judged by its weeks. No words.

Those that took effect within its days, and those whose weeks after are still counted: their
verdict may have come. Not here: judging (``dashboard.judging``), telling (``storage.told``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dashboard import judging
from dashboard.judging import AFTER, BEFORE, Judged
from storage import actions, told
from storage.actions import Action
from storage.told import Told

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


class Deed(NamedTuple):
    """An action, what became of those who had raised it, and whether it is of these days."""

    judged: Judged
    told: Told | None
    new: bool


def deeds(
    conn: sqlite3.Connection, first: date, last: date, at: datetime, brands: Collection[str] = ()
) -> tuple[Deed, ...]:
    """Judge the actions of a summary of these days as of a moment, the newest first.

    With ``brands`` only those that were done for some of them and for no other.
    """
    found = []
    for each in _spoken_of(conn, last, at):
        assert each.done_on is not None
        if brands and not (each.scope.brands and set(each.scope.brands) <= set(brands)):
            continue
        judged = judging.judge(conn, each, last + _DAY)
        found.append(Deed(judged, told.of_action(conn, each.id, at), each.done_on >= first))
    return tuple(found)


def first_day(conn: sqlite3.Connection, last: date, at: datetime) -> date:
    """Return the first day that judging the actions of a summary looks at."""
    days = [each.done_on for each in _spoken_of(conn, last, at) if each.done_on is not None]
    if not days:
        return last
    return min(days) - _WEEK * (BEFORE + 1)


def _spoken_of(conn: sqlite3.Connection, last: date, at: datetime) -> list[Action]:
    found = [
        each
        for each in actions.actions(conn, at)
        if each.withdrawn is None
        and each.done_on is not None
        and last - _WEEK * (AFTER + 2) < each.done_on <= last
    ]
    return sorted(found, key=lambda each: (each.done_on or date.min, each.id), reverse=True)
