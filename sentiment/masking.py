"""Takes the names out of a text before it is scored.

"united" is +1.8 and "spirit" +0.7 in VADER's lexicon: an airline must not be praised by
being named. Every ``@handle`` is a name; brand terms are those configured, plus the
brand's own name. A masked name keeps its length and its capitals (they count in VADER),
so that no position moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from sentiment.cleaning import clean
from storage.models import Brand

VERSION = 1
BRAND = "\x00brand"
"""The key under which brand terms are found; no topic can be called so."""

_HANDLE = re.compile(r"@\w{1,64}")


def terms(brands: Sequence[Brand]) -> Iterator[tuple[str, str]]:
    """Yield every name that stands for a brand, with the key for names."""
    for brand in brands:
        for term in (brand.name, *brand.terms, *brand.handles):
            yield clean(term).text, BRAND


def mask(text: str, names: Iterable[tuple[int, int]]) -> str:
    """Return the text with the given spans and all handles made neutral."""
    parts: list[str] = []
    done = 0
    for start, end in names:
        parts += (text[done:start], _neutral(text[start:end]))
        done = end
    if parts:
        text = "".join(parts) + text[done:]
    if "@" in text:
        text = _HANDLE.sub(lambda match: _neutral(match[0]), text)
    return text


@lru_cache(maxsize=4096)
def _neutral(name: str) -> str:
    # No word or emoticon of the lexicon is made of this letter and signs alone ("qq" is one).
    return "".join("W" if c.isupper() else "w" if c.isalnum() else c for c in name)
