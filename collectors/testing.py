"""The conformance kit: what every collector must do, for our own and for others' alike.

    from collectors.testing import check_collector, check_replier

    def test_acme_keeps_the_contract():
        services = Services(allow_private=True)
        check_collector(AcmeCollector, source, services)
        check_replier(AcmeCollector, source, services, mention="17", vanished="18")

The source must stand still while it is checked. A failure is an ``AssertionError`` that
says which promise was broken.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import httpx2

from collectors import links
from collectors.connections import CheckedBackend, CheckedTransport, Deadline
from collectors.contract import (
    Check,
    Collector,
    KindInfo,
    Posted,
    Replier,
    Replies,
    Services,
)
from collectors.transport import Transport
from storage.errors import CollectError, Retryable
from storage.models import Batch, Json, Kind, Observation, Source

Make = Callable[[Services], Collector]

CURSOR_LIMIT = 100_000
"""Characters of JSON: a cursor is written with every batch."""
RESUMES = 25
"""So many stopping points are tried, spread over the run."""

_ODD_CURSORS: tuple[Json, ...] = (0, "x", [], {}, {"walks": 1, "heads": 2}, {"v": [None]})
_ODD_BODIES = (b"", b"\0\xff\xfe", b"<html><p>no", b"[]", b"{}", b"null", b'{"feed": {"entry": 3}}')
_STATUSES = (401, 403, 404, 429, 500)


class Whole(NamedTuple):
    """Everything that one run brought, as comparable as possible."""

    seen: dict[tuple[str, str], Observation]
    gone: frozenset[tuple[str, str]]
    batches: tuple[Batch, ...]


def check_collector(make: Make, source: Source, services: Services) -> Whole:
    """Check every promise of the contract; return what a whole run brought."""
    _check_info(make(services), source)
    whole = run(make(services), source, None)
    for batch in whole.batches:
        _check_batch(batch)
    _check_same_twice(whole, run(make(services), source, None))
    _check_resumes(make, source, services, whole)
    for cursor in _ODD_CURSORS:
        _only_collect_errors(make(services), source, cursor, f"cursor {cursor!r}")
    _check_trial(make(services), source)
    _check_troubles(make, source, services)
    return whole


def check_replier(
    make: Make, source: Source, services: Services, *, mention: str, vanished: str
) -> None:
    """Check every promise about answering, at a site that behaves like the real one.

    ``mention`` is the site's id of something nobody answered yet, ``vanished`` of something
    that is not there any more. What is posted is deleted again where the site lets us.
    """

    def fresh() -> Replier:
        """A collector that knows nothing, as after a crash."""
        made = make(services)
        assert isinstance(made, Replier), "a replier needs reply, find_reply, edit and delete"
        return made

    rules = fresh().info.replies
    assert rules is not None, "info must say what the site takes as replies"
    assert fresh().find_reply(source, mention) is None, "the mention must have no reply yet"
    first = _check_posted(fresh().reply(source, mention, "Thank you both"), "Thank you both")
    _found(fresh(), source, mention, "Thank you both", first.native_id)
    assert fresh().find_reply(source, mention, "Other words") is None, "found other words"
    last = _check_lost_answer(make, source, services, mention)
    _found(fresh(), source, mention, "answerlost", last)
    kept = fresh().find_reply(source, mention, "Thank you both")
    assert (kept is not None) == rules.threaded, "`threaded` must say whether a second replaces"
    if rules.edits:
        changed = fresh().edit_reply(source, mention, last, "Now edited")
        _check_posted(changed, "Now edited")
        _found(fresh(), source, mention, "Now edited", last)
        assert fresh().find_reply(source, mention, "answerlost") is None, "an edit replaces"
    _check_refusals(make, source, services, mention, vanished)
    if rules.deletes:
        _check_deleting(fresh, source, mention, rules)


def _check_posted(posted: Posted, text: str) -> Posted:
    assert posted.native_id, "a posted reply has an id"
    assert posted.text.split() == text.split(), f"posted {text!r}, shown as {posted.text!r}"
    assert posted.posted_at.utcoffset() == timedelta(0), "posted_at is not in UTC"
    assert not posted.url or links.parts(posted.url), f"{posted.url!r} is no web address"
    return posted


def _found(replier: Replier, source: Source, mention: str, text: str, native_id: str) -> None:
    """The read-back on which sending exactly once rests."""
    for wanted in (text, ""):
        found = replier.find_reply(source, mention, wanted)
        assert found is not None, f"the posted reply {text!r} is not found"
        if wanted:
            assert found.native_id == native_id, "find_reply gives another id than reply"


def _check_lost_answer(make: Make, source: Source, services: Services, mention: str) -> str:
    """The connection breaks after the post: that must be told as Retryable, and be found."""
    inner = _Meddling("answerlost", None)
    _raises(make, source, services, inner, mention, Retryable)
    found = make(services)
    assert isinstance(found, Replier)
    there = found.find_reply(source, mention, "answerlost")
    assert there is not None, "a reply whose answer was lost is not found"
    return there.native_id


def _check_refusals(
    make: Make, source: Source, services: Services, mention: str, vanished: str
) -> None:
    for name, answer in _troubles():
        inner = _Meddling("neverposted", answer)
        doubtful = name == "no connection" or name.endswith(("429", "500"))
        wanted = Retryable if doubtful else CollectError
        # A refused sign-in did nothing for sure, and may be mended.
        _raises(make, source, services, inner, mention, wanted, 5 if name == "HTTP 401" else 1)
    there = make(services)
    assert isinstance(there, Replier)
    assert there.find_reply(source, mention, "neverposted") is None
    try:
        there.reply(source, vanished, "neverposted")
    except Retryable as error:
        raise AssertionError("what vanished is no passing trouble") from error
    except CollectError:
        return
    raise AssertionError("replied to what is not there")


def _raises(
    make: Make,
    source: Source,
    services: Services,
    inner: _Meddling,
    mention: str,
    wanted: type[CollectError],
    most: int = 1,
) -> None:
    transport = Transport(allow_private=True, inner=inner, sleep=lambda seconds: None)
    replier = make(replace(services, transport=transport))
    assert isinstance(replier, Replier)
    try:
        replier.reply(source, mention, inner.text)
    except wanted:
        assert 1 <= inner.writes <= most, f"posted {inner.writes} times by one call to reply"
    except Exception as error:
        told = f"{type(error).__name__} instead of {wanted.__name__}"
        raise AssertionError(f"{inner.text}: {told}: {error}") from error
    else:
        raise AssertionError(f"{inner.text}: a broken answer counts as posted")
    finally:
        transport.close()


def _check_deleting(
    fresh: Callable[[], Replier], source: Source, mention: str, rules: Replies
) -> None:
    while (there := fresh().find_reply(source, mention)) is not None:
        fresh().delete_reply(source, mention, there.native_id)
        if not rules.threaded:
            assert fresh().find_reply(source, mention) is None, "a deleted reply is still there"
            fresh().delete_reply(source, mention, there.native_id)


class _Meddling(httpx2.BaseTransport):
    """Passes requests on, except those that post ``text``: these fail, done or not done."""

    def __init__(
        self, text: str, answer: Callable[[httpx2.Request], httpx2.Response] | None
    ) -> None:
        self.text, self.writes = text, 0
        self._answer = answer
        backend = CheckedBackend(allow_private=True, deadline=Deadline())
        self._inner = CheckedTransport(backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.text.encode() not in request.read():
            return self._inner.handle_request(request)
        self.writes += 1
        if self._answer is not None:
            return self._answer(request)
        self._inner.handle_request(request).read()
        raise httpx2.ReadError("the connection broke", request=request)

    def close(self) -> None:
        self._inner.close()


def run(collector: Collector, source: Source, cursor: Json) -> Whole:
    """Collect once from ``cursor`` and gather what came; the last of a mention counts."""
    try:
        batches = tuple(collector.collect(source, cursor))
    except (CollectError, AssertionError):
        raise
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} escaped: {error}") from error
    seen = {(one.place, one.native_id): one for batch in batches for one in batch.observations}
    gone = frozenset(identity for batch in batches for identity in batch.gone)
    return Whole(seen, gone, batches)


def faults(one: Observation) -> list[str]:
    """Return what is wrong with an observation, in words; nothing if all is well."""
    found = []
    texts = (one.place, one.native_id, one.title, one.text, one.author, one.url, one.reply_text)
    if not one.place or not one.native_id:
        found.append("has no place or no id")
    if one.kind not in list(Kind):
        found.append(f"kind {one.kind!r} is none of {', '.join(Kind)}")
    if any("\0" in text or any("\ud800" <= c <= "\udfff" for c in text) for text in texts):
        found.append("a text holds NUL or half a surrogate pair")
    if one.url and links.parts(one.url) is None:
        found.append(f"link {one.url!r} is neither http nor https")
    for name in ("published_at", "updated_at", "reply_at"):
        moment = getattr(one, name)
        if moment is not None and moment.utcoffset() != timedelta(0):
            found.append(f"{name} is not in UTC")
    rated = one.rating
    if rated is not None and not (math.isfinite(rated) and 1 <= rated <= 5):
        found.append(f"rating {rated} is not 1–5 stars")
    for name, low, high in (("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7)):
        value = getattr(one, name)
        if value is not None and not low <= value <= high:
            found.append(f"{name} {value} is not {low}–{high}")
    if not (one.title or one.text or any(_scores(one))):
        found.append("says nothing: no text and no score")
    if not all(isinstance(key, str) and isinstance(text, str) for key, text in one.extra.items()):
        found.append("extra is not all text")
    return found


def survives_json(cursor: Json) -> Json:
    """Return a cursor as the database would give it back."""
    text = json.dumps(cursor, allow_nan=False)
    assert len(text) <= CURSOR_LIMIT, f"the cursor is {len(text):,} characters of JSON"
    back: Json = json.loads(text)
    assert back == cursor, f"the cursor does not survive JSON: {cursor!r} became {back!r}"
    return back


def _scores(one: Observation) -> Iterator[bool]:
    for value in (one.rating, one.nps, one.csat, one.ces):
        yield value is not None


def _check_info(collector: Collector, source: Source) -> None:
    info = collector.info
    assert isinstance(info, KindInfo), "a collector needs `info`, a KindInfo"
    assert info.name == source.kind, f"info says {info.name!r}, the source is {source.kind!r}"
    assert info.title, "info needs a title"
    assert info.terms, "info must say what the source's terms allow"
    assert json.loads(json.dumps(dict(info.example))) == dict(info.example), "example must be JSON"


def _check_batch(batch: Batch) -> None:
    assert isinstance(batch, Batch), f"collect yielded {type(batch).__name__}, not Batch"
    survives_json(batch.cursor)
    for one in batch.observations:
        wrong = faults(one)
        assert not wrong, f"{one.place} {one.native_id}: {'; '.join(wrong)}"


def _check_same_twice(first: Whole, second: Whole) -> None:
    assert first.seen.keys() == second.seen.keys(), (
        f"two runs gave different ids: {sorted(first.seen.keys() ^ second.seen.keys())[:5]}"
    )
    for identity, one in first.seen.items():
        assert one == second.seen[identity], f"two runs gave different contents of {identity}"
    assert first.gone == second.gone, "two runs told of different deletions"


def _check_resumes(make: Make, source: Source, services: Services, whole: Whole) -> None:
    count = len(whole.batches)
    step = max(1, count // RESUMES)
    for stop in range(0, count, step):
        stored, cursor = dict[tuple[str, str], Observation](), None
        for batch in whole.batches[:stop]:
            stored.update({(one.place, one.native_id): one for one in batch.observations})
            cursor = batch.cursor if batch.cursor is not None else cursor
        rest = run(make(services), source, survives_json(cursor))
        lost = whole.seen.keys() - stored.keys() - rest.seen.keys()
        assert not lost, f"stopped after batch {stop} of {count}, lost {sorted(lost)[:5]}"
        more = rest.seen.keys() - whole.seen.keys()
        assert not more, f"stopped after batch {stop} of {count}, invented {sorted(more)[:5]}"


def _check_trial(collector: Collector, source: Source) -> None:
    trial = collector.check(source)
    assert isinstance(trial, Check), "check must return a Check"
    assert bool(trial.newest) != bool(trial.problem), "check shows observations or a problem"
    assert len(trial.newest) <= 3, "check shows at most three observations"


def _check_troubles(make: Make, source: Source, services: Services) -> None:
    """Nothing but CollectError may escape, and nothing may go around the transport."""
    for name, answer in _troubles():
        inner = httpx2.MockTransport(answer)
        transport = Transport(allow_private=True, inner=inner, sleep=lambda seconds: None)
        cut_off = replace(services, transport=transport)
        with _no_other_network() as attempts:
            _only_collect_errors(make(cut_off), source, None, name)
            trial = make(cut_off).check(source)
        assert isinstance(trial, Check), f"{name}: check must return a Check"
        assert not attempts, f"{name}: used the network beside the transport: {attempts[:3]}"


def _troubles() -> Iterator[tuple[str, Callable[[httpx2.Request], httpx2.Response]]]:
    for status in _STATUSES:
        yield f"HTTP {status}", partial(_answer, status, b"")
    for body in _ODD_BODIES:
        yield f"body {body!r}", partial(_answer, 200, body)
    yield "no connection", _refuse


def _answer(status: int, body: bytes, request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(status, content=body, request=request)


def _refuse(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("refused", request=request)


def _only_collect_errors(collector: Collector, source: Source, cursor: Json, when: str) -> None:
    try:
        for batch in collector.collect(source, cursor):
            _check_batch(batch)
    except CollectError:
        return
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{when}: {type(error).__name__} escaped: {error}") from error


_attempts: list[str] | None = None
_listening = False


@contextmanager
def _no_other_network() -> Iterator[list[str]]:
    """Note every look-up and connection that Python makes meanwhile."""
    global _attempts, _listening
    if not _listening:  # an audit hook cannot be taken away again
        sys.addaudithook(_listen)
        _listening = True
    _attempts = []
    try:
        yield _attempts
    finally:
        _attempts = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _attempts is not None and event in ("socket.connect", "socket.getaddrinfo"):
        _attempts.append(f"{event} {arguments[-2:]!r}")
