"""Recounts everything that was derived, from the facts it was derived from, and compares.

Each check reads one snapshot while others write, row by row, so that memory does not grow
with the file. Says what differs in plain words; mends nothing. Counting anew is in
``verify_rollups``, the chain of case events in ``audit``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from storage import audit, bursts, case_projection, outcomes, verify_facts, verify_rollups
from storage.audit import Head
from storage.database import open_reader

LIMIT = 20
"""Differences told per check; one more says that there are more."""

_ORPHANS = {
    "an opinion of mention {0} has no score": (
        "SELECT o.mention_id FROM opinions o LEFT JOIN scores s ON s.mention_id = o.mention_id"
        " AND s.version = o.version AND s.model_id = o.model_id WHERE s.mention_id IS NULL"
    ),
    "a label of mention {0} is for a version that is not stored": (
        "SELECT l.mention_id FROM labels l LEFT JOIN versions v ON v.mention_id = l.mention_id"
        " AND v.version = l.version WHERE v.mention_id IS NULL"
    ),
    "the versions of mention {0} are not numbered from 1 without a gap": (
        "SELECT mention_id FROM versions GROUP BY mention_id"
        " HAVING min(version) <> 1 OR max(version) <> count(*)"
    ),
}


class Finding(NamedTuple):
    """One difference, and the check that found it."""

    check: str
    words: str


class Verdict(NamedTuple):
    """What was found, what was looked at, and against which heads the chain was held."""

    findings: tuple[Finding, ...]
    counted: dict[str, int]
    heads: str


def verify(
    path: Path,
    key: bytes,
    heads: Iterable[Head] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """Check a whole database file; ``key`` is that of the audit chain."""
    outside = tuple(heads)
    checks: dict[str, Callable[[sqlite3.Connection], Iterable[str]]] = {
        "file": _file,
        "mentions": verify_facts.mentions,
        "erasure": verify_facts.erasure,
        "topics": verify_facts.topics,
        "signs": verify_facts.meant,
        "search": verify_facts.search,
        "orphans": _orphans,
        "rollups": verify_rollups.differences,
        "look-alikes": bursts.differences,
        "cases": case_projection.differences,
        "outcomes": outcomes.unexplained,
        "audit": lambda conn: (_told(each) for each in audit.check(conn, key, outside)),
    }
    conn = _open(path)
    found: list[Finding] = []
    try:
        for name, check in checks.items():
            progress(name)
            # A moment of its own for each: one over all would keep the log from being cut.
            conn.execute("BEGIN")
            found += [Finding(name, words) for words in _limited(check, conn)]
            # Nothing was written; a damaged file may refuse to commit even that.
            conn.execute("ROLLBACK")
        try:
            return Verdict(tuple(found), _counted(conn), audit.describe(conn, outside))
        except sqlite3.DatabaseError as error:
            found.append(Finding("file", f"cannot be read to its end: {error}"))
            return Verdict(tuple(found), {}, "none: the file is damaged")
    finally:
        conn.close()


def _open(path: Path) -> sqlite3.Connection:
    """Open a reader that sorts on disk, and may make temporary tables."""
    conn = open_reader(path)
    conn.execute("PRAGMA query_only=OFF")
    conn.execute("PRAGMA temp_store=FILE")
    return conn


def _limited(
    check: Callable[[sqlite3.Connection], Iterable[str]], conn: sqlite3.Connection
) -> Iterator[str]:
    """Run one check; a file that cannot be read any further is a finding, too."""
    try:
        found = list(islice(check(conn), LIMIT + 1))
    except (sqlite3.Error, ValueError, TypeError) as error:
        found = [f"cannot be read to its end: {error}"]
    yield from found[:LIMIT]
    if len(found) > LIMIT:
        yield "and more of this kind"


def _file(conn: sqlite3.Connection) -> Iterator[str]:
    for (words,) in conn.execute(f"PRAGMA integrity_check({LIMIT + 1})"):
        if words != "ok":
            yield f"SQLite finds: {words}"
    for table, rowid, parent, _ in conn.execute("PRAGMA foreign_key_check"):
        where = f"row {rowid}" if rowid is not None else "a row"
        yield f"{where} of {table} points to a row of {parent} that does not exist"


def _orphans(conn: sqlite3.Connection) -> Iterator[str]:
    for words, sql in _ORPHANS.items():
        for row in conn.execute(sql):
            yield words.format(*row)


def _told(finding: audit.Finding) -> str:
    return finding.words if finding.seq is None else f"event {finding.seq}: {finding.words}"


def _counted(conn: sqlite3.Connection) -> dict[str, int]:
    tables = ("mentions", "versions", "scores", "rollup_day", "cases", "case_events", "tombstones")
    return {
        name: int(conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in tables
    }
