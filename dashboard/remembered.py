"""Which name a browser works under, kept in a cookie that the server's own route sets.

A page cannot set a cookie: it travels over a websocket. So the page draws an image whose
address holds a ticket, good once; the answer to that request carries the cookie. No other
site can make a ticket, so none can make a browser work under another name. The cookie is
no proof of who somebody is: it only saves choosing the name again.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "earshot_who"
ROUTE = "who.gif"
_KEPT = 400 * 86_400
"""Seconds; browsers keep no cookie for longer."""
_OPEN = 500
"""Tickets that wait to be fetched; older ones are forgotten."""


class Tickets:
    """Names on their way into a cookie, each under a word that nobody can guess."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def issue(self, name: str) -> str:
        """Return a ticket for a name; '' makes the browser forget."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._names[ticket] = name
            while len(self._names) > _OPEN:
                self._names.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> str | None:
        """Return the name of a ticket, once."""
        with self._lock:
            return self._names.pop(ticket, None)


tickets = Tickets()
"""Those of this server process; pages and routes run in the same one."""


def name(cookies: Mapping[str, str]) -> str | None:
    """Return the name that a browser brought along."""
    return unquote(cookies.get(COOKIE, "")) or None


def route(prefix: str) -> str:
    """Return the path of the image below the server's path prefix."""
    return f"{prefix}/{ROUTE}"


async def remember(request: Request) -> Response:
    """Set or delete the cookie where the ticket is good; an empty answer either way."""
    found = tickets.take(request.query_params.get("ticket", ""))
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    path = request.url.path.removesuffix(ROUTE)
    if found:
        response.set_cookie(
            COOKIE, quote(found), max_age=_KEPT, path=path, httponly=True, samesite="lax"
        )
    elif found is not None:
        response.delete_cookie(COOKIE, path=path, httponly=True, samesite="lax")
    return response
