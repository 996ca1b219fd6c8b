"""Collects feeds: RSS, Atom, JSON Feed, and the sites that publish by them.

Asks conditionally, reads once, streams batches. What a format says is in
``feed_document``, what a site means by it in ``feed_flavours``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import chain
from typing import ClassVar

from collectors import apple, feed_links, links
from collectors.contract import Check, KindInfo, Need, Services, Suggestion
from collectors.feed_document import read
from collectors.feed_entries import Document
from collectors.feed_flavours import Placed, place_all
from collectors.packing import unpack
from collectors.transport import Reply, Transport, shown, transport_for
from storage.errors import CollectError, SourceBroken
from storage.models import Batch, Json, Kind, Observation, Source

BATCH = 500
TRUST = timedelta(days=1)
"""How long "not modified" is believed; some servers say it for ever."""


@dataclass(frozen=True, slots=True)
class _Options:
    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class Memory:
    """The cursor: what lets the next poll skip an unchanged feed, and settles reused guids.

    ``heads`` are the newest ids of a paged feed, where the next poll stops paging.
    """

    options: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    read_at: str = ""
    reused: Mapping[str, str] = field(default_factory=dict)
    heads: tuple[str, ...] = ()

    @classmethod
    def of(cls, cursor: Json) -> Memory:
        """Read a cursor, as far as it is one of ours."""
        if not isinstance(cursor, dict):
            return cls()
        texts = {
            name: value
            for name in ("options", "etag", "modified", "digest", "read_at")
            if isinstance(value := cursor.get(name), str)
        }
        reused, heads = cursor.get("reused"), cursor.get("heads")
        return cls(
            **texts,
            reused={str(key): str(own) for key, own in reused.items()}
            if isinstance(reused, dict)
            else {},
            heads=tuple(str(head) for head in heads) if isinstance(heads, list) else (),
        )

    def cursor(self) -> Json:
        """Return what to store: only what says something."""
        raw: dict[str, Json] = {
            "options": self.options,
            "etag": self.etag,
            "modified": self.modified,
            "digest": self.digest,
            "read_at": self.read_at,
            "reused": dict(self.reused),
            "heads": list(self.heads),
        }
        return {name: value for name, value in raw.items() if value}

    def fresh(self, options: str, now: datetime) -> Memory:
        """Return what of it may be believed now: changed options or age drop the validators."""
        try:
            read_at = datetime.fromisoformat(self.read_at)
        except ValueError:
            read_at = datetime.min.replace(tzinfo=UTC)
        if read_at.tzinfo is None:
            read_at = read_at.replace(tzinfo=UTC)
        if self.options == options and timedelta(0) <= now - read_at < TRUST:
            return self
        heads = self.heads if self.options == options else ()
        return Memory(options=options, reused=self.reused, heads=heads)


class FeedsCollector:
    """Reads any feed; knows Google Alerts and News, YouTube, Reddit's feeds, the App Store."""

    info: ClassVar[KindInfo] = KindInfo(
        name="feeds",
        title="Feed (RSS, Atom, JSON; App Store, YouTube, Google Alerts, Google News, Reddit)",
        needs=(
            Need("url", "address of the feed", required=True),
            Need("mention_kind", "article, social, review, … if the feed does not tell"),
            Need("place", "where its mentions live, if not what the feed tells"),
        ),
        example={"url": feed_links.EXAMPLE},
        terms=(
            "Feeds are published to be read; republishing whole articles is not allowed by most. "
            "Apple's review feed holds the newest 500 reviews per country, without owner replies. "
            "YouTube's holds the newest 15 videos of a channel, no comments. Google's terms allow "
            "Alerts and News feeds for personal, non-commercial reading."
        ),
    )

    def __init__(self, services: Services) -> None:
        self._now = services.now
        self._transport: Transport = transport_for(
            services.transport, allow_private=services.allow_private
        )

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """Say which feed a link stands for: a page of a known site, or the feed itself."""
        return feed_links.recognise(link)

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield the entries of the feed; nothing where it has not changed."""
        options = _options(source)
        memory = Memory.of(cursor).fresh(options.digest, self._now())
        reply = self._transport.fetch(options.url, _conditions(memory))
        digest = _digest(reply.body)
        if reply.status == 304 or digest == memory.digest:
            return
        document = self._read(reply, options.url)
        placed = place_all(document, source, options.url, memory.reused)
        heads = tuple(seen.native_id for seen in placed.observations[:10])
        pages = self._older_pages(placed, source, options, memory)
        later = replace(
            memory,
            etag=reply.headers.get("etag", "")[:500],
            modified=reply.headers.get("last-modified", "")[:100],
            digest=digest,
            read_at=self._now().isoformat(timespec="seconds"),
            reused=placed.reused,
            heads=heads if apple.page(options.url, 2) else (),
        )
        yield from _batches(chain([placed], pages), later.cursor())

    def check(self, source: Source) -> Check:
        """Read the feed once and show its newest entries."""
        try:
            options = _options(source)
            document = self._read(self._transport.fetch(options.url), options.url)
            seen = place_all(document, source, options.url).observations
        except CollectError as error:
            return Check(problem=str(error), instead=str(getattr(error, "feed", "")))
        if not seen:
            return Check(problem=f"{shown(options.url)} is a feed, but has no entry now")
        return Check(newest=tuple(sorted(seen, key=_age, reverse=True)[:3]))

    def _read(self, reply: Reply, url: str) -> Document:
        content_type, body = reply.headers.get("content-type", ""), reply.body
        if body.startswith(b"\x1f\x8b"):  # served as a file feed.xml.gz
            body = unpack([body], "gzip", self._transport.limits.body, shown(url))
        return read(body, content_type, reply.url, shown(url), self._now())

    def _older_pages(
        self, first: Placed, source: Source, options: _Options, memory: Memory
    ) -> Iterator[Placed]:
        """Yield further pages of Apple's feed, back to what an earlier poll has seen."""
        known, placed = set(memory.heads), first
        met: set[str] = set()
        for number in range(2, apple.PAGES + 1):
            ids = {seen.native_id for seen in placed.observations}
            url = apple.page(options.url, number)
            if not url or len(ids) < apple.PAGE_SIZE - 1 or ids & known or ids <= met:
                return
            met |= ids
            try:
                document = self._read(self._transport.fetch(url), options.url)
            except SourceBroken:
                return  # beyond the last page Apple answers with an error
            placed = place_all(document, source, options.url)
            yield placed


def _options(source: Source) -> _Options:
    url = source.options.get("url")
    if not isinstance(url, str) or not links.parts(url):
        raise SourceBroken(f"source {source.id} needs `url`, the http or https address of a feed")
    kind = source.options.get("mention_kind")
    if kind is not None and kind not in list(Kind):
        known = ", ".join(Kind)
        raise SourceBroken(f"source {source.id}: mention_kind {kind!r} is none of {known}")
    said = repr(sorted((name, repr(value)) for name, value in source.options.items()))
    return _Options(url.strip(), _digest(said.encode("utf-8", "replace")))


def _conditions(memory: Memory) -> dict[str, str]:
    conditions = {"if-none-match": memory.etag, "if-modified-since": memory.modified}
    accepted = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.8"
    return {"accept": accepted, **{name: value for name, value in conditions.items() if value}}


def _batches(pages: Iterable[Placed], cursor: Json) -> Iterator[Batch]:
    """Cut pages into batches; only the last carries the cursor, so a crash reads all again."""
    held, count = Batch(()), 0
    for number, page in enumerate(pages):
        count += len(page.observations)
        for at in range(0, max(len(page.observations), 1), BATCH):
            if number or at:
                yield held
            refused = () if at else page.refused
            held = Batch(page.observations[at : at + BATCH], refused=refused)
    yield replace(held, cursor=cursor, expected=count)


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=9).hexdigest()


def _age(seen: Observation) -> datetime:
    return seen.published_at or datetime.min.replace(tzinfo=UTC)
