"""Takes the names out of a text before it is scored.

"united" is +1.8 and "spirit" +0.7 in VADER's lexicon: an airline must not be praised by
being named. Every ``@handle`` is a name; brand terms are those configured, plus the
brand's own name. A masked name keeps its length and its capitals (they count in VADER),
so that no position moves.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache

from sentiment.cleaning import clean
from storage.models import Brand

VERSION = 2
BRAND = "\x00brand"
RIVAL = "\x00rival"
"""The keys under which our own terms and a competitor's are found; no topic is called so."""
NAMES = frozenset({BRAND, RIVAL})

_HANDLE = re.compile(r"@\w{1,64}")


def terms(brands: Sequence[Brand]) -> Iterator[tuple[str, str]]:
    """Yield every name that stands for a brand, with the key for names."""
    for brand in brands:
        for term in (brand.name, *brand.terms, *brand.handles):
            yield clean(term).text, BRAND if brand.own else RIVAL


def mask(text: str, names: Iterable[tuple[int, int]], rivals: Container[int] = ()) -> str:
    """Return the text with the given spans and all handles made neutral.

    Names that begin at ``rivals`` are a competitor's and written in other letters, so that
    comparisons can still be read.
    """
    parts: list[str] = []
    done = 0
    for start, end in names:
        parts += (text[done:start], _neutral(text[start:end], "v" if start in rivals else "w"))
        done = end
    if parts:
        text = "".join(parts) + text[done:]
    if "@" in text:
        text = _HANDLE.sub(_handle, text)
    return text


def _handle(match: re.Match[str]) -> str:
    name = match[0]
    return name if set(name[1:].lower()) == {"v"} else _neutral(name)


@lru_cache(maxsize=4096)
def _neutral(name: str, letter: str = "w") -> str:
    # No word or emoticon of the lexicon is made of these letters and signs alone ("qq" is one).
    capital = letter.upper()
    return "".join(capital if c.isupper() else letter if c.isalnum() else c for c in name)
