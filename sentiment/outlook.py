"""Is a figure on its way to a target? Its weeks, the line through them, and what chance allows.

Pure. Not here: which weeks those are, and what a target is.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from sentiment.metrics import TOO_FEW, student
from storage.models import Measure

WEEKS = 13
"""Weeks looked at, at most: a quarter."""
FEWEST_WEEKS = 4
"""Weeks with answers that a line needs."""
SPAN = 4
"""Weeks over which the figure is taken on its day: one alone is mostly chance."""


class Verdict(StrEnum):
    """What can be said; the last three once the day is over."""

    ON_TRACK = "on track"
    BEHIND = "behind"
    EARLY = "too early to tell"
    REACHED = "reached"
    MISSED = "missed"
    CLOSE = "too close to tell"


class Week(NamedTuple):
    """One week with answers: its middle in weeks from any origin, the figure, the answers."""

    at: float
    value: float
    n: int


class Outlook(NamedTuple):
    """The figure expected on the day with its 95 % interval, or the one that it was."""

    verdict: Verdict
    value: float | None = None
    low: float | None = None
    high: float | None = None


def outlook(
    weeks: Sequence[Week],
    variance: float,
    due: float,
    target: float,
    good: int,
    bounds: tuple[float, float],
) -> Outlook:
    """Say whether a figure will reach its target by a day that is still to come.

    ``due`` is the end of the day, in weeks from the origin of ``weeks``; ``variance`` that of
    one answer; ``good`` +1 where more is better, −1 where less is.

    A line is laid through the weeks, each counting by its answers, and drawn on to the
    middle of the four weeks that end on the day. The interval is that of the mean of new
    observations (Draper and Smith, Applied Regression Analysis, 3rd ed. 1998, 3.1) with
    Student's t; where weeks differ by more than their answers explain, it is widened by the
    Birge ratio (Physical Review 40, 1932), never narrowed. Wholly on the good side of the
    target is on track, wholly on the other side behind, all else too early to tell. So is
    what has under 4 weeks or 20 answers, and a day further off than the weeks looked at
    reach back: a line holds no longer than it was watched.
    """
    answers = sum(week.n for week in weeks)
    if len(weeks) < FEWEST_WEEKS or answers < TOO_FEW:
        return Outlook(Verdict.EARLY)
    first, last = min(week.at for week in weeks), max(week.at for week in weeks)
    if due - last > last - first + 1:
        return Outlook(Verdict.EARLY)
    middle = sum(week.n * week.at for week in weeks) / answers
    mean = sum(week.n * week.value for week in weeks) / answers
    across = sum(week.n * (week.at - middle) ** 2 for week in weeks)
    slope = sum(week.n * (week.at - middle) * (week.value - mean) for week in weeks) / across
    off = sum(week.n * (week.value - mean - slope * (week.at - middle)) ** 2 for week in weeks)
    df = len(weeks) - 2
    spread = max(variance, off / df)
    ahead = due - SPAN / 2 - middle
    coming = SPAN * answers / len(weeks)
    half = student(df) * sqrt(spread * (1 / coming + 1 / answers + ahead**2 / across))
    value, low, high = (
        min(bounds[1], max(bounds[0], mean + slope * ahead + side)) for side in (0.0, -half, half)
    )
    return Outlook(_verdict(low, high, target, good, _COMING), value, low, high)


def settled(found: Measure, target: float, good: int) -> Outlook:
    """Say whether a target was reached: by the figure of the four weeks up to its day."""
    if found.value is None or found.low is None or found.high is None or found.n < TOO_FEW:
        return Outlook(Verdict.CLOSE, found.value, found.low, found.high)
    verdict = _verdict(found.low, found.high, target, good, _OVER)
    return Outlook(verdict, found.value, found.low, found.high)


_COMING = (Verdict.ON_TRACK, Verdict.BEHIND, Verdict.EARLY)
_OVER = (Verdict.REACHED, Verdict.MISSED, Verdict.CLOSE)


def _verdict(
    low: float, high: float, target: float, good: int, words: tuple[Verdict, Verdict, Verdict]
) -> Verdict:
    worst, best = (low, high) if good > 0 else (high, low)
    if (worst - target) * good >= 0:
        return words[0]
    return words[1] if (best - target) * good < 0 else words[2]
