"""What would pile up in a process that runs for months, given back.

Streamlit keeps what it knows of every widget of a session for as long as the session
lasts, and glibc a heap for each thread. Not here: caches, each of which has its own bound.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Collection, MutableMapping

HEAPS = 2
"""Heaps of the process. By itself glibc makes eight for each core: what a thread frees in
one is of no use to the others, and pages run in a new thread each time."""
WIDGETS_KEPT = 64
"""Widgets of a session that are no longer shown and yet known: a click may be on its way."""
TRIM_EVERY = 60.0
"""Seconds between two times at which free pages go back to the operating system."""
_M_ARENA_MAX = -8


def share_heaps() -> None:
    """Let all threads share few heaps; call it before threads start. Does nothing without glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, HEAPS)


def trim() -> None:
    """Give pages of heaps that nothing stands on back to the operating system; takes milliseconds.

    By itself glibc returns only the end of a heap, on which something small always stands.
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)


def keep_trimming(stopped: threading.Event) -> None:
    """Trim now and then in a thread of its own, until that is stopped."""

    def run() -> None:
        while not stopped.wait(TRIM_EVERY):
            trim()

    threading.Thread(target=run, name="trim", daemon=True).start()


def forget(known: MutableMapping[str, object], shown: Collection[str]) -> None:
    """Forget the oldest of the known that are not shown, but for the last of them.

    A chart is a new widget whenever its data change; a page that follows the data all day
    would otherwise know thousands.
    """
    hidden = [each for each in known if each not in shown]
    for each in hidden[: max(0, len(hidden) - WIDGETS_KEPT)]:
        del known[each]
