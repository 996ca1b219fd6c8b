"""How fresh and how whole the data are, in one line: under each title and in exports."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard import markup
from storage import coverage
from storage.coverage import SourceHealth


class Standing(NamedTuple):
    """When the last fact came, how many polled sources work, and the share unscored."""

    until: datetime | None
    healthy: int
    sources: int
    unscored: float


def of(health: Sequence[SourceHealth], until: datetime | None, unscored: float) -> Standing:
    """Return how things stand by what each source does."""
    polled = [each for each in health if each.source.enabled]
    healthy = sum(each.failing_since is None for each in polled)
    return Standing(until, healthy, len(polled), unscored)


def now(conn: sqlite3.Connection, moment: datetime) -> Standing:
    """Return how things stand, read afresh."""
    return of(
        coverage.health(conn, moment), coverage.data_until(conn), coverage.unscored_share(conn)
    )


def words(found: Standing, zone: str) -> str:
    """Say it in one line."""
    until = f"Data to {markup.when(found.until, zone)} {zone}" if found.until else "No data yet"
    parts = [until]
    if found.sources:
        parts.append(f"{found.healthy} of {found.sources} sources healthy")
    if found.unscored:
        some = found.unscored >= 0.005
        parts.append(f"{found.unscored:.0%} unscored" if some else "<1 % unscored")
    return " · ".join(parts)
