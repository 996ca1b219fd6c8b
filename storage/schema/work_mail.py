"""Where somebody's digest goes; one more migration."""

from __future__ import annotations

import sqlite_utils

from storage.schema.statements import run

_MAIL = """
CREATE TABLE person_mail (
  person_id INTEGER PRIMARY KEY REFERENCES people, address TEXT NOT NULL) STRICT;
CREATE INDEX cases_tagged ON cases (id) WHERE tags <> '[]' AND closed_at IS NULL;
"""


def digests_by_mail(db: sqlite_utils.Database) -> None:
    """Addresses of digests, and tags of open cases."""
    run(db, _MAIL)
