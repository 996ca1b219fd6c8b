"""HTTP headers that confine the pages: a strict content security policy and its kin.

Pure ASGI, so that websockets pass untouched. Not here: who may sign in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, MutableMapping
from html.parser import HTMLParser
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


PUBLIC = ("/public/", "/followup/")
"""Pages for customers: they have no charts, so nothing is fetched ahead for them."""


class _InlineScripts(HTMLParser):
    """Collects the text of every script element that has no source."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "src" not in dict(attrs):
            self._inside = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def script_hashes(page: str) -> tuple[str, ...]:
    """Return the policy's name of each inline script of a page."""
    parser = _InlineScripts()
    parser.feed(page)
    digests = (hashlib.sha256(script.encode()).digest() for script in parser.scripts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(page: str) -> str:
    """Return the policy under which exactly this page's own inline scripts run.

    Styles must stay inline for the page's own component library; nothing is fetched from,
    sent to or framed by another host, so an image in a mention cannot report who read it.
    """
    directives = {
        "default-src": ("'self'",),
        "script-src": ("'self'", *script_hashes(page)),
        "style-src": ("'self'", "'unsafe-inline'"),
        "img-src": ("'self'", "data:", "blob:"),
        "font-src": ("'self'", "data:"),
        "connect-src": ("'self'",),
        "worker-src": ("'self'", "blob:"),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
        "object-src": ("'none'",),
        "base-uri": ("'self'",),
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


class SecurityHeaders:
    """ASGI middleware that sets the headers on every HTTP response.

    ``ahead`` is a script that a browser should fetch with every page, before it knows why.
    """

    def __init__(self, app: Application, *, policy: str, ahead: str = "") -> None:
        self.app = app
        self._ahead = [(b"link", f"<{ahead}>; rel=modulepreload".encode("ascii"))] if ahead else []
        self.headers = [
            (b"content-security-policy", policy.encode("ascii")),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
        ]
        self._names = {name for name, _ in self.headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] not in self._names]
                page = any(
                    name == b"content-type" and value.startswith(b"text/html")
                    for name, value in kept
                )
                ours = not str(scope.get("path", "")).startswith(PUBLIC)
                more = self._ahead if page and ours else []
                message = {**message, "headers": [*kept, *self.headers, *more]}
            await send(message)

        await self.app(scope, receive, send_with_headers)
