"""Apple's customer-review feed in JSON: a value is ``{"label": …}``, a list may be an object.

The Atom form of the same feed is read like any Atom feed; both give the same entries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors import dates, links, markup
from collectors.feed_entries import Document, Entry
from storage.models import Refusal

PAGE_SIZE, PAGES = 50, 10
"""What Apple's feed holds: ten pages of fifty reviews per country."""

_APP = re.compile(r"[/?&]id=?(\d{2,15})\b")
_PAGE = re.compile(r"/page=\d+")


def apple_document(feed: Mapping[str, Any], now: datetime) -> Document:
    """Read the ``feed`` object of Apple's JSON."""
    raw = feed.get("entry", [])
    raws = [raw] if isinstance(raw, dict) else raw if isinstance(raw, list) else []
    entries = tuple(_entry(item, now) for item in raws if isinstance(item, dict))
    odd = len(raws) - len(entries)
    return Document(
        "apple",
        id=_label(feed, "id"),
        title=markup.line(_label(feed, "title")),
        entries=entries,
        refused=(Refusal(0, f"{odd} entries are not objects"),) if odd else (),
    )


def app_id(*addresses: str) -> str:
    """Return the app's number from the first address that has one."""
    for address in addresses:
        found = _APP.search(address)
        if found:
            return found[1]
    return ""


def page(url: str, number: int) -> str:
    """Return the address of another page of a customer-review feed; empty for other feeds."""
    head, name, tail = url.partition("/customerreviews")
    if not name:
        return ""
    return f"{head}{name}/page={number}{_PAGE.sub('', tail)}"


def feed_address(app: str, country: str = "us") -> str:
    """Return the address of an app's customer-review feed."""
    path = f"{country}/rss/customerreviews/page=1/id={app}/sortby=mostrecent/json"
    return f"https://itunes.apple.com/{path}"


def _entry(item: Mapping[str, Any], now: datetime) -> Entry:
    author = item.get("author")
    written = dates.read(_label(item, "updated"), now)
    content = item.get("content")
    kind = content.get("attributes", {}) if isinstance(content, dict) else {}
    html = isinstance(kind, dict) and "html" in str(kind.get("type"))
    text = _label(item, "content")
    version = markup.line(_label(item, "im:version"))
    return Entry(
        guid=markup.line(_label(item, "id")),
        link=_link(item.get("link")),
        title=markup.line(_label(item, "title")),
        text=markup.plain(text) if html else markup.clean(text),
        author=markup.line(_label(author, "name")) if isinstance(author, dict) else "",
        published=written,
        updated=written,
        rating=_label(item, "im:rating") if "im:rating" in item else None,
        notes={"version": version} if version else {},
    )


def _label(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if isinstance(value, dict):
        value = value.get("label")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _link(raw: object) -> str:
    for link in raw if isinstance(raw, list) else [raw]:
        attributes = link.get("attributes") if isinstance(link, dict) else None
        if isinstance(attributes, dict) and isinstance(attributes.get("href"), str):
            return links.web(attributes["href"])
    return ""
