"""A child process that ends when the process that started it is gone, however it went.

The parent gives the child a pipe as standard input, sets ``EARSHOT_LIFELINE`` and never
writes: when the parent dies, even by SIGKILL, the pipe closes and the child stops itself
as if it had been asked to. Without the variable nothing happens.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "EARSHOT_LIFELINE"


def watch() -> None:
    """Stop this process with SIGTERM once the process that started it is gone."""
    if os.environ.get(VARIABLE) != "1":
        return
    threading.Thread(target=_wait, name="lifeline", daemon=True).start()


def _wait() -> None:
    # os.read, not sys.stdin: a thread inside sys.stdin's lock breaks interpreter shutdown.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
