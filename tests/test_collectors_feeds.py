"""Feeds of every format and site, served over loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collectors.feeds import Memory
from storage.errors import SourceBroken
from storage.models import Json, Kind, Observation, Source
from tests.data import shared
from tests.feed_reader import Reader, atom, reading, rss
from tests.http_server import Answer, Seen


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as made:
        yield made


# -- formats -----------------------------------------------------------------------------


def test_an_rss_item(reader: Reader) -> None:
    one = reader.only(
        rss(
            "<guid>a-1</guid><title>Acme &amp;amp; Co</title><link>https://b.example/1</link>"
            "<description>&lt;p&gt;Works &lt;b&gt;well&lt;/b&gt;.&lt;/p&gt;</description>"
            "<pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>"
            "<author>jo@b.example (Jo)</author>",
            channel="<language>de-DE</language>",
        )
    )
    assert one == Observation(
        place=f"feed:https://127.0.0.1:{reader.server.port}/feed",
        native_id="a-1",
        kind=Kind.ARTICLE,
        title="Acme & Co",
        text="Works well.",
        author="Jo",
        url="https://b.example/1",
        published_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        lang="de",
        brand="Acme",
    )


@pytest.mark.parametrize(
    "body",
    [
        '<rss version="0.91"><channel><item><title>One</title><link>http://a.example/1</link>'
        "</item></channel></rss>",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>c</title></channel>'
        '<item rdf:about="http://a.example/1"><title>One</title>'
        "<link>http://a.example/1</link></item></rdf:RDF>",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://my.netscape.com/rdf/simple/0.9/"><item><title>One</title>'
        "<link>http://a.example/1</link></item></rdf:RDF>",
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>One</title>'
        '<link rel="alternate" href="http://a.example/1"/></entry></feed>',
        atom('<title>One</title><link href="http://a.example/1"/>'),
        json.dumps({"version": "https://jsonfeed.org/version/1.1",
                    "items": [{"title": "One", "url": "http://a.example/1"}]}),
    ],
)  # fmt: skip
def test_every_version_is_read(reader: Reader, body: str) -> None:
    one = reader.only(body)
    assert (one.title, one.url) == ("One", "http://a.example/1")
    assert one.native_id in ("http://a.example/1", "https://a.example/1")


def test_a_json_feed_item(reader: Reader) -> None:
    item = {
        "id": 7,
        "external_url": "/there",
        "content_html": "<p>Good <i>thing</i></p>",
        "date_published": "2026-11-20T10:00:00-05:00",
        "date_modified": "2026-11-20T16:00:00Z",
        "author": {"name": "Jo"},
        "language": "fr",
    }
    one = reader.only(json.dumps({"items": [item, "odd"]}))
    assert (one.native_id, one.text, one.author, one.lang) == ("7", "Good thing", "Jo", "fr")
    assert one.url == f"{reader.server.url}/there"
    assert one.published_at == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert one.updated_at == datetime(2026, 11, 20, 16, tzinfo=UTC)


# -- sites -------------------------------------------------------------------------------


@pytest.mark.data
def test_google_alerts_lead_to_the_article(reader: Reader) -> None:
    seen = reader.read(shared("feeds/google_alerts_atom.xml").read_bytes())
    assert len(seen) == 20
    assert {one.place for one in seen} == {"web"}
    assert all("google." not in one.url and "<b>" not in one.title + one.text for one in seen)
    assert seen[1].native_id == "https://investorplace.com/2019/07/slack-stock-truly-compelling"
    assert seen[1].title.startswith("Slack Stock Has")


def test_google_news_names_the_publisher_once(reader: Reader) -> None:
    token = "CBMiGmh0dHBzOi8vbmV3cy5leGFtcGxlL2FjbWUvMdIBAA"
    item = (
        "<title>Acme recalls app - Daily Example</title><guid isPermaLink='false'>x</guid>"
        f"<link>https://news.google.com/rss/articles/{token}?oc=5</link>"
        "<description>&lt;a href='x'&gt;Acme recalls app&lt;/a&gt;&amp;nbsp;&amp;nbsp;"
        "&lt;font&gt;Daily Example&lt;/font&gt;</description>"
        "<source url='https://news.example'>Daily Example</source>"
    )
    one = reader.only(rss(item, channel="<generator>NFE/5.0</generator>"))
    assert (one.title, one.text, one.author) == ("Acme recalls app", "", "Daily Example")
    assert (one.place, one.native_id) == ("web", "https://news.example/acme/1")
    assert one.url == "https://news.example/acme/1"


@pytest.mark.data
def test_youtube(reader: Reader) -> None:
    seen = reader.read(shared("feeds/youtube_atom.xml").read_bytes())
    assert len(seen) == 15
    assert {one.place for one in seen} == {"youtube:UCK8sQmJBp8GCxrOtXWBpyEA"}
    assert (seen[0].native_id, seen[0].kind) == ("5shykyfmb28", Kind.SOCIAL)


def test_reddit_rss_is_the_same_mention_as_through_the_api(reader: Reader) -> None:
    body = "&lt;!-- SC_OFF --&gt;&lt;div class=&quot;md&quot;&gt;&lt;p&gt;It %s&lt;/p&gt;"
    tail = "&lt;/div&gt;&lt;!-- SC_ON --&gt; submitted by &lt;a href='x'&gt;/u/jo&lt;/a&gt;"
    entries = [
        f"<author><name>/u/jo</name></author><category term='acme' label='r/acme'/>"
        f"<content type='html'>{body % how}{tail}</content><id>{name}</id>"
        f"<link href='https://www.reddit.com/r/acme/comments/{link}'/>"
        f"<updated>2026-11-20T10:00:00+00:00</updated><title>{title}</title>"
        for name, link, title, how in [
            ("t3_abc", "abc/t/", "Broken again", "crashes"),
            ("t1_def", "abc/t/def/", "/u/jo on Broken again", "works now"),
        ]
    ]
    post, comment = reader.read(atom(*entries))
    assert (post.place, post.native_id, post.kind) == ("reddit", "t3_abc", Kind.SOCIAL)
    assert (post.title, post.text, post.author) == ("Broken again", "It crashes", "jo")
    assert (comment.native_id, comment.title, comment.text) == ("t1_def", "", "It works now")
    assert post.extra == {"subreddit": "acme"}


@pytest.mark.data
def test_apple_json(reader: Reader) -> None:
    body = shared("feeds/appstore_customer_reviews.json").read_bytes()
    seen = reader.read(body, content_type="application/json")
    raw = json.loads(body)["feed"]["entry"]
    assert len(seen) == len(raw) == 50
    assert sum(one.rating or 0 for one in seen) == sum(int(e["im:rating"]["label"]) for e in raw)
    first = seen[0]
    assert (first.place, first.native_id) == ("appstore:1321994487", "7175647643")
    assert (first.kind, first.rating, first.extra) == (Kind.REVIEW, 2.0, {"version": "8.0.9"})
    assert first.published_at is None


def apple_entry(number: int, rating: object = "5", **more: object) -> dict[str, object]:
    return {
        "id": {"label": str(number)},
        "title": {"label": f"Title {number}"},
        "content": {"label": f"Text <{number}", "attributes": {"type": "text"}},
        "author": {"name": {"label": "Jo"}},
        "im:rating": {"label": rating},
        **more,
    }


def test_apple_single_entry_app_entry_and_bad_ratings(reader: Reader) -> None:
    path = "/us/rss/customerreviews/id=42/json"
    single = {"feed": {"entry": apple_entry(1, updated={"label": "2026-11-20T10:00:00-07:00"})}}
    one = reader.only(json.dumps(single), path=path)
    assert (one.place, one.text) == ("appstore:42", "Text <1")
    assert one.published_at == datetime(2026, 11, 20, 17, tzinfo=UTC)
    app = {"im:name": {"label": "Acme"}, "id": {"label": "42"}, "title": {"label": "Acme"}}
    entries = [app, *(apple_entry(n, r) for n, r in enumerate(["NaN", "0", "6", "", 4, None], 1))]
    seen = reader.read(json.dumps({"feed": {"entry": entries}}), path="/x" + path)
    assert [one.rating for one in seen] == [None, None, None, None, 4.0, None]
    assert seen[0].extra == {"rating_not_believed": "NaN"}


def test_apple_atom_equals_apple_json(reader: Reader) -> None:
    entry = (
        "<updated>2026-11-20T10:00:00-07:00</updated><id>1</id><title>Title 1</title>"
        "<content type='text'>Text &lt;1</content><im:rating>5</im:rating>"
        "<im:version>2.1</im:version><author><name>Jo</name></author>"
        "<content type='html'>&lt;table&gt;x&lt;/table&gt;</content>"
    )
    app = "<id>https://apps.apple.com/us/app/id42</id><title>Acme</title><im:name>Acme</im:name>"
    xml = atom(app, entry).replace("<feed ", '<feed xmlns:im="http://itunes.apple.com/rss" ')
    path = "/us/rss/customerreviews/id=42/xml"
    from_xml = reader.only(xml, path=path)
    more = {"im:version": {"label": "2.1"}, "updated": {"label": "2026-11-20T10:00:00-07:00"}}
    from_json = reader.only(json.dumps({"feed": {"entry": apple_entry(1, **more)}}), path=path)
    assert from_xml == from_json


def test_apple_pages_are_read_until_what_is_known(reader: Reader) -> None:
    reviews = list(range(1, 121))

    def page(seen: Seen) -> Answer:
        number = int(seen.path.split("page=")[1].split("/")[0]) if "page=" in seen.path else 1
        newest = reviews[::-1][50 * (number - 1) : 50 * number]
        if not newest:
            return Answer(b"none", 400)
        return Answer(json.dumps({"feed": {"entry": [apple_entry(n) for n in newest]}}).encode())

    reader.server.default = page
    url = f"{reader.server.url}/us/rss/customerreviews/page=1/id=42/sortby=mostrecent/json"
    source = Source("f", "feeds", options={"url": url})
    first = reader.batches(source)
    assert len({one.native_id for batch in first for one in batch.observations}) == 120
    assert len(reader.server.requests) == 3
    cursor = first[-1].cursor
    reviews.extend(range(121, 191))
    second = reader.batches(source, cursor)
    assert len(reader.server.requests) == 5
    assert {str(n) for n in range(121, 191)} <= {
        one.native_id for batch in second for one in batch.observations
    }
    assert [batch.cursor for batch in reader.batches(source, second[-1].cursor)] == []


def test_options_override_kind_and_place(reader: Reader) -> None:
    source = reader.serve(rss("<title>a</title>"))
    options = {**source.options, "mention_kind": "social", "place": "forum"}
    (batch,) = reader.batches(Source("f", "feeds", options=options))
    assert (batch.observations[0].kind, batch.observations[0].place) == (Kind.SOCIAL, "forum")


# -- identity ----------------------------------------------------------------------------


def test_a_reused_guid_is_two_mentions_and_an_edit_is_a_version(reader: Reader) -> None:
    old, new = "<guid>g</guid><title>Old</title>", "<guid>g</guid><title>New</title>"
    (first,) = reader.batches(reader.serve(rss(old)))
    assert [one.native_id for one in first.observations] == ["g"]
    (second,) = reader.batches(reader.serve(rss(new, old)), first.cursor)
    ids = {one.title: one.native_id for one in second.observations}
    assert ids["Old"] == "g"
    assert ids["New"].startswith("g#")
    (third,) = reader.batches(reader.serve(rss(new)), second.cursor)
    assert third.observations[0].native_id == ids["New"]
    (edited,) = reader.batches(reader.serve(rss("<guid>g</guid><title>Edited</title>")))
    assert edited.observations[0].native_id == "g"


def test_the_same_entry_twice_is_one_mention(reader: Reader) -> None:
    item = "<guid>g</guid><title>Same</title>"
    assert len(reader.read(rss(item, item))) == 1


def test_entries_without_guid_are_told_by_link_or_content(reader: Reader) -> None:
    linked = "<title>a</title><link>http://www.b.example/x/?utm_source=rss#top</link>"
    bare, other = "<title>b</title>", "<title>c</title>"
    seen = reader.read(rss(linked, bare, other))
    assert seen[0].native_id == "https://b.example/x"
    assert len({one.native_id for one in seen}) == 3
    assert [one.native_id for one in seen] == [
        one.native_id for one in reader.read(rss(linked, bare, other))
    ]


# -- polling -----------------------------------------------------------------------------


def test_an_unchanged_feed_is_not_read_again_for_a_day(reader: Reader) -> None:
    source = reader.serve(rss("<title>a</title>"), ETag='"1"')
    (batch,) = reader.batches(source)
    assert reader.batches(source, batch.cursor) == []
    assert reader.server.requests[-1].headers["if-none-match"] == '"1"'
    reader.now += timedelta(hours=25)
    assert len(reader.batches(source, batch.cursor)) == 1
    assert "if-none-match" not in reader.server.requests[-1].headers


def test_the_same_bytes_are_not_read_again_without_etag(reader: Reader) -> None:
    source = reader.serve(rss("<title>a</title>"))
    (batch,) = reader.batches(source)
    assert reader.batches(source, batch.cursor) == []
    changed = Source("f", "feeds", options={**source.options, "mention_kind": "social"})
    assert len(reader.batches(changed, batch.cursor)) == 1


def test_an_empty_feed_is_a_poll_without_mentions(reader: Reader) -> None:
    (batch,) = reader.batches(reader.serve(rss()))
    assert (batch.observations, batch.expected) == ((), 0)


@pytest.mark.parametrize("cursor", [None, 3, "x", [], {"heads": 1, "reused": [], "read_at": 5}])
def test_a_foreign_cursor_is_a_fresh_start(cursor: Json) -> None:
    assert Memory.of(cursor) == Memory()


def test_check_shows_the_three_newest(reader: Reader) -> None:
    items = [
        f"<title>{n}</title><pubDate>{n} Nov 2026 10:00:00 GMT</pubDate>" for n in (3, 9, 5, 1)
    ]
    found = reader.collector.check(reader.serve(rss(*items)))
    assert ([one.title for one in found.newest], found.problem) == (["9", "5", "3"], "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "needs `url`"),
        ({"url": 3}, "needs `url`"),
        ({"url": "file:///etc/passwd"}, "needs `url`"),
        ({"url": "https://a.example/", "mention_kind": "rant"}, "rant"),
    ],
)
def test_wrong_options_are_said_in_words(
    reader: Reader, options: dict[str, Json], says: str
) -> None:
    source = Source("f", "feeds", options=options)
    assert says in reader.collector.check(source).problem
    with pytest.raises(SourceBroken, match=says):
        reader.batches(source)
