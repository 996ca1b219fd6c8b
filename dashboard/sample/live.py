"""The sample company goes on: what is said from now on, minute by minute.

Pure: a minute's events depend on the seed and the minute alone (and on ``opened``), so any
way of cutting an interval into pieces gives the same items. New mentions come first; a
fixed number of minutes later some are answered, edited, commented on or deleted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from math import exp
from random import Random
from typing import NamedTuple

from dashboard.sample.afterlife import answered, conversation, edit, reply_text
from dashboard.sample.births import Mention, Setting, answer, birth
from dashboard.sample.days import count
from dashboard.sample.history import SampleBatch
from dashboard.sample.outlets import OUTLETS, Form, Outlet
from dashboard.sample.phases import phase
from dashboard.sample.polling import SamplePoll
from storage.models import Kind, Observation

PER_MINUTE = 2.2
"""New mentions a minute while somebody watches for the first time."""
CALM = 0.055
"""New mentions a minute afterwards: as many a day as the last days of the history had."""
LIVELY_MINUTES = 30

_LAGS = (3, 5, 8, 13, 34, 89, 233)
_WEIGHTS = tuple(accumulate(outlet.rate for outlet in OUTLETS))


class _Slot(NamedTuple):
    """A mention to be: when in its minute, where, and when something follows, if ever."""

    number: int
    second: float
    outlet: Outlet
    calm: bool
    lag: int
    fate: float


@lru_cache(maxsize=2048)
def _slots(seed: int, minute: int) -> tuple[_Slot, ...]:
    rng = Random(f"{seed}/live/{minute}")
    made = []
    for number in range(count(rng, PER_MINUTE)):
        outlet = OUTLETS[bisect_left(_WEIGHTS, rng.random() * _WEIGHTS[-1])]
        calm = rng.random() < CALM / PER_MINUTE
        lag = _LAGS[int(rng.random() * len(_LAGS))]
        if outlet.form is Form.CHAT:
            lag = _LAGS[int(rng.random() * 3)]
        made.append(_Slot(number, rng.random() * 60, outlet, calm, lag, rng.random()))
    return tuple(made)


class Stream(NamedTuple):
    """What the live story needs to know: ``opened`` is when somebody first looked."""

    seed: int
    opened: datetime | None
    source_id: str | None = None

    def slots(self, minute: int) -> Iterator[_Slot]:
        """Yield the mentions that come to be in a minute."""
        start = _time(minute)
        for slot in _slots(self.seed, minute):
            if self.source_id not in (None, slot.outlet.id):
                continue
            if self.opened is None:
                yield slot
                continue
            age = start + timedelta(seconds=slot.second) - self.opened
            lively = age < timedelta(minutes=LIVELY_MINUTES)
            if age > timedelta(0) and (lively or slot.calm):
                yield slot

    def mention(self, minute: int, slot: _Slot) -> Mention:
        """Return the mention of a slot, the same however often it is asked for."""
        at = _time(minute) + timedelta(seconds=slot.second)
        now = phase(0)._replace(thaw=self._thaw(at))
        setting = Setting(self.seed, slot.outlet, at, 0.0, now)
        rng = Random(f"{self.seed}/live/{minute}/{slot.number}")
        return birth(rng, setting, f"m{minute}n{slot.number}")

    def _thaw(self, at: datetime) -> float:
        if self.opened is None:
            return 0.3
        return 0.9 * exp(-max(0.0, (at - self.opened) / timedelta(days=2)))


def _time(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


class _Event(NamedTuple):
    at: datetime
    source_id: str
    seen: Observation | None
    gone: tuple[tuple[str, str], ...] = ()


def _later(stream: Stream, minute: int, slot: _Slot) -> _Event | None:
    """Return what follows a mention after its lag, if anything does."""
    mention = stream.mention(minute, slot)
    setting, seen = mention.setting, mention.seen
    at = setting.at + timedelta(minutes=slot.lag)
    rng = Random(f"{stream.seed}/live/{minute}/{slot.number}/later")
    if mention.turns:
        whole = conversation(rng, mention)[-1].seen
        return _Event(at, slot.outlet.id, replace(whole, reply_at=at, updated_at=at))
    if slot.outlet.form is Form.FORUM:
        if slot.fate > 0.75:
            return None
        there = Setting(stream.seed, slot.outlet, at, 0.0, setting.phase)
        below = answer(rng, mention, there, f"{seen.native_id}c")
        return _Event(at, slot.outlet.id, below.seen)
    if slot.fate < 0.012 and seen.kind in (Kind.REVIEW, Kind.SOCIAL):
        return _Event(at, slot.outlet.id, None, ((seen.place, seen.native_id),))
    if not mention.own or seen.kind not in (Kind.REVIEW, Kind.SOCIAL):
        return None
    if slot.fate < 0.05 and seen.rating is not None:
        by = 1.0 if seen.rating < 4 else -2.0
        return _Event(at, slot.outlet.id, edit(rng, mention, seen, at, by))
    if slot.fate < (0.25 if mention.mood < 0 else 0.4):
        return _Event(at, slot.outlet.id, answered(seen, reply_text(rng, mention, at), at))
    return None


def _events(stream: Stream, minute: int) -> list[_Event]:
    """Return all that happens in a minute, in order of time."""
    events = []
    for slot in stream.slots(minute):
        mention = stream.mention(minute, slot)
        events.append(_Event(mention.setting.at, slot.outlet.id, mention.seen))
    for lag in _LAGS:
        for slot in stream.slots(minute - lag):
            found = _later(stream, minute - lag, slot) if slot.lag == lag else None
            if found is not None:
                events.append(found)
    return sorted(events, key=lambda event: (event.at, event.source_id))


def live(
    seed: int,
    since: datetime,
    until: datetime,
    opened: datetime | None = None,
    source_id: str | None = None,
) -> Iterator[SampleBatch]:
    """Yield what is learned after ``since``, up to and including ``until``.

    A few items a minute; with ``opened`` given only for the first half hour after it, and
    then as many a day as the history's last days had, so that no volume alarm goes off.
    Nothing is said before ``opened``. With ``source_id`` only that source is told.
    """
    stream = Stream(seed, opened, source_id)
    first, last = int(since.timestamp() // 60), int(until.timestamp() // 60)
    for minute in range(first, last + 1):
        for event in _events(stream, minute):
            if since < event.at <= until:
                seen = (event.seen,) if event.seen is not None else ()
                poll = SamplePoll(event.source_id, event.at, True, "", len(seen))
                yield SampleBatch(event.at, event.source_id, seen, event.gone, poll)
