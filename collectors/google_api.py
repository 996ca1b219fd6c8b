"""Google's APIs as collectors need them: a signed-in JSON request, errors in plain words.

Signs in by a service account's key (RFC 7523) or by a refresh token (RFC 6749, 6). Knows
no service: see ``google_play`` and ``google_business``.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from collectors.clock import utc_now
from collectors.contract import Services, Vanished
from collectors.transport import Ask, Reply, Transport, retry_after, shown
from storage.errors import Retryable, SourceBroken

TOKEN_URL = "https://oauth2.googleapis.com/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = 3600
_EARLY = 60.0
"""Seconds before its end at which a token is renewed."""


class Grant(NamedTuple):
    """What is posted to the token endpoint, and where that is."""

    url: str
    form: Mapping[str, str]


class Login(Protocol):
    """Makes the request for an access token anew each time."""

    def __call__(self, now: datetime) -> Grant:
        """Return what to ask for at that moment."""
        ...


class ServiceAccount:
    """Signs in with the key of a service account, given as JSON or as the path of its file."""

    def __init__(self, key: str, name: str, scope: str) -> None:
        if not key:
            raise SourceBroken(f"set {name} to the key of a service account, or to its file")
        try:
            text = key if key.lstrip().startswith("{") else Path(key).read_text(encoding="utf-8")
            raw = json.loads(text)
            self._email, self._pem = str(raw["client_email"]), str(raw["private_key"])
            self._key_id = str(raw.get("private_key_id", ""))
            self._url = str(raw.get("token_uri") or TOKEN_URL)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SourceBroken(f"{name} is no key of a service account: {error}") from error
        self._name, self._scope = name, scope

    def __call__(self, now: datetime) -> Grant:
        """Sign an assertion that is good for an hour."""
        issued = int(now.timestamp())
        claims = {
            "iss": self._email,
            "scope": self._scope,
            "aud": self._url,
            "iat": issued,
            "exp": issued + _LIFETIME,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self._key_id}
        signed = b".".join(_packed(json.dumps(part).encode()) for part in (header, claims))
        token = b".".join((signed, _packed(self._signature(signed)))).decode()
        return Grant(self._url, {"grant_type": _GRANT, "assertion": token})

    def _signature(self, signed: bytes) -> bytes:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        try:
            key = serialization.load_pem_private_key(self._pem.encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SourceBroken(f"{self._name} holds no private key that can be read") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise SourceBroken(f"{self._name} holds no RSA key")
        return key.sign(signed, padding.PKCS1v15(), hashes.SHA256())


class RefreshToken:
    """Signs in with an OAuth client and the refresh token that an owner granted it."""

    def __init__(self, secrets: Mapping[str, str], names: tuple[str, str, str], url: str) -> None:
        missing = [name for name in names if not secrets.get(name)]
        if missing:
            raise SourceBroken(f"signing in needs {', '.join(missing)}")
        client, hush, token = (secrets[name] for name in names)
        self._url = url or TOKEN_URL
        self._form = {
            "grant_type": "refresh_token",
            "client_id": client,
            "client_secret": hush,
            "refresh_token": token,
        }

    def __call__(self, now: datetime) -> Grant:
        """Ask with the refresh token."""
        del now
        return Grant(self._url, self._form)


class GoogleApi:
    """Asks one API as one account; keeps the access token until shortly before its end."""

    def __init__(
        self,
        transport: Transport,
        login: Login,
        services: Services,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._login = login
        self._now = services.now
        self._clock = clock
        self._token, self._until = "", 0.0

    def get(self, url: str, **query: str) -> dict[str, Any]:
        """Return what is there; asked again on trouble."""
        asked = f"{url}?{urlencode(query)}" if query else url
        return self._json(self._signed(asked, "GET", None))

    def send(self, method: str, url: str, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Change something: made once, since nobody knows what a failed one did."""
        content = None if body is None else json.dumps(body).encode()
        return self._json(self._signed(url, method, content))

    def _signed(self, url: str, method: str, content: bytes | None) -> Reply:
        """Make a request; a token that was revoked early is renewed once."""
        reply = self._once(url, method, content)
        if reply.status == 401:
            self._until = 0.0
            reply = self._once(url, method, content)
        return reply

    def _once(self, url: str, method: str, content: bytes | None) -> Reply:
        headers = {"authorization": f"Bearer {self._access()}", "accept": "application/json"}
        if content is not None:
            headers["content-type"] = "application/json; charset=utf-8"
        ask = Ask(url, method, headers, content)
        return self._transport.persist(ask) if method == "GET" else self._transport.send(ask)

    def _access(self) -> str:
        if self._clock() >= self._until:
            url, form = self._login(self._now())
            headers = {"content-type": "application/x-www-form-urlencoded"}
            ask = Ask(url, "POST", headers, urlencode(form).encode())
            raw = _read(self._transport.persist(ask))
            if not isinstance(raw.get("access_token"), str):
                why = raw.get("error_description") or raw.get("error") or "no token came"
                raise SourceBroken(f"{shown(url)} refuses the sign-in: {why}")
            self._token = raw["access_token"]
            lifetime = raw.get("expires_in")
            seconds = float(lifetime) if isinstance(lifetime, int | float) else 0.0
            self._until = self._clock() + seconds - _EARLY
        return self._token

    def _json(self, reply: Reply) -> dict[str, Any]:
        where, status = shown(reply.url), reply.status
        if 200 <= status < 300:
            return _read(reply)
        error = _said(reply)
        if status == 404:
            raise Vanished(f"{where} is not there (any more){error}")
        if status == 429 or status >= 500:
            wait = retry_after(reply.headers, utc_now())
            raise Retryable(f"{where} has trouble (HTTP {status}){error}", retry_after=wait)
        told = {401: "does not accept the sign-in", 403: "is not open to this account"}
        raise SourceBroken(f"{where} {told.get(status, 'refuses')} (HTTP {status}){error}")


def moment(value: object) -> datetime | None:
    """Return a time as Google writes it: RFC 3339 text, or seconds in an object."""
    try:
        if isinstance(value, Mapping):
            return datetime.fromtimestamp(int(value["seconds"]), UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
            return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else None
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        pass
    return None


def _read(reply: Reply) -> dict[str, Any]:
    try:
        raw = json.loads(reply.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Retryable(f"{shown(reply.url)} answered something that is no JSON") from error
    if not isinstance(raw, dict):
        raise Retryable(f"{shown(reply.url)} answered something that is not its API")
    return raw


def _said(reply: Reply) -> str:
    """Return what the API says of an error, to be put behind our own words."""
    try:
        error = json.loads(reply.body)["error"]
        words = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return f": {words}" if isinstance(words, str) and words else ""


def _packed(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
