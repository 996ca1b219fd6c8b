"""How long until an answer, in words and as a curve, from counted waits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dashboard import wait_figure
from dashboard.figures import Figure
from sentiment import survival
from sentiment.survival import Wait
from storage.desk_figures import Waited


class Speed(NamedTuple):
    """What is said of all, the curve, and what is said of each group of customers."""

    words: str
    curve: Figure
    groups: tuple[tuple[str, str], ...]


def of(found: Sequence[Waited], days: int) -> Speed:
    """Return words and curve of the cases of so many days."""
    steps = survival.curve(_waits(found))
    groups = sorted({each.group for each in found})
    apart = groups if any(groups) else []
    return Speed(
        spoken(found, days),
        wait_figure.answered(steps),
        tuple((g, spoken([each for each in found if each.group == g], days)) for g in apart),
    )


def spoken(found: Sequence[Waited], days: int) -> str:
    """Say how many were answered within one, four and twenty-four hours, and what waits."""
    waits = _waits(found)
    steps = survival.curve(waits)
    parts = [f"{hours} h {survival.within(steps, hours):.0%}" for hours in (1, 4, 24)]
    plain, fair = survival.plain_median(waits), survival.median(steps)
    waiting = sum(each.many for each in found if each.open)
    told = f"Within {', '.join(parts)}; {waiting:,} still open. "
    told += f"Median of the answered {_hours(plain)}"
    return f"{told}, counting those that still wait {_hours(fair)} (last {days} days)."


def _waits(found: Sequence[Waited]) -> list[Wait]:
    return [Wait(each.hours, each.answered, each.many) for each in found]


def _hours(hours: float | None) -> str:
    return "not reached" if hours is None else f"{hours:.1f} h"
