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

    def __init__(self, now: Callable[[], datetime], opened: datetime) -> None:
        self._now = now
        self._opened = opened

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield what one channel brought since the cursor."""
        until = self._now()
        since = datetime.fromisoformat(cursor) if isinstance(cursor, str) else until
        for each in live(SEED, since, until, self._opened, source.id):
            if each.observations or each.gone:
                yield Batch(each.observations, cursor=each.at.isoformat(), gone=each.gone)
        yield Batch((), cursor=until.isoformat())

    def check(self, source: Source) -> Check:
        """There is nothing that could be wrong."""
        return Check()

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """No link stands for the sample."""
        return None
