"""Which of two files is open: the sample company's, or your own beside it.

A program that was started on the sample is told where your own data would be. A small file
beside the sample says that somebody chose their own; pages and worker look for it, each by
itself, so that no process must tell another. Not here: making the own file (``beginning``).
"""

from __future__ import annotations

import os
from pathlib import Path

from storage import workspace
from storage.database import open_reader
from storage.errors import Refused

OWN = "EARSHOT_OWN_DB"
"""Variable that names the own file to a program started on the sample."""
_FILES = ("", "-wal", "-shm", ".key", ".left", ".up")


def own() -> Path | None:
    """Return where one's own data are or would be; None where there is nothing to choose."""
    named = os.environ.get(OWN)
    return Path(named) if named else None


def current(started_on: Path) -> Path:
    """Return the file that is open now, for a program that was started on a file."""
    mine = own()
    if mine is not None and mark(started_on).exists() and mine.exists():
        return mine
    return started_on


def mark(sample: Path) -> Path:
    """Return the file whose presence says that the sample was left."""
    return sample.with_name(f"{sample.name}.left")


def leave(sample: Path) -> None:
    """Choose one's own data; pages and worker follow within a second."""
    mark(sample).touch()


def enter(sample: Path) -> None:
    """Choose the sample company."""
    mark(sample).unlink(missing_ok=True)


def sample_beside(own_db: Path) -> Path:
    """Return where the sample company lives: a file of its own beside the real one."""
    return own_db.with_name("earshot-sample.db")


def is_sample(path: Path) -> bool:
    """Say whether there is a sample company's file at a path."""
    if not path.exists():
        return False
    conn = open_reader(path)
    try:
        return workspace.is_sample(conn)
    finally:
        conn.close()


def remove_sample(path: Path) -> None:
    """Delete the sample company's file; refused for any other."""
    if not is_sample(path):
        raise Refused(f"{path} does not hold the sample company; it is left as it is")
    keep_mark = own() is not None and current(path) != path
    for suffix in _FILES:
        # A running program started on the sample needs the mark to know what is open.
        if suffix != ".left" or not keep_mark:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
