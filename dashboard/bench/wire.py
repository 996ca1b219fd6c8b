"""A browser's side of the wire, as little of it as the benchmark needs.

Speaks the WebSocket framing (RFC 6455) and the few protocol buffer fields of Streamlit's
``BackMsg`` and ``ForwardMsg`` that ask for a run and say that it ended. Standard library
only, and what pages contain is not decoded: the client shares the machine with the server
that it measures. A test holds the field numbers against Streamlit's own.
"""

from __future__ import annotations

import base64
import os
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from storage.errors import EarshotError

RERUN_SCRIPT = 11
QUERY_STRING, PAGE_SCRIPT_HASH, PAGE_NAME, CACHED_HASHES = 1, 3, 4, 7
HASH, METADATA, SCRIPT_FINISHED, NAVIGATION = 1, 2, 6, 23
CACHEABLE = 1
NAVIGATED_TO = 4
FINISHED_SUCCESSFULLY, FINISHED_FRAGMENT = 0, 3
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_BINARY, _CLOSE, _PING, _PONG = 2, 8, 9, 10
PATIENCE = 60.0
"""Seconds that a run of a page may take."""


class PageFailed(EarshotError):
    """A page did not run to its end."""


class Session:
    """One browser session: asks for runs of a page and waits for their end."""

    def __init__(self, port: int, page: str, query: str = "") -> None:
        self._page = page
        self._query = query
        self._script = b""
        self._hashes: set[bytes] = set()
        self._buffer = bytearray()
        self._message = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: streamlit\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._received()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            self.close()
            raise PageFailed(f"the server refused a session: {head[:80].decode('latin-1')}")
        self._buffer = bytearray(rest)

    def close(self) -> None:
        """Leave."""
        self.socket.close()

    def ask(self) -> None:
        """Ask for a run of the page, as a browser does when something was clicked."""
        state = [(QUERY_STRING, self._query.encode()), (PAGE_SCRIPT_HASH, self._script)]
        if not self._script:
            state.append((PAGE_NAME, self._page.encode()))
        state += [(CACHED_HASHES, each) for each in self._hashes]
        self._send(_BINARY, encode([(RERUN_SCRIPT, encode(state))]))

    def rerun(self) -> float:
        """Run the page once; return the seconds it took."""
        start = time.perf_counter()
        self.ask()
        while not self.read():
            pass
        return time.perf_counter() - start

    def read(self) -> bool:
        """Read what came; say whether the page's run ended with it."""
        self._buffer += self._received()
        ended = False
        for message in self._messages():
            ended = self._ended(message) or ended
        return ended

    def _ended(self, message: bytes) -> bool:
        found = dict(fields(message))
        if dict(fields(_bytes(found.get(METADATA)))).get(CACHEABLE):
            self._hashes.add(_bytes(found.get(HASH)))
        if NAVIGATION in found:
            self._script = _bytes(dict(fields(_bytes(found[NAVIGATION]))).get(NAVIGATED_TO))
        status = found.get(SCRIPT_FINISHED)
        if status is None or status == FINISHED_FRAGMENT:
            return False
        if status != FINISHED_SUCCESSFULLY:
            raise PageFailed(f"the page {self._page or 'overview'} ended with status {status!r}")
        return True

    def _received(self) -> bytes:
        data = self.socket.recv(1 << 18)
        if not data:
            raise PageFailed("the server closed the session")
        return data

    def _send(self, opcode: int, payload: bytes) -> None:
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        else:
            head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
        masked = bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def _messages(self) -> Iterator[bytes]:
        """Take whole messages out of the buffer."""
        while (frame := self._frame()) is not None:
            last, opcode, payload = frame
            if opcode == _PING:
                self._send(_PONG, payload)
            elif opcode == _CLOSE:
                raise PageFailed("the server closed the session")
            elif opcode != _PONG:
                self._message += payload
                if last:
                    yield bytes(self._message)
                    self._message.clear()

    def _frame(self) -> tuple[bool, int, bytes] | None:
        """Take one frame out of the buffer, None while it is not whole."""
        have = self._buffer
        if len(have) < 2:
            return None
        size, at = have[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(have[2 : 2 + width], "big"), 2 + width
        if len(have) < at + size:
            return None
        payload = bytes(have[at : at + size])
        first = have[0]
        del have[: at + size]
        return bool(first & 0x80), first & 0x0F, payload


def together(sessions: Sequence[Session]) -> list[float]:
    """Ask for a run in every session at once; return the seconds that each waited."""
    waited = []
    with closing(selectors.DefaultSelector()) as ready:
        for session in sessions:
            ready.register(session.socket, selectors.EVENT_READ, session)
        start = time.perf_counter()
        for session in sessions:
            session.ask()
        while ready.get_map():
            for key, _ in ready.select(PATIENCE):
                session = key.data
                if session.read():
                    waited.append(time.perf_counter() - start)
                    ready.unregister(session.socket)
    return waited


def encode(values: Sequence[tuple[int, bytes]]) -> bytes:
    """Return a protocol buffer message of strings and nested messages."""
    return b"".join(
        _varint(number << 3 | _LENGTH) + _varint(len(value)) + value for number, value in values
    )


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of a message; a nested one stays as it is."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _read_varint(message, at)
            yield tag >> 3, value
            continue
        size = {_EIGHT: 8, _FOUR: 4}.get(kind, 0)
        if kind == _LENGTH:
            size, at = _read_varint(message, at)
        yield tag >> 3, message[at : at + size]
        at += size


def _bytes(value: int | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else b""


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
