"""The audit chain's head, kept once a day in a file that should lie apart from the database.

``earshot verify --head FILE`` holds the chain against every head of that file: only so does it
show that a whole database was rolled back or that a tail was cut together with its head.
"""

from __future__ import annotations

from pathlib import Path

from storage import audit
from storage.database import Database
from storage.errors import ConfigError


def keep(db: Database, path: Path | None) -> bool:
    """Append the present head unless the file ends with it; False where none is to be kept."""
    head = audit.head(db.reader())
    if path is None or head.seq == 0:
        return False
    try:
        known = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        if not known or known[-1] != head.text:
            with path.open("a", encoding="ascii") as file:
                file.write(f"{head.text}\n")
    except (OSError, ValueError) as error:
        raise ConfigError(f"audit.heads: {path} cannot be written: {error}") from error
    return True
