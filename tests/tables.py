"""Writes small files for the tests of tables and reads them back through a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from collectors.tables.plans import Plan, Wishes, plan
from collectors.tables.reading import read
from storage.models import Kind, Observation, Refusal, Source

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = Source("here", "files")


class Result(NamedTuple):
    """A plan and all that it made of the file."""

    plan: Plan
    taken: list[Observation]
    refused: list[Refusal]
    warnings: tuple[str, ...]


def write(path: Path, content: str | bytes) -> Path:
    """Write a file as it is given, without changing line ends."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def run(
    path: Path,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    *,
    kind: Kind | None = None,
    source: Source = SOURCE,
    **wishes: object,
) -> Result:
    """Plan a file and read it."""
    made = plan(path, now=NOW, kind=kind, mapping=mapping, wishes=Wishes(**wishes))  # type: ignore[arg-type]
    reading = read(made, source, now=NOW)
    batches = list(reading)
    return Result(
        made,
        [seen for batch in batches for seen in batch.observations],
        [refusal for batch in batches for refusal in batch.refused],
        reading.warnings,
    )
