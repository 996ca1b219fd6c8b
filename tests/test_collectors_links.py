"""Addresses, markup and pasted links: pure functions, by table and by property."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import links, markup
from collectors.feed_links import recognise as feed_for
from collectors.reddit import RedditCollector

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("/x", "https://b.example/x"),
        ("//c.example/x", "https://c.example/x"),
        ("https://a.example/<b>\"'", "https://a.example/%3Cb%3E%22'"),
        ("javascript:alert(1)", ""),
        ("JAVASCRIPT:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://[", ""),
        ("http://a:x/", ""),
        ("https://a.example/" + "x" * 3000, ""),
        ("", ""),
    ],
)
def test_only_web_links_are_kept(link: str, kept: str) -> None:
    assert links.web(link, "https://b.example/feed") == kept


@given(ANYTHING)
def test_whatever_is_a_link_stays_one(text: str) -> None:
    link = links.web(text, "https://b.example/")
    assert link == "" or links.parts(link) is not None
    assert not set(link) & set('\0\n <>"')
    normal = links.normal(link)
    assert links.normal(normal) == normal


@pytest.mark.parametrize(
    "same",
    [
        "http://www.a.example/x/",
        "https://A.example:443/x",
        "https://a.example/x?utm_source=b&fbclid=c#top",
        "https://a.example/x?",
    ],
)
def test_spellings_of_one_address_are_one(same: str) -> None:
    assert links.normal(same) == "https://a.example/x"


def test_what_differs_stays_different() -> None:
    assert links.normal("https://a.example/x?id=1") != links.normal("https://a.example/x?id=2")
    assert links.normal("http://a.example:8080/x") == "https://a.example:8080/x"
    assert links.normal("mailto:x") == ""


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://www.google.com/url?rct=j&url=https://a.example/x%3Fy%3D1&ct=ga",
         "https://a.example/x?y=1"),
        ("https://www.google.co.uk/url?q=http://a.example/", "http://a.example/"),
        ("https://www.google.com/url?url=javascript:alert(1)",
         "https://www.google.com/url?url=javascript:alert(1)"),
        ("https://www.google.com.evil.example/url?url=https://a.example/",
         "https://www.google.com.evil.example/url?url=https://a.example/"),
        ("https://news.google.com/rss/articles/AU_yqLnotbase64!?oc=5",
         "https://news.google.com/rss/articles/AU_yqLnotbase64!?oc=5"),
        ("not a link", "not a link"),
    ],
)  # fmt: skip
def test_google_redirects_are_unwrapped(link: str, target: str) -> None:
    assert links.unwrap(link) == target


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\nTwo\nthree"),
        ("<b>Bold</b>ly <a href='x'>go</a>.", "Boldly go."),
        ("a<td>b</td>c", "a b c"),
        ("x<script>alert('<b>')</script>y<STYLE>z</STYLE >w", "x y w"),
        ("x<!-- <b>no</b> -->y", "x y"),
        ("1 < 2 && 3 > 2 &lt;b&gt; &amp;amp;", "1 < 2 && 3 > 2 <b> &amp;"),
        ("a&nbsp;b &#0; &#xD800;", "a b \ufffd \ufffd"),
        ("<img src=x onerror=alert(1)>ok", "ok"),
        ("<unclosed", "<unclosed"),
    ],
)
def test_markup_becomes_text(html: str, text: str) -> None:
    assert markup.plain(html) == text


@given(ANYTHING)
def test_text_is_always_storable_and_settled(text: str) -> None:
    for made in (markup.plain(text), markup.clean(text), markup.line(text), markup.untagged(text)):
        made.encode("utf-8")
        assert "\0" not in made
        assert made == made.strip()
        assert markup.clean(made) == made


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<", "<a ", "<script>", "&", "&#", "\n ", "<b><", "</", "<!--<script>-->", "İ"],
)
def test_hostile_markup_takes_linear_time(piece: str) -> None:
    begun = time.process_time()
    markup.plain(piece * (400_000 // len(piece)))
    markup.untagged(piece * (400_000 // len(piece)))
    markup.feed_link((piece * (400_000 // len(piece))).encode(), "https://a.example/")
    assert time.process_time() - begun < 2


def test_a_page_names_its_feed() -> None:
    page = b"""<link rel=stylesheet href=a.css><link href='/atom?a=1&amp;b=2' rel="alternate"
        type="application/atom+xml" title="Blog">"""
    assert markup.feed_link(page, "https://a.example/x/") == "https://a.example/atom?a=1&b=2"
    assert (
        markup.feed_link(b"<link rel=alternate hreflang=de href=/de>", "https://a.example/") == ""
    )


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://apps.apple.com/de/app/acme/id310633997?l=en",
         "https://itunes.apple.com/de/rss/customerreviews/page=1/id=310633997/sortby=mostrecent/json"),
        ("apps.apple.com/app/id310633997",
         "https://itunes.apple.com/us/rss/customerreviews/page=1/id=310633997/sortby=mostrecent/json"),
        ("https://itunes.apple.com/us/rss/customerreviews/id=310633997/json",
         "https://itunes.apple.com/us/rss/customerreviews/id=310633997/json"),
        ("https://www.youtube.com/channel/UCK8sQmJBp8GCxrOtXWBpyEA/videos",
         "https://www.youtube.com/feeds/videos.xml?channel_id=UCK8sQmJBp8GCxrOtXWBpyEA"),
        ("UCK8sQmJBp8GCxrOtXWBpyEA",
         "https://www.youtube.com/feeds/videos.xml?channel_id=UCK8sQmJBp8GCxrOtXWBpyEA"),
        ("https://m.youtube.com/user/google",
         "https://www.youtube.com/feeds/videos.xml?user=google"),
        ("https://www.youtube.com/playlist?list=PL123",
         "https://www.youtube.com/feeds/videos.xml?playlist_id=PL123"),
        ("https://www.youtube.com/@acme", "https://www.youtube.com/@acme"),
        ("https://www.youtube.com/feeds/videos.xml?channel_id=x",
         "https://www.youtube.com/feeds/videos.xml?channel_id=x"),
        ("https://old.reddit.com/r/acme/", "https://www.reddit.com/r/acme/new/.rss"),
        ("https://www.reddit.com/r/acme/comments/.rss",
         "https://www.reddit.com/r/acme/comments/.rss"),
        ("https://news.google.com/search?q=acme&hl=en-US",
         "https://news.google.com/rss/search?q=acme&hl=en-US"),
        ("https://www.google.com/alerts/feeds/123/456",
         "https://www.google.com/alerts/feeds/123/456"),
        ("https://blog.example/feed.xml", "https://blog.example/feed.xml"),
    ],
)  # fmt: skip
def test_links_stand_for_feeds(link: str, url: str) -> None:
    suggestion = feed_for(link)
    assert suggestion is not None
    assert suggestion.options == {"url": url}
    assert suggestion.id.strip("-") == suggestion.id != ""


@pytest.mark.parametrize("link", ["", "hello", "ftp://a.example", "reddit.com/user/jo", "http://["])
def test_other_links_stand_for_nothing(link: str) -> None:
    assert feed_for(link) is None


@given(ANYTHING)
def test_recognising_never_fails(text: str) -> None:
    feed_for(text)
    RedditCollector.recognise(text)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://www.reddit.com/r/acme/", "acme"),
        ("https://old.reddit.com/r/acme/comments/abc/title/", "acme"),
        ("reddit.com/r/Acme_App", "Acme_App"),
        ("https://www.reddit.com/r/acme/new/.rss", None),
        ("https://reddit.com.evil.example/r/acme", None),
        ("https://www.reddit.com/user/jo", None),
    ],
)
def test_links_stand_for_subreddits(link: str, name: str | None) -> None:
    suggestion = RedditCollector.recognise(link)
    assert (suggestion.options if suggestion else None) == (
        {"subreddits": [name]} if name else None
    )
