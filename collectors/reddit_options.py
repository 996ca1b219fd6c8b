"""What a Reddit source's options ask for: which listings, at which address. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from collectors import links
from storage.errors import SourceBroken
from storage.models import Json, Source

_SUBREDDIT = re.compile(r"[A-Za-z0-9_]{2,30}")
PAGE = 100


class ListingOf(NamedTuple):
    """One listing of the API. ``whole``: comments of its threads arrive by a listing too."""

    key: str
    path: str
    params: Mapping[str, str | int | bool]
    whole: bool


class Options(NamedTuple):
    """The options, checked. ``base`` is empty for Reddit itself."""

    base: str
    subreddits: tuple[str, ...]
    queries: tuple[str, ...]
    within: tuple[str, ...]

    def listings(self) -> tuple[ListingOf, ...]:
        """Every listing to walk: new submissions, new comments, each search."""
        found: list[ListingOf] = []
        for name in self.subreddits:
            found.append(ListingOf(f"r/{name}/new", f"r/{name}/new", {"limit": PAGE}, True))
            path = f"r/{name}/comments/"
            found.append(ListingOf(f"r/{name}/comments", path, {"limit": PAGE}, True))
        for query in self.queries:
            for name in self.within or ("all",):
                params: dict[str, str | int | bool] = {
                    "q": query,
                    "restrict_sr": name != "all",
                    "sort": "new",
                    "syntax": "lucene",
                    "t": "all",
                    "limit": PAGE,
                }
                key = f"search {query!r} in r/{name}"
                found.append(ListingOf(key, f"r/{name}/search/", params, name in self.subreddits))
        return tuple(found)


def options_of(source: Source) -> Options:
    """Read and check a source's options."""
    url = source.options.get("url", "")
    if url and (not isinstance(url, str) or links.parts(url) is None):
        raise SourceBroken(f"source {source.id}: `url` is not a web address")
    subreddits = _subreddits(source, "subreddits")
    queries = tuple(query.strip() for query in _list(source, "search") if query.strip())
    within = source.options.get("within")
    limited = subreddits if within is True else _subreddits(source, "within") if within else ()
    if not subreddits and not queries:
        raise SourceBroken(f"source {source.id} needs `subreddits` or `search`")
    return Options(str(url).rstrip("/"), subreddits, queries, limited)


def _subreddits(source: Source, name: str) -> tuple[str, ...]:
    found = []
    for raw in _list(source, name):
        subreddit = re.sub(r"^/?r/", "", raw.strip().strip("/") if raw else "")
        if not _SUBREDDIT.fullmatch(subreddit):
            raise SourceBroken(f"source {source.id}: {raw[:60]!r} is not the name of a subreddit")
        found.append(subreddit)
    return tuple(dict.fromkeys(found))


def _list(source: Source, name: str) -> list[str]:
    raw: Json = source.options.get(name)
    if raw is None:
        return []
    values = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(value, str) for value in values):
        raise SourceBroken(f"source {source.id}: `{name}` must be a list of texts")
    return [str(value) for value in values]
