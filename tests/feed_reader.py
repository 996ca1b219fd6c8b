"""A feed collector reading from a loopback server, with a clock that moves by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from collectors.contract import Services
from collectors.feeds import FeedsCollector
from collectors.transport import Transport
from storage.models import Batch, Json, Observation, Source
from tests.http_server import LoopbackServer, serving

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Reader:
    """A server, a collector and the present moment."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.now = NOW
        self.transport = Transport(allow_private=True, sleep=lambda seconds: None)
        services = Services(allow_private=True, now=lambda: self.now, transport=self.transport)
        self.collector = FeedsCollector(services)

    def serve(self, body: str | bytes, path: str = "/feed", **more: Any) -> Source:
        content_type = more.pop("content_type", "application/xml")
        url = self.server.put(path, body, content_type=content_type, **more)
        return Source("f", "feeds", brand="Acme", options={"url": url})

    def batches(self, source: Source, cursor: Json = None) -> list[Batch]:
        return list(self.collector.collect(source, cursor))

    def read(self, body: str | bytes, **more: Any) -> list[Observation]:
        return [
            one for batch in self.batches(self.serve(body, **more)) for one in batch.observations
        ]

    def only(self, body: str | bytes, **more: Any) -> Observation:
        (one,) = self.read(body, **more)
        return one


@contextmanager
def reading() -> Iterator[Reader]:
    """Run a reader for the length of a with-block."""
    with serving() as server:
        made = Reader(server)
        yield made
        made.transport.close()


def rss(*items: str, channel: str = "") -> str:
    wrapped = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Blog</title>{channel}{wrapped}</channel></rss>'


def atom(*entries: str, head: str = "") -> str:
    wrapped = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{wrapped}</feed>'
