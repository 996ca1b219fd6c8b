"""Polite HTTP for every collector: the one way by which they reach the network.

Time-outs and a deadline for the whole request, a limit on the unpacked body, limited
redirects with each hop checked, two connections per host, ``Retry-After`` obeyed,
back-off with jitter. It does not know what a feed is and never parses a body.
"""

from __future__ import annotations

import base64
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpcore2
import httpx2

from collectors.clock import utc_now
from collectors.connections import CheckedBackend, CheckedTransport, Deadline, Resolve, lookup
from collectors.packing import unpack
from storage.errors import Retryable, SourceBroken

USER_AGENT = "Earshot/0.1 (feedback collector)"
PER_HOST = 2
_RETRY_STATUSES = {408, 425, 429, 500, 502, 503, 504, 520, 522}
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how big, how often. Seconds and bytes; ``body`` counts unpacked bytes.

    A wait that the other side asks for is waited out here up to ``patience``; a longer
    one is raised as ``Retryable.retry_after`` for the schedule to obey.
    """

    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    body: int = 5_000_000
    redirects: int = 5
    attempts: int = 3
    backoff: float = 0.5
    patience: float = 5.0


class Reply(NamedTuple):
    """An answer, its body unpacked; header names in lower case. ``url`` is the last hop's."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to make."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


def shown(url: str) -> str:
    """Return a link fit for messages: without user, password and query, which may be secret."""
    try:
        parts = _checked(url)
    except SourceBroken:
        return "the given address"
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{parts.host}{port}{parts.path}"[:200]


class Transport:
    """The network as collectors see it; safe to share between threads.

    ``inner`` replaces the connection (an ``httpx2.MockTransport`` in the conformance
    kit); ``resolve``, ``sleep``, ``jitter`` and ``now`` are for tests.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        limits: Limits | None = None,
        inner: httpx2.BaseTransport | None = None,
        resolve: Resolve = lookup,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.limits = limits or Limits()
        self._deadline = Deadline()
        backend = CheckedBackend(
            allow_private=allow_private, deadline=self._deadline, resolve=resolve
        )
        self._sleep, self._jitter, self._now = sleep, jitter, now
        self._inner = inner or CheckedTransport(backend)
        self._timeout = httpx2.Timeout(self.limits.read, connect=self.limits.connect).as_dict()
        self._gates: dict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(PER_HOST)
        )
        self._gates_lock = threading.Lock()

    def close(self) -> None:
        """Close idle connections."""
        self._inner.close()

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET with redirects and retries; returns 2xx and 304, raises for everything else."""
        ask = Ask(url, headers=headers or {})
        return self._retrying(lambda: self._follow(ask))

    def persist(self, ask: Ask) -> Reply:
        """Make one request, one hop, retried on trouble; returns statuses below 500."""

        def attempt() -> Reply:
            reply = self.send(ask)
            return reply if reply.status < 500 else self._judged(reply)

        return self._retrying(attempt)

    def pause(self, seconds: float) -> None:
        """Wait because the other side asked for it."""
        self._sleep(seconds)

    def send(self, ask: Ask, *, total: float | None = None) -> Reply:
        """Make one request, one hop, one attempt; returns whatever status came."""
        url = _checked(ask.url)
        with self._gate(url.host):
            self._deadline.at = time.monotonic() + (total or self.limits.total)
            try:
                return self._exchange(ask, url)
            finally:
                self._deadline.at = float("inf")

    def _retrying(self, attempt: Callable[[], Reply]) -> Reply:
        for number in range(1, self.limits.attempts + 1):
            try:
                return attempt()
            except Retryable as error:
                wait = error.retry_after
                if wait is None:
                    wait = self.limits.backoff * 2 ** (number - 1) * (0.5 + self._jitter())
                if number == self.limits.attempts or wait > self.limits.patience:
                    raise
                self._sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover

    def _follow(self, ask: Ask) -> Reply:
        for _ in range(self.limits.redirects + 1):
            reply = self.send(ask)
            target = reply.headers.get("location")
            if reply.status not in _REDIRECTS or target is None:
                return self._judged(reply)
            try:
                url = str(httpx2.URL(ask.url).join(target))
            except (httpx2.InvalidURL, ValueError) as error:
                raise SourceBroken(f"{shown(ask.url)} redirects to no valid address") from error
            ask = Ask(url, headers=ask.headers)
        raise SourceBroken(f"{shown(ask.url)}: more than {self.limits.redirects} redirects")

    def _judged(self, reply: Reply) -> Reply:
        status, where = reply.status, shown(reply.url)
        if 200 <= status < 300 or status == 304:
            return reply
        if status in _RETRY_STATUSES or status >= 500:
            wait = retry_after(reply.headers, self._now())
            why = "asks us to slow down" if status == 429 else "has trouble"
            raise Retryable(f"{where} {why} (HTTP {status})", retry_after=wait)
        raise SourceBroken(f"{where} {_REASONS.get(status, 'answered')} (HTTP {status})")

    def _exchange(self, ask: Ask, url: httpx2.URL) -> Reply:
        where = shown(ask.url)
        request = httpx2.Request(
            ask.method,
            url,
            headers=_headers(url) | {name.lower(): text for name, text in ask.headers.items()},
            content=ask.content,
            extensions={"timeout": self._timeout},
        )
        try:
            response = self._inner.handle_request(request)
            try:
                headers = {name.lower(): value for name, value in response.headers.items()}
                if response.is_stream_consumed:  # a mock's answer comes read and unpacked
                    body = unpack([response.content], "", self.limits.body, where)
                else:
                    encoding = headers.get("content-encoding", "")
                    body = unpack(response.iter_raw(), encoding, self.limits.body, where)
            finally:
                response.close()
        except (httpx2.TimeoutException, httpcore2.TimeoutException) as error:
            raise Retryable(f"{where} took too long to answer") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpx2.TransportError) as error:
            raise Retryable(f"{where} could not be reached: {error or type(error).__name__}") from (
                error
            )
        except (httpcore2.UnsupportedProtocol, ValueError) as error:
            raise SourceBroken(f"{where} cannot be requested: {error}") from error
        return Reply(response.status_code, headers, body, str(url))

    @contextmanager
    def _gate(self, host: str) -> Iterator[None]:
        with self._gates_lock:
            gate = self._gates[host]
        if not gate.acquire(timeout=self.limits.total):
            raise Retryable(f"{host}: other requests kept both connections busy")
        try:
            yield
        finally:
            gate.release()


def transport_for(shared: Transport | None, *, allow_private: bool) -> Transport:
    """Return the shared transport, or one of the collector's own."""
    return shared or Transport(allow_private=allow_private)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the wait in seconds that ``Retry-After`` asks for, as number or date."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 9:
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _headers(url: httpx2.URL) -> dict[str, str]:
    """No client keeps state between requests: cookies of one source are not for the next."""
    headers = {"user-agent": USER_AGENT, "accept-encoding": "gzip, deflate", "accept": "*/*"}
    if url.userinfo:
        user = f"{url.username}:{url.password}".encode()
        headers["authorization"] = f"Basic {base64.b64encode(user).decode()}"
    return headers


def _checked(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise SourceBroken(f"not a valid address: {str(url)[:100]!r}") from error
    if parsed.scheme not in ("http", "https") or not _HOST.fullmatch(parsed.raw_host):
        raise SourceBroken(f"only http and https addresses can be read, not {str(url)[:100]!r}")
    return parsed


_REASONS = {
    401: "wants a password",
    403: "refuses us",
    404: "does not exist",
    410: "is gone for good",
    451: "is blocked for legal reasons",
}
