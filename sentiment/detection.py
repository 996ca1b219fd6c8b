"""Walks through a series row by row and says of each how odd it is, by earlier rows only.

``Detector`` takes rows of any spacing: what came within the last hour is held against what
is usual at that hour (``series``). More often than once an hour nothing is fitted anew, and
always at the same rows, so that any prefix of a series gets the same answers.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from math import isfinite
from typing import NamedTuple

import numpy as np

from sentiment.series import (
    BLOCK,
    HOUR,
    WEEKS,
    Errors,
    Past,
    Season,
    Usual,
    enough,
    recent,
    season,
    tail,
    usual,
)

BUDGET = 0.6
"""False alarms a week that are put up with where nobody says otherwise."""
AGAIN = 12 * HOUR
"""Odd rows closer than this are one alarm."""
AFTER, STRONGER = 48 * HOUR, 1.2
"""Seconds after an alarm in which only something so much odder is a new one: what follows an
event is told with it."""
DOWN = 0.05
"""Share of the budget that is kept for values far below what is usual."""
MORE, FEWER = 1.5, 0.5
"""Share of what is expected that a count must reach, or fall to, to matter at all."""
OFTEN = 7.0
"""Times a week that is said of what is odd but does not matter."""
LARGEST = 1e100
"""Values are cut here, so that their squares stay numbers."""
LATEST = 2 * WEEKS * 7 * 24
BLOCKS = WEEKS * 7 * 24 * HOUR // BLOCK


class Verdict(NamedTuple):
    """What was said of a row.

    ``score`` is 0–1 and higher the rarer something as odd is: 1 / (1 + times a week).
    ``alert`` is set where that is rarer than the budget. ``observed`` and ``expected`` are of
    the rows of the last hour; both are 0 while there is too little past.
    """

    score: float
    alert: bool
    observed: float = 0.0
    expected: float = 0.0
    oddness: float = 0.0


NOTHING = Verdict(0.0, False)


class _Side:
    """The tail of one side (far more, far less) of a series as it goes on."""

    def __init__(self) -> None:
        self.highest: deque[float] = deque(maxlen=BLOCKS)
        self.tail = tail(np.array([]))
        self._now: float | None = None

    def see(self, oddness: float) -> None:
        """Note a row of the present block."""
        self._now = oddness if self._now is None else max(self._now, oddness)

    def turn(self) -> None:
        """End the present block."""
        if self._now is not None:
            self.highest.append(self._now)
            self.tail = tail(np.array(self.highest))
        self._now = None


class Detector:
    """The state of one series: feed its rows in the order of time."""

    def __init__(self, budget: float = BUDGET) -> None:
        self._budget = budget
        self._counts = True
        self._window: deque[tuple[float, float, int]] = deque()
        self._sum, self._rows = 0.0, 0
        self._hour: int | None = None
        self._hours: deque[int] = deque(maxlen=LATEST)
        self._sums: deque[float] = deque(maxlen=LATEST)
        self._counted: deque[float] = deque(maxlen=LATEST)
        self._off: deque[tuple[float, float, float]] = deque(maxlen=LATEST // 4)
        self._season: tuple[int, Season] | None = None
        self._usual: Usual | None = None
        self._values: dict[int, float] = {}
        self._full = 1.0
        self._block = -1
        self._up, self._down = _Side(), _Side()
        self._alarm: tuple[float, float] | None = None

    def see(self, at: datetime, value: float) -> Verdict:
        """Take the next row and say how odd it is; what is no number is passed over."""
        if not isfinite(value):
            return NOTHING
        if self._counts and (value < 0 or value != int(value)):
            self._no_counts()
        value = min(max(value, -LARGEST), LARGEST)
        seconds = _seconds(at)
        hour = int(seconds // HOUR)
        if self._hour is None or hour > self._hour:
            self._turn(hour)
        self._sum, self._rows = self._sum + value, self._rows + 1
        self._window.append((seconds, value, hour))
        while self._window[0][0] <= seconds - HOUR:
            self._window.popleft()
        return self._judge(seconds)

    def _judge(self, seconds: float) -> Verdict:
        found, rows = self._usual, len(self._window)
        if found is None or rows < 0.5 * self._full:
            return NOTHING
        total = sum(value for _, value, _ in self._window)
        expected = sum(self._value(found, hour) for _, _, hour in self._window)
        seen = (np.array([each], dtype=float) for each in (total, expected, rows))
        oddness = float(found.oddness(*seen)[0])
        block = int(seconds // BLOCK)
        if block != self._block:
            self._up.turn()
            self._down.turn()
            self._block = block
        side, share = (self._up, 1 - DOWN) if oddness >= 0 else (self._down, DOWN)
        a_week = side.tail.a_week(abs(oddness)) / share
        if self._counts and not _matters(total, expected):
            a_week = max(a_week, OFTEN)
        self._up.see(oddness)
        self._down.see(-oddness)
        alert = a_week <= self._budget and self._is_news(seconds, abs(oddness))
        return Verdict(1 / (1 + a_week), alert, total, expected, oddness)

    def _value(self, found: Usual, hour: int) -> float:
        """Return what is expected of a row in an hour, kept until something is fitted anew."""
        if hour not in self._values:
            self._values[hour] = float(found.values(np.array([hour]))[0])
        return self._values[hour]

    def _is_news(self, seconds: float, oddness: float) -> bool:
        """Say whether an odd row belongs to an alarm, its own or the one that goes on."""
        if self._alarm is None or seconds - self._alarm[0] > AFTER:
            self._alarm = (seconds, oddness)
            return True
        at, peak = self._alarm
        if seconds - at > AGAIN and oddness < STRONGER * peak:
            return False
        self._alarm = (seconds, max(oddness, peak))
        return True

    def _turn(self, hour: int) -> None:
        """End the hour that was, and say what is usual from now on."""
        if self._rows and self._hour is not None:
            if self._usual is not None:
                expected = self._value(self._usual, self._hour) * self._rows
                self._off.append((self._sum - expected, expected, self._rows))
            self._hours.append(self._hour)
            self._sums.append(self._sum)
            self._counted.append(self._rows)
        self._sum, self._rows, self._hour = 0.0, 0, hour
        if not self._hours:
            return
        past = recent(
            Past(
                np.array(self._hours, dtype=np.int64),
                np.array(self._sums),
                np.array(self._counted),
                self._counts,
            )
        )
        if not enough(past):
            return
        day = hour // 24
        if self._season is None or self._season[0] != day:
            self._season = (day, season(past))
            self._full = float(np.median(past.rows))
        self._usual = usual(past, self._season[1], self._errors())
        self._values.clear()

    def _errors(self) -> Errors | None:
        return Errors(*np.array(self._off).T) if self._off else None

    def _no_counts(self) -> None:
        """Go on with figures that are no counts: what was odd for counts is forgotten."""
        self._counts = False
        self._usual = self._season = None
        self._up, self._down = _Side(), _Side()


def _matters(total: float, expected: float) -> bool:
    return not FEWER * expected < total < MORE * expected


def _seconds(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
