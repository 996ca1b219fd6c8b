"""One reading of a Reddit source: listings, re-check, threads; in this order of urgency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from collectors.reddit_client import Garbled, RedditClient, Unreadable
from collectors.reddit_options import ListingOf, Options
from collectors.reddit_progress import TOPS, Progress, Walk
from collectors.reddit_things import (
    PLACE,
    SITE,
    Listing,
    More,
    Thing,
    fullname,
    is_gone,
    is_listing,
    listing,
    observation,
    tree,
)
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Batch, Json, Observation, Refusal, Source

INFO, CHILDREN, BATCH = 100, 100, 500
EXPANSIONS = 100
"""Requests spent on what one thread's tree leaves out; ~100 comments each."""
PAGES = 20


class Reading:
    """Reads once. Each batch carries the progress that holds once it is stored."""

    def __init__(
        self,
        client: RedditClient,
        source: Source,
        options: Options,
        cursor: Json,
        *,
        now: Callable[[], datetime],
        in_time: Callable[[], bool],
    ) -> None:
        self._client = client
        self._source = source
        self._options = options
        self._now = now
        self._in_time = in_time
        self._progress = Progress.of(cursor)
        self._met: set[str] = set()
        self._broken: dict[str, CollectError] = {}

    def run(self) -> Iterator[Batch]:
        """Yield batches; one listing that cannot be read does not keep the others."""
        listings = self._options.listings()
        self._progress.keep_only(one.key for one in listings)
        for one in listings:
            try:
                yield from self._listing(one)
            except (Unreadable, Garbled) as error:
                self._broken[one.key] = error
        yield from self._recheck()
        yield from self._threads()
        if self._broken:
            words = "; ".join(f"{key}: {error}" for key, error in self._broken.items())
            passing = all(isinstance(error, Garbled) for error in self._broken.values())
            raise Retryable(words) if passing else SourceBroken(words)

    def _listing(self, one: ListingOf) -> Iterator[Batch]:
        walk = self._progress.walks.setdefault(one.key, Walk())
        for number in range(PAGES):
            page = self._page(one, walk.after)
            if not page.things and walk.after and not number:
                walk.after, walk.begun = "", ()  # where we stopped is gone: from the top again
                page = self._page(one, "")
            names = [fullname(thing) for thing in page.things]
            if not walk.after:
                walk.begun = tuple(filter(None, names[:TOPS]))
            known = [at for at, name in enumerate(names) if name in walk.top]
            fresh = page.things[: known[0] if known else None]
            self._progress.read_threads(
                fullname(thing) for thing in fresh if self._is_thread(thing)
            )
            if not one.whole:
                self._note_growth(page.things)
            if not known and not page.after and walk.top and one.key.endswith("/comments"):
                self._fill_gap()
            if known or not page.after or page.after == walk.after:
                walk.finish()
            else:
                walk.after = page.after
            yield self._batch(page.things)
            if not walk.after or not self._in_time():
                return
        walk.finish()

    def _page(self, one: ListingOf, after: str) -> Listing:
        params = {**one.params, "after": after} if after else one.params
        raw = self._client.get(one.path, **params)
        if not is_listing(raw):  # taken for an empty one, it would pass for silence
            raise Garbled("answered something that is no listing")
        return listing(raw)

    @staticmethod
    def _is_thread(thing: Thing) -> bool:
        comments = thing.get("num_comments")
        return fullname(thing).startswith("t3_") and isinstance(comments, int) and comments > 0

    def _fill_gap(self) -> None:
        """More was said than a listing holds: read the recent threads themselves."""
        recent = self._progress.recent
        self._progress.read_threads(name for name in recent if name.startswith("t3_"))

    def _recheck(self) -> Iterator[Batch]:
        """Ask again for recent things that this reading has not met: edits, deletions."""
        names = [name for name in self._progress.recent if name not in self._met]
        for at in range(0, len(names), INFO):
            if not self._in_time():
                return
            asked = names[at : at + INFO]
            try:
                found = listing(self._client.get("api/info/", id=",".join(asked))).things
            except (Unreadable, Garbled) as error:
                self._broken["looking again"] = error
                return
            missing = set(asked) - {fullname(thing) for thing in found}
            growing = self._progress.growing
            self._note_growth(thing for thing in found if fullname(thing) in growing)
            yield self._batch(found, gone=self._twice_missing(asked, missing))

    def _note_growth(self, things: Iterable[Thing]) -> None:
        """Read threads again whose comments come by no listing, when they have more."""
        for thing in things:
            name, comments = fullname(thing), thing.get("num_comments")
            if not name.startswith("t3_") or not isinstance(comments, int):
                continue
            if self._progress.grew(name, comments):
                self._progress.read_threads([name])

    def _twice_missing(self, asked: list[str], missing: set[str]) -> list[str]:
        """What two re-checks miss is gone; where most is missing, a door is closed instead."""
        if len(missing) * 2 > len(asked):
            return []
        gone = sorted(missing & self._progress.missing)
        self._progress.missing -= set(asked)
        self._progress.missing |= missing - set(gone)
        return gone

    def _threads(self) -> Iterator[Batch]:
        garbled: set[str] = set()
        while self._progress.pending and self._in_time():
            name = self._progress.pending[0]
            if name in garbled:
                return
            things: list[Thing] = []
            refused: list[Refusal] = []
            try:
                for thing in self._thread(name, refused):
                    things.append(thing)
                    if len(things) == BATCH:
                        yield self._batch(things)
                        things = []
            except (Unreadable, Garbled) as error:
                refused.append(Refusal(0, f"thread {name}: {error}"))
                if isinstance(error, Garbled):  # again later, behind the others
                    garbled.add(name)
                    self._progress.pending.append(name)
            self._progress.pending.pop(0)
            yield self._batch(things, refused=refused)

    def _thread(self, name: str, refused: list[Refusal]) -> Iterator[Thing]:
        """Yield a submission and all of its comments, asking for what the tree leaves out."""
        thread = name[3:]
        raw = self._client.get(f"comments/{thread}/", limit=2048, sort="confidence")
        if not isinstance(raw, list) or len(raw) < 2:
            refused.append(Refusal(0, f"thread {name} came in an unknown shape"))
            return
        yield from listing(raw[0]).things
        left: list[More] = []
        yield from _split(tree(raw[1]), left)
        spent = 0
        while left:
            if spent >= EXPANSIONS:
                count = sum(max(1, len(one.children)) for one in left)
                refused.append(
                    Refusal(0, f"thread {name} is too long: at least {count} comments not read")
                )
                return
            one = left.pop()
            ids, rest = one.children[:CHILDREN], one.children[CHILDREN:]
            if rest:
                left.append(More(one.parent, rest))
            spent += 1
            if ids:
                yield from _split(self._children(name, ids), left)
            else:
                yield from _split(self._continued(thread, one), left)

    def _children(self, name: str, ids: tuple[str, ...]) -> Iterator[Thing | More]:
        raw = self._client.post(
            "api/morechildren/", children=",".join(ids), link_id=name, sort="confidence"
        )
        answer = raw.get("json") if isinstance(raw, dict) else None
        data = answer.get("data") if isinstance(answer, dict) else None
        things = data.get("things") if isinstance(data, dict) else None
        return tree({"data": {"children": things}})

    def _continued(self, thread: str, one: More) -> Iterator[Thing | More]:
        """ "Continue this thread" is read under the comment where it stops."""
        parent = one.parent.removeprefix("t1_")
        if not parent or one.parent.startswith("t3_"):
            return
        raw = self._client.get(f"comments/{thread}/_/{parent}", limit=2048, sort="confidence")
        if isinstance(raw, list) and len(raw) > 1:
            yield from tree(raw[1])

    def _batch(
        self,
        things: Iterable[Thing],
        gone: Iterable[str] = (),
        refused: Iterable[Refusal] = (),
    ) -> Batch:
        seen: list[Observation] = []
        lost, odd = list(gone), list(refused)
        base, now = self._options.base or SITE, self._now()
        for line, thing in enumerate(things, 1):
            name = fullname(thing)
            if name and is_gone(thing):
                lost.append(name)
                continue
            one = observation(thing, self._source, base, now)
            if one is None:
                odd.append(Refusal(line, f"{name or 'a thing without a name'} says nothing"))
            else:
                seen.append(one)
        seen = self._with_replies(seen)
        names = [one.native_id for one in seen]
        self._met.update(names)
        self._progress.saw(names)
        for name in lost:
            self._progress.lost(name)
        return Batch(
            tuple(seen),
            cursor=self._progress.cursor(),
            gone=tuple((PLACE, name) for name in lost),
            refused=tuple(odd),
        )

    def _with_replies(self, seen: list[Observation]) -> list[Observation]:
        """Make comments of our own account the replies of what they answer, not mentions."""
        own = self._client.username.lower()
        replies = {
            one.parent: one for one in seen if own and one.parent and one.author.lower() == own
        }
        if not replies:
            return seen
        others = [one for one in seen if not one.parent or one.author.lower() != own]
        here = {one.native_id for one in others}
        asked = [name for name in replies if name not in here][:INFO]
        base, now = self._options.base or SITE, self._now()
        if asked:
            raw = self._client.get("api/info/", id=",".join(asked))
            above = [observation(thing, self._source, base, now) for thing in listing(raw).things]
            others += [one for one in above if one and one.author.lower() != own]
        return [
            _answered(one, replies[one.native_id]) if one.native_id in replies else one
            for one in others
        ]


def _answered(one: Observation, reply: Observation) -> Observation:
    return replace(one, reply_text=reply.text, reply_at=reply.published_at)


def _split(found: Iterable[Thing | More], left: list[More]) -> Iterator[Thing]:
    """Yield the comments, put aside what was left out."""
    for one in found:
        if isinstance(one, More):
            left.append(one)
        else:
            yield one
