"""A real HTTP server on loopback for tests: routes in, requests out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Seen(NamedTuple):
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a posted form."""
        pairs = parse_qs(self.body.decode(), keep_blank_values=True)
        return {name: values[-1] for name, values in pairs.items()}


@dataclass
class Answer:
    """What to answer; an iterable body is streamed in chunks, however long it is."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[[Seen], Answer]


class LoopbackServer:
    """Serves routes given as ``put`` (fixed) or ``route`` (computed); logs requests.

    A path that is not routed goes to ``default`` (404 unless set).
    """

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.default: Route = lambda seen: Answer(b"not here", 404)
        self._routes: dict[str, Route] = {}
        outer = self

        class Handler(_Handler):
            server_for = outer

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def put(
        self,
        path: str,
        body: bytes | str,
        *,
        content_type: str = "application/xml",
        status: int = 200,
        **headers: str,
    ) -> str:
        """Serve ``body`` at ``path``; with ``etag=…`` also answer 304. Returns the address."""
        raw = body.encode() if isinstance(body, str) else body
        fixed = {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(seen: Seen) -> Answer:
            tag = fixed.get("etag")
            if tag is not None and seen.headers.get("if-none-match") == tag:
                return Answer(b"", 304, {"etag": tag})
            return Answer(raw, status, {"content-type": content_type, **fixed})

        return self.route(path, answer)

    def route(self, path: str, answer: Route) -> str:
        """Serve what ``answer`` says at ``path``; returns the address."""
        self._routes[path] = answer
        return self.url + path

    def paths(self) -> list[str]:
        """The paths asked for so far, in order."""
        return [seen.path for seen in self.requests]

    def respond(self, seen: Seen) -> Answer:
        """Log a request and find its answer."""
        self.requests.append(seen)
        return self._routes.get(seen.path, self.default)(seen)

    def start(self) -> None:
        """Begin to answer, on a thread of its own."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving() -> Iterator[LoopbackServer]:
    """Run a server for the length of a with-block."""
    server = LoopbackServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is part of many tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: 40 ms each otherwise
    server_for: LoopbackServer

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def _any(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, True).items()}
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, parts.path, query, headers, self.rfile.read(length))
        self._write(self.server_for.respond(seen))

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = _any

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if isinstance(answer.body, bytes):
            self.send_header("content-length", str(len(answer.body)))
        else:
            self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        if isinstance(answer.body, bytes):
            self.wfile.write(answer.body)
            return
        for chunk in answer.body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""
