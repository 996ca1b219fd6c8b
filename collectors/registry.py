"""Which kinds of source there are: ours and those that installed packages bring.

Built-ins are dotted names, so that listing kinds loads nothing heavy. A third party
declares an entry point in the group ``earshot.collectors``; one that cannot be loaded is
reported and takes nothing else down.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pkgutil import resolve_name
from typing import NamedTuple, cast

from collectors.contract import Collector, CollectorClass, KindInfo, Services, Suggestion
from storage.errors import ConfigError, SourceBroken

GROUP = "earshot.collectors"
BUILT_INS: Mapping[str, str] = {
    "feeds": "collectors.feeds:FeedsCollector",
    "reddit": "collectors.reddit:RedditCollector",
    "google_play": "collectors.google_play:GooglePlayCollector",
    "google_business": "collectors.google_business:GoogleBusinessCollector",
    "files": "collectors.files:FilesCollector",
}


class PluginError(NamedTuple):
    """A kind that is declared but cannot be used, and why."""

    name: str
    problem: str


class Kinds(NamedTuple):
    """Every usable kind, and what is wrong with the others."""

    infos: tuple[KindInfo, ...]
    problems: tuple[PluginError, ...]


def kinds(plugins: Iterable[EntryPoint] | None = None) -> Kinds:
    """Load every kind and return what each says of itself."""
    named, problems = _available(plugins)
    infos: list[KindInfo] = []
    for name, dotted in named.items():
        found = _load(name, dotted)
        if isinstance(found, PluginError):
            problems.append(found)
        else:
            infos.append(found.info)
    return Kinds(tuple(infos), tuple(problems))


def build(kind: str, services: Services, plugins: Iterable[EntryPoint] | None = None) -> Collector:
    """Make the collector of a kind."""
    found = _load(kind, require(kind, plugins))
    if isinstance(found, PluginError):
        raise SourceBroken(f"the collector for kind {kind!r} cannot be used: {found.problem}")
    return found(services)


def require(kind: str, plugins: Iterable[EntryPoint] | None = None) -> str:
    """Return where a kind's collector is, without loading it; ConfigError if there is none."""
    named, _ = _available(plugins)
    if kind not in named:
        close = difflib.get_close_matches(kind, named, 1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(named)}"
        raise ConfigError(f"there is no kind of source {kind!r}{hint}")
    return named[kind]


def recognise(
    link: str,
    secrets: Mapping[str, str] | None = None,
    plugins: Iterable[EntryPoint] | None = None,
) -> tuple[Suggestion, ...]:
    """Return the sources that a pasted link may stand for, the best first.

    A kind whose secrets are all there knows more than a feed; one whose secrets are
    missing comes last.
    """
    named, _ = _available(plugins)
    ranked: list[tuple[int, Suggestion]] = []
    for name, dotted in named.items():
        found = _load(name, dotted)
        if isinstance(found, PluginError):
            continue
        suggestion = found.recognise(link)
        if suggestion is not None:
            needed = found.info.secrets
            ready = all((secrets or {}).get(secret) for secret in needed)
            ranked.append((0 if needed and ready else 1 if ready else 2, suggestion))
    return tuple(suggestion for _, suggestion in sorted(ranked, key=lambda pair: pair[0]))


def _available(plugins: Iterable[EntryPoint] | None) -> tuple[dict[str, str], list[PluginError]]:
    named, problems = dict(BUILT_INS), list[PluginError]()
    declared = entry_points(group=GROUP) if plugins is None else plugins
    for point in sorted(set(declared), key=lambda point: (point.name, point.value)):
        if point.name not in named:
            named[point.name] = point.value
        elif named[point.name] != point.value:
            taken = named[point.name]
            problem = f"{point.value} is not used: the kind is already {taken}"
            problems.append(PluginError(point.name, problem))
    return named, problems


def _load(name: str, dotted: str) -> CollectorClass | PluginError:
    try:
        found = resolve_name(dotted)
        info, recogniser = getattr(found, "info", None), getattr(found, "recognise", None)
    except Exception as error:  # whatever a foreign module does while it is imported
        return PluginError(name, f"{dotted} cannot be loaded: {type(error).__name__}: {error}")
    if not isinstance(info, KindInfo) or not callable(recogniser) or not callable(found):
        return PluginError(name, f"{dotted} is not a collector: it needs `info` and `recognise`")
    if info.name != name:
        return PluginError(name, f"{dotted} calls itself {info.name!r}")
    return cast(CollectorClass, found)
