"""Reads a feed of any format into a Document of Entries. Opens nothing.

Knows formats (RSS, Atom, RDF, JSON Feed, Apple's JSON), not sites: what is special about
Google Alerts or YouTube is in ``feed_flavours``.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors import dates, links, markup
from collectors.apple import apple_document
from collectors.dates import Moment
from collectors.feed_entries import Document, Entry, NotAFeed
from collectors.xml_guard import look
from storage.errors import SourceBroken
from storage.models import Refusal

Raw = Mapping[str, Any]
ENTRIES = 20_000
"""Of one document only so many are read; 5 MB of real entries are fewer."""
_ADDRESS = re.compile(r"[^\s()<>@]{1,64}@[^\s()<>@]{1,255}")


def read(body: bytes, content_type: str, url: str, where: str, now: datetime) -> Document:
    """Read a feed of any format; ``where`` names it in messages."""
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotAFeed(f"{where} answered with nothing at all")
    if start[:1] in (b"{", b"["):
        return _json(body, url, where, now)
    return _xml(body, content_type, url, where, now)


def _xml(body: bytes, content_type: str, url: str, where: str, now: datetime) -> Document:
    import feedparser  # 0.1 s: only where a feed is read

    looked = look(body, where)
    try:
        parsed = feedparser.parse(
            io.BytesIO(looked.body),  # bytes themselves would be tried as a file name
            response_headers={"content-type": content_type} if content_type else {},
            sanitize_html=False,  # quadratic; see markup
            resolve_relative_uris=False,
        )
    except Exception as error:  # feedparser promises none, yet odd bytes raise various
        raise SourceBroken(f"{where}: the feed is damaged beyond reading: {error!r}") from error
    version = str(parsed.get("version") or "")
    raws = [dict(raw) for raw in parsed.get("entries", ())]
    if not version and not raws:
        raise _no_feed(body, url, where)
    feed = dict(parsed.get("feed", {}))
    refused = [Refusal(looked.line, looked.problem)] if looked.problem else []
    if len(raws) > ENTRIES:
        refused.append(Refusal(ENTRIES + 1, f"{len(raws):,} entries; read the first {ENTRIES:,}"))
    lang = str(feed.get("language") or "")
    return Document(
        version,
        id=_string(feed, "id"),
        link=links.web(_string(feed, "link"), url),
        title=markup.line(_rich(feed, "title")),
        generator=_string(feed, "generator"),
        entries=tuple(_xml_entry(raw, feed, url, lang, now) for raw in raws[:ENTRIES]),
        refused=tuple(refused),
    )


def _no_feed(body: bytes, url: str, where: str) -> NotAFeed:
    opening = body[:2000].lower()
    if b"<html" not in opening and b"<!doctype html" not in opening:
        return NotAFeed(f"{where} is not a feed")
    feed = links.web(markup.feed_link(body, url))
    if feed:
        return NotAFeed(f"{where} is a web page; its feed is at {feed}", feed=feed)
    return NotAFeed(f"{where} is a web page, not a feed, and names none")


def _xml_entry(raw: Raw, feed: Raw, url: str, lang: str, now: datetime) -> Entry:
    contents = [dict(part) for part in raw.get("content") or () if isinstance(part, Mapping)]
    chosen = next((part for part in contents if part.get("type") == "text/plain"), None)
    if chosen is None and contents:
        chosen = contents[0]
    if chosen is None:
        chosen = {"value": raw.get("summary") or "", **dict(raw.get("summary_detail") or {})}
    link = _string(raw, "feedburner_origlink") or _string(raw, "link")
    if link == _string(raw, "id") and not links.web(link):
        link = ""  # feedparser takes an id for a link where there is none
    published = _moment(raw, "published", now)
    updated = _moment(raw, "updated", now)
    return Entry(
        guid=markup.line(_string(raw, "id")),
        link=links.web(link, url),
        title=markup.line(_rich(raw, "title")),
        text=_part(chosen),
        author=_author(_string(raw, "author")),
        published=published if published.at or published.doubt else updated,
        updated=updated,
        lang=language(lang),
        publisher=markup.line(str(dict(raw.get("source") or {}).get("title") or "")),
        channel=_string(raw, "yt_channelid") or _string(feed, "yt_channelid"),
        rating=_string(raw, "im_rating") or None,
        html=str(chosen.get("value") or "")[: markup.TEXT_LIMIT],
        notes=_notes(version=_string(raw, "im_version"), term=_first_tag(raw)),
    )


def _json(body: bytes, url: str, where: str, now: datetime) -> Document:
    try:
        root = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"{where} begins like JSON but cannot be read: {error}") from error
    if isinstance(root, dict) and isinstance(root.get("feed"), dict):
        return apple_document(root["feed"], now)
    if not isinstance(root, dict) or not isinstance(root.get("items"), list):
        raise NotAFeed(f"{where} is JSON, but neither a JSON Feed nor Apple's review feed")
    items = [item for item in root["items"] if isinstance(item, dict)]
    odd = len(root["items"]) - len(items)
    return Document(
        "json",
        id=_string(root, "feed_url"),
        link=links.web(_string(root, "home_page_url"), url),
        title=markup.line(_string(root, "title")),
        entries=tuple(_json_entry(item, root, url, now) for item in items),
        refused=(Refusal(0, f"{odd} items are not objects"),) if odd else (),
    )


def _json_entry(item: Raw, root: Raw, url: str, now: datetime) -> Entry:
    authors = item.get("authors") or root.get("authors") or []
    author = authors[0] if isinstance(authors, list) and authors else item.get("author")
    html = _string(item, "content_html")
    text = markup.clean(_string(item, "content_text")) or markup.plain(html)
    published = dates.read(_string(item, "date_published"), now)
    updated = dates.read(_string(item, "date_modified"), now)
    return Entry(
        guid=markup.line(_string(item, "id")),
        link=links.web(_string(item, "url") or _string(item, "external_url"), url),
        title=markup.line(_string(item, "title")),
        text=text or markup.clean(_string(item, "summary")),
        author=markup.line(_string(author, "name")) if isinstance(author, dict) else "",
        published=published if published.at or published.doubt else updated,
        updated=updated,
        lang=language(_string(item, "language") or _string(root, "language")),
        html=html[: markup.TEXT_LIMIT],
    )


def language(tag: str) -> str | None:
    """Return the ISO 639-1 code that a language tag begins with."""
    code = tag.strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _string(raw: Raw, name: str) -> str:
    """Return a value as text; numbers are common where text is meant, anything else is not."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[: 4 * markup.TEXT_LIMIT].strip()


def _rich(raw: Raw, name: str) -> str:
    return _part({"value": raw.get(name) or "", **dict(raw.get(f"{name}_detail") or {})})


def _part(part: Raw) -> str:
    value = str(part.get("value") or "")
    if "html" in str(part.get("type") or ""):
        return markup.plain(value)
    return markup.untagged(value)


def _author(said: str) -> str:
    """RSS has ``name@host (Name)`` or ``Name <name@host>``; nobody's address is kept."""
    said = said[:400]
    named = re.fullmatch(r"[^\s()<>]+@[^\s()<>]+\s*\((.+)\)", said)
    return markup.line(_ADDRESS.sub("", named[1] if named else said).strip(" ()<>"))


def _moment(raw: Raw, name: str, now: datetime) -> Moment:
    parsed = raw.get(f"{name}_parsed")
    return dates.read(
        _string(raw, name), now, parsed if isinstance(parsed, time.struct_time) else None
    )


def _first_tag(raw: Raw) -> str:
    tags = raw.get("tags") or ()
    return markup.line(str(dict(tags[0]).get("term") or "")) if tags else ""


def _notes(**notes: str) -> dict[str, str]:
    return {name: value for name, value in notes.items() if value}
