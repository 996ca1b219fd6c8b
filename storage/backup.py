"""A consistent copy of the file while others write, and putting one back.

A copy remembers what was erased since: putting it back erases that again, by the keyed
tombstones of the present file or of a list kept elsewhere. The key is never in a copy.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from storage import audit, privacy
from storage.database import SCHEMA_VERSION, Database, key_path, open_reader
from storage.decisions import content_hash
from storage.errors import ConfigError, InputError, NotFound, Refused, StorageError
from storage.models import RATING_SCALE, Kind, Observation
from storage.people import EARSHOT, Person

_PAGES = 4_096
"""Copied at a time, between two calls of ``progress``."""
_TRIED = 50
"""Versions whose keyed hash is tried to tell whether a key belongs to a file."""


class Copied(NamedTuple):
    """A finished copy."""

    path: Path
    size: int
    mentions: int


class Erasures(NamedTuple):
    """What was erased, as keyed marks; they say nothing without the key."""

    places: dict[int, str]
    digests: frozenset[bytes]

    def text(self) -> str:
        """The list as it is kept elsewhere."""
        digests = sorted(each.hex() for each in self.digests)
        return json.dumps({"earshot_erasures": 1, "places": self.places, "digests": digests})

    def plus(self, other: Erasures) -> Erasures:
        """Return both."""
        return Erasures(other.places | self.places, self.digests | other.digests)


class Restored(NamedTuple):
    """What putting a copy back did; ``aside`` is where the file before it went."""

    mentions: int
    erased_again: int
    aside: Path | None
    last_event: int
    last_event_before: int | None


def back_up(
    db: Database, out: Path, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Copied:
    """Copy the database as of one moment; ``progress`` gets pages done and in all."""
    if out.exists():
        raise InputError(f"{out} exists already; a backup never overwrites, choose another name")
    part = out.with_name(out.name + ".part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        count = _copy(db.path, part, lambda _, left, total: progress(total - left, total))
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
            found = _sound(copy)
        if found != count:
            raise StorageError(f"the copy holds {found} mentions, the database {count}")
        part.rename(out)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise StorageError(f"the copy {out} cannot be made: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return Copied(out, out.stat().st_size, count)


def erasures(conn: sqlite3.Connection) -> Erasures:
    """Return the list of what was erased from a database."""
    digests = frozenset(bytes(row[0]) for row in conn.execute("SELECT digest FROM tombstones"))
    return Erasures(dict(conn.execute("SELECT id, key FROM places")), digests)


def read_erasures(text: str) -> Erasures:
    """Read a list that was kept elsewhere."""
    try:
        raw = json.loads(text)
        places = {int(number): str(key) for number, key in raw["places"].items()}
        return Erasures(places, frozenset(bytes.fromhex(each) for each in raw["digests"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "this is no list of erasures as `earshot erase --list` writes it"
        ) from error


def restore(
    path: Path,
    source: Path,
    now: datetime,
    *,
    actor: Person = EARSHOT,
    kept: Erasures | None = None,
) -> Restored:
    """Put a copy in place of the present database, which is kept aside.

    Raises Refused while another process has the database open, and where the present one
    cannot be read and no list of erasures is given.
    """
    _check(path, source)
    folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=path.parent))
    try:
        with _alone(path) as present:
            before = _present(present, given=kept is not None)
            wanted = before.plus(kept) if kept else before
            made = _prepare(folder, path, source, wanted, actor, now)
            last = None if present is None else _last_event(present)
            aside = _swap(path, folder / path.name, now)
        return made._replace(aside=aside, last_event_before=last)
    finally:
        shutil.rmtree(folder)


def _copy(source: Path, to: Path, progress: Callable[[int, int, int], None]) -> int:
    """Copy a file's present state; return how many mentions that state has."""
    with closing(open_reader(source)) as reader, closing(sqlite3.connect(to)) as copy:
        # Within one read transaction the copy never starts again when others write.
        reader.execute("BEGIN")
        count = int(reader.execute("SELECT count(*) FROM mentions").fetchone()[0])
        reader.backup(copy, pages=_PAGES, progress=progress, sleep=0)
    return count


def _sound(conn: sqlite3.Connection) -> int:
    """Check that a copy can be read from end to end; return how many mentions it has."""
    words = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
    if words != "ok":
        raise StorageError(f"the copy is damaged: {words}")
    return int(conn.execute("SELECT count(*) FROM mentions").fetchone()[0])


def _check(path: Path, source: Path) -> None:
    """Refuse what is no backup, and a workspace without its key."""
    if not source.exists():
        raise NotFound(f"there is no file {source}")
    if source == path:
        raise InputError(f"{source} is the present database itself")
    try:
        with closing(open_reader(source)) as conn:
            version = conn.execute("PRAGMA user_version").fetchone()[0]
            _sound(conn)
    except (sqlite3.Error, StorageError) as error:
        raise InputError(f"{source} is no sound backup of Earshot: {error}") from error
    if version > SCHEMA_VERSION:
        raise InputError(f"{source} was made by a newer Earshot; update this one")
    if not os.environ.get("EARSHOT_AUDIT_KEY") and not key_path(path).exists():
        raise ConfigError(
            f"the key of the backup is needed: put it at {key_path(path)} or set"
            " EARSHOT_AUDIT_KEY; backups do not contain it"
        )


@contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Hold the present database so that nobody else has it open; None where there is none."""
    if not path.exists():
        yield None
        return
    with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as conn:
        try:
            # Leaving write-ahead mode needs to be alone, and makes the file whole by itself.
            conn.execute("PRAGMA journal_mode=DELETE").fetchone()
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Refused(
                f"{path} is open in another process; stop `earshot up` (and whatever else uses"
                " it), then restore"
            ) from error
        except sqlite3.DatabaseError:
            pass
        yield conn


def _present(conn: sqlite3.Connection | None, *, given: bool) -> Erasures:
    """Return what was erased from the present database."""
    if conn is None:
        return Erasures({}, frozenset())
    try:
        return erasures(conn)
    except sqlite3.DatabaseError as error:
        if given:
            return Erasures({}, frozenset())
        raise Refused(
            f"the present database cannot be read ({error}), so nobody knows what was erased since"
            " the backup; give a list with --erasures, or move the broken file away"
        ) from error


def _last_event(conn: sqlite3.Connection) -> int | None:
    try:
        return audit.head(conn).seq
    except (sqlite3.DatabaseError, NotFound):
        return None


def _prepare(
    folder: Path, path: Path, source: Path, wanted: Erasures, actor: Person, now: datetime
) -> Restored:
    """Make the new file in a folder of its own: copied, brought up to date, erased again."""
    new = folder / path.name
    _copy(source, new, lambda *_: None)
    if key_path(path).exists():
        shutil.copy(key_path(path), key_path(new))
    db = Database(new, create=False)
    try:
        if not _fits(db):
            raise ConfigError(
                "the key does not belong to this backup; put the right one at"
                f" {key_path(path)} or set EARSHOT_AUDIT_KEY"
            )
        with db.write() as conn:
            conn.executemany(
                "INSERT OR IGNORE INTO places (id, key) VALUES (?, ?)", wanted.places.items()
            )
        _, receipt = privacy.replay(db, wanted.digests, actor, now)
        conn = db.reader()
        count = int(conn.execute("SELECT count(*) FROM mentions").fetchone()[0])
        again = receipt.mentions if receipt else 0
        return Restored(count, again, None, audit.head(conn).seq, None)
    finally:
        db.close()


def _fits(db: Database) -> bool:
    """Say whether the key is the one that the file was written with, as far as can be told."""
    conn, key = db.reader(), db.key("content")
    rows = conn.execute(
        "SELECT title, text, rating, nps, csat, ces, hash FROM versions"
        " WHERE hash IS NOT NULL LIMIT ?",
        (_TRIED,),
    ).fetchall()
    for title, text, rating, nps, csat, ces, hashed in rows:
        stars = None if rating is None else rating / RATING_SCALE
        seen = Observation(
            *("", "", Kind.REVIEW, title, text), rating=stars, nps=nps, csat=csat, ces=ces
        )
        if content_hash(seen, key) == hashed:
            return True
    return not rows


def _swap(path: Path, new: Path, now: datetime) -> Path | None:
    """Put the new file in place at once, the old one under a name that says what it is."""
    if not path.exists():
        new.replace(path)
        return None
    aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%S}")
    os.link(path, aside)
    new.replace(path)
    return aside
