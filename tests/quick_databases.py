"""New workspaces of tests: one is really made in each process, the others begin as its copy.

A new file costs 35 ms of migrations and a dozen waits for the disk, and tests make thousands.
Tests of migrations ask for ``made_in_full``. Nothing here reaches programs that tests start:
those make their files themselves, and what a SIGKILL leaves is tested there.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import database
from storage.database import Database

_connect = Database._connect
_pragmas = database._PRAGMAS
_made: dict[int, bytes] = {}


def install() -> None:
    """Let new databases of this process begin as copies, and wait for no disk."""
    # Only a loss of power could tell the difference.
    kept = tuple(each for each in _pragmas if "synchronous" not in each)
    database._PRAGMAS = ("PRAGMA synchronous=OFF", *kept)
    Database._connect = _connect_to_copy  # type: ignore[method-assign]


@contextmanager
def made_in_full() -> Iterator[None]:
    """Let databases be made as anywhere else."""
    quick = database._PRAGMAS
    database._PRAGMAS = _pragmas
    Database._connect = _connect  # type: ignore[method-assign]
    try:
        yield
    finally:
        database._PRAGMAS = quick
        Database._connect = _connect_to_copy  # type: ignore[method-assign]


def _connect_to_copy(self: Database) -> sqlite3.Connection:
    if not self.path.exists():
        _copy(self.path)
    return _connect(self)


def _copy(path: Path) -> None:
    """Put a copy in place at once: of two who make the same file, one is the first."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(_model())
    os.chmod(partial, 0o644)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(partial)


def _model() -> bytes:
    """The bytes of a new database, made once by each process."""
    if os.getpid() not in _made:
        with tempfile.TemporaryDirectory() as folder, made_in_full():
            path = Path(folder, "earshot.db")
            db = Database(path)
            db.checkpoint()
            db.close()
            _made[os.getpid()] = path.read_bytes()
    return _made[os.getpid()]
