"""Due times and fences of the worker's jobs, kept over restarts."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from storage.database import Database
from storage.errors import fit
from storage.times import millis, moment


class JobRow(NamedTuple):
    """A job as people see it."""

    name: str
    due_at: datetime
    ended_at: datetime | None
    failures: int
    error: str | None
    running: bool


class Jobs:
    """The job table for one worker process, which has a name of its own for its fences."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._owner = sender()
        self._known: tuple[str, ...] = ()

    def announce(self, names: Sequence[str], now: datetime) -> None:
        """Make a row for each job that has none, due now; forget those not named."""
        wanted = tuple(sorted(names))
        if wanted == self._known:
            return
        with self._db.write() as conn:
            conn.executemany(
                "INSERT OR IGNORE INTO jobs (name, due_at) VALUES (?, ?)",
                [(name, millis(now)) for name in wanted],
            )
            conn.execute(
                "DELETE FROM jobs WHERE fence_owner IS NULL AND name NOT IN"
                " (SELECT value FROM json_each(?))",
                (json.dumps(wanted),),
            )
        self._known = wanted

    def start(self, name: str, now: datetime, fence: timedelta) -> bool:
        """Take a job's fence if the job is due and nobody alive holds it."""
        at = millis(now)
        if not _free(self._db.reader(), name, at):
            return False
        with self._db.write() as conn:
            if not _free(conn, name, at):
                return False
            conn.execute(
                "UPDATE jobs SET fence_owner = ?, fence_until = ?, started_at = ? WHERE name = ?",
                (self._owner, millis(now + fence), at, name),
            )
            return True

    def renew(self, names: Sequence[str], until: datetime) -> None:
        """Keep the fences of jobs that still run."""
        if names:
            with self._db.write() as conn:
                conn.executemany(
                    "UPDATE jobs SET fence_until = ? WHERE name = ? AND fence_owner = ?",
                    [(millis(until), name, self._owner) for name in names],
                )

    def finish(self, name: str, now: datetime, due: datetime, error: str | None) -> int:
        """Open the fence and set the next due time; return failures in a row."""
        error = fit(error) if error else None
        with self._db.write() as conn:
            row = conn.execute(
                "UPDATE jobs SET fence_owner = NULL, fence_until = NULL, ended_at = ?, due_at = ?,"
                " error = ?, failures = CASE WHEN ? IS NULL THEN 0 ELSE failures + 1 END"
                " WHERE name = ? AND fence_owner = ? RETURNING failures",
                (millis(now), millis(due), error, error, name, self._owner),
            ).fetchone()
            return int(row[0]) if row else 0

    def failures(self, name: str) -> int:
        """Return failures in a row so far."""
        row = self._db.reader().execute("SELECT failures FROM jobs WHERE name = ?", (name,))
        found = row.fetchone()
        return int(found[0]) if found else 0

    def rows(self, now: datetime) -> list[JobRow]:
        """Return every job by name."""
        return [
            JobRow(
                name,
                moment(due),
                None if ended is None else moment(ended),
                failures,
                error,
                bool(until and until > millis(now)),
            )
            for name, due, ended, failures, error, until in self._db.reader().execute(
                "SELECT name, due_at, ended_at, failures, error, fence_until FROM jobs"
                " ORDER BY name"
            )
        ]


def _free(conn: sqlite3.Connection, name: str, at: int) -> bool:
    """Say whether a job is due and its fence open; one of a process that died is open."""
    row = conn.execute(
        "SELECT fence_owner, fence_until FROM jobs WHERE name = ? AND due_at <= ?", (name, at)
    ).fetchone()
    if row is None:
        return False
    owner, until = row
    if owner is None or until is None or until < at:
        return True
    return not alive(owner)


def sender() -> str:
    """Return a new name for whoever claims something in this process."""
    return f"{os.getpid()}:{secrets.token_hex(8)}"


def alive(owner: str) -> bool:
    """Say whether the process of a name that ``sender`` gave still runs."""
    pid = int(owner.split(":")[0])
    if pid == os.getpid():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
