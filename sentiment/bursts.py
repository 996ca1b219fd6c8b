"""Tells from times and authors whether copies came in a burst that the past does not explain.

Copies are many people's words for a common thing (a steady trickle), a template that a shop
hands out (a steady stream), or an attack or a campaign (nothing, then many at once). Only
the last is suspicious, and a person decides. The number in a run is held against a Poisson
count with the group's own rate in the months around it, scaled by how much was said at all in
both times: of what has just begun, the months before are all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log
from typing import NamedTuple

FEWEST = 4
"""Copies of a run, and FEWEST_AUTHORS different authors, from which it can be suspicious."""
FEWEST_AUTHORS = 3
GAP = 48 * 3_600_000
"""Milliseconds of silence that end a run."""
LONGEST = 7 * 86_400_000
"""Milliseconds after which a run is cut: what goes on for weeks is held against itself."""
AROUND = 90 * 86_400_000
"""Milliseconds before and after a run that it is held against."""
RARE = 1e-6
"""So small a probability is a burst: thousands of groups are looked at."""
START = 0.5
"""Copies that are granted to months without any (Jeffreys' prior of a Poisson rate)."""

Volume = Callable[[int, int], int]
"""How many texts were said at all between two times in milliseconds."""


class Burst(NamedTuple):
    """A run of copies, ``first`` to ``last`` by their place in the list, both included.

    ``expected`` is how many authors the months around lead to expect; ``around`` counts
    copies in them and ``said_around`` texts in all; ``p`` is the probability by chance.
    """

    first: int
    last: int
    authors: int
    expected: float
    around: int
    said: int
    said_around: int
    p: float


def bursts(times: Sequence[int], authors: Sequence[str], volume: Volume) -> list[Burst]:
    """Return the bursts among copies in the order of time; unknown authors are all different."""
    found = []
    for first, last in _runs(times):
        count = last - first + 1
        names = authors[first : last + 1]
        people = len({each for each in names if each}) + sum(not each for each in names)
        if count < FEWEST or people < FEWEST_AUTHORS:
            continue
        begin, end = times[first], times[last]
        early, late = begin - AROUND, end + AROUND
        around = sum(early <= each < begin for each in times[:first])
        around += sum(each <= late for each in times[last + 1 :])
        said = volume(begin, end + 1)
        said_around = max(volume(early, late + 1) - said, 0)
        # A person counts once: one who repeats himself is no crowd.
        expected = (around + START) * max(said, people) / (said_around + 1)
        chance = tail(people, expected)
        if chance < RARE:
            found.append(Burst(first, last, people, expected, around, said, said_around, chance))
    return found


def tail(count: int, expected: float) -> float:
    """Return the probability of at least ``count`` where a Poisson count of ``expected`` is due."""
    if expected <= 0:
        return 0.0 if count else 1.0
    if count <= expected:
        return 1.0
    term = exp(count * log(expected) - expected - _log_factorial(count))
    total, each = 0.0, count
    while term > total * 1e-12 and each < count + 10_000:
        total += term
        each += 1
        term *= expected / each
    return min(total, 1.0)


def _runs(times: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last place of each run between long silences."""
    starts: list[int] = []
    for at, when in enumerate(times):
        if not at or when - times[at - 1] > GAP or when - times[starts[-1]] > LONGEST:
            starts.append(at)
    return [(a, b - 1) for a, b in zip(starts, [*starts[1:], len(times)], strict=False)]


def _log_factorial(count: int) -> float:
    return sum(log(each) for each in range(2, count + 1))
