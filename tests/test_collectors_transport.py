"""The polite HTTP transport, over real loopback connections."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest

from collectors.connections import is_public
from collectors.packing import unpack
from collectors.transport import PER_HOST, Ask, Limits, Transport, retry_after, shown, transport_for
from storage.errors import Retryable, SourceBroken
from tests.http_server import Answer, LoopbackServer, Seen, serving

QUICK = Limits(connect=2, read=0.5, total=1.0, body=100_000)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serving() as running:
        yield running


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def transport(naps: list[float]) -> Iterator[Transport]:
    made = Transport(allow_private=True, limits=QUICK, sleep=naps.append, jitter=lambda: 0.5)
    yield made
    made.close()


def test_a_page_arrives_whole_with_lower_case_headers(
    server: LoopbackServer, transport: Transport
) -> None:
    url = server.put("/feed", "héllo", ETag='"1"')
    reply = transport.fetch(url)
    assert (reply.status, reply.body, reply.headers["etag"]) == (200, "héllo".encode(), '"1"')
    assert reply.url == url
    assert server.requests[0].headers["user-agent"].startswith("Earshot/")


def test_conditional_requests_get_304(server: LoopbackServer, transport: Transport) -> None:
    url = server.put("/feed", "x", etag='"1"')
    assert transport.fetch(url, {"if-none-match": '"1"'}).status == 304


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw", "members"])
def test_packed_bodies_are_unpacked(
    server: LoopbackServer, transport: Transport, packing: str
) -> None:
    text = b"hello " * 1000
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "raw": raw.compress(text) + raw.flush(),
        "members": gzip.compress(text[:3000]) + gzip.compress(text[3000:]) + b"\0padding",
    }[packing]
    encoding = "gzip" if packing in ("gzip", "members") else "deflate"
    url = server.put("/feed", packed, content_encoding=encoding)
    assert transport.fetch(url).body == text


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (gzip.compress(b"\0" * 50_000_000), "gzip", SourceBroken),
        (b"not gzip at all", "gzip", Retryable),
        (b"x", "br", SourceBroken),
        (b"x" * 100_001, "identity", SourceBroken),
    ],
)
def test_bombs_and_damaged_bodies_are_errors(
    server: LoopbackServer,
    transport: Transport,
    body: bytes,
    encoding: str,
    error: type[Exception],
) -> None:
    url = server.put("/feed", body, content_encoding=encoding)
    with pytest.raises(error):
        transport.fetch(url)


def test_unpacking_never_holds_more_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    with pytest.raises(SourceBroken, match="larger than 1,000"):
        unpack([bomb], "gzip", 1000, "x")


def test_an_endless_body_stops_at_the_limit(server: LoopbackServer, transport: Transport) -> None:
    url = server.route("/feed", lambda seen: Answer(itertools.repeat(b"<item/>" * 1000)))
    with pytest.raises(SourceBroken, match="larger than"):
        transport.fetch(url)


def test_a_dripping_body_stops_at_the_deadline(server: LoopbackServer) -> None:
    stop = threading.Event()

    def drip() -> Iterator[bytes]:
        while not stop.wait(0.02):
            yield b"x"

    url = server.route("/feed", lambda seen: Answer(drip()))
    transport = Transport(allow_private=True, limits=Limits(read=5, total=0.2, attempts=1))
    begun = time.monotonic()
    with pytest.raises(Retryable, match="too long"):
        transport.fetch(url)
    stop.set()
    assert time.monotonic() - begun < 2


def test_a_server_that_never_answers_is_retryable(naps: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = Transport(
            allow_private=True, limits=Limits(read=0.1, total=0.2), sleep=naps.append
        )
        with pytest.raises(Retryable, match="too long"):
            transport.fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert len(naps) == 2


def test_a_closed_port_is_retryable(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Retryable, match="could not be reached"):
        transport.fetch(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("status", "error", "tries"),
    [(404, SourceBroken, 1), (410, SourceBroken, 1), (401, SourceBroken, 1), (503, Retryable, 3)],
)
def test_statuses_become_errors(
    server: LoopbackServer,
    transport: Transport,
    status: int,
    error: type[Exception],
    tries: int,
) -> None:
    url = server.put("/feed", "no", status=status)
    with pytest.raises(error, match=str(status)):
        transport.fetch(url)
    assert len(server.requests) == tries


def test_trouble_that_passes_is_retried_with_growing_waits(
    server: LoopbackServer, transport: Transport, naps: list[float]
) -> None:
    statuses = iter([503, 500, 200])
    url = server.route("/feed", lambda seen: Answer(b"ok", next(statuses)))
    assert transport.fetch(url).body == b"ok"
    assert naps == [0.5, 1.0]


def test_a_short_retry_after_is_waited_out_a_long_one_is_handed_on(
    server: LoopbackServer, transport: Transport, naps: list[float]
) -> None:
    answers = iter([Answer(b"", 429, {"Retry-After": "2"}), Answer(b"ok")])
    url = server.route("/feed", lambda seen: next(answers))
    assert transport.fetch(url).body == b"ok"
    assert naps == [2.0]
    url = server.put("/busy", "", status=429, retry_after="900")
    with pytest.raises(Retryable) as caught:
        transport.fetch(url)
    assert caught.value.retry_after == 900
    assert naps == [2.0]


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    headers = {"retry-after": "Sat, 21 Nov 2026 12:05:00 GMT"}
    assert retry_after(headers, now) == 300
    assert retry_after({"retry-after": "soon"}, now) is None
    assert retry_after({}, now) is None


def test_redirects_are_followed_a_few_times(server: LoopbackServer, transport: Transport) -> None:
    server.put("/new", "ok")
    url = server.put("/old", "", status=301, Location="/new")
    assert transport.fetch(url).url == server.url + "/new"
    loop = server.put("/loop", "", status=302, Location="/loop")
    with pytest.raises(SourceBroken, match="more than 5 redirects"):
        transport.fetch(loop)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x/", "gopher://x", "http://[bad"])
def test_a_redirect_to_another_scheme_is_refused(
    server: LoopbackServer, transport: Transport, target: str
) -> None:
    url = server.put("/old", "", status=302, Location=target)
    with pytest.raises(SourceBroken):
        transport.fetch(url)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    ["", "feed", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://a b/", "//x"],
)
def test_what_is_not_an_http_address_is_refused(transport: Transport, url: str) -> None:
    with pytest.raises(SourceBroken):
        transport.fetch(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "", "nonsense",
    ],
)  # fmt: skip
def test_private_addresses_are_told_from_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_public_addresses_are_told_from_private(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_private_hosts_are_refused_by_default(server: LoopbackServer, host: str) -> None:
    with pytest.raises(SourceBroken, match="allow_private"):
        Transport(limits=QUICK).fetch(f"http://{host}:{server.port}/")
    assert server.requests == []


def test_a_redirect_to_a_private_address_is_refused() -> None:
    """The first hop's name resolves to a public address, as an attacker's would."""
    hops: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        hops.append(host)
        return ["127.0.0.1"]

    def first_hop(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(302, headers={"location": "http://inside.example/"})

    outside = Transport(limits=QUICK, inner=httpx2.MockTransport(first_hop), resolve=resolve)
    with pytest.raises(SourceBroken, match="redirects"):
        outside.fetch("http://outside.example/")
    with pytest.raises(SourceBroken, match="private address"):
        Transport(limits=QUICK, resolve=resolve).fetch("http://inside.example/")
    assert hops == ["inside.example"]


def test_the_checked_address_is_the_one_connected_to(server: LoopbackServer) -> None:
    """A name that answers differently the second time gains nothing: it is asked once."""
    answers = iter([["127.0.0.1"]])
    transport = Transport(
        allow_private=True, limits=QUICK, resolve=lambda host, port: next(answers)
    )
    server.put("/feed", "ok")
    reply = transport.fetch(f"http://rebinding.example:{server.port}/feed")
    assert reply.body == b"ok"
    assert server.requests[0].headers["host"] == f"rebinding.example:{server.port}"


def test_the_next_address_is_tried_when_one_is_dead(server: LoopbackServer) -> None:
    server.put("/feed", "ok")
    transport = Transport(
        allow_private=True, limits=QUICK, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"]
    )
    assert transport.fetch(f"http://two.example:{server.port}/feed").body == b"ok"


def test_tls_verifies_the_host_name(server: LoopbackServer) -> None:
    """The handshake names the host, not the address that was connected to."""
    named: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda sock, name, ctx: named.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            conn, _ = listener.accept()
            try:
                context.wrap_socket(conn, server_side=True).close()
            except OSError:
                conn.close()

        thread = threading.Thread(target=answer)
        thread.start()
        transport = Transport(
            allow_private=True,
            limits=Limits(attempts=1, total=5),
            resolve=lambda host, port: ["127.0.0.1"],
        )
        with pytest.raises(Retryable):
            transport.fetch(f"https://secure.example:{port}/")
        thread.join()
    assert named == ["secure.example"]


def test_two_connections_per_host_and_no_more(server: LoopbackServer) -> None:
    here, most, lock = [0], [0], threading.Lock()
    full = threading.Barrier(PER_HOST)

    def answer(seen: Seen) -> Answer:
        with lock:
            here[0] += 1
            most[0] = max(most[0], here[0])
        full.wait(5)
        with lock:
            here[0] -= 1
        return Answer(b"ok")

    url = server.route("/feed", answer)
    transport = Transport(allow_private=True, limits=Limits(total=10))
    threads = [threading.Thread(target=transport.fetch, args=(url,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == PER_HOST
    assert len(server.requests) == 6


def test_no_cookie_is_kept_and_a_user_in_the_address_is_sent(
    server: LoopbackServer, transport: Transport
) -> None:
    server.put("/feed", "ok", set_cookie="a=b")
    transport.fetch(f"http://me:se%20cret@127.0.0.1:{server.port}/feed")
    transport.fetch(server.url + "/feed")
    assert server.requests[0].headers["authorization"] == "Basic bWU6c2UgY3JldA=="
    assert not {"cookie", "authorization"} & server.requests[1].headers.keys()


def test_messages_hide_what_may_be_secret() -> None:
    assert shown("https://me:pw@example.org:8443/feed?key=123#x") == "https://example.org:8443/feed"
    assert shown("http://[") == "the given address"


def test_one_hop_returns_any_status_and_posts_a_body(
    server: LoopbackServer, transport: Transport
) -> None:
    url = server.route("/post", lambda seen: Answer(seen.body, 403))
    reply = transport.send(Ask(url, "POST", {"x-a": "b", "User-Agent": "me"}, b"hello"))
    assert (reply.status, reply.body) == (403, b"hello")
    assert server.requests[0].headers["x-a"] == "b"
    assert server.requests[0].headers["user-agent"] == "me"


def test_the_shared_transport_is_used_where_there_is_one(transport: Transport) -> None:
    assert transport_for(transport, allow_private=False) is transport
    with pytest.raises(SourceBroken, match="private"):
        transport_for(None, allow_private=False).fetch("http://127.0.0.1:1/")
