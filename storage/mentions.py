"""Stores what collectors saw: a batch, its poll record and the cursor in one transaction.

The decisions are in ``decisions`` (pure); scoring comes after, from what is stored. A
mention's row holds anonymous facts; who said it and where is in ``identities``, what was
said in ``versions``, so that both can be erased and the facts stay.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from storage import configuration, labels, polls, reach, revisions, rollups, workspace
from storage.database import Database
from storage.decisions import Known, Verdict, content_hash, decide
from storage.ids import Ids
from storage.measures import Cell, measures
from storage.models import RATING_SCALE, Batch, Observation, Precision, Refusal, Saved, Source
from storage.newrows import NewRows
from storage.outbox import MAY_STAND
from storage.recast import (
    ANALYSE,
    RULES,
    add_label,
    delete_at_source,
    recast,
    replace_current,
)
from storage.slices import Slice, Slices
from storage.times import EARLIEST_AT, FUTURE_MS, millis
from storage.tombstones import buried
from storage.vetting import safe, why_not

_Marks: TypeAlias = tuple[int | None, int | None, int | None, int | None]


class Stored(NamedTuple):
    """What is stored of a mention that an observation names."""

    id: int
    version: int
    known: Known
    seen_here: bool
    deleted: bool


class _VersionRow(NamedTuple):
    mention_id: int
    number: int
    hash: bytes | None
    updated_at: int | None
    current: int
    deleted_at: int | None
    seen_here: int


class Writer:
    """Writes observations of one source inside one transaction."""

    def __init__(
        self, db: Database, conn: sqlite3.Connection, source: Source, now: datetime, pending: int
    ) -> None:
        self.conn = conn
        self.now = now
        self.at = millis(now)
        self.source = source
        row = conn.execute("SELECT id FROM sources WHERE key = ?", (source.id,)).fetchone()
        self.source_id = int(row[0])
        self.slices = Slices(conn)
        self.delta = rollups.Delta(self.slices)
        self._pending = pending
        self._hash_key = db.key("content")
        self._bury_key = db.key("tombstone")
        self._calendar = workspace.calendar(conn)
        self._names: dict[tuple[str, str], int] = {}
        self._slices_seen: dict[tuple[object, ...], tuple[int, int | None]] = {}
        self._cells_seen: dict[tuple[_Marks, int], Cell] = {}
        self._ids = Ids(conn, db.writer, self.at)
        self.stored: dict[tuple[int, str], Stored] = {}
        self.rows = NewRows()
        self.refused: list[Refusal] = []

    def name_id(self, kind: str, name: str | None) -> int:
        """Return the id of a brand, product or place, remembering it for the batch."""
        key = (kind, name or "")
        found = self._names.get(key)
        if found is None:
            if kind == "brand":
                found = workspace.brand_id(self.conn, name)
            elif kind == "place":
                found = workspace.named_id(self.conn, "places", "key", name or "")
            else:
                found = workspace.named_id(self.conn, "products", "name", name) if name else 0
            self._names[key] = found
        return found

    def save(self, observations: Sequence[Observation]) -> Saved:
        """Store each observation as new, changed, past, churn or unchanged."""
        seen = [safe(each) for each in observations]
        self._look_up(seen)
        tally = dict.fromkeys(("new", "changed", "unchanged", "refused"), 0)
        for line, each in enumerate(seen, 1):
            reason = why_not(each)
            if reason:
                self.refused.append(Refusal(line, reason))
            tally["refused" if reason else self._one(each)] += 1
        self.rows.write(self.conn)
        self._ids.close()
        return Saved(tally["new"], tally["changed"], tally["unchanged"], 0, tally["refused"])

    def _look_up(self, seen: Sequence[Observation]) -> None:
        """Read what is stored of the whole batch in a few statements."""
        wanted: dict[int, list[str]] = {}
        for each in seen:
            wanted.setdefault(self.name_id("place", each.place), []).append(each.native_id)
        for place_id, natives in wanted.items():
            found: dict[str, list[_VersionRow]] = {}
            for native, *rest in self.conn.execute(
                "SELECT i.native_id, m.id, v.version, v.hash, v.updated_at, m.version,"
                " m.deleted_at, s.mention_id IS NOT NULL"
                " FROM json_each(?) j CROSS JOIN identities i"
                " ON i.place_id = ? AND i.native_id = j.value"
                " JOIN mentions m ON m.id = i.mention_id"
                " JOIN versions v ON v.mention_id = m.id"
                " LEFT JOIN sightings s ON s.source_id = ? AND s.mention_id = m.id",
                (json.dumps(natives), place_id, self.source_id),
            ):
                found.setdefault(native, []).append(_VersionRow(*rest))
            for native, versions in found.items():
                self.stored[place_id, native] = _stored(versions)
        self._buried = buried(self.conn, self._bury_key, wanted, self.stored)

    def _one(self, seen: Observation) -> str:
        place_id = self.name_id("place", seen.place)
        key = (place_id, seen.native_id)
        if key in self._buried:
            return "refused"
        digest = content_hash(seen, self._hash_key)
        updated = None if seen.updated_at is None else millis(seen.updated_at)
        stored = self.stored.get(key)
        verdict = decide(stored.known if stored else None, digest, updated)
        if stored is None:
            self._insert(seen, place_id, digest, updated)
            return "new"
        if not stored.seen_here:
            self.rows.sightings.append((self.source_id, stored.id, self.at))
            self.stored[key] = stored = stored._replace(seen_here=True)
        outcome = "unchanged"
        if verdict in (Verdict.CHANGED, Verdict.PAST):
            self.stored[key] = self._revise(seen, stored, digest, updated, verdict)
            outcome = "changed"
        elif verdict is Verdict.CHURN:
            self.conn.execute(
                "INSERT INTO churn VALUES (?, 1, ?) ON CONFLICT DO UPDATE"
                " SET edits = edits + 1, last_at = excluded.last_at",
                (stored.id, self.at),
            )
        if seen.extra and (far := reach.told(seen.extra)) > 1:
            self._reach(stored.id, far)
        if (seen.reply_text or seen.label) and self._beside(seen, stored.id):
            outcome = "changed"
        return outcome

    def _insert(self, seen: Observation, place_id: int, digest: bytes, updated: int | None) -> None:
        """Add a mention with its first version, identity and sighting."""
        mention_id = self._ids.next()
        slice_id, rating, has_text = self._kept_slice(seen)
        published, day, precision = self._dated(seen)
        position = self._ids.position(published)
        replied = int(bool(seen.reply_text))
        pending = self._pending if has_text else self._pending & ~ANALYSE
        marks = (rating, seen.nps, seen.csat, seen.ces)
        rows = self.rows
        rows.mentions.append(
            (mention_id, position, slice_id, place_id, day, published, precision, self.at)
            + (1, *marks, replied, pending)
        )
        rows.identities.append(
            (mention_id, place_id, seen.native_id, seen.author, seen.url, seen.parent)
        )
        extra = json.dumps(dict(seen.extra)) if seen.extra else None
        rows.versions.append(
            (mention_id, 1, self.at, updated, digest, *marks, seen.lang)
            + (seen.title, seen.text, extra)
        )
        rows.sightings.append((self.source_id, mention_id, self.at))
        if has_text:
            rows.search.append((position, seen.title, seen.text))
        if seen.reply_text:
            replied_at = millis(seen.reply_at) if seen.reply_at else None
            rows.replies.append((mention_id, self.at, replied_at, seen.reply_text))
        if seen.extra and (far := reach.told(seen.extra)) > 1:
            rows.reach.append((mention_id, far))
        if seen.label:
            rows.labels.append((mention_id, 1, seen.label.value, self.source.id, self.at))
        self.delta.arrive(rollups.Spot(slice_id, place_id, day), self._measured(marks, replied))
        known = Known(frozenset((digest,)), 1, updated)
        self.stored[place_id, seen.native_id] = Stored(mention_id, 1, known, True, False)

    def _kept_slice(self, seen: Observation) -> tuple[int, int | None, bool]:
        """Return slice, scaled rating and whether there is text; most batches repeat few."""
        has_text = bool(seen.title or seen.text)
        key = (seen.kind, seen.brand, seen.product, seen.rating, seen.nps, seen.csat)
        found = self._slices_seen.get((*key, seen.label, has_text))
        if found is None:
            rating = None if seen.rating is None else round(seen.rating * RATING_SCALE)
            label, origin = labels.counted(
                seen.label, rating, seen.nps, seen.csat, None, has_text=has_text
            )
            full = Slice(
                seen.kind.value,
                self.name_id("brand", seen.brand or self.source.brand),
                self.source_id,
                self.name_id("product", seen.product or self.source.product),
                "",
                label.value,
                origin.value,
            )
            found = self.slices.id(full), rating
            self._slices_seen[(*key, seen.label, has_text)] = found
        return *found, has_text

    def _measured(self, marks: _Marks, replied: int) -> Cell:
        found = self._cells_seen.get((marks, replied))
        if found is None:
            found = self._cells_seen[marks, replied] = measures(None, *marks, replied)
        return found

    def _dated(self, seen: Observation) -> tuple[int, int, str]:
        """Return publishing time, day and precision; undated items count at first sight."""
        published = 0 if seen.published_at is None else millis(seen.published_at)
        if not EARLIEST_AT <= published <= self.at + FUTURE_MS:
            return self.at, self._calendar.day(self.at), Precision.ESTIMATED.value
        if seen.precision is Precision.DAY:
            # A date without a time is that calendar day in every timezone.
            return published, published // 86_400_000, Precision.DAY.value
        return published, self._calendar.day(published), seen.precision.value

    def _revise(
        self,
        seen: Observation,
        stored: Stored,
        digest: bytes,
        updated: int | None,
        verdict: Verdict,
    ) -> Stored:
        """Add a version; make it the current one unless it is older than that."""
        self.rows.write(self.conn)
        number = stored.known.versions + 1
        rating = None if seen.rating is None else round(seen.rating * RATING_SCALE)
        marks = (rating, seen.nps, seen.csat, seen.ces)
        extra = json.dumps(dict(seen.extra)) if seen.extra else None
        self.conn.execute(
            "INSERT INTO versions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (stored.id, number, self.at, updated, digest, *marks, seen.lang)
            + (seen.title, seen.text, extra),
        )
        current, newest = stored.version, stored.known.updated_at
        if verdict is Verdict.CHANGED:
            current, newest = number, updated
            replace_current(
                self.conn, self.slices, self.delta, stored.id, number, pending=self._pending
            )
        known = Known(stored.known.hashes | {digest}, number, newest)
        return stored._replace(version=current, known=known, deleted=False)

    def _reach(self, mention_id: int, far: int) -> None:
        """Store how far something reached by now, where that has doubled."""
        if reach.grown(self.conn, mention_id, far):
            self.rows.write(self.conn)
            reach.keep(self.conn, mention_id, far, pending=self._pending)

    def _beside(self, seen: Observation, mention_id: int) -> bool:
        """Store a new owner's reply or human label; say whether there was one."""
        self.rows.write(self.conn)
        found = False
        if seen.reply_text:
            last = self.conn.execute(
                "SELECT text FROM replies WHERE mention_id = ? ORDER BY learned_at DESC LIMIT 1",
                (mention_id,),
            ).fetchone()
            known = last is not None and last[0] == seen.reply_text
            if not known and not _acknowledgement(self.conn, mention_id, seen.reply_text):
                replied_at = millis(seen.reply_at) if seen.reply_at else None
                self.conn.execute(
                    "INSERT INTO replies VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
                    " text = excluded.text, replied_at = excluded.replied_at",
                    (mention_id, self.at, replied_at, seen.reply_text),
                )
                found = True
        if seen.label:
            last = self.conn.execute(
                "SELECT label FROM labels WHERE mention_id = ? ORDER BY id DESC LIMIT 1",
                (mention_id,),
            ).fetchone()
            if last is None or last[0] != seen.label.value:
                add_label(self.conn, mention_id, seen.label, self.source.id, self.at)
                found = True
        if found:
            again = self._pending & ~ANALYSE
            recast(self.conn, self.slices, self.delta, [mention_id], pending=again)
        return found


def store_batch(
    db: Database,
    source: Source,
    poll_id: int,
    batch: Batch,
    now: datetime,
    *,
    pending: int = ANALYSE | RULES,
) -> Saved:
    """Store a batch, its poll's counts and the cursor in one transaction.

    ``pending`` says what is still to be done with what is new: ``ANALYSE | RULES`` opens
    cases for recent mentions, ``| ALL_HISTORY`` for all, without ``RULES`` for none.
    """
    with db.write() as conn:
        writer = Writer(db, conn, source, now, pending)
        saved = writer.save(batch.observations)
        saved = saved._replace(gone=_mark_gone(writer, batch), refused=saved.refused)
        writer.delta.write(conn)
        refusals = [*batch.refused, *writer.refused]
        saved = saved._replace(refused=saved.refused + len(batch.refused))
        polls.add(conn, poll_id, saved, refusals, batch.expected)
        if batch.cursor is not None:
            conn.execute(
                "UPDATE sources SET cursor = ? WHERE id = ?",
                (json.dumps(batch.cursor), writer.source_id),
            )
        if saved.new or saved.changed or saved.gone:
            revisions.bump(conn, "facts")
            configuration.note(conn, now)
    return saved


def _acknowledgement(conn: sqlite3.Connection, mention_id: int, text: str) -> bool:
    """Say whether a reply at the site is what a rule sent: that is no answer yet."""
    rows = conn.execute(
        "SELECT content FROM outbox WHERE mention_id = ? AND channel = 'acknowledgement'"
        f" AND {MAY_STAND}",
        (mention_id,),
    )
    return any((content or "").split() == text.split() for (content,) in rows)


def _mark_gone(writer: Writer, batch: Batch) -> int:
    """Record deletions at the source; return how many mentions that were there."""
    count = 0
    for place, native in batch.gone:
        row = writer.conn.execute(
            "SELECT m.id FROM identities i JOIN places p ON p.id = i.place_id JOIN mentions m"
            " ON m.id = i.mention_id WHERE p.key = ? AND i.native_id = ? AND m.deleted_at IS NULL",
            (place, native),
        ).fetchone()
        if row is not None:
            delete_at_source(writer.conn, writer.delta, int(row[0]), writer.at)
            count += 1
    return count


def _stored(versions: Sequence[_VersionRow]) -> Stored:
    """Fold the version rows of one mention."""
    first = versions[0]
    current = next(each for each in versions if each.number == first.current)
    deleted = first.deleted_at is not None
    known = Known(
        frozenset(each.hash for each in versions if each.hash is not None),
        max(each.number for each in versions),
        None if deleted else current.updated_at,
    )
    return Stored(first.mention_id, first.current, known, bool(first.seen_here), deleted)
