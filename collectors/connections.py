"""Which addresses may be connected to, and the connecting itself.

A host name is resolved once, each address is checked, and the very address that passed
is connected to, so a name cannot point elsewhere between check and use. TLS still
verifies the host name. Knows nothing of redirects, retries or limits.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore2
import httpx2

from storage.errors import SourceBroken

Resolve = Callable[[str, int], list[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def lookup(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order in which the system prefers them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Say whether an address is on the open internet, looking through IPv6 wrappings."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed.teredo is not None:
            inner = parsed.teredo[1]
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast


class Deadline(threading.local):
    """When the request that this thread is making must be over, by ``time.monotonic``."""

    at: float = float("inf")

    def cap(self, timeout: float | None) -> float:
        """Return the time-out shortened to what is left; raise when nothing is."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole request took too long")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every read and write also respects the request's deadline."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.cap(timeout)
        secured = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CheckedBackend(httpcore2.NetworkBackend):
    """Opens connections for the HTTP client, to checked addresses only."""

    def __init__(
        self, *, allow_private: bool, deadline: Deadline, resolve: Resolve = lookup
    ) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._resolve = resolve
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first permitted address of ``host`` that answers."""
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self.permitted(host, port):
            try:
                inner = self._inner.connect_tcp(
                    address, port, self._deadline.cap(timeout), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(inner, self._deadline)
        raise failure

    def permitted(self, host: str, port: int) -> list[str]:
        """Return the addresses of ``host`` that may be connected to, or raise why not."""
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} was not found: {error}") from error
        if self._allow_private:
            return addresses
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise SourceBroken(
                f"{host} is at a private address ({addresses[0]}), which is not allowed; "
                "set network.allow_private = true if that is meant"
            )
        return public


class CheckedTransport(httpx2.BaseTransport):
    """HTTP over connections that the checked backend opened."""

    def __init__(self, backend: CheckedBackend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._pool: httpcore2.ConnectionPool | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the body streams as it comes, still packed."""
        assert isinstance(request.stream, httpx2.SyncByteStream)
        url = request.url
        answer = self._opened().handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close idle connections."""
        if self._pool is not None:
            self._pool.close()

    def _opened(self) -> httpcore2.ConnectionPool:
        with self._lock:  # reading the certificates takes ~30 ms: only once something is sent
            if self._pool is None:
                self._pool = httpcore2.ConnectionPool(
                    ssl_context=httpx2.create_ssl_context(),
                    max_connections=100,
                    max_keepalive_connections=10,
                    keepalive_expiry=15.0,
                    network_backend=self._backend,
                )
                weakref.finalize(self, self._pool.close)
            return self._pool


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
