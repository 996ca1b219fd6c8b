"""A dropped file: what reading it would give, and reading it for good. No streamlit.

The same plan and the same source as ``earshot import`` makes. The bytes are on disk only
while they are read.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import NamedTuple

from collectors.tables import plans, reading
from collectors.tables.plans import Plan
from dashboard import exports
from dashboard.jobs import REFUSALS_KEPT, Job, Work
from dashboard.wiring import Workspace
from storage.models import Batch, Json, Kind, Observation, Refusal, Saved, Source

SHOWN_ROWS = 10
SUFFIXES = ("csv", "tsv", "txt", "xlsx", "json", "jsonl", "ndjson", "parquet")


class File(NamedTuple):
    """A file as it was dropped."""

    name: str
    content: bytes


class Look(NamedTuple):
    """What a file would give: the guess, names of its columns, and the first rows."""

    guess: Mapping[str, Json]
    columns: Mapping[str, str]
    names: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


class Tested(NamedTuple):
    """What reading a whole file would give, without storing anything."""

    ready: int
    refused: int
    refusals: tuple[Refusal, ...]


class Wanted(NamedTuple):
    """What somebody chose for a file; None and empty leave it to be guessed."""

    kind: Kind | None = None
    columns: tuple[tuple[str, str], ...] = ()


def look(file: File, wanted: Wanted, now: datetime) -> Look:
    """Guess how to read a file and what its first rows become; InputError where it cannot."""
    with _on_disk(file) as path:
        plan = _plan(path, wanted, now)
        rows = [_shown(each) for each in reading.preview(plan, SHOWN_ROWS, now=now)]
        filled = {name: None for row in rows for name, value in row.items() if value}
        shown = tuple({name: row.get(name, "") for name in filled} for row in rows)
        return Look(plan.describe(), dict(plan.columns), plan.header.names, shown)


def tested(file: File, wanted: Wanted, now: datetime) -> Tested:
    """Read a file to its end and count what could be taken."""
    ready = refused = 0
    refusals: list[Refusal] = []
    with _on_disk(file) as path:
        for batch in reading.read(_plan(path, wanted, now), Source("test", "files"), now=now):
            ready += len(batch.observations)
            refused += len(batch.refused)
            refusals += batch.refused[: REFUSALS_KEPT - len(refusals)]
    return Tested(ready, refused, tuple(refusals))


def listed(refusals: Iterable[Refusal]) -> bytes:
    """Return refused rows as CSV: the line in the file and the reason."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("line", "reason"))
    writer.writerows((each.line, exports.plain(each.reason)) for each in refusals)
    return out.getvalue().encode("utf-8-sig")


def taking(
    space: Workspace, file: File, wanted: Wanted, source: Source, *, cases: str, who: str
) -> Work:
    """Return the work that stores a file's rows, scores them and applies the case rules."""

    def work(job: Job) -> Saved:
        with _on_disk(file) as path:
            plan = _plan(path, wanted, space.now())
            job.expected = plan.rows
            batches = _watched(reading.read(plan, source, now=space.now()), job)
            return space.ingest(
                Source(source.id, "files", enabled=False),
                batches,
                actor=who,
                open_cases=cases,
                progress=job.store,
                analysed=job.score,
            )

    return work


def _plan(path: Path, wanted: Wanted, now: datetime) -> Plan:
    return plans.plan(path, now=now, kind=wanted.kind, mapping=dict(wanted.columns))


def _watched(batches: Iterator[Batch], job: Job) -> Iterator[Batch]:
    for batch in batches:
        job.refuse(batch.refused)
        yield batch


def _shown(row: Observation | Refusal) -> dict[str, str]:
    if isinstance(row, Refusal):
        return {"": f"line {row.line} is refused: {row.reason}"}
    marks = {"★": row.rating, "NPS": row.nps, "CSAT": row.csat, "CES": row.ces}
    return {
        "": "ready",
        "date": row.published_at.date().isoformat() if row.published_at else "",
        "mark": " ".join(f"{value:g} {name}" for name, value in marks.items() if value is not None),
        "title": row.title,
        "text": row.text,
        "author": row.author,
        "product": row.product or "",
    }


@contextmanager
def _on_disk(file: File) -> Iterator[Path]:
    """Put a file where readers can open it; of its name only the ending is used."""
    suffix = PurePath(file.name).suffix.lower()
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        path = Path(folder, f"file{suffix if suffix[1:] in SUFFIXES else ''}")
        path.write_bytes(file.content)
        yield path
