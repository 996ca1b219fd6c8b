"""The topics that mentions are sorted into when nobody configured others.

The list itself is in ``topics.toml`` beside this module. Keys are permanent: they are
stored with scores, so a topic may be renamed but its key never changes its meaning.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from storage.models import Topic

LANGUAGES = ("en", "de", "fr", "es")
"""The languages that the default topics have terms in."""


@cache
def default_topics() -> tuple[Topic, ...]:
    """Return the default taxonomy: general customer feedback, terms in four languages."""
    text = (files("sentiment") / "topics.toml").read_text(encoding="utf-8")
    return tuple(
        Topic(
            key=topic["key"],
            name=topic["name"],
            terms=tuple(dict.fromkeys(term for lang in LANGUAGES for term in topic[lang])),
        )
        for topic in tomllib.loads(text)["topic"]
    )
