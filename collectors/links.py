"""Reads and compares web addresses. Pure; opens nothing."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import SplitResult, parse_qs, parse_qsl, quote, urlencode, urljoin, urlsplit

LENGTH_LIMIT = 2_000

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|ref_src|cmpid",
    re.IGNORECASE,
)
_GOOGLE = re.compile(r"(?:www\.|news\.)?google\.[a-z.]{2,6}")
_INNER = re.compile(rb"https?://[\x21-\x7e]+")
_NOT_IN_LINKS = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff<>\"\\^`{|}]")


def parts(url: str) -> SplitResult | None:
    """Return the parts of an http or https address, None for everything else."""
    try:
        split = urlsplit(url.strip())
        _ = split.port
    except ValueError:
        return None
    return split if split.scheme in ("http", "https") and split.hostname else None


def web(url: str, base: str = "") -> str:
    """Return a safe absolute link, or an empty string for anything but http and https."""
    if not url.strip():
        return ""
    try:
        joined = urljoin(base, url.strip()) if base else url.strip()
    except ValueError:
        return ""
    if len(joined) > LENGTH_LIMIT or parts(joined) is None:
        return ""
    return _NOT_IN_LINKS.sub(lambda found: quote(found[0].encode("utf-8", "replace")), joined)


def unwrap(url: str) -> str:
    """Return where a Google redirect or an older Google News link leads; else the link."""
    split = parts(url)
    if split is None or not _GOOGLE.fullmatch(split.hostname or ""):
        return url
    if split.path == "/url":
        query = parse_qs(split.query)
        target = (query.get("url") or query.get("q") or [""])[0]
        return web(target) or url
    if "/articles/" in split.path:
        return _inner(split.path.rsplit("/", 1)[1]) or url
    return url


def normal(url: str) -> str:
    """Return the form under which two spellings of an address are one; empty if not http(s).

    Scheme, ``www.``, default port, tracking parameters, fragment and a trailing slash do
    not tell addresses apart.
    """
    split = parts(url)
    if split is None:
        return ""
    host = (split.hostname or "").removeprefix("www.").rstrip(".")
    port = "" if split.port in (None, 80, 443) else f":{split.port}"
    pairs = parse_qsl(split.query, keep_blank_values=True)
    query = urlencode([pair for pair in pairs if not _TRACKING.fullmatch(pair[0])])
    path = web(f"https://x{split.path}").removeprefix("https://x").rstrip("/")
    return f"https://{host}{port}{path}{'?' if query else ''}{query}"[:LENGTH_LIMIT]


def _inner(token: str) -> str:
    """Links of Google News before 2024 carry the article's address in base64."""
    try:
        raw = base64.urlsafe_b64decode(token[:2000] + "=" * (-len(token[:2000]) % 4))
    except (binascii.Error, ValueError):
        return ""
    found = _INNER.search(raw)
    return web(found[0].decode()) if found else ""
