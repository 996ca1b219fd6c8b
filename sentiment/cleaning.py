"""Text as a scorer can read it, with the way back to the text as it was given.

Entities become their letters, tags go, curly quotes and full-width or "fancy" letters
become plain ones, control signs, invisible signs and lone surrogates disappear. Each
change is remembered, so that a span of the cleaned text can be told in code points of
the given text. It is not a sanitiser for display: pages escape what they show.

One pass of one regular expression whose alternatives cannot overlap in more than a
constant number of ways keeps it linear; text beyond ``LONGEST`` is not scored at all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html import unescape
from typing import NamedTuple
from unicodedata import normalize

VERSION = 1
LONGEST = 20_000
"""Code points of a text that are scored; no review is longer, and hostile ones are."""

_ENTITY = r"&(?:amp;){0,3}(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_TAG = r"</?[A-Za-z!][^<>]*>"
_BLANKED = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd"
_DROPPED = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_MARKS = "\u0300-\u036f"
_COMPATIBLE = "\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff"
_PLAIN = {
    **dict.fromkeys("‘’‚‛ʼ′´", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    "…": "...",
    "—": " - ",
    "–": "-",
    "\u00a0": " ",
    "\u3000": " ",
}
_SUSPECT = re.compile("[&<\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\U0010ffff]")
_CHANGE = re.compile(
    f"{_ENTITY}|{_TAG}|\\w[{_MARKS}]+|[{_MARKS}{_BLANKED}{_DROPPED}{_COMPATIBLE}{''.join(_PLAIN)}]"
)
_ONE = re.compile(f"\\w[{_MARKS}]+|[{_MARKS}{_BLANKED}{_DROPPED}{_COMPATIBLE}{''.join(_PLAIN)}]")
_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|font|i|mark|small|span|strong|sub|sup|u)\b", re.I)
_ERASED = re.compile(f"[{_DROPPED}{_MARKS}]")
_BLANK = re.compile(f"[{_BLANKED}]")


class Edit(NamedTuple):
    """Where a piece stands in the cleaned text, and where it stood in the given one."""

    start: int
    end: int
    given_start: int
    given_end: int


class Cleaned(NamedTuple):
    """A text ready for scoring, and the changes that led to it, in order."""

    text: str
    edits: tuple[Edit, ...] = ()

    def given(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the given text that ``text[start:end]`` came from."""
        if not self.edits or end <= start:
            return start, end
        first = self._edit(start)
        last = self._edit(end - 1)
        begin, finish = start, end
        if first:
            begin = first.given_start if start < first.end else start + _shift(first)
        if last:
            finish = last.given_end if end - 1 < last.end else end + _shift(last)
        return begin, finish

    def _edit(self, at: int) -> Edit | None:
        """Return the last edit that starts at or before a position."""
        index = bisect_right(self.edits, at, key=lambda edit: edit.start)
        return self.edits[index - 1] if index else None


def _shift(edit: Edit) -> int:
    return edit.given_end - edit.end


def clean(text: str) -> Cleaned:
    """Return the text as it is scored; at most its first ``LONGEST`` code points."""
    text = text[:LONGEST]
    if not _SUSPECT.search(text):
        return Cleaned(text)
    pieces: list[str] = []
    edits: list[Edit] = []
    done = length = 0
    for match in _CHANGE.finditer(text):
        start, end = match.span()
        new = _replacement(match[0])
        length += start - done
        pieces += (text[done:start], new)
        edits.append(Edit(length, length + len(new), start, end))
        length += len(new)
        done = end
    if not edits:
        return Cleaned(text)
    pieces.append(text[done:])
    return Cleaned("".join(pieces), tuple(edits))


def _replacement(found: str) -> str:
    if found[0] == "&" and len(found) > 1:
        letters = unescape(found)
        letters = unescape(letters) if letters[0] == "&" else letters
        return _ONE.sub(lambda match: _single(match[0]), letters)
    if found[0] == "<" and len(found) > 1:
        return "" if _INLINE.match(found) else " "
    return _single(found)


def _single(found: str) -> str:
    plain = _PLAIN.get(found)
    if plain is not None:
        return plain
    if _BLANK.match(found):
        return " "
    return _ERASED.sub("", normalize("NFKC", found))
