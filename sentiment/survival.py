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
    """How long something waited, in hours; ``answered`` is False where it ended otherwise."""

    hours: float
    answered: bool


class Step(NamedTuple):
    """From so many hours on, this share is answered."""

    hours: float
    answered: float


def curve(waits: Sequence[Wait]) -> list[Step]:
    """Return the share answered by time, as steps; it begins at nothing."""
    left, waiting = len(waits), 1.0
    found = [Step(0.0, 0.0)]
    for hours, group in groupby(sorted(waits), key=lambda wait: wait.hours):
        same = list(group)
        answers = sum(wait.answered for wait in same)
        if answers:
            waiting *= 1 - answers / left
            found.append(Step(max(hours, 0.0), 1 - waiting))
        left -= len(same)
    return found


def within(steps: Sequence[Step], hours: float) -> float:
    """Return the share answered within so many hours."""
    return max((step.answered for step in steps if step.hours <= hours), default=0.0)


def median(steps: Sequence[Step]) -> float | None:
    """Return when half are answered; None while fewer are."""
    return next((step.hours for step in steps if step.answered >= 0.5), None)


def plain_median(waits: Sequence[Wait]) -> float | None:
    """Return the median over what was answered alone, for comparison."""
    known = sorted(wait.hours for wait in waits if wait.answered)
    if not known:
        return None
    half = len(known) // 2
    return known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2
