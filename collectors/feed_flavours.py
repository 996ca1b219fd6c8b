"""What is special about the sites behind feeds: places, ids, kinds, wrappings. Pure.

A flavour is told by what the feed itself says, so a captured or mirrored feed is read
like the original.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple

from collectors import apple, links, markup
from collectors.feed_entries import Document, Entry
from storage.models import Kind, Observation, Refusal, Source

ALERTS, NEWS, YOUTUBE, REDDIT, APPLE, GENERIC = (
    "google-alerts",
    "google-news",
    "youtube",
    "reddit",
    "apple",
    "feed",
)
WEB = "web"
"""The place of articles: the same page found by two routes is one mention."""

_KINDS = {YOUTUBE: Kind.SOCIAL, REDDIT: Kind.SOCIAL, APPLE: Kind.REVIEW}
_REDDIT_ID = re.compile(r"t[13]_[0-9a-z]{1,13}")
_REUSE_MEMORY = 200


class Placed(NamedTuple):
    """A document's observations; ``reused`` remembers which content owns a reused guid."""

    observations: tuple[Observation, ...]
    refused: tuple[Refusal, ...]
    reused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Dressed:
    entry: Entry
    place: str
    native_id: str
    line: int


def flavour(document: Document, url: str) -> str:
    """Return which site a feed is of."""
    first = document.entries[0] if document.entries else Entry()
    if document.format == "apple" or any(entry.rating is not None for entry in document.entries):
        return APPLE
    if document.id.startswith("tag:google.com,2005:reader/") or "googlealerts/feed" in first.guid:
        return ALERTS
    if (
        document.generator.startswith("NFE/")
        or "//news.google." in document.link
        or ("//news.google." in url)
    ):
        return NEWS
    if document.id.startswith(("yt:channel", "yt:playlist")) or first.guid.startswith("yt:video:"):
        return YOUTUBE
    if _REDDIT_ID.fullmatch(first.guid) and "/comments/" in first.link:
        return REDDIT
    return GENERIC


def place_all(
    document: Document, source: Source, url: str, reused: Mapping[str, str] | None = None
) -> Placed:
    """Turn a document into observations of ``source``, each with its place and id."""
    kind_of_feed = flavour(document, url)
    refused = list(document.refused)
    dressed: list[_Dressed] = []
    for line, entry in enumerate(document.entries, 1):
        if kind_of_feed == APPLE and entry.rating is None:
            continue  # the feed's first entry is the app itself
        worn = _dress(entry, document, kind_of_feed, url, line)
        if worn.entry.title or worn.entry.text:
            dressed.append(worn)
        elif len(refused) < 50:
            refused.append(Refusal(line, "the entry has neither title nor text"))
    if kind_of_feed == GENERIC:
        dressed, reused = _tell_apart(dressed, reused or {})
    unique = {(worn.place, worn.native_id): worn for worn in reversed(dressed)}
    seen = tuple(_observation(worn, kind_of_feed, source) for worn in reversed(unique.values()))
    return Placed(seen, tuple(refused), reused or {})


def _dress(entry: Entry, document: Document, kind: str, url: str, line: int) -> _Dressed:
    entry = replace(entry, link=links.unwrap(entry.link))
    if kind in (ALERTS, NEWS):
        native = links.normal(entry.link) or entry.guid
        return _Dressed(_headline(entry), WEB, native or digest(entry), line)
    if kind == YOUTUBE:
        channel = entry.channel or document.id.rpartition(":")[2]
        video = entry.guid.rpartition(":")[2] or digest(entry)
        return _Dressed(replace(entry, notes={}), f"youtube:{channel}", video, line)
    if kind == REDDIT:
        return _Dressed(_reddit(entry), "reddit", entry.guid, line)
    if kind == APPLE:
        app = apple.app_id(url, document.id, document.link, entry.link)
        notes = {name: text for name, text in entry.notes.items() if name == "version"}
        place = f"appstore:{app}" if app else f"feed:{links.normal(url)}"
        return _Dressed(replace(entry, notes=notes), place, entry.guid or digest(entry), line)
    native = entry.guid or links.normal(entry.link) or digest(entry)
    return _Dressed(replace(entry, notes={}), f"feed:{links.normal(url)}", native, line)


def _headline(entry: Entry) -> Entry:
    """Google News repeats the publisher in the title and both in the text."""
    title = entry.title
    if entry.publisher:
        title = title.removesuffix(f" - {entry.publisher}")
    rest = entry.text.replace(entry.title, "", 1).replace(title, "", 1).strip()
    text = "" if rest in ("", entry.publisher) else entry.text
    author = entry.author or entry.publisher
    return replace(entry, title=title, text=text, author=author, notes={})


def _reddit(entry: Entry) -> Entry:
    """Make an entry of Reddit's feed equal in shape to what its API says of the same thing."""
    body = entry.html.partition("<!-- SC_OFF -->")[2].partition("<!-- SC_ON -->")[0]
    subreddit = entry.notes.get("term", "")
    return replace(
        entry,
        title="" if entry.guid.startswith("t1_") else entry.title,
        text=markup.plain(body) if body or entry.guid.startswith("t3_") else entry.text,
        author=entry.author.removeprefix("/u/"),
        notes={"subreddit": subreddit} if subreddit else {},
    )


def digest(entry: Entry) -> str:
    """Return a short id of what an entry says, for entries without or with a shared id."""
    said = "\x1f".join((entry.title, entry.text, entry.link))
    return blake2b(said.encode("utf-8", "replace"), digest_size=9).hexdigest()


def _tell_apart(
    dressed: list[_Dressed], known: Mapping[str, str]
) -> tuple[list[_Dressed], dict[str, str]]:
    """Give entries that share a guid within one document ids of their own, by content.

    The one that stood there first keeps the plain guid: it may be stored under it. Feeds
    list the newest first, so at first sight that is the last one; ``known`` remembers it.
    """
    owners = dict(known)
    contents: dict[str, list[str]] = {}
    for worn in dressed:
        contents.setdefault(worn.native_id, []).append(digest(worn.entry))
    for native, found in contents.items():
        if len(set(found)) > 1:
            owners.setdefault(native, found[-1])
    told: list[_Dressed] = []
    for worn in dressed:
        own = digest(worn.entry)
        if owners.get(worn.native_id, own) != own:
            worn = replace(worn, native_id=f"{worn.native_id}#{own}")
        told.append(worn)
    return told, dict(list(owners.items())[-_REUSE_MEMORY:])


def _observation(worn: _Dressed, kind: str, source: Source) -> Observation:
    entry = worn.entry
    wanted = source.options.get("mention_kind")
    place = source.options.get("place")
    extra = dict(entry.notes)
    doubt = entry.published.doubt
    if doubt:
        extra["date_not_believed"] = doubt
    rating = _stars(entry.rating)
    if entry.rating is not None and rating is None:
        extra["rating_not_believed"] = entry.rating[:20]
    if len(entry.text) >= markup.TEXT_LIMIT:
        extra["text_cut_at"] = str(markup.TEXT_LIMIT)
    published, updated = entry.published.at, entry.updated.at
    same = entry.text.rstrip(" .…").casefold() == entry.title.rstrip(" .…").casefold()
    return Observation(
        place=place if isinstance(place, str) and place else worn.place,
        native_id=worn.native_id,
        kind=Kind(wanted) if isinstance(wanted, str) else _KINDS.get(kind, Kind.ARTICLE),
        title=entry.title,
        text="" if same else entry.text,
        author=entry.author,
        url=entry.link,
        published_at=published,
        precision=entry.published.precision,
        updated_at=updated if updated and published and updated >= published else None,
        rating=rating,
        lang=entry.lang,
        brand=source.brand,
        product=source.product,
        extra=extra,
    )


def _stars(rating: str | None) -> float | None:
    try:
        stars = float(rating or "nan")
    except ValueError:
        return None
    return stars if math.isfinite(stars) and 1 <= stars <= 5 else None
