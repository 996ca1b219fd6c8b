"""The schema: its number, and that each migration is known by a name of its own."""

from __future__ import annotations

from pathlib import Path

from storage.database import SCHEMA_VERSION, Database
from storage.schema.migrations import MIGRATIONS


def test_the_number_of_the_schema_counts_its_migrations(tmp_path: Path) -> None:
    assert len({each.__name__ for each in MIGRATIONS}) == len(MIGRATIONS)
    assert len(MIGRATIONS) == SCHEMA_VERSION
    db = Database(tmp_path / "earshot.db")
    applied = db.reader().execute("SELECT name FROM _sqlite_migrations ORDER BY rowid")
    assert [name for (name,) in applied] == [each.__name__ for each in MIGRATIONS]
    assert db.reader().execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
    db.close()
