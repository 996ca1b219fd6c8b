"""What came of replies: the person answered, changed the rating, was won back.

Derived from facts alone: versions, threads, and what people said when asked. The table
``case_outcomes`` holds what was found, and ``differences`` proves it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from storage import workspace
from storage.database import Database
from storage.models import RATING_SCALE
from storage.times import millis, moment

WATCHED = timedelta(days=90)
"""For how long after a reply we look at what comes of it."""
HAPPY, UNHAPPY = 4 * RATING_SCALE, 3 * RATING_SCALE


class What(StrEnum):
    """What can come of a reply."""

    ANSWER_CAME = "answer_came"
    RATING_CHANGED = "rating_changed"
    RECOVERED = "recovered"


class Outcome(NamedTuple):
    """One thing that came of the first reply of a case; ratings are in stars."""

    case_id: int
    what: What
    at: datetime
    before: float | None = None
    after: float | None = None


_AS_OF = "outcomes_at"
"""Name under which a workspace remembers when outcomes were derived last."""
# Anything that an outcome follows from and that came, went or changed since a time.
_MOVED = """
SELECT 1 FROM cases c JOIN mentions m ON m.id = c.mention_id WHERE c.id = :case AND (
  c.last_at >= :as_of OR m.deleted_at >= :as_of OR m.erased_at >= :as_of
  OR EXISTS (SELECT 1 FROM versions v WHERE v.mention_id = m.id AND v.learned_at >= :as_of)
  OR EXISTS (SELECT 1 FROM outbox o WHERE o.mention_id = m.id AND o.changed_at >= :as_of)
  OR EXISTS (SELECT 1 FROM follow_ups f WHERE f.case_id = c.id AND f.answered_at >= :as_of)
  OR EXISTS (SELECT 1 FROM identities i JOIN identities a ON a.author = i.author
    AND a.author <> '' AND a.place_id = i.place_id JOIN mentions n ON n.id = a.mention_id
    WHERE i.mention_id = m.id AND i.author <> '' AND n.first_seen_at >= :as_of)
  OR EXISTS (SELECT 1 FROM mentions n WHERE n.place_id = m.place_id
    AND (n.deleted_at >= :as_of OR n.erased_at >= :as_of)))
"""

_Row = tuple[int, str, int, int | None, int | None]

# Ratings from one version to the next one, where both are marked and differ.
_CHANGES = """
SELECT c.id, v.learned_at, w.rating, v.rating, w.rating <> v.rating, v.hash IS NOT w.hash
FROM cases c
JOIN versions v ON v.mention_id = c.mention_id AND v.learned_at > c.answered_at
JOIN versions w ON w.mention_id = v.mention_id AND w.version = v.version - 1
WHERE c.answered_at IS NOT NULL AND v.learned_at <= c.answered_at + :watched {only}
ORDER BY c.id, v.version
"""
# What the same name said below the mention, or below our reply to it, afterwards.
_ANSWERS = """
SELECT c.id, min(m.published_at)
FROM cases c JOIN identities i ON i.mention_id = c.mention_id AND i.author <> ''
JOIN identities a ON a.author = i.author AND a.author <> '' AND a.place_id = i.place_id
  AND a.mention_id <> i.mention_id
JOIN mentions m ON m.id = a.mention_id
WHERE c.answered_at IS NOT NULL AND m.published_at > c.answered_at
  AND m.published_at <= c.answered_at + :watched
  AND (a.parent = i.native_id OR a.parent IN (SELECT o.native_id FROM outbox o
       WHERE o.mention_id = c.mention_id AND o.state = 'sent')) {only}
GROUP BY c.id
"""
_SAID = """
SELECT f.case_id, min(f.answered_at) FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.answer = 'yes' {only} GROUP BY f.case_id
"""


def of_case(conn: sqlite3.Connection, case_id: int) -> list[Outcome]:
    """Return what came of a case's reply, from the facts as they are now."""
    return [_outcome(row) for row in sorted(_found(conn, case_id), key=lambda row: row[2])]


def refresh(db: Database, now: datetime) -> int:
    """Bring the table up to the facts; return how many rows moved."""
    with db.write() as conn:
        workspace.set_meta(conn, _AS_OF, str(millis(now)))
        wanted, stored = set(_found(conn)), _stored(conn)
        conn.executemany(
            "DELETE FROM case_outcomes WHERE case_id = ? AND what = ? AND at = ?",
            [row[:3] for row in stored - wanted],
        )
        conn.executemany(
            "INSERT INTO case_outcomes VALUES (?,?,?,?,?)", sorted(wanted - stored, key=str)
        )
        return len(wanted ^ stored)


def differences(conn: sqlite3.Connection) -> list[str]:
    """Return where the table is not what the facts say; call it in one snapshot."""
    wanted, stored = set(_found(conn)), _stored(conn)
    return [
        *(f"case {row[0]} lacks the outcome {row[1]}" for row in sorted(wanted - stored, key=str)),
        *(f"case {row[0]} has no {row[1]}" for row in sorted(stored - wanted, key=str)),
    ]


def unexplained(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield where the table is not what the facts said when it was derived last.

    What moved since then is brought up by the next look and no difference.
    """
    as_of = int(workspace.meta(conn, _AS_OF) or 0)
    wanted, stored = set(_found(conn)), _stored(conn)
    for row in sorted(wanted ^ stored, key=str):
        args = {"case": row[0], "as_of": as_of}
        if conn.execute(_MOVED, args).fetchone() is None:
            words = "lacks the outcome" if row in wanted else "has without reason the outcome"
            yield f"case {row[0]} {words} {row[1]}"


def recorded(conn: sqlite3.Connection, since: datetime, until: datetime) -> list[Outcome]:
    """Return recorded outcomes of a period, the latest first."""
    rows = conn.execute(
        "SELECT case_id, what, at, before, after FROM case_outcomes WHERE at >= ? AND at < ?"
        " ORDER BY at DESC, case_id",
        (millis(since), millis(until)),
    )
    return [_outcome(row) for row in rows]


def _found(conn: sqlite3.Connection, case_id: int | None = None) -> Iterator[_Row]:
    """Yield each outcome once, as its row."""
    only = "" if case_id is None else f"AND c.id = {int(case_id)}"
    watched = {"watched": int(WATCHED / timedelta(milliseconds=1))}
    answered, won = dict[int, int](), dict[int, tuple[int, int | None, int | None]]()
    for case, at, before, after, moved, edited in conn.execute(_CHANGES.format(only=only), watched):
        if moved and before is not None and after is not None:
            yield case, What.RATING_CHANGED.value, at, before, after
            if before <= UNHAPPY and after >= HAPPY:
                won.setdefault(case, (at, before, after))
        if edited:
            answered[case] = min(answered.get(case, at), at)
    for case, at in conn.execute(_ANSWERS.format(only=only), watched):
        answered[case] = min(answered.get(case, at), at)
    for case, at in conn.execute(_SAID.format(only=only)):
        if case not in won or at < won[case][0]:
            won[case] = (at, None, None)
    for case, at in answered.items():
        yield case, What.ANSWER_CAME.value, at, None, None
    for case, (at, before, after) in won.items():
        yield case, What.RECOVERED.value, at, before, after


def _stored(conn: sqlite3.Connection) -> set[_Row]:
    return set(conn.execute("SELECT case_id, what, at, before, after FROM case_outcomes"))


def _outcome(row: _Row) -> Outcome:
    case_id, what, at, before, after = row
    stars = [None if each is None else each / RATING_SCALE for each in (before, after)]
    return Outcome(case_id, What(what), moment(at), *stars)
