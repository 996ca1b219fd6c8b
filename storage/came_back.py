"""Who was told of a change and said something afterwards, and whether it was better.

Kept as it is found, so that an erasure changes no figure. By the same name at the same
place, by the same mail address, or by an edit of what was said. Not here: telling (``told``).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import addressees, revisions, workspace
from storage.database import Database
from storage.recast import ANALYSE
from storage.times import millis

WATCHED = timedelta(weeks=26)
"""So long after somebody was told they are looked for."""
AT_ONCE = 20_000
_MARK = "came_back"
_RANKS = {"negative": 0, "neutral": 1, "positive": 2}


class _Said(NamedTuple):
    """What can be compared of one thing that somebody said."""

    rating: int | None
    nps: int | None
    csat: int | None
    label: str


class _Telling(NamedTuple):
    id: int
    mention_id: int
    version: int
    told_at: int
    before: _Said


def refresh(db: Database, now: datetime) -> int:
    """Look at what came since the last look; return how many came back."""
    conn = db.reader()
    since = millis(now - WATCHED)
    rows = conn.execute(
        "SELECT t.id, t.mention_id, t.version, t.told_at, t.rating, t.nps, t.csat, t.label,"
        " t.person, m.place_id, coalesce(i.author, '') FROM action_tellings t"
        " JOIN mentions m ON m.id = t.mention_id LEFT JOIN identities i ON i.mention_id = m.id"
        " WHERE t.told_at >= ?",
        (since,),
    ).fetchall()
    if not rows:
        return 0
    people: dict[object, list[_Telling]] = {}
    for row in rows:
        each = _Telling(row[0], row[1], row[2], row[3], _Said(*row[4:8]))
        person, place, author = row[8:]
        people.setdefault(bytes(person), []).append(each)
        if addressees.is_name(author):
            people.setdefault((place, author), []).append(each)
    found = 0
    while True:
        with db.write() as write:
            last, more, count = _step(db, write, people)
            found += count
            workspace.set_meta(write, _MARK, str(last))
        if not more:
            break
    with db.write() as write:
        return found + _edits(write, since)


def _step(
    db: Database, conn: sqlite3.Connection, people: dict[object, list[_Telling]]
) -> tuple[int, bool, int]:
    """Look at the next mentions that are read already; return the last, and whether more wait."""
    first = min(each.told_at for found in people.values() for each in found)
    mark = max(int(workspace.meta(conn, _MARK) or 0), first << 22)
    (unread,) = conn.execute(
        "SELECT min(id) FROM mentions WHERE pending > 0 AND pending & ? AND id > ?", (ANALYSE, mark)
    ).fetchone()
    rows = conn.execute(
        "SELECT m.id, m.version, m.published_at, m.first_seen_at, m.rating, m.nps, m.csat, s.label,"
        " m.place_id, i.author, v.extra FROM mentions m JOIN slices s ON s.id = m.slice_id"
        " JOIN identities i ON i.mention_id = m.id JOIN versions v ON v.mention_id = m.id"
        " AND v.version = m.version WHERE m.id > ? AND m.id < ? AND m.deleted_at IS NULL"
        " AND m.erased_at IS NULL ORDER BY m.id LIMIT ?",
        (mark, unread or (1 << 63) - 1, AT_ONCE),
    ).fetchall()
    count = 0
    for id_, version, published, seen, rating, nps, csat, label, place, author, extra in rows:
        address = addressees.address(author, extra) if "@" in author + (extra or "") else ""
        known = [(place, author), addressees.person(db, address) if address else None]
        for each in {t.id: t for key in known for t in people.get(key, ())}.values():
            if each.mention_id != id_ and published > each.told_at:
                better = _better(each.before, _Said(rating, nps, csat, label))
                count += _came(conn, (each.id, id_, version, seen, better))
    return (rows[-1][0] if rows else mark), len(rows) == AT_ONCE, count


def _edits(conn: sqlite3.Connection, since: int) -> int:
    """Count edits of what was said: only marks can be compared, the label may be a person's."""
    rows = conn.execute(
        "SELECT t.id, t.mention_id, v.version, v.learned_at, t.rating, t.nps, t.csat, v.rating,"
        " v.nps, v.csat FROM action_tellings t JOIN versions v ON v.mention_id = t.mention_id"
        " AND v.version > t.version AND v.learned_at > t.told_at WHERE t.told_at >= ?",
        (since,),
    ).fetchall()
    count = 0
    for row in rows:
        better = _better(_Said(row[4], row[5], row[6], ""), _Said(row[7], row[8], row[9], ""))
        count += _came(conn, (row[0], row[1], row[2], row[3], better))
    return count


def _better(before: _Said, after: _Said) -> int | None:
    """Say whether one is better than the other by the first mark that both have."""
    for a, b in zip(before[:3], after[:3], strict=True):
        if a is not None and b is not None:
            return int(int(b) > int(a))
    ranks = _RANKS.get(before.label), _RANKS.get(after.label)
    return None if None in ranks else int((ranks[1] or 0) > (ranks[0] or 0))


def _came(conn: sqlite3.Connection, row: tuple[int, int, int, int, int | None]) -> int:
    done = conn.execute("INSERT OR IGNORE INTO action_returns VALUES (?,?,?,?,?)", row)
    if done.rowcount:
        revisions.bump(conn, "settings")
    return done.rowcount
