"""Turns what sources send into plain text: strips tags, repairs characters. Linear always.

Not a sanitiser: what comes out is text and must still be shown as text. Regular HTML
parsers and sanitisers take many seconds on 400 kB of hostile markup, this takes
milliseconds.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

TEXT_LIMIT = 100_000
"""Characters of one text that are kept; a note in ``extra`` says when more was sent."""
LINE_LIMIT = 1_000
"""The same for titles, names and other single lines."""

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote)\b[^<>]*>", re.IGNORECASE)
_SURE_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|iframe|img|input|li|object|ol|p|"
    r"pre|s|script|small|span|strike|strong|style|sub|sup|svg|table|td|th|tr|u|ul|video)"
    r"(?:\s*/?|\s+[a-zA-Z-]+\s*=[^<>]*)>",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|"
    r"sub|sup|tt|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*|[^\S\n]*\n[^\S\n]*")
_LINK = re.compile(r"<link\b[^<>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Repair plain text: no NUL, no lone surrogate, no outer white space, a bounded length."""
    return _UNWANTED.sub(_repaired, text[: 2 * limit].replace("\r\n", "\n")).strip()[:limit]


def line(text: str) -> str:
    """Repair a title or name: plain text on one line."""
    return " ".join(clean(text, LINE_LIMIT).split())


def plain(markup: str, limit: int = TEXT_LIMIT) -> str:
    """Return the text of an HTML fragment."""
    markup = _cut_out(markup[: 4 * limit], "<!--", "-->")
    for name in ("script", "style"):
        markup = _cut_out(markup, f"<{name}", f"</{name}")
    markup = _TAG.sub(" ", _INLINE.sub("", _BREAK.sub("\n", markup)))
    text = _SPACES.sub(" ", html.unescape(markup))
    return clean(
        _LINES.sub(lambda found: "\n\n" if found[0].count("\n") > 1 else "\n", text), limit
    )


def untagged(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return text that claims to be plain without what is certainly a tag; ``a < b`` stays."""
    return plain(text, limit) if _SURE_TAG.search(text[: 4 * limit]) else clean(text, limit)


def feed_link(page: bytes, base: str) -> str:
    """Return the address of the feed that an HTML page names, or an empty string."""
    text = page[:500_000].decode("utf-8", "replace")
    for found in _LINK.finditer(text):
        attributes = {
            name.lower(): html.unescape(a or b or c)
            for name, a, b, c in _ATTRIBUTE.findall(found[0])
        }
        kind = attributes.get("type", "").lower()
        rel = attributes.get("rel", "").lower().split()
        if "alternate" in rel and kind in _FEED_TYPES and attributes.get("href"):
            try:
                return urljoin(base, attributes["href"].strip())[:LINE_LIMIT]
            except ValueError:
                continue
    return ""


_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
}


def _paragraph(found: re.Match[str]) -> str:
    return "\n\n" if found[0].count("\n") > 1 else "\n"


def _repaired(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""


def _cut_out(text: str, start: str, end: str) -> str:
    """Remove every ``start … end``; an unclosed one is left, so the search runs once."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters change length: then only the exact case
        lowered = text
    kept: list[str] = []
    at = 0
    while (opened := lowered.find(start, at)) >= 0:
        closed = lowered.find(end, opened + len(start))
        if closed < 0:
            break
        kept.append(text[at:opened])
        at = closed + len(end)
        if end.startswith("</"):
            at = lowered.find(">", closed) + 1 or len(text)
    return " ".join([*kept, text[at:]]) if kept else text
