"""Reads a file by its plan, in batches, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from collectors.tables.plans import Plan
from collectors.tables.rows import RowTaker
from storage.models import Batch, Observation, Refusal, Source

BATCH_ROWS = 5_000


class Reading(Iterator[Batch]):
    """The batches of one file, and what was noticed while they were read.

    ``rows`` counts the rows read so far; ``warnings`` is complete once the last batch was
    taken. Rows that are not taken are in their batch's ``refused``.
    """

    def __init__(self, plan: Plan, source: Source, now: datetime) -> None:
        self.plan = plan
        self.rows = 0
        self._taker = RowTaker(plan, source, now)
        self._rows = islice(plan.table.rows(), plan.header.skip, None)

    def __next__(self) -> Batch:
        observations: list[Observation] = []
        refused: list[Refusal] = []
        take = self._taker.take
        before = self.rows
        for line, cells, problem in islice(self._rows, BATCH_ROWS):
            self.rows += 1
            taken = Refusal(line, problem) if problem else take(line, cells)
            if isinstance(taken, Observation):
                observations.append(taken)
            else:
                refused.append(taken)
        if self.rows == before:
            raise StopIteration
        return Batch(tuple(observations), refused=tuple(refused), expected=self.plan.rows)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the plan doubted, and what was mended in the rows read so far."""
        mended = (f"{count:,} {what}" for what, count in self._taker.notes.items())
        return (*self.plan.warnings, *mended)


def read(plan: Plan, source: Source, *, now: datetime) -> Reading:
    """Read the whole file; ``source.id`` names the place of its mentions."""
    return Reading(plan, source, now)


def preview(
    plan: Plan, n: int = 10, *, source: Source | None = None, now: datetime
) -> list[Observation | Refusal]:
    """Return what the first rows become, in their order, to be looked at."""
    taker = RowTaker(plan, source or Source(plan.kind.value, "files"), now)
    rows = islice(plan.table.rows(), plan.header.skip, plan.header.skip + n)
    return [Refusal(r.line, r.problem) if r.problem else taker.take(r.line, r.cells) for r in rows]
