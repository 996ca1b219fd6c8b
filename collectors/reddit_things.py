"""Reads the objects of Reddit's API: what a thing says, whether it is gone. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from collectors import links, markup
from collectors.dates import AHEAD, EARLIEST
from storage.models import Kind, Observation, Source

PLACE = "reddit"
SITE = "https://www.reddit.com"
_FULLNAME = re.compile(r"t[13]_[0-9A-Za-z]{1,20}")
_GONE = {"[deleted]", "[removed]", "[ removed by reddit ]"}

Thing = Mapping[str, Any]


class Listing(NamedTuple):
    """One page of things; ``after`` names the next page, empty on the last."""

    things: tuple[Thing, ...]
    after: str


class More(NamedTuple):
    """Comments that a tree left out: their ids, or none for "continue this thread"."""

    parent: str
    children: tuple[str, ...]


def listing(raw: object) -> Listing:
    """Read a listing; what is not shaped like one is empty."""
    data = raw.get("data") if isinstance(raw, dict) else None
    if not isinstance(data, dict):
        return Listing((), "")
    after = data.get("after")
    children = data.get("children")
    things = [
        {**child["data"], "kind": child.get("kind")}
        for child in (children if isinstance(children, list) else [])
        if isinstance(child, dict) and isinstance(child.get("data"), dict)
    ]
    return Listing(tuple(things), after if isinstance(after, str) else "")


def is_listing(raw: object) -> bool:
    """Say whether an answer has a listing's shape, be it empty."""
    data = raw.get("data") if isinstance(raw, dict) else None
    return isinstance(data, dict) and isinstance(data.get("children"), list)


def tree(raw: object) -> Iterator[Thing | More]:
    """Yield the comments of a tree at every depth, and what it left out."""
    waiting = list(reversed(listing(raw).things))
    while waiting:
        thing = waiting.pop()
        if thing.get("kind") == "more":
            yield more(thing)
        else:
            yield thing
            waiting.extend(reversed(listing(thing.get("replies")).things))


def more(thing: Thing) -> More:
    """Read a "more" object."""
    children = thing.get("children")
    ids = tuple(str(child) for child in children) if isinstance(children, list) else ()
    return More(str(thing.get("parent_id") or ""), ids)


def fullname(thing: Thing) -> str:
    """Return ``t3_…`` or ``t1_…``, or an empty string for other things."""
    name = thing.get("name")
    if not isinstance(name, str):
        name = f"{thing.get('kind')}_{_string(thing, 'id')}"
    return name if _FULLNAME.fullmatch(name) else ""


def is_gone(thing: Thing) -> bool:
    """Say whether a thing was deleted by its author or removed; a lost account is neither."""
    if thing.get("removed_by_category"):
        return True
    if str(thing.get("title", "")).strip() == "[deleted by user]":
        return True
    said = thing.get("body") if fullname(thing).startswith("t1_") else thing.get("selftext")
    return isinstance(said, str) and said.strip().lower() in _GONE


def observation(thing: Thing, source: Source, base: str, now: datetime) -> Observation | None:
    """Return what a submission or comment says, None where it says nothing."""
    name = fullname(thing)
    comment = name.startswith("t1_")
    text = markup.clean(_string(thing, "body" if comment else "selftext"))
    title = "" if comment else markup.line(_string(thing, "title"))
    if not name or not (title or text):
        return None
    created = _time(thing.get("created_utc"))
    believed = created is not None and EARLIEST <= created <= now + AHEAD
    extra = {
        "subreddit": markup.line(_string(thing, "subreddit")),
        "score": markup.line(_string(thing, "score")),
        "thread": markup.line(_string(thing, "link_id")) if comment else "",
        "link": "" if comment or thing.get("is_self") else links.web(_string(thing, "url")),
        "date_not_believed": "" if believed else markup.line(_string(thing, "created_utc")[:20]),
    }
    author = markup.line(_string(thing, "author"))
    return Observation(
        place=PLACE,
        native_id=name,
        kind=Kind.SOCIAL,
        title=title,
        text=text,
        author="" if author == "[deleted]" else author,
        url=address(thing, base),
        published_at=created if believed else None,
        updated_at=_time(thing.get("edited")),
        brand=source.brand,
        product=source.product,
        parent=_parent(thing) if comment else None,
        extra={key: value for key, value in extra.items() if value},
    )


def _parent(thing: Thing) -> str | None:
    name = _string(thing, "parent_id")
    return name if _FULLNAME.fullmatch(name) else None


def address(thing: Thing, base: str) -> str:
    """Return where people see a thing."""
    path = _string(thing, "permalink")
    if not path.startswith("/"):
        subreddit, own = _string(thing, "subreddit"), _string(thing, "id")
        thread = _string(thing, "link_id").removeprefix("t3_") or own
        path = f"/r/{subreddit}/comments/{thread}/"
        if thread != own:
            path += f"_/{own}/"
    return links.web(f"{base}{path}")


def order(name: str) -> int:
    """Return a number by which fullnames of one kind sort by age."""
    try:
        return int(name[3:], 36)
    except ValueError:
        return 0


def _string(thing: Thing, key: str) -> str:
    value = thing.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _time(value: object) -> datetime | None:
    """``edited`` is false or a time; old comments have true, which says nothing of when."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
