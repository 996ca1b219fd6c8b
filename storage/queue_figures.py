"""How the queue did over a period, counted from the events, not from what cases are now.

A case that is opened again later was closed all the same; what came after the period
changes nothing in it. Not here: lists of cases (``case_lists``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from storage.case_model import EventType
from storage.times import millis

_ANSWERS = (EventType.REPLIED, EventType.ANSWERED_ELSEWHERE)
_ENDS = (
    EventType.RESOLVED,
    EventType.DISMISSED,
    EventType.ANSWERED_ELSEWHERE,
    EventType.MENTION_GONE,
)
_HOUR = 3_600_000


class QueueFigures(NamedTuple):
    """Counts of a period, and how things stood at its end.

    ``waits`` are the hours from opening to the first answer of each case opened in the
    period, None for those that still wait at its end; what was closed without an answer is
    left out. Of ``due`` cases ``in_time`` were answered before they were due.
    """

    opened: int
    answered: int
    resolved: int
    dismissed: int
    open: int
    overdue: int
    waits: tuple[float | None, ...]
    due: int
    in_time: int

    @property
    def median_hours(self) -> float | None:
        """Median wait for the first answer; None while half of the cases still wait.

        Those that wait count as longer than any that was answered: a mean over answered
        cases alone would flatter.
        """
        if not self.waits:
            return None
        ordered = sorted(self.waits, key=lambda wait: (wait is None, wait or 0.0))
        half = len(ordered) // 2
        middle = ordered[half - 1 + len(ordered) % 2 : half + 1]
        known = [wait for wait in middle if wait is not None]
        return sum(known) / len(middle) if len(known) == len(middle) else None


class _Case(NamedTuple):
    opened_at: int
    answered_at: int | None
    ended_seq: int | None
    begun_seq: int
    due_at: int


class _Which(NamedTuple):
    """Which cases count: a condition behind an AND, '' for all."""

    sql: str
    args: tuple[str, ...]


def queue(
    conn: sqlite3.Connection,
    start: datetime,
    end: datetime,
    brands: Sequence[str] = (),
    places: Sequence[str] = (),
) -> QueueFigures:
    """Return how the queue did from ``start`` up to ``end``; empty brands and places are all."""
    first, after = millis(start), millis(end)
    which = _which(brands, places)
    happened = dict(
        conn.execute(
            "SELECT e.type, count(DISTINCT e.case_id) FROM case_events e"
            f" WHERE e.at >= ? AND e.at < ?{which.sql} GROUP BY e.type",
            (first, after, *which.args),
        )
    )
    cases = _cases(conn, after, which)
    still_open = [each for each in cases if _is_open(each)]
    fresh = [each for each in cases if each.opened_at >= first]
    asked = [each for each in fresh if each.answered_at is not None or _is_open(each)]
    due = [each for each in asked if each.answered_at is not None or each.due_at < after]
    return QueueFigures(
        opened=happened.get(EventType.OPENED, 0),
        answered=_first_answers(conn, first, after, which),
        resolved=happened.get(EventType.RESOLVED, 0),
        dismissed=happened.get(EventType.DISMISSED, 0),
        open=len(still_open),
        overdue=sum(each.answered_at is None and each.due_at < after for each in still_open),
        waits=tuple(_wait(each) for each in asked),
        due=len(due),
        in_time=sum(
            each.answered_at is not None and each.answered_at <= each.due_at for each in due
        ),
    )


def _which(brands: Sequence[str], places: Sequence[str]) -> _Which:
    """Choose by where a case's mention is now: the file's own tables, also for the past."""
    parts, args = [], []
    for column, table, name, chosen in (
        ("s.brand_id", "brands", "name", brands),
        ("m.place_id", "places", "key", places),
    ):
        if chosen:
            parts.append(
                f"{column} IN (SELECT id FROM {table} WHERE {name} IN"
                " (SELECT value FROM json_each(?)))"
            )
            args.append(json.dumps(list(chosen)))
    if not parts:
        return _Which("", ())
    sql = (
        " AND e.case_id IN (SELECT k.id FROM main.cases k JOIN main.mentions m ON"
        " m.id = k.mention_id JOIN main.slices s ON s.id = m.slice_id WHERE "
    )
    return _Which(f"{sql}{' AND '.join(parts)})", tuple(args))


def _first_answers(conn: sqlite3.Connection, first: int, after: int, which: _Which) -> int:
    """How many cases got their first answer in the period."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT min(e.at) AS at FROM case_events e"
        f" WHERE e.type IN (?, ?){which.sql} GROUP BY e.case_id) WHERE at >= ? AND at < ?",
        (*_ANSWERS, *which.args, first, after),
    ).fetchone()
    return int(row[0])


def _cases(conn: sqlite3.Connection, after: int, which: _Which) -> list[_Case]:
    """Every case opened before the end, as its events up to then say."""
    ends = ", ".join("?" * len(_ENDS))
    rows = conn.execute(
        "SELECT min(CASE WHEN e.type = ? THEN e.at END),"
        " min(CASE WHEN e.type IN (?, ?) THEN e.at END),"
        f" max(CASE WHEN e.type IN ({ends}) THEN e.seq END),"
        " max(CASE WHEN e.type IN (?, ?) THEN e.seq END), c.due_at"
        " FROM case_events e JOIN cases c ON c.id = e.case_id"
        f" WHERE e.at < ?{which.sql} GROUP BY e.case_id",
        (EventType.OPENED, *_ANSWERS, *_ENDS, EventType.OPENED, EventType.REOPENED, after)
        + which.args,
    )
    return [_Case(*row) for row in rows]


def _is_open(case: _Case) -> bool:
    return case.ended_seq is None or case.ended_seq < case.begun_seq


def _wait(case: _Case) -> float | None:
    """Hours to the answer; one that was there before the case was opened took none."""
    if case.answered_at is None:
        return None
    return max(0, case.answered_at - case.opened_at) / _HOUR
