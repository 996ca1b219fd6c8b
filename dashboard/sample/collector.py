"""Lets the sample company's story go on: a collector that needs no network.

Its cursor is the time up to which the story was told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ClassVar

from collectors.contract import Check, KindInfo, Posted, Replies, Suggestion
from dashboard.sample.company import SEED
from dashboard.sample.live import live
from storage.models import Batch, Json, Source


class SampleCollector:
    """Tells what happened in the sample company since the last look."""

    info: ClassVar[KindInfo] = KindInfo(
        "sample",
        "Sample company",
        (),
        {},
        "Invented; every text is composed by Earshot.",
        replies=Replies(10_000, threaded=True),
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

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        """Practice: the answer goes nowhere."""
        return Posted(f"practice-{source.id}-{native_id}", "", text, self._now())

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        """Nothing stands anywhere."""
        return None

    def edit_reply(self, source: Source, native_id: str, reply_id: str, text: str) -> Posted:
        """Practice: the answer goes nowhere."""
        return Posted(reply_id, "", text, self._now())

    def delete_reply(self, source: Source, native_id: str, reply_id: str) -> None:
        """Nothing stands anywhere."""

    def check(self, source: Source) -> Check:
        """There is nothing that could be wrong."""
        return Check()

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """No link stands for the sample."""
        return None
