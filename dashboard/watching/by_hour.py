"""The last hours of every series that matters, and what in them is one cause.

A series is a brand of ours, in all or by source, topic and language, as far as it has enough
mentions. What stands out within the budget over all series is put together by cause: what
may be the same mentions is one. Opening alerts is done by ``watch``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from sentiment import hourly as signals
from sentiment.hourly import LOOKED_AT, NEEDED, Hours, Look
from sentiment.series import Floats
from storage.alerts import Alert, scope_of, scope_parts
from storage.hourly import HourCell

LEAST_MENTIONS = 60
"""Of a series in the weeks looked at; below, nothing could be told."""
MOST_SERIES = 400
FAMILIES = ("volume", "new_topic", "negative_share")


class Series(NamedTuple):
    """What is counted; '' means all."""

    brand: str
    source: str = ""
    topic: str = ""
    lang: str = ""

    @property
    def scope(self) -> str:
        """The series as the scope of an alert."""
        return scope_of(**self._asdict())

    @property
    def parts(self) -> int:
        """How many parts narrow it; the fewer the wider."""
        return sum(bool(each) for each in self)


class Found(NamedTuple):
    """What stands out in a series."""

    series: Series
    look: Look


class Cause(NamedTuple):
    """What is told as one: the oddest first, and what else may be of the same mentions."""

    lead: Found
    others: tuple[Found, ...]


Counts = dict[Series, tuple[Floats, Floats]]


def counted(cells: Iterable[HourCell], topics: Mapping[int, str], hours: int) -> Counts:
    """Return mentions and negative ones by hour, oldest first, of every series."""
    found: Counts = {}
    for cell in cells:
        names = ("", *(topics[each] for each in cell.topics if each in topics))
        at = hours - 1 - cell.ago
        for source, topic, lang in product({"", cell.source}, names, {"", cell.lang}):
            series = Series(cell.brand, source, topic, lang)
            if series not in found:
                found[series] = (np.zeros(hours), np.zeros(hours))
            n, negative = found[series]
            n[at] += cell.n
            negative[at] += cell.n if cell.negative else 0
    return found


def worth(counts: Counts) -> list[Series]:
    """Return the series worth looking at, the biggest first; of equal ones the widest."""
    sizes = {
        series: int(n.sum())
        for series, (n, _) in counts.items()
        if n.sum() >= LEAST_MENTIONS
        or (series.topic and n[-LOOKED_AT:].sum() >= signals.LEAST_TOPIC)
    }
    ordered = sorted(sizes, key=lambda each: (-sizes[each], each.parts, each))
    kept: list[Series] = []
    seen: set[tuple[str, bytes]] = set()
    for series in ordered:
        key = (series.brand, counts[series][0].tobytes())
        if key not in seen:
            seen.add(key)
            kept.append(series)
    return kept[:MOST_SERIES]


def find(counts: Counts, last: int, budget: float) -> list[Found]:
    """Return what stands out in any series within a budget of false alarms a week."""
    looked: list[tuple[Found, float]] = []
    series = worth(counts)
    for each in series:
        n, negative = counts[each]
        hours = Hours(last, n[-NEEDED:], negative[-NEEDED:])
        looked += [(Found(each, look), look.a_week) for look in signals.looks(hours)]
    return signals.chosen(looked, 2 * len(series), budget)


def last_hour(now: datetime, zone: str) -> int:
    """Return the number of the hour that ends now, by the clocks of a timezone."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int((now.timestamp() + offset.total_seconds()) // 3600) - 1


def causes(found: Sequence[Found]) -> list[Cause]:
    """Put together what may be the same mentions; the oddest of each leads."""
    groups: list[list[Found]] = []
    for each in sorted(found, key=lambda one: (one.look.a_week, one.series.parts)):
        mine = [group for group in groups if any(same(each.series, o.series) for o in group)]
        joined = [one for group in mine for one in group] + [each]
        groups = [group for group in groups if group not in mine] + [joined]
    return [Cause(group[0], tuple(group[1:])) for group in map(_ordered, groups)]


def standing(cause: Cause, lasting: Collection[Alert]) -> Alert | None:
    """Return the alert that stands for a cause already, the oldest where several do."""
    members = [cause.lead, *cause.others]
    for alert in sorted(lasting, key=lambda each: each.id):
        if alert.signal in FAMILIES and "ago" in alert.numbers:
            about = series_of(alert.scope)
            if any(same(about, each.series) for each in members):
                return alert
    return None


def series_of(scope: str) -> Series:
    """Return the series that a scope names."""
    parts = scope_parts(scope)
    return Series(*(parts.get(name, "") for name in Series._fields))


def _ordered(group: list[Found]) -> list[Found]:
    return sorted(group, key=lambda one: (one.look.a_week, one.series.parts))


def same(one: Series, other: Series) -> bool:
    """Say whether two series may hold the same mentions: nowhere do they name different parts."""
    return one.brand == other.brand and all(
        not a or not b or a == b for a, b in zip(one[1:], other[1:], strict=True)
    )
