"""Says that a database is open in an `earshot up`, so that a second one can tell.

A lock on a small file beside the database, held by the process: a crash frees it. Two at
once are no danger, since jobs are fenced and writes are short; it is only worth knowing.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def announced(db_path: Path, address: str) -> Iterator[str | None]:
    """Announce an address until left; yields the one that another process announced."""
    db_path.parent.mkdir(parents=True, exist_ok=True)
    with db_path.with_name(f"{db_path.name}.up").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            yield file.read() or "another address"
            return
        file.truncate(0)
        file.write(address)
        file.flush()
        yield None
