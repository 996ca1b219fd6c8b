"""Feeds that are damaged or mean harm: recorded or refused, never fatal, never slow."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from collectors.testing import faults
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Observation, Precision, Source
from tests.data import shared
from tests.feed_reader import Reader, reading, rss
from tests.http_server import Answer


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as made:
        yield made


# -- damage ------------------------------------------------------------------------------


def test_a_web_page_names_its_feed(reader: Reader) -> None:
    page = "<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='/f'>"
    found = reader.collector.check(reader.serve(page, content_type="text/html"))
    assert found.instead == f"{reader.server.url}/f"
    assert "web page" in found.problem
    plain = reader.collector.check(reader.serve("<html>hello", content_type="text/html"))
    assert "names none" in plain.problem


@pytest.mark.parametrize(
    "body", [b"", b"   \n", b"hello", b"\x89PNG\r\n\0\0", b"{", b"[1]", b'{"a": 1}', b"<a/>"]
)
def test_what_is_no_feed_is_broken(reader: Reader, body: bytes) -> None:
    with pytest.raises(SourceBroken):
        reader.read(body)


def test_broken_xml_gives_what_can_be_read_and_is_recorded(reader: Reader) -> None:
    whole = rss("<guid>1</guid><title>One &nosuch; b</title>", "<guid>2</guid><title>Two</title>")
    (batch,) = reader.batches(reader.serve(whole[: whole.index("</channel>")]))
    assert len(batch.observations) == 2
    assert "not well-formed" in batch.refused[0].reason


@pytest.mark.data
def test_an_invalid_date_is_survived(reader: Reader) -> None:
    seen = reader.read(shared("feeds/InvalidDateFormat.xml").read_bytes())
    assert [one.published_at is not None for one in seen] == [True, True]


@pytest.mark.parametrize(
    ("date", "expected", "precision"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC), Precision.DAY),
        ("1795000000", datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC), Precision.SECOND),
        (
            "Fri, 20 Nov 2026 23:59:60 GMT",
            datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC),
            Precision.SECOND,
        ),
        ("Fri, 01 Jan 0001 00:00:00 GMT", None, Precision.SECOND),
        ("9999-12-31T23:59:59Z", None, Precision.SECOND),
        ("2026-12-24T00:00:00Z", None, Precision.SECOND),
        ("1970-01-01T00:00:00Z", None, Precision.SECOND),
        ("yesterday", None, Precision.SECOND),
    ],
)
def test_dates_are_believed_within_reason(
    reader: Reader, date: str, expected: datetime | None, precision: Precision
) -> None:
    one = reader.only(rss(f"<title>a</title><pubDate>{date}</pubDate>"))
    assert (one.published_at, one.precision) == (expected, precision)
    assert one.extra == ({} if expected else {"date_not_believed": date})
    item = {"id": "1", "title": "a", "date_published": date}
    from_json = reader.only(json.dumps({"items": [item]}), path="/json")
    assert from_json.published_at == expected


XML = '<?xml version="1.0" encoding="{}"?>' + rss("<guid>1</guid><title>Grüße – naïve</title>")


@pytest.mark.parametrize(
    ("declared", "real", "header"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "cp1252", "text/xml"),
        ("iso-8859-1", "cp1252", "application/xml"),
        ("utf-8", "utf-8", "text/html; charset=utf-8"),
        ("nonsense", "utf-8", "application/octet-stream"),
        ("utf-8", "utf-16", "application/xml"),
        ("utf-16", "utf-16", "application/xml"),
        ("us-ascii", "utf-8", ""),
    ],
)
def test_wrong_charsets_are_seen_through(
    reader: Reader, declared: str, real: str, header: str
) -> None:
    body = XML.format(declared).encode(real)
    assert reader.only(body, content_type=header).title == "Grüße – naïve"


def test_a_feed_that_is_itself_a_gzip_file(reader: Reader) -> None:
    assert reader.only(gzip.compress(rss("<title>a</title>").encode())).title == "a"
    with pytest.raises(SourceBroken, match="larger"):
        reader.read(gzip.compress(b"\0" * 50_000_000))


# -- hostile -----------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "lollollol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
    + rss("<title>&a9;</title>")
)
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + rss("<title>x &e;</title>")


def described(text: str) -> str:
    return rss(f"<title>ok</title><description><![CDATA[{text}]]></description>")


HOSTILE: dict[str, str | bytes] = {
    "entity bomb": BOMB,
    "external entity": XXE,
    "deep": '<rss version="2.0">' + "<a>" * 400_000,
    "wide": rss("<b " + " ".join(f"a{n}='1'" for n in range(60_000)) + "/>"),
    "namespaces": rss("".join(f"<x:a xmlns:x='u{n}'/>" for n in range(20_000))),
    "many elements": rss("<a/>" * 400_000),
    "only items": rss() .replace("</channel>", "<item/>" * 30_000 + "</channel>"),
    "comments": described('<!--' * 102_500),
    "angle brackets": described('<' * 400_000),
    "open tags": described('<a ' * 130_000),
    "scripts": described('<script>' * 50_000),
    "spaces": rss(f"<title>ok</title><description>{'&#32; &#10;' * 40_000}x</description>"),
    "unclosed": rss(f"<title>ok</title><x><![CDATA[{'a' * 400_000}"),
    "references": rss("<title>a &#xD800; &#0; &#x110000; &#99999999999999999999; b</title>"),
    "controls": rss("<title>a\x00\x01\x0b\x1fb</title>").encode(),
    "half a surrogate": b'{"items": [{"id": "\\ud800", "title": "\\udfff x", "url": "http://a.example/\\ud800"}]}',
    "deep json": b"[" * 200_000,
    "deep json feed": b'{"items": ' + b'[{"a":' * 50_000,
    "huge number": b'{"items": [{"id": ' + b"9" * 10_000 + b"}]}",
    "odd json": json.dumps(
        {"items": [{"id": [], "title": {}, "authors": [3], "url": 5, "date_published": {}}, {}]}
    ),
    "odd apple": json.dumps({"feed": {"entry": [3, {"im:rating": {"label": []}, "id": 5}]}}),
    "links": rss(
        *(f"<title>{n}</title><link>{link}</link>" for n, link in enumerate(
            ["javascript:alert(1)", "data:text/html,x", "http://[", "//evil", "http://a b/", "http:///"]
        ))
    ),
    "right to left": rss("<title>\u202eevil\u202c \u2066x</title>"),
    "dates": rss(*(f"<title>{d}</title><pubDate>{d}</pubDate>" for d in
                   ["-1", "9" * 400, "0000-00-00", "Mon, 99 Foo 99999 99:99:99 +9999", "1e309"])),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_are_read_or_refused_quickly_and_clean(reader: Reader, name: str) -> None:
    seen: list[Observation] = []
    with contextlib.suppress(CollectError):
        seen = reader.read(HOSTILE[name])
    for one in seen:
        assert faults(one) == []
        assert len(one.text) <= 100_000
        assert "root:" not in one.title + one.text


def test_hostile_text_beside_a_good_entry_loses_nothing(reader: Reader) -> None:
    items = [
        "<guid>1</guid><title><![CDATA[<script>alert(1)</script> Fine]]></title>",
        "<guid>2</guid><title>&lt;script&gt;alert(1)&lt;/script&gt; Fine</title>",
        "<guid>3</guid><title><script>alert(1)</script> Fine</title>",
        "<guid>4</guid><title>1 &lt; 2 &amp; 3 > 2</title>",
        "<guid>5</guid>",
        "<guid>6</guid><title>Fine</title><link>javascript:alert(1)</link>",
    ]
    (batch,) = reader.batches(reader.serve(rss(*items)))
    titles = [one.title for one in batch.observations]
    assert titles == ["Fine", "Fine", "Fine", "1 < 2 & 3 > 2", "Fine"]
    assert batch.observations[-1].url == ""
    assert [refusal.line for refusal in batch.refused] == [5]


def test_text_is_cut_with_a_note_and_the_title_is_not_repeated(reader: Reader) -> None:
    one = reader.only(rss(f"<title>a</title><description>{'x' * 150_000}</description>"))
    assert (len(one.text), one.extra) == (100_000, {"text_cut_at": "100000"})
    same = reader.only(rss("<title>All fine.</title><description>All fine</description>"))
    assert (same.title, same.text) == ("All fine.", "")


def test_a_feed_that_never_ends_is_stopped(reader: Reader) -> None:
    def endless() -> Iterator[bytes]:
        yield b'<rss version="2.0"><channel>'
        while True:
            yield b"<item><title>a</title></item>" * 1000

    url = reader.server.route("/feed", lambda seen: Answer(endless()))
    with pytest.raises(SourceBroken, match="larger than 5,000,000"):
        reader.batches(Source("f", "feeds", options={"url": url}))


def test_trouble_is_retryable_and_a_lost_feed_broken(reader: Reader) -> None:
    with pytest.raises(Retryable):
        reader.batches(reader.serve("", status=503))
    with pytest.raises(SourceBroken, match="does not exist"):
        reader.batches(Source("f", "feeds", options={"url": reader.server.url + "/none"}))


def test_a_local_file_is_never_read(reader: Reader) -> None:
    """feedparser takes a body that looks like a path for one."""
    with pytest.raises(SourceBroken):
        reader.read(b"/etc/passwd")
