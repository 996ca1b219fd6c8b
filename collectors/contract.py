"""What a collector is: the promise between a kind of source and the pipeline.

Holds the interfaces and the values that cross them, no behaviour. A collector is a class
with an ``info``, made from ``Services``; third parties publish one under the entry point
group ``earshot.collectors`` and prove it with ``collectors.testing.check_collector``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

from storage.models import Batch, Json, Observation, Source

if TYPE_CHECKING:
    from collectors.transport import Transport


class Need(NamedTuple):
    """One option that a kind of source reads from ``Source.options``."""

    name: str
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class KindInfo:
    """What a person must know before connecting a source of this kind.

    ``terms`` says what the source's own terms allow. ``secrets`` are the environment
    names that it reads, ``example`` is a working ``[[source]]`` table's options.
    """

    name: str
    title: str
    needs: tuple[Need, ...]
    example: Mapping[str, Json]
    terms: str
    secrets: tuple[str, ...] = ()
    can_reply: bool = False


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


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


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


@runtime_checkable
class Replier(Protocol):
    """A collector that can also answer where a mention was made."""

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        """Post a reply; not idempotent, so look with ``find_reply`` after any doubt."""
        ...

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        """Return our own reply to that mention (with that text, if given), if it is there."""
        ...
