"""A Reddit collector reading a fake Reddit, poll after poll."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from collectors.contract import Services
from collectors.reddit import RedditCollector
from collectors.transport import Transport
from storage.models import Batch, Json, Observation, Source
from tests.fake_reddit import SECRETS, FakeReddit, fake_reddit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Reader:
    """The fake, a collector, and the cursor between polls."""

    def __init__(self, reddit: FakeReddit) -> None:
        self.reddit = reddit
        self.naps: list[float] = []
        self.transport = Transport(allow_private=True, sleep=self.naps.append)
        self.cursor: Json = None
        self.collector = self.collector_with()

    def collector_with(
        self, secrets: dict[str, str] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> RedditCollector:
        services = Services(
            secrets=SECRETS if secrets is None else secrets,
            allow_private=True,
            now=lambda: NOW,
            transport=self.transport,
        )
        return RedditCollector(services, clock=clock)

    def source(self, **options: Json) -> Source:
        chosen: dict[str, Json] = {"subreddits": ["acme"], **options}
        return Source("r", "reddit", brand="Acme", options={"url": self.reddit.url, **chosen})

    def poll(self, **options: Json) -> list[Batch]:
        self.reddit.calls.clear()
        batches = list(self.collector.collect(self.source(**options), self.cursor))
        self.cursor = json.loads(json.dumps(batches[-1].cursor))
        return batches

    def seen(self, **options: Json) -> dict[str, Observation]:
        return by_name(self.poll(**options))


@contextmanager
def reading() -> Iterator[Reader]:
    """Run a reader for the length of a with-block."""
    with fake_reddit() as reddit:
        made = Reader(reddit)
        yield made
        made.transport.close()


def by_name(batches: list[Batch]) -> dict[str, Observation]:
    return {one.native_id: one for batch in batches for one in batch.observations}


def gone(batches: list[Batch]) -> set[str]:
    return {name for batch in batches for _, name in batch.gone}
