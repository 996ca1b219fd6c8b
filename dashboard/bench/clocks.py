"""How the benchmark measures: processor and wall time, interleaved rounds, medians.

Contenders take turns within each round, so that whatever else the machine does falls on
all of them. Processor time is compared for work of one thread, wall time where files or
several processes matter.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import TypeVar

K = TypeVar("K", bound=str)


class Spent:
    """Seconds that a piece of work took; filled in when it ended."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self.wall = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure the enclosed work.

    What the benchmark itself holds (texts, rows) is put out of the garbage collector's
    sight first: the product never holds it, and its size would be charged to the product.
    """
    gc.collect()
    gc.freeze()
    found = Spent()
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        yield found
    finally:
        found.cpu, found.wall = time.process_time() - cpu, time.perf_counter() - wall
        gc.unfreeze()


def interleaved(contenders: Mapping[K, Callable[[], float]], rounds: int) -> dict[K, float]:
    """Let each contender say what it took, in turns; return the median of each."""
    found: dict[K, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            found[name].append(run())
    return {name: median(each) for name, each in found.items()}


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of all are not above."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 1).__int__() - 1)]
