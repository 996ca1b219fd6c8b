"""A server that answers like Reddit's API, for an unmodified praw over loopback.

Serves Reddit's own JSON shapes: tokens, listings with paging, search, comment trees with
"more" objects, info, replies, rate-limit headers. Every text in it is a test's own,
unless a test loads captured objects.
"""

from __future__ import annotations

import base64
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.http_server import Answer, LoopbackServer, Seen, serving

SECRETS = {
    "EARSHOT_REDDIT_CLIENT_ID": "client",
    "EARSHOT_REDDIT_CLIENT_SECRET": "hush",
    "EARSHOT_REDDIT_USERNAME": "acme_support",
    "EARSHOT_REDDIT_PASSWORD": "open sesame",
}
START = 1_790_000_000.0
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

Thing = dict[str, Any]


def base36(number: int) -> str:
    """Write a number as Reddit's ids are written."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


class FakeReddit:
    """Reddit's state and its API. Things appear one second after another.

    ``remaining`` and ``reset`` are sent as rate limit and count down with each request;
    ``failures`` maps a path to statuses that its next requests answer; ``cap`` is how far
    listings reach back; ``breadth`` and ``depth`` are how much of a tree is not folded
    into "more".
    """

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.url = server.url
        self.things: dict[str, Thing] = {}
        self.remaining: float | None = 900.0
        self.reset = 600
        self.failures: dict[str, list[int]] = {}
        self.cap = 1000
        self.breadth, self.depth = 10, 4
        self.calls: list[str] = []
        self.posts: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self._ids = itertools.count(36**5)
        server.default = self._answer

    def start_at(self, number: int) -> None:
        """Count the ids of what is added from here on from this number."""
        self._ids = itertools.count(number)

    def add_post(self, subreddit: str, title: str, body: str = "", **more: Any) -> str:
        """Submit a post; returns its fullname."""
        with self.lock:
            own = base36(next(self._ids))
            thing = {
                **_common(own, "t3", subreddit, START + len(self.things)),
                "title": title,
                "selftext": body,
                "is_self": bool(body),
                "url": f"https://www.reddit.com/r/{subreddit}/comments/{own}/",
                "permalink": f"/r/{subreddit}/comments/{own}/a_title/",
                "num_comments": 0,
                **more,
            }
            self.things[f"t3_{own}"] = thing
            return f"t3_{own}"

    def add_comment(self, parent: str, body: str, **more: Any) -> str:
        """Comment on a post or comment; returns the fullname."""
        with self.lock:
            above = self.things[parent]
            link = above.get("link_id", parent)
            own = base36(next(self._ids))
            subreddit = above["subreddit"]
            thing = {
                **_common(own, "t1", subreddit, START + len(self.things)),
                "body": body,
                "parent_id": parent,
                "link_id": link,
                "permalink": f"/r/{subreddit}/comments/{link[3:]}/a_title/{own}/",
                **more,
            }
            self.things[f"t1_{own}"] = thing
            if link in self.things:
                self.things[link]["num_comments"] += 1
            return f"t1_{own}"

    def edit(self, name: str, text: str) -> None:
        """Change a thing's text, as its author would."""
        with self.lock:
            thing = self.things[name]
            thing["body" if name.startswith("t1_") else "selftext"] = text
            thing["edited"] = thing["created_utc"] + 60

    def delete(self, name: str, word: str = "[deleted]") -> None:
        """Delete a thing as its author would, or remove it as a moderator (``[removed]``)."""
        with self.lock:
            thing = self.things[name]
            thing["body" if name.startswith("t1_") else "selftext"] = word
            thing["author"] = None if word == "[deleted]" else thing["author"]
            thing["hidden_from_listings"] = True
            if name.startswith("t3_"):
                thing["removed_by_category"] = "deleted" if word == "[deleted]" else "moderator"

    def vanish(self, name: str) -> None:
        """Make a thing unknown to the API."""
        with self.lock:
            self.things[name]["vanished"] = True

    def load(self, *files: Path) -> None:
        """Add objects as the API sent them, one JSON object a line."""
        for file in files:
            for text in file.read_text(encoding="utf-8").splitlines():
                thing = json.loads(text)
                self.things[thing["data"]["name"]] = thing["data"]

    # -- answering ---------------------------------------------------------------------

    def _answer(self, seen: Seen) -> Answer:
        with self.lock:
            path = seen.path.strip("/")
            self.calls.append(path)
            pending = self.failures.get(path)
            if pending:
                status = pending.pop(0)
                extra = (
                    {"www-authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}
                )
                return self._json({"message": "no", "error": status}, status, **extra)
            if path == "api/v1/access_token":
                return self._token(seen)
            if seen.headers.get("authorization") != "bearer a-token":
                unsigned = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
                return self._json({"message": "Unauthorized", "error": 401}, 401, **unsigned)
            return self._route(path.split("/"), seen)

    def _token(self, seen: Seen) -> Answer:
        pair = f"{SECRETS['EARSHOT_REDDIT_CLIENT_ID']}:{SECRETS['EARSHOT_REDDIT_CLIENT_SECRET']}"
        if seen.headers.get("authorization") != f"Basic {base64.b64encode(pair.encode()).decode()}":
            return self._json({"message": "Unauthorized", "error": 401}, 401)
        form = seen.form
        if form["grant_type"] == "password" and (
            form["username"] != SECRETS["EARSHOT_REDDIT_USERNAME"]
            or form["password"] != SECRETS["EARSHOT_REDDIT_PASSWORD"]
        ):
            return self._json({"error": "invalid_grant"})
        token = {"access_token": "a-token", "token_type": "bearer", "expires_in": 86400}
        return self._json({**token, "scope": "*"})

    def _route(self, names: list[str], seen: Seen) -> Answer:
        query = {**seen.query, **(seen.form if seen.method == "POST" else {})}
        match names:
            case ["r", subreddit, "new"]:
                return self._listing(self._newest("t3_", subreddit), query)
            case ["r", subreddit, "comments"]:
                return self._listing(self._newest("t1_", subreddit), query)
            case ["r", subreddit, "search"] if seen.path.endswith("/"):
                words = query["q"].strip('"').lower()
                found = [
                    thing
                    for thing in self._newest("t3_", subreddit)
                    if words in f"{thing['title']} {thing['selftext']}".lower()
                ]
                return self._listing(found, query)
            case ["comments", post]:
                return self._tree(post, None)
            case ["comments", post, _, comment]:
                return self._tree(post, comment)
            case ["api", "info"]:
                wanted = [
                    self.things[name] for name in query["id"].split(",") if name in self.things
                ]
                return self._json(_listing([one for one in wanted if not one.get("vanished")]))
            case ["api", "morechildren"]:
                return self._more(query)
            case ["api", "comment"]:
                return self._reply(query)
            case ["api", "editusertext"]:
                return self._edited(query)
            case ["api", "del"]:
                self.vanish(query["id"])
                return self._json({})
            case ["user", user, "comments"]:
                own = [one for one in self._newest("t1_", "all") if one["author"] == user]
                return self._listing(own, query)
        return self._json({"message": "Not Found", "error": 404}, 404)

    def _newest(self, kind: str, subreddit: str) -> list[Thing]:
        wanted = subreddit.lower()
        found = [
            thing
            for name, thing in self.things.items()
            if name.startswith(kind)
            and not thing.get("hidden_from_listings")
            and not thing.get("vanished")
            and wanted in ("all", str(thing["subreddit"]).lower())
        ]
        return sorted(found, key=_created, reverse=True)[: self.cap]

    def _listing(self, found: list[Thing], query: dict[str, str]) -> Answer:
        names = [thing["name"] for thing in found]
        start = names.index(query["after"]) + 1 if query.get("after") in names else 0
        if query.get("after") and not start:
            return self._json(_listing([]))
        limit = min(int(query.get("limit", "25")), 100)
        page = found[start : start + limit]
        rest = len(found) > start + limit
        return self._json(_listing(page, page[-1]["name"] if page and rest else None))

    def _tree(self, post: str, comment: str | None) -> Answer:
        submission = self.things.get(f"t3_{post}")
        if submission is None or submission.get("vanished"):
            return self._json({"message": "Not Found", "error": 404}, 404)
        if comment is None:
            children = self._children(f"t3_{post}", 0)
        else:
            focus = self.things.get(f"t1_{comment}")
            if focus is None:
                return self._json({"message": "Not Found", "error": 404}, 404)
            replies = self._children(focus["name"], 0)
            children = [{"kind": "t1", "data": {**focus, "replies": _wrapped(replies)}}]
        return self._json([_listing([submission]), {"kind": "Listing", "data": _data(children)}])

    def _children(self, parent: str, depth: int) -> list[Thing]:
        """Children of a thing: some as they are, the rest folded, as Reddit folds them."""
        below = [
            thing
            for thing in self.things.values()
            if thing.get("parent_id") == parent and not thing.get("vanished")
        ]
        if below and depth >= self.depth:
            return [_more(parent, [], 0)]
        shown = [
            {
                "kind": "t1",
                "data": {
                    **thing,
                    "replies": _wrapped(self._children(thing["name"], depth + 1)),
                },
            }
            for thing in below[: self.breadth]
        ]
        folded = [thing["id"] for thing in below[self.breadth :]]
        return [*shown, _more(parent, folded, len(folded))] if folded else shown

    def _more(self, query: dict[str, str]) -> Answer:
        things: list[Thing] = []
        for own in query["children"].split(","):
            thing = self.things[f"t1_{own}"]
            things.append({"kind": "t1", "data": {**thing, "replies": ""}})
            below = [one for one in self.things.values() if one.get("parent_id") == thing["name"]]
            if below:
                things.append(_more(thing["name"], [one["id"] for one in below], len(below)))
        return self._json({"json": {"errors": [], "data": {"things": things}}})

    def _reply(self, query: dict[str, str]) -> Answer:
        above = self.things.get(query["thing_id"])
        if above is None or above.get("hidden_from_listings"):
            error = ["DELETED_COMMENT", "that comment has been deleted", "parent"]
            return self._json({"json": {"errors": [error]}})
        user = SECRETS["EARSHOT_REDDIT_USERNAME"]
        self.posts.append((query["thing_id"], query["text"]))
        name = self.add_comment(query["thing_id"], query["text"], author=user)
        thing = {"kind": "t1", "data": {**self.things[name], "replies": ""}}
        return self._json({"json": {"errors": [], "data": {"things": [thing]}}})

    def _edited(self, query: dict[str, str]) -> Answer:
        self.edit(query["thing_id"], query["text"])
        thing = {"kind": "t1", "data": {**self.things[query["thing_id"]], "replies": ""}}
        return self._json({"json": {"errors": [], "data": {"things": [thing]}}})

    def _json(self, value: object, status: int = 200, **headers: str) -> Answer:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.remaining is not None:
            named["x-ratelimit-remaining"] = str(self.remaining)
            named["x-ratelimit-used"] = str(int(1000 - self.remaining))
            named["x-ratelimit-reset"] = str(self.reset)
            self.remaining = max(0.0, self.remaining - 1)
        named["content-type"] = "application/json; charset=UTF-8"
        return Answer(json.dumps(value).encode(), status, named)


@contextmanager
def fake_reddit() -> Iterator[FakeReddit]:
    """Run a fake Reddit for the length of a with-block."""
    with serving() as server:
        yield FakeReddit(server)


def _common(own: str, kind: str, subreddit: str, created: float) -> Thing:
    return {
        "id": own,
        "name": f"{kind}_{own}",
        "subreddit": subreddit,
        "author": f"customer_{own}",
        "created_utc": created,
        "edited": False,
        "score": 1,
    }


def _listing(things: list[Thing], after: str | None = None) -> Thing:
    children = [{"kind": thing["name"][:2], "data": thing} for thing in things]
    return {"kind": "Listing", "data": {**_data(children), "after": after}}


def _data(children: list[Thing]) -> Thing:
    return {"children": children, "after": None, "before": None, "dist": len(children)}


def _wrapped(children: list[Thing]) -> Thing | str:
    return {"kind": "Listing", "data": _data(children)} if children else ""


def _more(parent: str, children: list[str], count: int) -> Thing:
    own = children[0] if children else "_"
    data = {"count": count, "name": f"t1_{own}", "id": own, "parent_id": parent, "depth": 1}
    return {"kind": "more", "data": {**data, "children": children}}


def _created(thing: Thing) -> float:
    return float(thing["created_utc"] or 0)
