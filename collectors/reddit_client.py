"""Reddit's API through praw, with every byte going through our own transport.

praw signs in, keeps the token and knows the errors. It does not wait for rate limits
itself: prawcore would sleep up to ten minutes inside a call, so the limits are kept here
and a long wait becomes ``Retryable.retry_after``. Importing this takes 0.3 s, so it is
imported where Reddit is read.
"""

from __future__ import annotations

import configparser
import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import praw
import praw.exceptions
import requests
from prawcore import exceptions as core
from requests.adapters import BaseAdapter

from collectors.clock import utc_now
from collectors.transport import Ask, Reply, Transport, retry_after
from storage.errors import CollectError, Retryable, SourceBroken

SECRETS = (
    "EARSHOT_REDDIT_CLIENT_ID",
    "EARSHOT_REDDIT_CLIENT_SECRET",
    "EARSHOT_REDDIT_USERNAME",
    "EARSHOT_REDDIT_PASSWORD",
)
USER_AGENT = "linux:earshot:0.1 (feedback collector)"
_WWW, _API = "https://www.reddit.com", "https://oauth.reddit.com"


class Unreadable(SourceBroken):
    """One subreddit, search or thread cannot be read; the rest of the source can."""


class Garbled(Retryable):
    """One path answered what cannot be read; others may do better."""


class Budget:
    """How many requests Reddit still allows, by its ``x-ratelimit`` headers."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = 1.0
        self._until = 0.0

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from a response."""
        try:
            left = float(headers["x-ratelimit-remaining"])
            reset = float(headers.get("x-ratelimit-reset", "60"))
        except (KeyError, ValueError):
            return
        self._left, self._until = left, self._clock() + max(0.0, min(reset, 3600.0))

    def wait(self) -> float:
        """Return the seconds to wait before the next request, 0 if none."""
        return max(0.0, self._until - self._clock()) if self._left < 1 else 0.0


class RedditClient:
    """Asks Reddit, or whatever answers like it at ``base``, for raw JSON."""

    def __init__(
        self,
        secrets: Mapping[str, str],
        transport: Transport,
        base: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.username = secrets.get("EARSHOT_REDDIT_USERNAME", "")
        self._budget = Budget(clock)
        self._transport = transport
        self._host = urlsplit(base or _WWW).netloc
        with self._translated("signing in"):
            self._praw = _praw(secrets, base, Adapter(transport, self._budget))

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON that Reddit answers to a GET."""
        with self._translated(path):
            return self._praw.request(method="GET", path=path, params=params)

    def post(self, path: str, **data: Any) -> Any:
        """Return the JSON that Reddit answers to a posted form."""
        with self._translated(path):
            return self._praw.request(method="POST", path=path, data=data)

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        wait = self._budget.wait()
        if wait > self._transport.limits.patience:
            raise Retryable("Reddit's rate limit is used up", retry_after=wait)
        if wait:
            self._transport.pause(wait)
        try:
            yield
        except CollectError:
            raise
        except _FOREIGN as error:
            raise translate(error, self._host, what) from error


class Adapter(BaseAdapter):
    """Sends what requests prepared by our transport, and hides rate limits from prawcore.

    A server's trouble is retried here for what may be repeated, and never for a post of
    a reply: prawcore would post it again.
    """

    def __init__(self, transport: Transport, budget: Budget) -> None:
        super().__init__()
        self._transport = transport
        self._budget = budget

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: object = None,
    ) -> requests.Response:
        """Make one request; the other arguments are requests' own and mean nothing here."""
        del stream, timeout, verify, cert, proxies
        body = request.body
        content = body.encode() if isinstance(body, str) else body
        assert content is None or isinstance(content, bytes)
        method, url = request.method or "GET", request.url or ""
        headers = {
            name: value if isinstance(value, str) else value.decode("latin-1")
            for name, value in request.headers.items()
            if name.lower() not in ("accept-encoding", "connection")
        }
        repeatable = method == "GET" or url.endswith("/api/v1/access_token")
        ask = Ask(url, method, headers, content)
        reply = self._transport.persist(ask) if repeatable else self._transport.send(ask)
        if reply.status == 429:
            wait = retry_after(reply.headers, utc_now())
            raise Retryable(f"{urlsplit(url).netloc} asks us to slow down", retry_after=wait or 60)
        if reply.status >= 500:
            raise Retryable(f"{urlsplit(url).netloc} has trouble (HTTP {reply.status})")
        self._budget.note(reply.headers)
        return _response(reply, request)

    def close(self) -> None:
        """The transport is shared and stays open."""


def translate(error: Exception, host: str, what: str) -> CollectError:
    """Turn whatever praw raised into one of our errors, in plain words."""
    if isinstance(error, core.RequestException):
        if isinstance(error.original_exception, CollectError):
            return error.original_exception
        return Retryable(f"{host} could not be reached: {error.original_exception}")
    if isinstance(error, core.OAuthException):
        return SourceBroken(
            f"{host} refuses the sign-in ({error.error}): check EARSHOT_REDDIT_USERNAME and "
            "EARSHOT_REDDIT_PASSWORD"
        )
    if isinstance(error, core.Forbidden):
        return Unreadable(f"{what} may not be read (private, or banned)")
    if isinstance(error, core.NotFound | core.Redirect):
        return Unreadable(f"{what} does not exist")
    if isinstance(error, KeyError) and error.args == (401,):
        return _signed_out(host)
    if isinstance(error, _ODD):
        return Garbled(f"{host} answered something that is not Reddit's API")
    if isinstance(error, core.InvalidToken | core.InsufficientScope):
        return _signed_out(host)
    if isinstance(error, core.ResponseException):
        status = error.response.status_code
        if status == 401:
            return _signed_out(host)
        return Unreadable(f"{what} answered HTTP {status}")
    return SourceBroken(f"{host}: {error}")


def _signed_out(host: str) -> SourceBroken:
    return SourceBroken(
        f"{host} does not accept the client: check EARSHOT_REDDIT_CLIENT_ID and "
        "EARSHOT_REDDIT_CLIENT_SECRET"
    )


def _praw(secrets: Mapping[str, str], base: str, adapter: Adapter) -> praw.Reddit:
    client_id, client_secret, username, password = (secrets.get(name) or None for name in SECRETS)
    if not client_id:
        raise SourceBroken(
            "Reddit wants a client: set EARSHOT_REDDIT_CLIENT_ID and EARSHOT_REDDIT_CLIENT_SECRET"
        )
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 3
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return praw.Reddit(  # everything is given, so that no praw.ini and no environment counts
        "DEFAULT",
        requestor_kwargs={"session": session},
        client_id=client_id,
        client_secret=client_secret,
        username=username,
        password=password,
        refresh_token=None,
        redirect_uri=None,
        user_agent=USER_AGENT if not username else f"{USER_AGENT[:-1]}; by /u/{username})",
        reddit_url=base.rstrip("/") or _WWW,
        oauth_url=base.rstrip("/") or _API,
        short_url="https://redd.it",
        timeout=30,
        ratelimit_seconds=0,
        window_size=600,
        check_for_updates=False,
        check_for_async=False,
        comment_kind="t1",
        submission_kind="t3",
        subreddit_kind="t5",
        redditor_kind="t2",
        message_kind="t4",
        trophy_kind="t6",
    )


def _response(reply: Reply, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.url = reply.url
    response.request = request
    response.raw = io.BytesIO(reply.body)
    response.headers.update(
        {
            name: value
            for name, value in reply.headers.items()
            if not name.startswith("x-ratelimit-")
            and name not in ("content-encoding", "transfer-encoding", "content-length")
        }
    )
    response.headers["content-length"] = str(len(reply.body))
    response.encoding = "utf-8"
    return response


_ODD = (core.BadJSON, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What code meets in odd answers: no JSON, other shapes than expected, nesting beyond reason."""
_FOREIGN = (
    core.PrawcoreException,
    praw.exceptions.PRAWException,
    requests.RequestException,
    configparser.Error,
    AssertionError,
    *_ODD,
)
"""What praw has been seen to raise: its own errors, and those of code meeting odd answers."""
