"""Lets the sample company's story go on: a collector that needs no network.

Its cursor is the time up to which the story was told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ClassVar

from collectors.contract import Check, KindInfo, Suggestion
from dashboard.sample.live import live
from dashboard.sample.opening import SEED
from storage.models import Batch, Json, Source


class SampleCollector:
    """Tells what happened in the sample company since the last look."""

    info: ClassVar[KindInfo] = KindInfo(
        "sample", "Sample company", (), {}, "Invented; every text is composed by Earshot."
    )

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield what one channel brought since the cursor."""
        until = self._now()
        since = datetime.fromisoformat(cursor) if isinstance(cursor, str) else until
        for each in live(SEED, since, until):
            if each.source_id == source.id and each.observations:
                yield Batch(each.observations, cursor=each.at.isoformat(), gone=each.gone)
        yield Batch((), cursor=until.isoformat())

    def check(self, source: Source) -> Check:
        """There is nothing that could be wrong."""
        return Check()

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """No link stands for the sample."""
        return None
