"""The worker's look for copies: sketches new texts, groups them, opens bursts.

Puts storage and the comparison together. A look does a bounded amount of work and goes on
where the last one ended, so that the years of an import neither hold up other jobs nor are
lost with a crash.
"""

from __future__ import annotations

import time

import numpy as np

from dashboard.wiring import Workspace
from sentiment import bursts as burst_rules
from sentiment import lookalikes as comparison
from storage import bursts, lookalikes

SKETCHED_AT_ONCE = 2_000
BUDGET = 2.0
"""Seconds of work after which a look ends; the rest waits for the next."""


def look(space: Workspace, *, seconds: float = BUDGET) -> int:
    """Sketch and compare what is new; return how many mentions joined bursts."""
    end = time.monotonic() + seconds
    while _sketch(space) and time.monotonic() < end:
        pass
    joined = 0
    while time.monotonic() < end:
        found = _match(space)
        if found is None:
            break
        joined += found
    return joined


def all_of_it(space: Workspace) -> int:
    """Look until nothing is left to look at; return how many mentions joined bursts."""
    while _sketch(space):
        pass
    joined = 0
    while (found := _match(space)) is not None:
        joined += found
    return joined


def _sketch(space: Workspace) -> bool:
    """Sketch one batch; say whether there was one."""
    now, conn = space.now(), space.db.reader()
    texts, until = lookalikes.due(conn, now, SKETCHED_AT_ONCE)
    if not texts and until == lookalikes.due_from(conn):
        return False
    with space.db.write() as conn:
        # Read again: a text may have been edited since.
        texts, until = lookalikes.due(conn, now, SKETCHED_AT_ONCE)
        chosen = [each for each in texts if comparison.comparable(each.text)]
        made = comparison.sketch([each.text for each in chosen])
        rows = [(each, row.tobytes()) for each, row in zip(chosen, made, strict=True)]
        lookalikes.save(conn, rows, texts, until)
    return True


def _match(space: Workspace) -> int | None:
    """Hold one window's fresh texts against the others; None where all were."""
    window = lookalikes.window(space.db.reader())
    if not window:
        return None
    sketches = np.frombuffer(b"".join(each.sketch for each in window), np.uint8)
    fresh = np.array([not each.matched for each in window])
    found = comparison.pairs(sketches.reshape(len(window), comparison.SIZE), fresh)
    with space.db.write() as conn:
        grown = lookalikes.group(conn, window, found)
        return bursts.settle(conn, grown, burst_rules.bursts, space.now())
