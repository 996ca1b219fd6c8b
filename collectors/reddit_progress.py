"""Where a Reddit source stands: the cursor of its collector, small and readable. Pure.

A listing is walked from the newest page to older ones until a name is met that the last
finished walk began with; an interrupted walk goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from collectors.reddit_things import order
from storage.models import Json

TOPS, RECENT, PENDING, GROWING = 20, 500, 2000, 200
"""How many names are kept: newest per listing, re-checked per kind, threads waiting."""


@dataclass(slots=True)
class Walk:
    """One listing: ``top`` are its newest names when it was last read to the end.

    ``begun`` and ``after`` belong to a walk that is not finished.
    """

    top: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    after: str = ""

    def finish(self) -> None:
        """Note that everything down to ``top`` has been read."""
        self.top = self.begun or self.top
        self.begun, self.after = (), ""


@dataclass(slots=True)
class Progress:
    """All of it. ``recent`` are re-checked, ``pending`` threads are still to be read.

    ``growing`` counts the comments of threads outside the listed subreddits; ``missing``
    are names that one re-check did not find.
    """

    walks: dict[str, Walk] = field(default_factory=dict)
    recent: dict[str, None] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    growing: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, cursor: Json) -> Progress:
        """Read a cursor, as far as it is one of ours."""
        progress = cls()
        if not isinstance(cursor, dict):
            return progress
        walks, growing = cursor.get("walks"), cursor.get("growing")
        for key, raw in walks.items() if isinstance(walks, dict) else ():
            if isinstance(raw, dict):
                after = raw.get("after")
                progress.walks[key] = Walk(
                    _names(raw.get("top")),
                    _names(raw.get("begun")),
                    after if isinstance(after, str) else "",
                )
        progress.recent = dict.fromkeys(_names(cursor.get("recent")))
        progress.pending = list(_names(cursor.get("pending")))
        progress.missing = set(_names(cursor.get("missing")))
        for name, count in growing.items() if isinstance(growing, dict) else ():
            if isinstance(count, int):
                progress.growing[name] = count
        return progress

    def cursor(self) -> Json:
        """Return what to store; names are joined, which halves the JSON."""
        walks: dict[str, Json] = {}
        for key, walk in self.walks.items():
            raw = {"top": " ".join(walk.top), "begun": " ".join(walk.begun), "after": walk.after}
            walks[key] = {name: value for name, value in raw.items() if value}
        return {
            "walks": walks,
            "recent": " ".join(self.recent),
            "pending": " ".join(self.pending),
            "missing": " ".join(sorted(self.missing)),
            "growing": dict(self.growing),
        }

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget listings that are not configured any more."""
        wanted = set(keys)
        self.walks = {key: walk for key, walk in self.walks.items() if key in wanted}

    def saw(self, names: Iterable[str]) -> None:
        """Remember names for the re-check: the newest of each kind."""
        self.recent.update(dict.fromkeys(names))
        kept: list[str] = []
        for kind in ("t3_", "t1_"):
            own = [name for name in self.recent if name.startswith(kind)]
            kept += sorted(own, key=order, reverse=True)[:RECENT]
        self.recent = dict.fromkeys(kept)

    def lost(self, name: str) -> None:
        """Forget a name that is gone."""
        self.recent.pop(name, None)
        self.missing.discard(name)
        self.growing.pop(name, None)

    def read_threads(self, names: Iterable[str]) -> None:
        """Put threads in front of those that wait."""
        self.pending = list(dict.fromkeys([*names, *self.pending]))[:PENDING]

    def grew(self, name: str, comments: int) -> bool:
        """Note how many comments a thread has; say whether it had fewer before."""
        before = self.growing.get(name)
        self.growing[name] = comments
        while len(self.growing) > GROWING:
            self.growing.pop(next(iter(self.growing)))
        return before is not None and comments > before


def _names(raw: object) -> tuple[str, ...]:
    return tuple(raw.split()) if isinstance(raw, str) else ()
