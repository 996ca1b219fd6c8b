"""The taxonomies that a workspace can start from.

The topics are in ``topics.toml`` and ``starters.toml`` beside this module. Keys are
permanent: they are stored with scores, so a topic may be renamed but its key never changes
its meaning. What a workspace made of its taxonomy is in storage.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from storage.errors import ConfigError
from storage.models import Topic

LANGUAGES = ("en", "de", "fr", "es")
"""The languages that the built-in topics have terms in."""
GENERAL = "general"
"""The starter of a workspace that chose none."""


class Starter(NamedTuple):
    """A taxonomy to start from."""

    key: str
    name: str
    topics: tuple[Topic, ...]


@cache
def starters() -> tuple[Starter, ...]:
    """Return the built-in taxonomies; parents come before their topics."""
    raw = _read("starters.toml")
    pool = {each["key"]: each for each in [*_read("topics.toml")["topic"], *raw["topic"]]}
    return tuple(Starter(each["key"], each["name"], _tree(each, pool)) for each in raw["starter"])


def starter(key: str) -> tuple[Topic, ...]:
    """Return the topics of one starter; ConfigError for a name that there is none of."""
    found = {each.key: each.topics for each in starters()}
    if key not in found:
        raise ConfigError(f"taxonomy = {key!r} is unknown; choose one of {', '.join(found)}")
    return found[key]


def default_topics() -> tuple[Topic, ...]:
    """Return the general taxonomy: customer feedback of any kind, terms in four languages."""
    return starter(GENERAL)


def ancestors(topics: Iterable[Topic]) -> dict[str, tuple[str, ...]]:
    """Return for every topic that has a parent the keys above it, the nearest first."""
    parents = {each.key: each.parent for each in topics}
    found: dict[str, tuple[str, ...]] = {}
    for key in parents:
        above: list[str] = []
        at = parents[key]
        while at in parents and at not in above and at != key:
            above.append(at)
            at = parents[at]
        if above:
            found[key] = tuple(above)
    return found


def _tree(raw: Mapping[str, Any], pool: Mapping[str, Any]) -> tuple[Topic, ...]:
    taken: set[str] = set()
    found: list[Topic] = []
    for key in raw.get("topics", ()):
        found.append(_topic(pool[key], None, taken))
    for group in raw.get("groups", ()):
        found.append(Topic(group["key"], group["name"], ()))
        found += [_topic(pool[key], group["key"], taken) for key in group["topics"]]
    return tuple(found)


def _topic(raw: Mapping[str, Any], parent: str | None, taken: set[str]) -> Topic:
    """Return a topic with the terms that no topic before it has."""
    terms = tuple(
        dict.fromkeys(term for lang in LANGUAGES for term in raw[lang] if term not in taken)
    )
    if parent is not None:
        taken.update(terms)
    return Topic(raw["key"], raw["name"], terms, parent)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("sentiment") / name).read_text(encoding="utf-8"))
