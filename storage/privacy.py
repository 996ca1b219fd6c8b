"""Erasing what was said and by whom, so that nothing of it is left in the file.

Figures stay: the anonymous facts of a mention are kept, its words, author, address and
site's own id go, from every table and from the file's bytes. A keyed tombstone keeps the
next poll from bringing it back. Not here: deletions at the source (``recast``), which
change figures; cleaning the bytes (``residue``).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from storage import cases, residue, revisions, signs, tombstones
from storage.database import Database
from storage.errors import Conflict
from storage.models import Json
from storage.people import Person
from storage.recast import wipe
from storage.rollups import topic_ids
from storage.times import millis, moment

_BATCH = 500
"""Mentions per transaction: others may write in between."""


class Wanted(NamedTuple):
    """Whose words are to go: one of the first four, narrowed by source and place."""

    mentions: tuple[int, ...] = ()
    author: str = ""
    native_id: str = ""
    url: str = ""
    source: str = ""
    place: str = ""

    @property
    def chosen_by(self) -> str:
        """How they were chosen, without saying by which value."""
        names = ("mentions", "author", "native_id", "url")
        return next((name for name in names if getattr(self, name)), "")


class Receipt(NamedTuple):
    """What was erased, in numbers; ``done_at`` is None while old bytes may still be read."""

    receipt: str
    chosen_by: str
    actor: str
    mentions: int
    versions: int
    replies: int
    cases: int
    begun_at: datetime
    done_at: datetime | None


class Extent(NamedTuple):
    """How much there is of some mentions."""

    mentions: int
    versions: int
    replies: int
    cases: int


_WHERE = {
    "mentions": "m.id IN (SELECT value FROM json_each(?))",
    "author": "i.author = ? COLLATE NOCASE",
    "native_id": "i.native_id = ?",
    "url": "i.url = ?",
}


def find(conn: sqlite3.Connection, wanted: Wanted) -> list[int]:
    """Return the ids of mentions that still say something, newest first."""
    by = wanted.chosen_by
    value = json.dumps(wanted.mentions) if by == "mentions" else getattr(wanted, by)
    where, args = [_WHERE[by]], [value]
    if wanted.place:
        where.append("p.key = ?")
        args.append(wanted.place)
    if wanted.source:
        where.append(
            "EXISTS (SELECT 1 FROM sightings g JOIN sources o ON o.id = g.source_id"
            " WHERE g.mention_id = m.id AND o.key = ?)"
        )
        args.append(wanted.source)
    rows = conn.execute(
        "SELECT m.id FROM identities i JOIN mentions m ON m.id = i.mention_id"
        f" JOIN places p ON p.id = i.place_id WHERE {' AND '.join(where)}"
        " ORDER BY m.position DESC",
        args,
    )
    return [int(row[0]) for row in rows]


def extent(conn: sqlite3.Connection, ids: Sequence[int]) -> Extent:
    """Count what hangs on some mentions."""
    wanted = json.dumps(ids)
    counts = [
        int(
            conn.execute(
                f"SELECT count(*) FROM json_each(?) j CROSS JOIN {table} t ON t.{column} = j.value",
                (wanted,),
            ).fetchone()[0]
        )
        for table, column in (
            ("identities", "mention_id"),
            ("versions", "mention_id"),
            ("replies", "mention_id"),
            ("cases", "mention_id"),
        )
    ]
    return Extent(*counts)


def erase(db: Database, ids: Sequence[int], by: str, actor: Person, now: datetime) -> Receipt:
    """Erase mentions; return the receipt once nothing of them is left in the file's bytes.

    Raises Busy where another process keeps old pages alive: the words are out of the
    tables then, and ``finish`` brings the receipt later.
    """
    receipt = f"E-{now:%Y%m%d}-{secrets.token_hex(6)}"
    traces = residue.traces(db.reader(), ids)
    _begin(db, receipt, by, actor, now)
    for batch in _batches(ids):
        with db.write() as conn:
            _erase(db, conn, batch, receipt, actor, now)
    residue.clean(db, traces)
    _done(db, now)
    return get(db.reader(), receipt)


def finish(db: Database, now: datetime) -> list[Receipt]:
    """Clean the bytes for erasures that could not; return their receipts."""
    rows = db.reader().execute("SELECT receipt FROM erasures WHERE done_at IS NULL ORDER BY id")
    open_ones = [str(row[0]) for row in rows]
    if open_ones:
        residue.clean(db, ())
        _done(db, now)
    return [get(db.reader(), each) for each in open_ones]


def replay(
    db: Database, digests: Collection[bytes], actor: Person, now: datetime
) -> tuple[int, Receipt | None]:
    """Erase again what the tombstones of another file name; return how many of them were new."""
    with db.write() as conn:
        before = conn.total_changes
        conn.executemany(
            "INSERT OR IGNORE INTO tombstones VALUES (?, ?)",
            [(each, millis(now)) for each in digests],
        )
        added = conn.total_changes - before
    key, wanted = db.key("tombstone"), frozenset(digests)
    ids = [
        int(mention_id)
        for mention_id, place, native in db.reader().execute(
            "SELECT mention_id, place_id, native_id FROM identities"
        )
        if tombstones.digest(key, place, native) in wanted
    ]
    return added, erase(db, ids, "replay", actor, now) if ids else None


def get(conn: sqlite3.Connection, receipt: str) -> Receipt:
    """Return a stored receipt."""
    return next(each for each in receipts(conn) if each.receipt == receipt)


def receipts(conn: sqlite3.Connection) -> Iterator[Receipt]:
    """Yield every receipt, oldest first."""
    for *values, begun, done in conn.execute(
        "SELECT e.receipt, e.chosen_by, p.name, e.mentions, e.versions, e.replies, e.cases,"
        " e.begun_at, e.done_at FROM erasures e JOIN people p ON p.id = e.actor_id ORDER BY e.id"
    ):
        yield Receipt._make((*values, moment(begun), None if done is None else moment(done)))


def _begin(db: Database, receipt: str, by: str, actor: Person, now: datetime) -> None:
    with db.write() as conn:
        conn.execute(
            "INSERT INTO erasures (receipt, chosen_by, actor_id, mentions, versions, replies,"
            " cases, begun_at) VALUES (?,?,?,0,0,0,0,?)",
            (receipt, by, actor.id, millis(now)),
        )


def _done(db: Database, now: datetime) -> None:
    with db.write() as conn:
        conn.execute("UPDATE erasures SET done_at = ? WHERE done_at IS NULL", (millis(now),))


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def _erase(
    db: Database,
    conn: sqlite3.Connection,
    ids: Sequence[int],
    receipt: str,
    actor: Person,
    now: datetime,
) -> None:
    """Erase one batch inside its transaction."""
    names = _identities(conn, ids)
    if len(names) != len(ids):
        raise Conflict("some of these mentions were erased meanwhile; look again")
    counts = extent(conn, ids)
    key = db.key("tombstone")
    for mention_id, (place_id, native_id) in names.items():
        tombstones.bury(conn, key, place_id, native_id, millis(now))
        _wipe(conn, mention_id)
    cases.erase(db, ids, actor, now)
    conn.executemany("DELETE FROM identities WHERE mention_id = ?", [(each,) for each in ids])
    conn.executemany(
        "UPDATE mentions SET erased_at = ?, pending = 0 WHERE id = ?",
        [(millis(now), each) for each in ids],
    )
    conn.execute(
        "UPDATE identities SET parent = NULL WHERE (place_id, parent) IN"
        " (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        (json.dumps(list(names.values())),),
    )
    _forget(conn, {native for _, native in names.values()})
    conn.execute(
        "UPDATE erasures SET mentions = mentions + ?, versions = versions + ?,"
        " replies = replies + ?, cases = cases + ? WHERE receipt = ?",
        (*counts, receipt),
    )
    revisions.bump(conn, "facts")


def _identities(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = conn.execute(
        "SELECT mention_id, place_id, native_id FROM identities"
        " WHERE mention_id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return {mention_id: (place, native) for mention_id, place, native in rows}


def _wipe(conn: sqlite3.Connection, mention_id: int) -> None:
    """Take the words away and keep the mention where it is counted."""
    slice_id, position, topics, bits, deleted = conn.execute(
        "SELECT slice_id, position, topics, signs, deleted_at FROM mentions WHERE id = ?",
        (mention_id,),
    ).fetchone()
    wordless = conn.execute(
        "SELECT version FROM versions WHERE mention_id = ? AND title || text = ''", (mention_id,)
    ).fetchall()
    wipe(conn, mention_id)
    # Whether there was a text decides which label counts; that there was none is no secret.
    conn.executemany(
        "UPDATE versions SET title = '', text = '' WHERE mention_id = ? AND version = ?",
        [(mention_id, version) for (version,) in wordless],
    )
    if deleted is None:
        conn.executemany(
            "INSERT OR IGNORE INTO mention_topics VALUES (?,?,?,?)",
            [(topic, slice_id, position, mention_id) for topic in topic_ids(topics)],
        )
        conn.executemany(
            "INSERT OR IGNORE INTO mention_signs VALUES (?,?,?,?)",
            [(bit, slice_id, position, mention_id) for bit in signs.each_bit(bits)],
        )


def _forget(conn: sqlite3.Connection, names: Collection[str]) -> None:
    """Take sites' own ids out of the cursors, where collectors remember what they saw last."""
    for source_id, cursor in conn.execute(
        "SELECT id, cursor FROM sources WHERE cursor IS NOT NULL"
    ).fetchall():
        before: Json = json.loads(cursor)
        after = _without(before, names)
        if after != before:
            conn.execute(
                "UPDATE sources SET cursor = ? WHERE id = ?", (json.dumps(after), source_id)
            )


def _without(value: Json, names: Collection[str]) -> Json:
    """Return a cursor without some ids: as values, in lists, as keys, among words."""
    if isinstance(value, str):
        if value in names:
            return ""
        words = value.split(" ")
        kept = [word for word in words if word not in names]
        return " ".join(kept) if len(kept) < len(words) else value
    if isinstance(value, list):
        return [_without(each, names) for each in value if each not in names]
    if isinstance(value, dict):
        return {key: _without(each, names) for key, each in value.items() if key not in names}
    return value
