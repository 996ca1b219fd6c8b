"""A small reverse proxy on loopback: shows a server below a path, and nothing else of it.

Plain sockets and threads: heads are read, bodies and websockets passed on as they come.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


@contextmanager
def proxied(target: str) -> Iterator[str]:
    """Yield the proxy's address of a server's address that ends in a path prefix."""
    upstream = urlsplit(target)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(
            target=_accept, args=(listener, upstream.netloc, upstream.path), daemon=True
        )
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}{upstream.path}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _accept(listener: socket.socket, netloc: str, prefix: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, netloc, prefix), daemon=True).start()


def _serve(client: socket.socket, netloc: str, prefix: str) -> None:
    """Pass one request on under the server's own name; refuse what is not below the prefix."""
    with client:
        head = _head(client)
        if _END not in head:
            return
        lines, rest = head.split(_END, 1)[0].split(b"\r\n"), head.split(_END, 1)[1]
        path = lines[0].split()[1].decode()
        if path != prefix and not path.startswith((f"{prefix}/", f"{prefix}?")):
            client.sendall(
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            return
        upgrade = any(line.lower().startswith(b"upgrade:") for line in lines)
        kept = [line for line in lines[1:] if _kept(line, upgrade)]
        kept += [f"Host: {netloc}".encode(), b"X-Forwarded-Proto: http"]
        kept += [] if upgrade else [b"Connection: close"]
        host, _, port = netloc.partition(":")
        with socket.create_connection((host, int(port))) as server:
            server.sendall(b"\r\n".join([lines[0], *kept]) + _END + rest)
            back = threading.Thread(target=_pass, args=(server, client), daemon=True)
            back.start()
            _pass(client, server)
            back.join()


def _kept(line: bytes, upgrade: bool) -> bool:
    name = line.split(b":")[0].lower()
    return name != b"host" and (upgrade or name != b"connection")


def _head(client: socket.socket) -> bytes:
    found = b""
    while _END not in found and (chunk := client.recv(65536)):
        found += chunk
    return found


def _pass(source: socket.socket, goal: socket.socket) -> None:
    try:
        while chunk := source.recv(65536):
            goal.sendall(chunk)
        goal.shutdown(socket.SHUT_WR)
    except OSError:
        pass
