"""Hostile feeds: each is a clear recorded error, or stored safely beside its neighbours."""

from __future__ import annotations

import gzip
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import NamedTuple

import httpx2
import pytest

from collectors import feed_document
from collectors.connections import CheckedBackend, CheckedTransport, Deadline
from collectors.transport import Limits
from storage.models import Json, Precision
from tests.hostile import GOOD, NOW, World, entry, goods, json_feed, rss, world
from tests.http_server import Answer, Route, Seen


class Case(NamedTuple):
    """An answer and what becomes of it: how many are stored, what is said."""

    answer: Route | Answer | bytes | str
    stored: int = 0
    says: str = ""


def declared(entities: str, title: str) -> str:
    return rss(f"<guid>x</guid><title>{title}</title>", head=f"<!DOCTYPE rss [{entities}]>")


def xml(body: str | bytes, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else body.encode()
    return Answer(raw, headers={"content-type": "application/xml", **headers})


def packed(body: bytes, way: str = "gzip") -> Answer:
    return xml(body, **{"content-encoding": way})


def endless(seen: Seen) -> Answer:
    def forever() -> Iterator[bytes]:
        yield b'<rss version="2.0"><channel>'
        while True:
            yield b"<item><title>and on</title></item>" * 500

    return Answer(forever())


def away(to: str, status: int = 302) -> Answer:
    return Answer(b"", status, {"location": to})


def apple(number: int, rating: Json) -> dict[str, Json]:
    return {
        "im:rating": {"label": rating},
        "id": {"label": f"review {number}"},
        "title": {"label": GOOD},
        "content": {"label": f"rated {rating}"},
        "author": {"name": {"label": "a"}},
    }


DATES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "-1", "1e309", "0000-00-00", "9" * 11)
LINKS = ("javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "http://[")
NESTED = b'{"items": [' + b'{"a": ' * 200_000 + b"1" + b"}" * 200_000 + b"]}"
LOL = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LARGE = "larger than 5,000,000 bytes"
BUILT = "not built like a feed"
BOMBS = {
    "entity bomb": Case(declared(f'<!ENTITY a0 "lol">{LOL}', "&a9;"), 3, "amplification"),
    "quadratic entity": Case(
        declared(f'<!ENTITY a "{"a" * 50_000}">', "&a;" * 5_000), 3, "amplification"
    ),
    "entity from a file": Case(declared('<!ENTITY a SYSTEM "file:///etc/passwd">', "x &a;"), 3),
    "entity from elsewhere": Case(
        declared('<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;', "x"), 3
    ),
    "50 MB": Case(xml(rss(f"<title>{'a' * 50_000_000}</title>")), 0, LARGE),
    "never ends": Case(endless, 0, LARGE),
    "gzip bomb": Case(packed(gzip.compress(b" " * 50_000_000)), 0, LARGE),
    "gzip bomb as a file": Case(gzip.compress(b" " * 50_000_000), 0, LARGE),
    "attribute bomb": Case(
        rss("<b " + " ".join(f"a{n}='1'" for n in range(60_000)) + "/>"), 0, BUILT
    ),
    "namespace bomb": Case(rss("".join(f"<x:a xmlns:x='u{n}'/>" for n in range(20_000))), 0, BUILT),
    "too deep": Case(rss("<a>" * 100_000), 0, BUILT),
    "JSON too deep": Case(NESTED, 0, "cannot be read"),
    "brackets without end": Case(b"[" * 3_000_000, 0, "cannot be read"),
    "a number of 5,000 digits": Case(
        b'{"items": [{"id": ' + b"9" * 5_000 + b', "title": "a"}]}', 0, "cannot be read"
    ),
    "a header of 1 MB": Case(xml(rss(), **{"x-big": "a" * 1_000_000}), 0, "too long"),
}
DAMAGED = {
    "gzip cut short": Case(packed(gzip.compress(rss().encode())[:-20]), 0, "damaged"),
    "not gzip at all": Case(packed(rss().encode()), 0, "damaged"),
    "packed in brotli": Case(packed(b"x", "br"), 0, "not asked for: br"),
    "packed twice": Case(packed(b"x", "deflate, gzip"), 0, "not asked for: deflate, gzip"),
    "wrong charset": Case(
        b'<?xml version="1.0" encoding="utf-8"?>'
        + rss("<title>Gr\xfc\xdfe</title>").encode("cp1252"),
        3,
    ),
    "unknown charset": Case('<?xml version="1.0" encoding="x-no"?>' + rss("<title>a</title>"), 3),
    "UTF-7": Case(
        '<?xml version="1.0" encoding="utf-7"?>' + rss("<title>+ADw-script+AD4-</title>"),
        2,
        "neither",
    ),
    "truncated": Case(rss("<title>a</title>")[:-60], 2, "not well-formed"),
    "unclosed": Case(rss("<title>a</title><x><![CDATA[never"), 2, "unclosed CDATA"),
    "web page": Case(
        "<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/real>"
        "</head><body>hello</body></html>",
        0,
        "is a web page; its feed is at http://127.0.0.1:[0-9]+/real",
    ),
    "nothing": Case(b"", 0, "nothing at all"),
    "a picture": Case(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, 0, "not a feed"),
    "a path": Case(b"/etc/passwd", 0, "not a feed"),
    "items are an object": Case(b'{"items": {"0": {"id": 1}}}', 0, "neither a JSON Feed"),
    "only a number": Case(b"[1]", 0, "neither a JSON Feed"),
    "wrong types": Case(
        json_feed(
            entry("a"),
            3,
            None,
            "text",
            [],
            {},
            {"id": {}, "title": [], "content_text": 5, "authors": {"name": 3}, "url": True},
            {"id": [1], "title": {"a": 1}, "authors": [[]], "date_published": {}, "language": 7},
            entry("z"),
        ),
        3,
        "4 items are not objects",
    ),
    "surrogates everywhere": Case(
        b'{"items": [{"\\ud800": "\\udfff", "id": "\\ud800", "title": "\\udc00 x",'
        b' "authors": [{"name": "\\ud800"}], "language": "\\ud800\\ud800"}]}',
        1,
    ),
    "NaN in JSON": Case(b'{"items": [{"id": 1, "title": NaN}, {"id": 2, "title": "x"}]}', 2),
    "1e999 in JSON": Case(b'{"items": [{"id": 1e999, "title": "a", "date_published": 1e999}]}', 1),
    "keys twice": Case(b'{"items": [], "items": [{"id": "1", "title": "a", "title": "b"}]}', 1),
}
TROUBLE = {
    "redirect to a file": Case(away("file:///etc/passwd"), 0, "only http and https"),
    "redirect to a script": Case(away("javascript:alert(1)"), 0, "only http and https"),
    "redirect to nothing": Case(away(""), 0, "redirects"),
    "redirect to nonsense": Case(away("http://[::1"), 0, "no valid address"),
    "redirect loop": Case(lambda seen: away(seen.path), 0, "more than 5 redirects"),
    "401": Case(Answer(b"", 401), 0, "wants a password"),
    "403": Case(Answer(b"", 403), 0, "refuses us"),
    "404": Case(Answer(b"", 404), 0, "does not exist"),
    "410": Case(Answer(b"", 410), 0, "gone for good"),
    "418": Case(Answer(b"", 418), 0, "HTTP 418"),
    "429 for years": Case(Answer(b"", 429, {"retry-after": "99999999"}), 0, "slow down"),
    "429 with an absurd date": Case(
        Answer(b"", 429, {"retry-after": "Fri, 31 Dec 9999 23:59:59 -2300"}), 0, "slow down"
    ),
    "429 with nonsense": Case(Answer(b"", 429, {"retry-after": "soon"}), 0, "slow down"),
    "500": Case(Answer(b"<rss>", 500), 0, "has trouble"),
    "204": Case(Answer(b"", 204), 0, "nothing at all"),
    "a status of its own": Case(Answer(b"x", 999), 0, "HTTP 999"),
    "304 unasked": Case(Answer(b"", 304), 0),
    "an etag of 50 kB": Case(xml(rss(), etag="a" * 50_000), 2),
    "an etag in Latin": Case(xml(rss(), etag='"\xe4"', **{"last-modified": "\xfc"}), 2),
}
ODD = {
    "scripts in XML": Case(
        rss(
            f"<guid>s</guid><title><script>alert(1)</script> {GOOD}</title>",
            f"<guid>t</guid><title>&lt;script&gt;alert(1)&lt;/script&gt; {GOOD}</title>",
            f"<guid>u</guid><title><![CDATA[<img src=x onerror=alert(1)> {GOOD}]]></title>",
        ),
        5,
    ),
    "links that run": Case(
        rss(*(f"<guid>{link}</guid><title>a</title><link>{link}</link>" for link in LINKS)),
        2 + len(LINKS),
    ),
    "reused guid": Case(rss(*(f"<guid>same</guid><title>t {n}</title>" for n in range(50))), 52),
    "reused guid in JSON": Case(
        json_feed(*(entry("same", content_text=f"t {n}") for n in range(50))), 50
    ),
    "no guid": Case(rss(*(f"<title>title {n % 10}</title>" for n in range(50))), 12),
    "a title of 1 MB": Case(rss(f"<guid>x</guid><title>{'long ' * 200_000}</title>"), 3),
    "a guid of 1 MB": Case(rss(f"<guid>{'x' * 1_000_000}</guid><title>a</title>"), 3),
    "a link of 1 MB": Case(
        rss(f"<title>a</title><link>http://a.example/{'x' * 1_000_000}</link>"), 3
    ),
    "an author of 1 MB": Case(
        rss(f"<title>a</title><author>{'<' * 500_000}</author>"), 3, "not well-formed"
    ),
    "only invisible": Case(
        json_feed(entry("a"), entry("b", title="\u200b\u200d\ufeff\u2060"), entry("z")), 3
    ),
}
CASES = {**BOMBS, **DAMAGED, **TROUBLE, **ODD}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("feeds")) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_a_feed(one: World, name: str) -> None:
    case = CASES[name]
    source = one.feed(case.answer)
    polled = one.poll(source)
    rows = one.stored(source)
    assert polled.new == len(rows) == case.stored, polled.said
    assert re.search(case.says, polled.said)
    assert bool(case.says) == bool(polled.said), polled.said
    for row in rows:
        assert len(row.title) <= 1_000
        assert len(row.text) <= 100_000
        assert "root:" not in row.title + row.text
        assert not re.search("<script|<img|javascript:", row.title + row.text + row.url)
    one.neighbour_delivers()
    one.agrees()


def test_good_neighbours_in_the_same_document(one: World) -> None:
    """Wherever a document can be read at all, what is beside the odd entry is kept."""
    for name in ("entity bomb", "wrong charset", "scripts in XML", "links that run", "UTF-7"):
        source = one.feed(CASES[name].answer)
        one.poll(source)
        assert goods(one.stored(source)) >= 2, name


def test_dates_that_nobody_can_believe_count_from_first_sight(one: World) -> None:
    feeds = (
        rss(*(f"<guid>{d}</guid><title>t</title><pubDate>{d}</pubDate>" for d in DATES)),
        json_feed(*(entry(d, date_published=d) for d in DATES), entry("a"), entry("z")),
    )
    for body in feeds:
        source = one.feed(body)
        assert one.poll(source).new == len(DATES) + 2
        rows = one.stored(source)
        unknown = [row for row in rows if row.precision == Precision.ESTIMATED]
        assert len(unknown) >= len(DATES)
        assert {row.published_at for row in unknown} == {NOW}
    one.agrees()


def test_stars_that_are_none_are_not_counted(one: World) -> None:
    said: tuple[Json, ...] = ("4", "NaN", "inf", "-inf", "1e308", "7", "0", "-1", "", "five")
    odd: tuple[Json, ...] = ([], {}, None, True, 3)
    reviews: list[Json] = [apple(n, each) for n, each in enumerate(said + odd)]
    source = one.feed(json.dumps({"feed": {"entry": reviews}}))
    assert one.poll(source).new == len(reviews)
    stars = sorted(row.rating for row in one.stored(source) if row.rating is not None)
    assert stars == [3.0, 4.0]
    one.agrees()


def test_what_drips_for_ever_is_given_up(tmp_path: Path) -> None:
    ended = Event()

    def dripping(seen: Seen) -> Answer:
        def forever() -> Iterator[bytes]:
            while not ended.wait(0.02):
                yield b" "

        return Answer(forever())

    with world(tmp_path) as slow:
        slow.workspace.limits = Limits(total=0.4, attempts=1)
        polled = slow.poll(slow.feed(dripping))
        ended.set()
        assert "took too long" in polled.error
        slow.agrees()


class Outside(httpx2.BaseTransport):
    """A public site that leads inside; every other host is met as in earnest."""

    def __init__(self, target: str) -> None:
        self._target = target
        backend = CheckedBackend(allow_private=False, deadline=Deadline(), resolve=numeric)
        self._inside = CheckedTransport(backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "outside.example":
            return httpx2.Response(302, headers={"location": self._target})
        return self._inside.handle_request(request)


def numeric(host: str, port: int) -> list[str]:
    """Read every way of writing an address that the system's resolver knows."""
    return [host] if ":" in host else [socket.inet_ntoa(socket.inet_aton(host))]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0x7f.1", "2130706433", "0", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_a_private_address_is_refused_also_behind_a_redirect(tmp_path: Path, host: str) -> None:
    with world(tmp_path, private=False) as strict:
        target = f"http://{host}:{strict.server.port}/feed"
        strict.workspace.inner = Outside(target)
        for url in (target, "http://outside.example/feed"):
            polled = strict.poll(strict.source("feeds", url=url))
            assert (polled.new, "private address" in polled.error) == (0, True), polled
        assert strict.server.requests == []


def test_entries_are_read_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_document, "ENTRIES", 2_000)
    items = "".join(f"<item><title>{n % 500}</title></item>" for n in range(30_000))
    with world(tmp_path) as alone:
        source = alone.feed(f'<rss version="2.0"><channel>{items}</channel></rss>')
        polled = alone.poll(source)
        assert polled.new == 500
        assert "30,000 entries; read the first 2,000" in polled.said
        alone.neighbour_delivers()
        alone.agrees()
