"""What a collector is: the promise between a kind of source and the pipeline.

Holds the interfaces and the values that cross them. A collector is a class
with an ``info``, made from ``Services``; third parties publish one under the entry point
group ``earshot.collectors`` and prove it with ``collectors.testing.check_collector``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

from collectors.clock import utc_now
from storage.errors import SourceBroken
from storage.models import Batch, Json, Observation, Source

if TYPE_CHECKING:
    from collectors.transport import Transport


class Need(NamedTuple):
    """One option that a kind of source reads from ``Source.options``."""

    name: str
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """What a site takes as an answer, for checks before anything is sent.

    ``limit`` counts characters, or bytes of UTF-8 with ``in_bytes``. A ``threaded`` site
    takes any number of answers; elsewhere there is one, and a second replaces it.
    ``window`` is how long after a mention was written or edited it can be answered.
    ``secrets`` are needed besides those for reading.
    """

    limit: int
    in_bytes: bool = False
    threaded: bool = False
    edits: bool = False
    deletes: bool = False
    window: timedelta | None = None
    secrets: tuple[str, ...] = ()

    def length(self, text: str) -> int:
        """Return the length of a text as the site counts it."""
        return len(text.encode()) if self.in_bytes else len(text)

    def obstacle(self, text: str, changed_at: datetime, now: datetime) -> str | None:
        """Say why a text cannot be posted to something last changed at that time, or None."""
        length = self.length(text)
        if length > self.limit:
            unit = "bytes" if self.in_bytes else "characters"
            return f"the site takes {self.limit:,} {unit}, this has {length:,}; shorten it"
        if self.window is not None and changed_at + self.window < now:
            return (
                f"the site takes answers for {self.window.days} days after a text was written or"
                f" edited, this is of {changed_at:%Y-%m-%d}; answer there by hand, then record it"
            )
        return None


@dataclass(frozen=True, slots=True)
class KindInfo:
    """What a person must know before connecting a source of this kind.

    ``terms`` says what the source's own terms allow. ``secrets`` are the environment
    names that it reads, ``example`` is a working ``[[source]]`` table's options. ``replies``
    says that and how it answers (it is a ``Replier`` then).
    """

    name: str
    title: str
    needs: tuple[Need, ...]
    example: Mapping[str, Json]
    terms: str
    secrets: tuple[str, ...] = ()
    replies: Replies | None = None


class Suggestion(NamedTuple):
    """The source that a pasted link stands for; ``note`` says what to expect of it."""

    kind: str
    id: str
    options: Mapping[str, Json]
    title: str
    note: str = ""


class Check(NamedTuple):
    """What a trial look at a source found: up to three newest observations, or a problem.

    ``instead`` is a link that works where the given one does not.
    """

    newest: tuple[Observation, ...] = ()
    problem: str = ""
    instead: str = ""


class Posted(NamedTuple):
    """A reply as the source shows it."""

    native_id: str
    url: str
    text: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root gives to every collector.

    Sources should share one ``transport``: it is what keeps to two connections per host.
    Where it is None, each collector makes its own from ``allow_private``.
    """

    secrets: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False
    now: Callable[[], datetime] = utc_now
    transport: Transport | None = None


class Collector(Protocol):
    """Reads one kind of source. Network only, never the database.

    ``collect`` streams batches; each batch's cursor is valid once that batch is stored,
    so a crash repeats at most one batch. It raises nothing but ``CollectError``.
    """

    info: ClassVar[KindInfo]

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield what is there since ``cursor`` (None: from the beginning)."""
        ...

    def check(self, source: Source) -> Check:
        """Take a trial look; never raises for what the source does wrong."""
        ...


class CollectorClass(Protocol):
    """What a built-in's dotted name or an entry point resolves to."""

    info: ClassVar[KindInfo]

    def __call__(self, services: Services) -> Collector:
        """Make a collector."""
        ...

    def recognise(self, link: str) -> Suggestion | None:
        """Say which source a pasted link stands for, if it is of this kind."""
        ...


class Vanished(SourceBroken):
    """What was to be answered is not there any more."""


@runtime_checkable
class Replier(Protocol):
    """A collector that can also answer where a mention was made.

    Every method raises nothing but ``CollectError``: ``Vanished`` where the mention is gone,
    ``Retryable`` where it is not known whether something was done, ``SourceBroken`` where
    the site refused and nothing was done.
    """

    info: ClassVar[KindInfo]

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        """Post a reply; not idempotent, so look with ``find_reply`` after any doubt."""
        ...

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        """Return our own reply to that mention (with that text, if given), if it is there.

        Called before a repeated post: it must see whatever an earlier ``reply`` did.
        """
        ...

    def edit_reply(self, source: Source, native_id: str, reply_id: str, text: str) -> Posted:
        """Replace the text of our reply; only where ``info.replies.edits``."""
        ...

    def delete_reply(self, source: Source, native_id: str, reply_id: str) -> None:
        """Take our reply away; only where ``info.replies.deletes``. Gone already is fine."""
        ...
