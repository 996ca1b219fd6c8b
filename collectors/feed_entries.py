"""What every feed format is read into: a Document of Entries, plain text throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.dates import Moment
from storage.errors import SourceBroken
from storage.models import Refusal

UNKNOWN = Moment()


class NotAFeed(SourceBroken):
    """What came is no feed; ``feed`` is the address of one that the page names, if any."""

    def __init__(self, message: str, *, feed: str = "") -> None:
        super().__init__(message)
        self.feed = feed


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, its texts plain. ``notes`` go to ``Observation.extra``."""

    guid: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    published: Moment = UNKNOWN
    updated: Moment = UNKNOWN
    lang: str | None = None
    publisher: str = ""
    channel: str = ""
    rating: str | None = None
    html: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A feed: ``refused`` is what of it could not be read."""

    format: str
    id: str = ""
    link: str = ""
    title: str = ""
    generator: str = ""
    entries: tuple[Entry, ...] = ()
    refused: tuple[Refusal, ...] = ()
