"""Runs the statements of a migration inside its transaction."""

from __future__ import annotations

import sqlite_utils


def run(db: sqlite_utils.Database, script: str) -> None:
    """Run several statements inside the migration's transaction.

    ``executescript`` would commit it first.
    """
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
