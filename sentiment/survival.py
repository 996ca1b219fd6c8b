"""How long until an answer, counting also those that still wait: the Kaplan–Meier estimate. Pure.

A mean or median over answered items alone flatters, since the slowest are not in it yet. The
estimate treats what still waits as "longer than so far" (censored).
Source: Kaplan, Meier, Nonparametric Estimation from Incomplete Observations (1958).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple


class Wait(NamedTuple):
    """how long ``many`` of something waited, in hours; ``answered``: not ended otherwise."""

    hours: float
    answered: bool
    many: int = 1


class Step(NamedTuple):
    """From so many hours on, this share is answered."""

    hours: float
    answered: float


def curve(waits: Sequence[Wait]) -> list[Step]:
    """Return the share answered by time, as steps; it begins at nothing."""
    left, waiting = sum(wait.many for wait in waits), 1.0
    found = [Step(0.0, 0.0)]
    for hours, group in groupby(sorted(waits), key=lambda wait: wait.hours):
        same = list(group)
        answers = sum(wait.many for wait in same if wait.answered)
        if answers:
            waiting *= 1 - answers / left
            found.append(Step(max(hours, 0.0), 1 - waiting))
        left -= sum(wait.many for wait in same)
    return found


def within(steps: Sequence[Step], hours: float) -> float:
    """Return the share answered within so many hours."""
    return max((step.answered for step in steps if step.hours <= hours), default=0.0)


def median(steps: Sequence[Step]) -> float | None:
    """Return when half are answered; None while fewer are."""
    return next((step.hours for step in steps if step.answered >= 0.5), None)


def plain_median(waits: Sequence[Wait]) -> float | None:
    """Return the median over what was answered alone, for comparison."""
    known = sorted((wait.hours, wait.many) for wait in waits if wait.answered)
    total = sum(count for _, count in known)
    if not total:
        return None
    return (_nth(known, (total - 1) // 2) + _nth(known, total // 2)) / 2


def _nth(known: Sequence[tuple[float, int]], place: int) -> float:
    """Return the hours of the one at a place, in order."""
    for hours, count in known:
        if place < count:
            return hours
        place -= count
    raise IndexError(place)
