"""What is suddenly talked about and no topic names, by the last look through recent texts.

The look itself (``topic_study``) holds its false discoveries low among all phrases; here what
may be one thing is put together, and as little as three alerts come of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from storage.alerts import Alert, Sign, cause, scope_of, scope_parts
from storage.models import Json
from storage.topic_studies import Study

SIGNAL = "emerging"
LEAST_TIMES = 2.0
"""Lower bound of its share against that before, from which it is worth an alert."""
LEAST_TEXTS = 8
MOST = 3
"""Alerts that last at once; the page of topics lists the others."""
STALE = timedelta(days=3)
"""A look that old says nothing of today."""
NAMED = 4


class Rise(NamedTuple):
    """A phrase with its texts of a week; ``ratio`` to its share before is None where it is new."""

    name: str
    now: int
    ratio: float | None


def signs(study: Study | None, lasting: Collection[Alert], now: datetime, zone: str) -> list[Sign]:
    """Return a sign for each thing that emerges, with the scope of an alert that stands for it."""
    if study is None or now - study.started_at > STALE:
        return []
    mine = sorted((each for each in lasting if each.signal == SIGNAL), key=lambda each: each.id)
    found: dict[str, Sign] = {}
    for group in _groups(_rises(study.report.get("emerging"))):
        words = {word for each in group for word in _words(each.name)}
        known = next((each.scope for each in mine if words & _words(_phrase(each))), "")
        sign = _sign(group, known or scope_of(phrase=group[0].name), study.started_at, zone)
        found.setdefault(sign.cause, sign)
    standing = {each.cause for each in mine}
    ordered = sorted(found.values(), key=lambda each: each.cause not in standing)
    return ordered[: max(MOST, len(standing))]


def unknown(study: Study | None, lasting: Collection[Alert], now: datetime) -> set[str]:
    """Return the causes about which nothing can be said since nobody looked lately."""
    if study is not None and now - study.started_at <= STALE:
        return set()
    return {cause(each.signal, each.scope) for each in lasting if each.signal == SIGNAL}


def _rises(rows: Json) -> Iterator[Rise]:
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or row["what"] != "phrase":
            continue
        low, seen, ratio = row["low"], row["now"], row["ratio"]
        if not isinstance(low, int | float) or not isinstance(seen, int):
            continue
        if low >= LEAST_TIMES and seen >= LEAST_TEXTS:
            yield Rise(str(row["name"]), seen, ratio if isinstance(ratio, int | float) else None)


def _groups(rises: Iterator[Rise]) -> list[list[Rise]]:
    """Put phrases together that share a word; the surest leads, as they come."""
    groups: list[list[Rise]] = []
    for each in rises:
        mine = [group for group in groups if any(_words(each.name) & _words(o.name) for o in group)]
        groups = [group for group in groups if group not in mine]
        groups.append([*(one for group in mine for one in group), each])
    return groups


def _sign(group: Sequence[Rise], scope: str, looked: datetime, zone: str) -> Sign:
    lead = group[0]
    many = "new" if lead.ratio is None else f"{lead.ratio:.1f} times its share of the eight before"
    words = f"“{lead.name}”: {lead.now:,} mentions in the last week, {many}"
    others = [f"“{each.name}”" for each in group[1:NAMED]]
    if others:
        words += f"; also {', '.join(others)}"
    today = looked.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    numbers: dict[str, Json] = {
        "observed": lead.now,
        "ratio": lead.ratio,
        "n": lead.now,
        "words": [each.name for each in group],
        "since": (today - timedelta(days=7)).isoformat(),
        "until": (today - timedelta(seconds=1)).isoformat(),
    }
    return Sign(SIGNAL, scope, words, numbers)


def _phrase(alert: Alert) -> str:
    return scope_parts(alert.scope).get("phrase", "")


def _words(phrase: str) -> set[str]:
    return {word for word in phrase.lower().split() if len(word) > 2}
