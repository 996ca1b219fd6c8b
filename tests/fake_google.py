"""Servers that answer like Google's APIs: tokens, Play's reviews, a place's reviews.

The shapes are those of the Android Publisher and Business Profile APIs; every text in them
is a test's own.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.http_server import Answer, LoopbackServer, Seen, serving

PACKAGE = "com.acme.app"
LOCATION = "accounts/12/locations/34"
BUSINESS_SECRETS = {
    "EARSHOT_GOOGLE_CLIENT_ID": "client",
    "EARSHOT_GOOGLE_CLIENT_SECRET": "hush",
    "EARSHOT_GOOGLE_REFRESH_TOKEN": "1//refresh",
}
WEEK = timedelta(days=7)
STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")

Review = dict[str, Any]


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_json(url: str) -> str:
    """Return the key of a service account whose tokens come from ``url``."""
    pem = _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "robot@acme.example",
            "private_key_id": "k1",
            "private_key": pem.decode(),
            "token_uri": f"{url}/token",
        }
    )


class FakeGoogle:
    """What both services share: sign-in, tokens that end, troubles, the log of writes.

    ``failures`` are statuses that the next API requests answer; ``posts`` tells every
    reply that was written, in order.
    """

    def __init__(self, server: LoopbackServer, now: datetime | None = None) -> None:
        self.server = server
        self.url = server.url
        self.now = now
        self.reviews: dict[str, Review] = {}
        self.posts: list[tuple[str, str]] = []
        self.failures: list[int] = []
        self.tokens = 0
        self.lifetime = 3599
        self.lock = threading.RLock()
        server.default = self._answer

    def clock(self) -> datetime:
        """The service's own time."""
        return self.now or datetime.now(UTC)

    def vanish(self, review_id: str) -> None:
        """Take a review away, as its writer would."""
        with self.lock:
            del self.reviews[review_id]

    def _answer(self, seen: Seen) -> Answer:
        with self.lock:
            if seen.path == "/token":
                return self._token(seen)
            if seen.headers.get("authorization") != f"Bearer token-{self.tokens}":
                return _error(401, "Request had invalid authentication credentials.")
            if self.failures:
                return _error(self.failures.pop(0), "Backend error.")
            return self._route(seen)

    def _token(self, seen: Seen) -> Answer:
        if not self._may(seen.form):
            return _json({"error": "invalid_grant", "error_description": "Bad grant."}, 400)
        self.tokens += 1
        answer = {"access_token": f"token-{self.tokens}", "token_type": "Bearer"}
        return _json({**answer, "expires_in": self.lifetime})

    def _may(self, form: dict[str, str]) -> bool:
        raise NotImplementedError

    def _route(self, seen: Seen) -> Answer:
        raise NotImplementedError


class FakePlay(FakeGoogle):
    """The reviews of one app as the Android Publisher API shows them."""

    def add(
        self, review_id: str, text: str, stars: int = 1, *, age: timedelta | None = None
    ) -> str:
        """Add a review; returns its id."""
        with self.lock:
            at = self.clock() - (age or timedelta(hours=1))
            comment = {
                "text": text,
                "lastModified": _seconds(at),
                "starRating": stars,
                "reviewerLanguage": "en",
                "device": "shiba",
                "appVersionName": "2.1",
                "thumbsUpCount": 0,
            }
            self.reviews[review_id] = {
                "reviewId": review_id,
                "authorName": f"Customer {review_id}",
                "comments": [{"userComment": comment}],
            }
            return review_id

    def edit(self, review_id: str, text: str, stars: int) -> None:
        """Change a review, as its writer would."""
        with self.lock:
            comment = self.reviews[review_id]["comments"][0]["userComment"]
            comment |= {"text": text, "starRating": stars, "lastModified": _seconds(self.clock())}

    def answer(self, review_id: str, text: str) -> dict[str, Any]:
        """Reply, as the API or somebody in the console does."""
        with self.lock:
            shown = {"text": text, "lastModified": _seconds(self.clock())}
            comments = self.reviews[review_id]["comments"]
            comments[1:] = [{"developerComment": shown}]
            return shown

    def shown(self, review_id: str) -> list[str]:
        """The replies that a visitor of the store sees."""
        found = self.reviews[review_id]["comments"]
        return [one["developerComment"]["text"] for one in found if "developerComment" in one]

    def _may(self, form: dict[str, str]) -> bool:
        signed, _, signature = form.get("assertion", "").rpartition(".")
        try:
            claims = json.loads(_unpacked(signed.split(".")[1]))
            _key().public_key().verify(
                _unpacked(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except Exception:
            return False
        scope = "https://www.googleapis.com/auth/androidpublisher"
        lasts = claims["exp"] - claims["iat"]
        return (claims["aud"], claims["scope"], lasts) == (f"{self.url}/token", scope, 3600)

    def _route(self, seen: Seen) -> Answer:
        root = f"/androidpublisher/v3/applications/{PACKAGE}/reviews"
        if seen.path == root:
            return self._list(seen.query)
        review_id, colon, verb = unquote(seen.path.removeprefix(root + "/")).partition(":reply")
        review = self.reviews.get(review_id)
        if not seen.path.startswith(root) or verb or review is None:
            return _error(404, "The review could not be found.")
        if not colon:
            return _json(review)
        text = json.loads(seen.body)["replyText"]
        modified = review["comments"][0]["userComment"]["lastModified"]
        if len(text) > 350:
            return _error(400, "Reply text is too long.")
        if int(modified["seconds"]) < (self.clock() - WEEK).timestamp():
            return _error(400, "Review is too old to be replied to.")
        shown = self.answer(review_id, text)
        self.posts.append((review_id, text))
        return _json({"result": {"replyText": text, "lastEdited": shown["lastModified"]}})

    def _list(self, query: Any) -> Answer:
        since = (self.clock() - WEEK).timestamp()
        recent = [
            review
            for review in self.reviews.values()
            if int(review["comments"][0]["userComment"]["lastModified"]["seconds"]) >= since
        ]
        start, size = int(query.get("token", "0")), min(int(query.get("maxResults", "10")), 100)
        answer: dict[str, Any] = {"reviews": recent[start : start + size]}
        if len(recent) > start + size:
            answer["tokenPagination"] = {"nextPageToken": str(start + size)}
        return _json(answer)


class FakeBusiness(FakeGoogle):
    """The reviews of one place as the Business Profile API shows them."""

    def add(
        self, review_id: str, text: str, stars: int = 1, *, age: timedelta | None = None
    ) -> str:
        """Add a review; returns its id."""
        with self.lock:
            at = _iso(self.clock() - (age or timedelta(hours=1)))
            self.reviews[review_id] = {
                "name": f"{LOCATION}/reviews/{review_id}",
                "reviewId": review_id,
                "reviewer": {"displayName": f"Guest {review_id}", "isAnonymous": False},
                "starRating": STARS[stars - 1],
                "comment": text,
                "createTime": at,
                "updateTime": at,
            }
            return review_id

    def edit(self, review_id: str, text: str, stars: int) -> None:
        """Change a review, as its writer would."""
        with self.lock:
            self.reviews[review_id] |= {
                "comment": text,
                "starRating": STARS[stars - 1],
                "updateTime": _iso(self.clock()),
            }

    def answer(self, review_id: str, text: str) -> dict[str, Any]:
        """Reply, as the API or the owner on the map does."""
        with self.lock:
            reply = {"comment": text, "updateTime": _iso(self.clock())}
            self.reviews[review_id]["reviewReply"] = reply
            return reply

    def shown(self, review_id: str) -> list[str]:
        """The replies that a visitor of the map sees."""
        reply = self.reviews[review_id].get("reviewReply")
        return [reply["comment"]] if reply else []

    def _may(self, form: dict[str, str]) -> bool:
        names = ("client_id", "client_secret", "refresh_token")
        return [form.get(name) for name in names] == list(BUSINESS_SECRETS.values())

    def _route(self, seen: Seen) -> Answer:
        root = f"/v4/{LOCATION}/reviews"
        if seen.path == root:
            return self._list(seen.query)
        review_id, _, verb = seen.path.removeprefix(root + "/").partition("/")
        review = self.reviews.get(review_id)
        if review is None or verb not in ("", "reply"):
            return _error(404, "Requested entity was not found.")
        if not verb:
            return _json(review)
        if seen.method == "DELETE":
            if review.pop("reviewReply", None) is None:
                return _error(404, "Requested entity was not found.")
            return _json({})
        text = json.loads(seen.body)["comment"]
        if len(text.encode()) > 4096:
            return _error(400, "Reply comment is too long.")
        self.posts.append((review_id, text))
        return _json(self.answer(review_id, text))

    def _list(self, query: Any) -> Answer:
        found = sorted(self.reviews.values(), key=lambda one: one["updateTime"], reverse=True)
        start, size = int(query.get("pageToken", "0")), min(int(query.get("pageSize", "50")), 50)
        answer: dict[str, Any] = {
            "reviews": found[start : start + size],
            "totalReviewCount": len(found),
        }
        if len(found) > start + size:
            answer["nextPageToken"] = str(start + size)
        return _json(answer)


@contextmanager
def fake_play(now: datetime | None = None) -> Iterator[FakePlay]:
    """Run Play's API for the length of a with-block."""
    with serving() as server:
        yield FakePlay(server, now)


@contextmanager
def fake_business(now: datetime | None = None) -> Iterator[FakeBusiness]:
    """Run the Business Profile API for the length of a with-block."""
    with serving() as server:
        yield FakeBusiness(server, now)


def _json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status, {"content-type": "application/json"})


def _error(status: int, message: str) -> Answer:
    return _json({"error": {"code": status, "message": message}}, status)


def _seconds(at: datetime) -> dict[str, Any]:
    return {"seconds": str(int(at.timestamp())), "nanos": 0}


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.123456Z"


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
