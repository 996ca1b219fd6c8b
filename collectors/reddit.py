"""Collects what is said on Reddit: submissions and comments at every depth, and answers.

Needs a client registered with Reddit. The API's shapes are in ``reddit_things``, the
cursor in ``reddit_progress``, reading in ``reddit_reading``, signing in in
``reddit_client``.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from collectors import links
from collectors.contract import (
    Check,
    KindInfo,
    Need,
    Posted,
    Replies,
    Services,
    Suggestion,
    Vanished,
)
from collectors.reddit_options import Options, options_of
from collectors.reddit_things import SITE, address, fullname, listing, observation
from collectors.transport import transport_for
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Batch, Json, Observation, Source

if TYPE_CHECKING:
    from collectors.reddit_client import RedditClient

_WAIT = re.compile(r"(\d+) (second|minute|hour)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_GONE = ("DELETED_COMMENT", "DELETED_LINK")
OWN_PAGES = 5
"""Pages of a hundred own comments that are looked through for one of them."""


class RedditCollector:
    """Reads subreddits and searches through Reddit's API, and posts replies."""

    info: ClassVar[KindInfo] = KindInfo(
        name="reddit",
        title="Reddit (API)",
        needs=(
            Need("subreddits", "names of subreddits of which everything is read"),
            Need("search", "queries; the submissions that match and their threads are read"),
            Need("within", "subreddits to which the searches are limited (default: all of Reddit)"),
            Need("url", "another address that speaks Reddit's API"),
        ),
        example={"subreddits": ["acme"], "search": ['"acme app"']},
        terms=(
            "Reddit's API allows 100 requests a minute per registered client without charge for "
            "non-commercial use; commercial use needs an agreement with Reddit. What users delete "
            "must be deleted here too: the newest 500 submissions and 500 comments are re-checked "
            "at each poll. Listings reach back about 1,000 items."
        ),
        secrets=("EARSHOT_REDDIT_CLIENT_ID", "EARSHOT_REDDIT_CLIENT_SECRET"),
        replies=Replies(
            10_000,
            threaded=True,
            edits=True,
            deletes=True,
            secrets=("EARSHOT_REDDIT_USERNAME", "EARSHOT_REDDIT_PASSWORD"),
        ),
    )

    def __init__(
        self,
        services: Services,
        *,
        deadline: float = 240.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._transport = transport_for(services.transport, allow_private=services.allow_private)
        self._deadline = deadline
        self._clock = clock
        self._clients: dict[str, RedditClient] = {}

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """Say which subreddit a link is of."""
        split = links.parts(link if "//" in link else f"https://{link}")
        host = (split.hostname or "") if split else ""
        found = re.match(r"/r/([A-Za-z0-9_]{2,21})(?:/(?!.*\.rss$)|$)", split.path if split else "")
        if not found or not re.fullmatch(r"(?:[a-z]+\.)?reddit\.com", host):
            return None
        name = found[1]
        note = "Everything said there, with edits, deletions and replies; needs a Reddit client."
        return Suggestion(
            "reddit", f"reddit-{name.lower()}", {"subreddits": [name]}, f"r/{name}", note
        )

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield what is new, then what changed or went, then older threads in full."""
        from collectors.reddit_reading import Reading

        options = options_of(source)
        reading = Reading(
            self._client(options),
            source,
            options,
            cursor,
            now=self._services.now,
            in_time=self._timer(),
        )
        yield from reading.run()

    def check(self, source: Source) -> Check:
        """Show the three newest things of the first listing."""
        try:
            options = options_of(source)
            first = options.listings()[0]
            raw = self._client(options).get(first.path, **{**first.params, "limit": 5})
        except CollectError as error:
            return Check(problem=str(error))
        seen = [
            one
            for thing in listing(raw).things
            if (one := observation(thing, source, options.base or SITE, self._services.now()))
        ]
        if not seen:
            return Check(problem=f"{first.key} has nothing to show now")
        return Check(newest=tuple(sorted(seen, key=_age, reverse=True)[:3]))

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        """Post a comment under a submission or comment."""
        return self._write(source, "api/comment/", thing_id=native_id, text=text)

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        """Look through the newest comments of our own account."""
        options = options_of(source)
        client = self._signed_in(options)
        path, after = f"user/{quote(client.username)}/comments", ""
        for _ in range(OWN_PAGES):
            page = listing(client.get(path, limit=100, sort="new", after=after or None))
            for thing in page.things:
                same = not text or _same(str(thing.get("body", "")), text)
                if thing.get("parent_id") == native_id and same:
                    return _posted(thing, options, self._services.now())
            after = page.after
            if not after:
                break
        return None

    def edit_reply(self, source: Source, native_id: str, reply_id: str, text: str) -> Posted:
        """Change the text of our comment."""
        del native_id
        return self._write(source, "api/editusertext/", thing_id=reply_id, text=text)

    def delete_reply(self, source: Source, native_id: str, reply_id: str) -> None:
        """Delete our comment."""
        del native_id
        self._signed_in(options_of(source)).post("api/del/", id=reply_id)

    def _write(self, source: Source, path: str, **said: str) -> Posted:
        options = options_of(source)
        raw = self._signed_in(options).post(path, **said)
        answer = raw.get("json") if isinstance(raw, dict) else None
        if not isinstance(answer, dict):
            raise Retryable("Reddit did not say whether it posted the reply: look before repeating")
        if answer.get("errors"):
            raise _refusal(answer["errors"])
        data = answer.get("data")
        things = listing({"data": {"children": data.get("things")}}).things if data else ()
        if not things:
            raise Retryable("Reddit did not show the posted reply: look before repeating")
        return _posted(things[0], options, self._services.now())

    def _signed_in(self, options: Options) -> RedditClient:
        client = self._client(options)
        if not client.username or not self._services.secrets.get("EARSHOT_REDDIT_PASSWORD"):
            raise SourceBroken(
                "replying needs EARSHOT_REDDIT_USERNAME and EARSHOT_REDDIT_PASSWORD of the account"
            )
        return client

    def _client(self, options: Options) -> RedditClient:
        """One client per address keeps one token and one count of the rate limit."""
        from collectors.reddit_client import RedditClient

        if options.base not in self._clients:
            self._clients[options.base] = RedditClient(
                self._services.secrets, self._transport, options.base, self._clock
            )
        return self._clients[options.base]

    def _timer(self) -> Callable[[], bool]:
        end = self._clock() + self._deadline
        return lambda: self._clock() < end


def _posted(thing: object, options: Options, now: datetime) -> Posted:
    assert isinstance(thing, dict)
    created = thing.get("created_utc")
    at = datetime.fromtimestamp(created, UTC) if isinstance(created, int | float) else now
    url = address(thing, options.base or SITE)
    return Posted(fullname(thing), url, str(thing.get("body", "")), at)


def _refusal(errors: object) -> CollectError:
    """Reddit's errors are a list of [code, message, field]."""
    first = errors[0] if isinstance(errors, list) else errors
    said = [str(part) for part in first] if isinstance(first, list) else [str(first)]
    code, message = said[0], said[1] if len(said) > 1 else ""
    if code == "RATELIMIT":
        found = _WAIT.search(message)
        wait = int(found[1]) * _SECONDS[found[2]] if found else 600
        return Retryable(f"Reddit: {message}", retry_after=float(wait))
    refused = Vanished if code in _GONE else SourceBroken
    return refused(f"Reddit refuses the reply: {message or code}")


def _same(shown: str, sent: str) -> bool:
    """Compare a text with how Reddit shows it, which may escape it and trim its lines."""
    return html.unescape(shown).split() == sent.split()


def _age(seen: Observation) -> datetime:
    return seen.published_at or datetime.min.replace(tzinfo=UTC)
