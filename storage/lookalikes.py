"""Sketches of texts, and the groups of near-copies that they fall into.

A mention is sketched once when it is about a minute old, and again after an edit; then it
is held against the sketches of the weeks around it. A group is named by its first member
and keeps that name; where a text joins two groups, the older name stays. How sketches are
made and compared is not known here; which groups are suspicious is in ``bursts``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from storage.listing import scored_text
from storage.times import millis

SETTLED = timedelta(seconds=60)
"""Ids order by time up to the length of a transaction: younger ones may not all be there."""
AROUND = 30 * 86_400
"""Seconds before and after a text in which its copies are looked for."""
AT_ONCE = 30 * 86_400
"""Seconds of texts that are held against the others in one go."""
ALIKE_SCALE = 1_000

_ID_BITS = 22
_POSITION_BITS = 31
_CURSOR = "lookalikes_until"


class Due(NamedTuple):
    """A text that has no sketch of its present version."""

    mention_id: int
    position: int
    text: str


class Sketched(NamedTuple):
    """A mention's sketch and whether it was held against the others already."""

    mention_id: int
    position: int
    matched: bool
    sketch: bytes


class Alike(Protocol):
    """Two mentions by their place in a window, and how alike they are (0–1)."""

    @property
    def a(self) -> int:
        """Place of the one."""
        ...

    @property
    def b(self) -> int:
        """Place of the other."""
        ...

    @property
    def alike(self) -> float:
        """Similarity."""
        ...


def due_from(conn: sqlite3.Connection) -> int:
    """Return the id up to which all texts were looked at."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_CURSOR,)).fetchone()
    return int(row[0]) if row else 0


def due(conn: sqlite3.Connection, now: datetime, limit: int) -> tuple[list[Due], int]:
    """Return texts to be sketched, and the id up to which all are then done."""
    after = due_from(conn)
    before = millis(now - SETTLED) << _ID_BITS
    rows = conn.execute(
        "SELECT id FROM mentions WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
        (after, before, limit),
    ).fetchall()
    ids = [each for (each,) in rows]
    edited = [
        each for (each,) in conn.execute("SELECT mention_id FROM sketch_due LIMIT ?", (limit,))
    ]
    found = conn.execute(
        "SELECT m.id, m.position, v.title, v.text FROM json_each(?) j"
        " CROSS JOIN mentions m ON m.id = j.value JOIN versions v"
        " ON v.mention_id = m.id AND v.version = m.version"
        " WHERE m.deleted_at IS NULL AND m.erased_at IS NULL AND v.title || v.text <> ''",
        (json.dumps(ids + edited),),
    )
    texts = [Due(id_, position, scored_text(title, text)) for id_, position, title, text in found]
    return texts, ids[-1] if ids else after


def save(
    conn: sqlite3.Connection, made: Iterable[tuple[Due, bytes]], seen: Sequence[Due], until: int
) -> None:
    """Keep sketches; ``seen`` are all texts that were looked at, ``until`` is the id behind."""
    conn.executemany(
        "INSERT OR REPLACE INTO sketches VALUES (?, ?, 0, ?)",
        [(each.position, each.mention_id, sketch) for each, sketch in made],
    )
    conn.execute(
        "DELETE FROM sketch_due WHERE mention_id IN (SELECT value FROM json_each(?))"
        " OR mention_id IN (SELECT id FROM mentions WHERE erased_at IS NOT NULL)",
        (json.dumps([each.mention_id for each in seen]),),
    )
    # Not through ``workspace.set_meta``: nothing that a page shows has changed.
    conn.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (_CURSOR, str(until)),
    )


def window(conn: sqlite3.Connection) -> list[Sketched]:
    """Return the oldest unmatched sketches and all around them; nothing if all are matched."""
    row = conn.execute("SELECT min(position) FROM sketches WHERE matched = 0").fetchone()
    if row[0] is None:
        return []
    start = row[0] >> _POSITION_BITS
    last = conn.execute(
        "SELECT max(position) FROM sketches WHERE matched = 0 AND position < ?",
        ((start + AT_ONCE) << _POSITION_BITS,),
    ).fetchone()[0]
    end = (last >> _POSITION_BITS) + 1
    rows = conn.execute(
        "SELECT mention_id, position, matched, bytes FROM sketches"
        " WHERE position BETWEEN ? AND ? ORDER BY position",
        ((start - AROUND) << _POSITION_BITS, (end + AROUND) << _POSITION_BITS),
    )
    upper = end << _POSITION_BITS
    # What lies behind this go's end is company; its own turn comes.
    return [
        Sketched(id_, position, bool(matched) or position >= upper, sketch)
        for id_, position, matched, sketch in rows
    ]


def group(
    conn: sqlite3.Connection, looked_at: Sequence[Sketched], found: Sequence[Alike]
) -> set[int]:
    """Keep which mentions are alike, and note that the fresh ones were held against the others.

    Returns the groups that grew.
    """
    ids = [each.mention_id for each in looked_at]
    known = dict(
        conn.execute(
            "SELECT mention_id, group_id FROM lookalikes"
            " WHERE mention_id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted({ids[at] for each in found for at in (each.a, each.b)})),),
        )
    )
    joined = _joined(known, [(ids[each.a], ids[each.b]) for each in found])
    best: dict[int, float] = {}
    for each in found:
        for mention_id in (ids[each.a], ids[each.b]):
            best[mention_id] = max(best.get(mention_id, 0.0), each.alike)
    moved = {old: joined[old] for old in set(known.values()) if joined[old] != old}
    conn.executemany(
        "UPDATE lookalikes SET group_id = ? WHERE group_id = ?",
        [(new, old) for old, new in moved.items()],
    )
    conn.executemany(
        "UPDATE bursts SET group_id = ? WHERE group_id = ?",
        [(new, old) for old, new in moved.items()],
    )
    conn.executemany(
        "INSERT INTO lookalikes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " group_id = excluded.group_id, alike = max(alike, excluded.alike)",
        [(each, joined[each], round(best[each] * ALIKE_SCALE)) for each in sorted(best)],
    )
    fresh = [(each.position,) for each in looked_at if not each.matched]
    conn.executemany("UPDATE sketches SET matched = 1 WHERE position = ?", fresh)
    return {joined[each] for each in best}


def _joined(known: dict[int, int], links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return for every mention and group the name of the group that it now belongs to."""
    parent: dict[int, int] = {}

    def root(of: int) -> int:
        parent.setdefault(of, of)
        while parent[of] != of:
            parent[of] = of = parent[parent[of]]
        return of

    for a, b in [*known.items(), *links]:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {each: root(each) for each in [*parent]}
