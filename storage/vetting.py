"""The last gate before storage: text that SQLite can hold, values that make sense. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from storage.models import Observation

TEXT_LIMIT = 1_000_000
"""Characters of one mention's text; longer ones are refused, never cut silently."""

_TEXT_FIELDS = (
    *("native_id", "title", "text", "author", "url", "reply_text"),
    *("place", "lang", "brand", "product", "parent"),
)


def safe(seen: Observation) -> Observation:
    """Replace what no UTF-8 text can hold: lone surrogates and NUL."""
    said = (seen.native_id, seen.title, seen.text, seen.author, seen.url, seen.reply_text)
    named = (seen.place, seen.lang, seen.brand, seen.product, seen.parent)
    extra = seen.extra
    # One look at all of it: nearly every observation passes here.
    if _holds("".join((*said, *filter(None, named), *extra, *extra.values()))):
        return seen
    mended: dict[str, Any] = {
        name: _mend(value)
        for name, value in zip(_TEXT_FIELDS, (*said, *named), strict=True)
        if value is not None
    }
    notes = {_mend(name): _mend(value) for name, value in extra.items()}
    return replace(seen, **mended, extra=notes)


def why_not(seen: Observation) -> str | None:
    """Say why an observation cannot be taken, None if it can."""
    if not seen.native_id or not seen.place:
        return "it has no id"
    if len(seen.text) > TEXT_LIMIT or len(seen.title) > TEXT_LIMIT:
        return f"its text has more than {TEXT_LIMIT:,} characters"
    if seen.rating is not None and not 1 <= seen.rating <= 5:
        return f"a rating of {seen.rating} is not between 1 and 5 stars"
    if seen.nps is None and seen.csat is None and seen.ces is None:
        return None
    for name, value, low, high in (
        ("NPS", seen.nps, 0, 10),
        ("CSAT", seen.csat, 1, 5),
        ("CES", seen.ces, 1, 7),
    ):
        if value is not None and not low <= value <= high:
            return f"a {name} of {value} is not between {low} and {high}"
    return None


def _holds(value: str) -> bool:
    if "\x00" in value:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mend(value: str) -> str:
    joined = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\x00", "\ufffd")
