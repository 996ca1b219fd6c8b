"""Collects reviews of own places through the Google Business Profile API, and answers them.

The API lists a place's reviews by when they were last changed. Owner's replies change no
such time, so each poll reads the last 30 days again besides what is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from collectors import links, markup
from collectors.contract import (
    Check,
    KindInfo,
    Need,
    Posted,
    Replies,
    Services,
    Suggestion,
    Vanished,
)
from collectors.google_api import TOKEN_URL, GoogleApi, RefreshToken, moment
from collectors.transport import transport_for
from storage.errors import CollectError, Retryable, SourceBroken
from storage.models import Batch, Json, Kind, Observation, Refusal, Source

SECRETS = (
    "EARSHOT_GOOGLE_CLIENT_ID",
    "EARSHOT_GOOGLE_CLIENT_SECRET",
    "EARSHOT_GOOGLE_REFRESH_TOKEN",
)
AGAIN = timedelta(days=30)
_API = "https://mybusiness.googleapis.com"
_LOCATION = re.compile(r"accounts/\d{1,30}/locations/\d{1,30}")
_ID = re.compile(r"[A-Za-z0-9_.=-]{1,300}")
_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
_ORIGINAL = re.compile(r"\n\n\(Original\)\n(.*)\Z", re.DOTALL)
_TRANSLATED = re.compile(r"\n\n\(Translated by Google\)\n.*\Z", re.DOTALL)
_PAGE, _PAGES = 50, 2_000


class GoogleBusinessCollector:
    """Reads and answers the reviews of one place."""

    info: ClassVar[KindInfo] = KindInfo(
        name="google_business",
        title="Google Business Profile (own place)",
        needs=(
            Need("location", "the place, like accounts/123/locations/456", required=True),
            Need("url", "another address that speaks the Business Profile API"),
        ),
        example={"location": "accounts/123/locations/456"},
        terms=(
            "For places that the account owns or manages; Google grants access to the API on "
            "request. One reply a review of at most 4,096 bytes; a second replaces it."
        ),
        secrets=SECRETS,
        replies=Replies(4096, in_bytes=True, edits=True, deletes=True),
    )

    def __init__(self, services: Services) -> None:
        self._services = services
        self._transport = transport_for(services.transport, allow_private=services.allow_private)
        self._apis: dict[str, GoogleApi] = {}

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """No public link says which account a place belongs to."""
        del link
        return None

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield what changed since the cursor or in the last 30 days, the latest first."""
        location, base = _options(source)
        end = _since(cursor, self._services.now())
        newest, token = _stored(cursor), ""
        for _ in range(_PAGES):
            query = {"pageSize": str(_PAGE), "orderBy": "updateTime desc"}
            raw = self._api(base).get(
                f"{base}/v4/{location}/reviews", **query, **({"pageToken": token} if token else {})
            )
            batch, times = _batch(raw, source, location)
            newest = max([newest, *times]) if newest else max(times, default=None)
            token = raw["nextPageToken"] if isinstance(raw.get("nextPageToken"), str) else ""
            if token and not (end and times and min(times) < end):
                yield batch
                continue
            yield Batch(
                batch.observations,
                cursor={"newest": newest.isoformat()} if newest else None,
                refused=batch.refused,
            )
            return
        raise Retryable(f"source {source.id}: the API's pages do not end")

    def check(self, source: Source) -> Check:
        """Show the three reviews that changed last."""
        try:
            location, base = _options(source)
            query = {"pageSize": "3", "orderBy": "updateTime desc"}
            raw = self._api(base).get(f"{base}/v4/{location}/reviews", **query)
            seen = _batch(raw, source, location)[0].observations
        except CollectError as error:
            return Check(problem=str(error))
        return Check(newest=seen[:3]) if seen else Check(problem="the place has no review yet")

    def reply(self, source: Source, native_id: str, text: str) -> Posted:
        """Put the owner's reply; one that is there is replaced."""
        base, url = self._review(source, native_id)
        raw = self._api(base).send("PUT", f"{url}/reply", {"comment": text})
        if not isinstance(raw.get("comment"), str):
            raise Retryable("Google did not show the posted reply: look before repeating")
        return self._posted(native_id, raw)

    def find_reply(self, source: Source, native_id: str, text: str = "") -> Posted | None:
        """Return the owner's reply as the review shows it."""
        base, url = self._review(source, native_id)
        raw = self._api(base).get(url).get("reviewReply")
        if not isinstance(raw, dict) or not isinstance(raw.get("comment"), str):
            return None
        same = not text or raw["comment"].split() == text.split()
        return self._posted(native_id, raw) if same else None

    def edit_reply(self, source: Source, native_id: str, reply_id: str, text: str) -> Posted:
        """Replace the reply."""
        del reply_id
        return self.reply(source, native_id, text)

    def delete_reply(self, source: Source, native_id: str, reply_id: str) -> None:
        """Take the reply away."""
        del reply_id
        base, url = self._review(source, native_id)
        try:
            self._api(base).send("DELETE", f"{url}/reply")
        except Vanished:
            return  # that there is none is what was wanted

    def _posted(self, native_id: str, raw: dict[str, Any]) -> Posted:
        at = moment(raw.get("updateTime")) or self._services.now()
        return Posted(native_id, "", str(raw["comment"]), at)

    def _review(self, source: Source, native_id: str) -> tuple[str, str]:
        location, base = _options(source)
        if not _ID.fullmatch(native_id):
            raise Vanished("this is no review of Google Business Profile")
        return base, f"{base}/v4/{location}/reviews/{native_id}"

    def _api(self, base: str) -> GoogleApi:
        """One client per address keeps one token."""
        if base not in self._apis:
            url = TOKEN_URL if base == _API else f"{base}/token"
            login = RefreshToken(self._services.secrets, SECRETS, url)
            self._apis[base] = GoogleApi(self._transport, login, self._services)
        return self._apis[base]


def _options(source: Source) -> tuple[str, str]:
    location, url = source.options.get("location", ""), source.options.get("url", "")
    if not isinstance(location, str) or not _LOCATION.fullmatch(location):
        raise SourceBroken(f"source {source.id} needs `location`, like accounts/123/locations/456")
    if url and (not isinstance(url, str) or links.parts(url) is None):
        raise SourceBroken(f"source {source.id}: `url` is not a web address")
    return location, str(url).rstrip("/") or _API


def _stored(cursor: Json) -> datetime | None:
    return moment(cursor.get("newest")) if isinstance(cursor, dict) else None


def _since(cursor: Json, now: datetime) -> datetime | None:
    """Return the time before which nothing needs to be read again, None at the first poll."""
    newest = _stored(cursor)
    return None if newest is None else min(newest, now - AGAIN)


def _batch(raw: dict[str, Any], source: Source, location: str) -> tuple[Batch, list[datetime]]:
    found, odd, times = list[Observation](), list[Refusal](), list[datetime]()
    listed = raw.get("reviews")
    for line, review in enumerate(listed if isinstance(listed, list) else [], 1):
        one = _observation(review, source, location) if isinstance(review, dict) else None
        if one is None:
            odd.append(Refusal(line, "a review without id or stars"))
            continue
        found.append(one)
        if one.updated_at is not None:
            times.append(one.updated_at)
    return Batch(tuple(found), refused=tuple(odd)), times


def _observation(review: dict[str, Any], source: Source, location: str) -> Observation | None:
    native_id = _text(review, "reviewId")
    rating = _STARS.get(_text(review, "starRating"))
    text = markup.clean(_own_words(_text(review, "comment")))
    if not _ID.fullmatch(native_id) or not (text or rating):
        return None
    reviewer, reply = review.get("reviewer"), review.get("reviewReply")
    who = reviewer if isinstance(reviewer, dict) and not reviewer.get("isAnonymous") else {}
    ours = reply if isinstance(reply, dict) else {}
    created = moment(review.get("createTime"))
    return Observation(
        place=f"google:{location.split('/')[-1]}",
        native_id=native_id,
        kind=Kind.REVIEW,
        text=text,
        author=markup.line(_text(who, "displayName")),
        published_at=created,
        updated_at=moment(review.get("updateTime")) or created,
        rating=rating,
        brand=source.brand,
        product=source.product,
        reply_text=markup.clean(_own_words(_text(ours, "comment"))),
        reply_at=moment(ours.get("updateTime")),
    )


def _own_words(text: str) -> str:
    """Return what was written where Google put a translation before or behind it."""
    original = _ORIGINAL.search(text)
    return original[1] if original else _TRANSLATED.sub("", text)


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""
