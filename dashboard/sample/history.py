"""Eighteen months of the sample company, in the order in which Earshot learned of them.

A pure generator: the same seed and the same ``now`` give the same batches. Storing them
one after another simulates the polls; it does not store anything itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from dashboard.sample.afterlife import Tale
from dashboard.sample.days import calendar, day
from dashboard.sample.outlets import OUTLETS
from dashboard.sample.phases import DAYS
from dashboard.sample.polling import SamplePoll, Timetable
from storage.models import Observation


class SampleBatch(NamedTuple):
    """What one poll of one source brought: stored as known at ``at``.

    ``gone`` lists (place, native id) of mentions that their authors had deleted.
    """

    at: datetime
    source_id: str
    observations: tuple[Observation, ...]
    gone: tuple[tuple[str, str], ...]
    poll: SamplePoll


class _Basket:
    """What one poll will find."""

    __slots__ = ("gone", "seen")

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self.gone: list[tuple[str, str]] = []


def _deal(tale: Tale, polls: Timetable, baskets: dict[int, _Basket]) -> None:
    """Put each state into the first poll that could see it; later states win."""
    visible = {polls.seen(state.at): state.seen for state in tale.states}
    gone = polls.seen(tale.gone) if tale.gone else len(polls.good)
    first = min(visible)
    for poll, seen in visible.items():
        if poll < gone:
            baskets[poll].seen.append(seen)
    if first < gone < len(polls.good):
        seen = tale.mention.seen
        baskets[gone].gone.append((seen.place, seen.native_id))


def history(seed: int, now: datetime) -> Iterator[SampleBatch]:
    """Yield everything that was learned until ``now``, in order of time."""
    when = calendar(seed, now)
    baskets: dict[str, dict[int, _Basket]] = {outlet.id: defaultdict(_Basket) for outlet in OUTLETS}
    for days_ago in range(DAYS, -1, -1):
        for told in day(when, days_ago):
            name = told.tale.mention.setting.outlet.id
            _deal(told.tale, when.polls[name], baskets[name])
    batches: list[SampleBatch] = []
    for outlet in OUTLETS:
        batches += _batches(outlet.id, when.polls[outlet.id], baskets[outlet.id])
    batches.sort(key=lambda batch: (batch.at, batch.source_id))
    yield from batches


def _batches(
    source_id: str, polls: Timetable, baskets: dict[int, _Basket]
) -> Iterator[SampleBatch]:
    for number, at in enumerate(polls.good):
        basket = baskets.get(number) or _Basket()
        found = SamplePoll(source_id, at, True, "", len(basket.seen))
        basket.seen.sort(key=lambda seen: (seen.published_at or at, seen.native_id))
        yield SampleBatch(at, source_id, tuple(basket.seen), tuple(basket.gone), found)
    for at, error in polls.failed:
        yield SampleBatch(at, source_id, (), (), SamplePoll(source_id, at, False, error, 0))
