"""Which feed a pasted link stands for. Pure: a link is judged by its address alone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlencode

from collectors import apple, links
from collectors.contract import Suggestion

EXAMPLE = apple.feed_address("310633997")
_CHANNEL = re.compile(r"UC[\w-]{22}")
_YOUTUBE = "https://www.youtube.com/feeds/videos.xml"


def recognise(link: str) -> Suggestion | None:
    """Return the source that a link stands for; None for what is no web address."""
    link = link.strip()
    if _CHANNEL.fullmatch(link):
        return _youtube("channel_id", link)
    if "://" not in link and "." in link:
        link = f"https://{link}"
    split = links.parts(link)
    if split is None:
        return None
    host = (split.hostname or "").removeprefix("www.").removeprefix("m.")
    path = split.path.rstrip("/")
    if host in ("apps.apple.com", "itunes.apple.com"):
        return _app_store(link, path)
    if host == "youtube.com" and path != "/feeds/videos.xml":
        return _youtube_page(link, path, split.query)
    if host in ("reddit.com", "old.reddit.com", "new.reddit.com"):
        return _subreddit(link, path)
    if host == "news.google.com" and path == "/search":
        query = split.query
        about = parse_qs(query).get("q", ["?"])[0]
        url = f"https://news.google.com/rss/search?{query}"
        return _feed(url, f"google-news-{about}", f"Google News: {about}")
    if host.startswith("google.") and path.startswith("/alerts/feeds/"):
        return _feed(link, f"google-alert-{path.rsplit('/', 1)[1]}", "Google Alert")
    return _feed(link, host, f"Feed of {host}", note="Not a known site: tried as a feed.")


def _app_store(link: str, path: str) -> Suggestion | None:
    app = apple.app_id(link)
    if not app:
        return None
    first = path.strip("/").split("/")[0]
    country = first if re.fullmatch(r"[a-z]{2}", first) else "us"
    url = link if "/customerreviews" in path else apple.feed_address(app, country)
    return _feed(
        url,
        f"appstore-{app}-{country}",
        f"App Store reviews of app {app}, {country.upper()}",
        note="The newest 500 reviews of one country; add a source per country.",
    )


def _youtube_page(link: str, path: str, query: str) -> Suggestion | None:
    names = path.strip("/").split("/")
    if names[0] == "channel" and len(names) > 1 and _CHANNEL.fullmatch(names[1]):
        return _youtube("channel_id", names[1])
    if names[0] == "user" and len(names) > 1:
        return _youtube("user", names[1])
    playlist = parse_qs(query).get("list")
    if names[0] == "playlist" and playlist:
        return _youtube("playlist_id", playlist[0])
    name = names[-1].removeprefix("@") or "youtube"
    note = "YouTube names the feed in the page itself: check this source to get its address."
    return _feed(link, f"youtube-{name}", f"YouTube: {name}", note=note)


def _youtube(key: str, value: str) -> Suggestion:
    url = f"{_YOUTUBE}?{urlencode({key: value})}"
    note = "The newest 15 videos, no comments."
    return _feed(url, f"youtube-{value}", f"YouTube: {value}", note=note)


def _subreddit(link: str, path: str) -> Suggestion | None:
    names = path.strip("/").split("/")
    if path.endswith(".rss"):
        return _feed(link, "reddit-rss", "Reddit feed")
    if len(names) < 2 or names[0] != "r":
        return None
    name = quote(names[1], safe="+_")
    note = "The newest 25 posts without an account; kind reddit reads everything said there."
    return _feed(f"https://www.reddit.com/r/{name}/new/.rss", f"reddit-{name}", f"r/{name}", note)


def _feed(url: str, name: str, title: str, note: str = "") -> Suggestion:
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return Suggestion("feeds", name or "feed", {"url": url}, title, note)
