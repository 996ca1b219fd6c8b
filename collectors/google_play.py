"""Collects reviews of an own app through the Android Publisher API, and answers them.

The API shows reviews with a text that were written or edited within the last week, so
that each poll reads all of them; older history comes by importing Play Console's exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote

from collectors import links, markup
from collectors.contract import (
    Check,
    KindInfo,
    Need,
    Posted,
    Replies,
    Services,
    Suggestion,
)
from collectors.google_api import GoogleApi, ServiceAccount, moment
from collectors.transport import transport_for
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Batch, Json, Kind, Observation, Refusal, Source

KEY = "EARSHOT_GOOGLE_PLAY_KEY"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_API = "https://androidpublisher.googleapis.com"
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_PAGE, _PAGES = 100, 200


class GooglePlayCollector:
    """Reads and answers the reviews of one app."""

    info: ClassVar[KindInfo] = KindInfo(
        name="google_play",
        title="Google Play (own app)",
        needs=(
            Need("package", "package name of the app, like com.acme.app", required=True),
            Need("url", "another address that speaks the Android Publisher API"),
        ),
        example={"package": "com.acme.app"},
        terms=(
            "For own apps only, by a service account that Play Console invited with the "
            "permission to reply to reviews. The API shows reviews with a text of the last 7 days "
            "and takes one reply of 350 characters a review; 200 reads an hour, 2,000 replies a "
            "day."
        ),
        secrets=(KEY,),
        replies=Replies(350, edits=True, window=timedelta(days=7)),
    )

    def __init__(self, services: Services) -> None:
        self._services = services
        self._transport = transport_for(services.transport, allow_private=services.allow_private)
        self._api: GoogleApi | None = None

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """Say which app a link to its page in the store is of."""
        split = links.parts(link if "//" in link else f"https://{link}")
        if split is None or split.hostname != "play.google.com":
            return None
        package = (parse_qs(split.query).get("id") or [""])[0]
        if split.path != "/store/apps/details" or not _PACKAGE.fullmatch(package):
            return None
        note = "Reviews of your own app, with replies; needs a service account of Play Console."
        name = "play-" + package.lower().replace(".", "-").replace("_", "-")
        return Suggestion("google_play", name, {"package": package}, package, note)

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield every review that the API shows, page by page."""
        del cursor
        package, base = _options(source)
        token = ""
        for _ in range(_PAGES):
            query = {"maxResults": str(_PAGE)} | ({"token": token} if token else {})
            raw = self._asked().get(f"{base}/reviews", **query)
            yield _batch(raw, source, package)
            token = _text(_part(raw, "tokenPagination"), "nextPageToken")
            if not token:
                return
        raise Retryable(f"source {source.id}: the API's pages do not end")

    def check(self, source: Source) -> Check:
        """Show three of the newest reviews."""
        try:
            package, base = _options(source)
            raw = self._asked().get(f"{base}/reviews", maxResults="3")
            seen = _batch(raw, source, package).observations
        except CollectError as error:
            return Check(problem=str(error))
        if not seen:
            return Check(problem="nobody wrote a review with a text in the last 7 days")
        return Check(newest=seen[:3])

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        """Post the reply; one that is there is replaced."""
        package, base = _options(source)
        url = f"{base}/reviews/{quote(native_id, safe='')}"
        raw = self._asked().send("POST", f"{url}:reply", {"replyText": text})
        result = _part(raw, "result")
        if not result:
            raise Retryable("Google Play did not show the posted reply: look before repeating")
        at = moment(result.get("lastEdited")) or self._services.now()
        return Posted(native_id, _address(package, native_id), _text(result, "replyText"), at)

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        """Return the developer's comment as the review shows it."""
        package, base = _options(source)
        raw = self._asked().get(f"{base}/reviews/{quote(native_id, safe='')}")
        ours = _comments(raw)[1]
        said = _text(ours, "text")
        if not said or (text and said.split() != text.split()):
            return None
        at = moment(ours.get("lastModified")) or self._services.now()
        return Posted(native_id, _address(package, native_id), said, at)

    def edit_reply(self, source: Source, native_id: str, reply_id: str, text: str) -> Posted:
        """Replace the reply."""
        del reply_id
        return self.reply(source, native_id, text)

    def delete_reply(self, source: Source, native_id: str, reply_id: str) -> None:
        """The API has no way to take a reply away."""
        raise SourceBroken("Google Play lets replies be deleted in Play Console only")

    def _asked(self) -> GoogleApi:
        if self._api is None:
            login = ServiceAccount(self._services.secrets.get(KEY, ""), KEY, SCOPE)
            self._api = GoogleApi(self._transport, login, self._services)
        return self._api


def _options(source: Source) -> tuple[str, str]:
    """Return the package and the address below which its reviews are."""
    package, url = source.options.get("package", ""), source.options.get("url", "")
    if not isinstance(package, str) or not _PACKAGE.fullmatch(package):
        raise SourceBroken(f"source {source.id} needs `package`, like com.acme.app")
    if url and (not isinstance(url, str) or links.parts(url) is None):
        raise SourceBroken(f"source {source.id}: `url` is not a web address")
    base = str(url).rstrip("/") or _API
    return package, f"{base}/androidpublisher/v3/applications/{package}"


def _batch(raw: dict[str, Any], source: Source, package: str) -> Batch:
    found, odd = list[Observation](), list[Refusal]()
    listed = raw.get("reviews")
    for line, review in enumerate(listed if isinstance(listed, list) else [], 1):
        one = _observation(review, source, package) if isinstance(review, dict) else None
        if one is None:
            odd.append(Refusal(line, "a review without id or words"))
        else:
            found.append(one)
    return Batch(tuple(found), refused=tuple(odd))


def _observation(review: dict[str, Any], source: Source, package: str) -> Observation | None:
    theirs, ours = _comments(review)
    native_id = markup.line(_text(review, "reviewId"))
    title, tab, body = _text(theirs, "originalText", "text").partition("\t")
    if not tab:
        title, body = "", title
    stars = theirs.get("starRating")
    rating = float(stars) if isinstance(stars, int) and 1 <= stars <= 5 else None
    if not native_id or not (markup.line(title) or markup.clean(body) or rating):
        return None
    at = moment(theirs.get("lastModified"))
    names = {"app_version": "appVersionName", "device": "device", "language": "reviewerLanguage"}
    extra = {name: markup.line(_text(theirs, key)) for name, key in names.items()}
    liked = theirs.get("thumbsUpCount")
    extra["likes"] = str(liked) if isinstance(liked, int) and liked > 0 else ""
    lang = extra["language"][:2].lower()
    return Observation(
        place=f"play:{package}",
        native_id=native_id,
        kind=Kind.REVIEW,
        title=markup.line(title),
        text=markup.clean(body),
        author=markup.line(_text(review, "authorName")),
        url=_address(package, native_id),
        published_at=at,
        updated_at=at,
        rating=rating,
        lang=lang if re.fullmatch("[a-z]{2}", lang) else None,
        brand=source.brand,
        product=source.product,
        reply_text=markup.clean(_text(ours, "text")),
        reply_at=moment(ours.get("lastModified")),
        extra={name: text for name, text in extra.items() if text},
    )


def _comments(review: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the latest words of the user and of the developer; empty where there are none."""
    theirs, ours = dict[str, Any](), dict[str, Any]()
    listed = review.get("comments")
    for comment in listed if isinstance(listed, list) else []:
        if isinstance(comment, dict):
            theirs = _part(comment, "userComment") or theirs
            ours = _part(comment, "developerComment") or ours
    return theirs, ours


def _address(package: str, native_id: str) -> str:
    return links.web(
        f"https://play.google.com/store/apps/details?id={package}&reviewId={quote(native_id)}"
    )


def _part(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _text(raw: dict[str, Any], *keys: str) -> str:
    """Return the first of some values that is a text; user comments may be translated."""
    return next((raw[key] for key in keys if isinstance(raw.get(key), str)), "")
