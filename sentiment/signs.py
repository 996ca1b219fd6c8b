"""The phrases that say what a writer wants and what cannot wait (``signs.toml``)."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from sentiment.patterns import Pattern, compiled

MARK = "!"
"""What the keys of these phrases begin with."""


def listed() -> Iterator[Pattern]:
    """Yield the phrases for intents and urgency, for the index of all phrases."""
    lists = tomllib.loads((files("sentiment") / "signs.toml").read_text(encoding="utf-8"))
    for table in lists.values():
        for key, texts in table.items():
            for text in texts:
                yield compiled(text, MARK + key)


@cache
def digest() -> str:
    """Return a fingerprint of the phrases in use, as part of a model's id."""
    return hashlib.sha256((files("sentiment") / "signs.toml").read_bytes()).hexdigest()[:12]
