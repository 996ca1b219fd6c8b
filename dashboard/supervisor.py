"""Child processes that start together and stop together, each with a name and last words.

Not here: which processes there are (``commands/up.py``). A child that ends by itself ends
the others; there is no restart, because a process that died once for a reason that nobody
read dies again.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from dashboard import lifeline
from storage.errors import EarshotError

GRACE = 15.0
"""Seconds that children have to finish what they write before they are killed."""
LAST_WORDS = 8
_NOISE = ("INFO:", "  Stopping...")


class ProcessDied(EarshotError):
    """A child process ended by itself; the message says which and why."""


class Program(NamedTuple):
    """What to run: a name for people, the command line, and variables for it alone."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Child:
    """One running program; its lines go on to ``echo`` under its name."""

    def __init__(
        self,
        program: Program,
        folder: Path,
        echo: Callable[[str], None],
        ended: Callable[[Child], None],
    ) -> None:
        self.name = program.name
        self._echo = echo
        self._ended = ended
        self._lines: deque[str] = deque(maxlen=LAST_WORDS)
        # A session of its own: Ctrl-C in the terminal reaches only us, and we stop the
        # children in order. Our end of its standard input closes when we die.
        self.process = subprocess.Popen(
            program.command,
            cwd=folder,
            env={
                **os.environ,
                **program.environment,
                lifeline.VARIABLE: "1",
                "PYTHONUNBUFFERED": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=program.name, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            if line and not line.startswith(_NOISE):
                self._lines.append(line)
                self._echo(f"{self.name}: {line}")
        self.process.wait()
        self._ended(self)

    def obituary(self) -> str:
        """Say how it ended and what it said last."""
        code = self.process.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        words = self._lines[-1] if self._lines else "it said nothing"
        return f"the {self.name} {how} by itself, so everything was stopped: {words}"

    def close(self) -> None:
        """Let go of its pipes, once it has ended."""
        self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def _signals_to(events: queue.SimpleQueue[Child | None]) -> Iterator[None]:
    """Put None for each request to stop, until left."""

    def note(_number: int, _frame: FrameType | None) -> None:
        events.put(None)

    names = [signal.SIGINT, signal.SIGTERM]
    # Under nohup the end of the terminal is none of our business.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        names.append(signal.SIGHUP)
    before = {name: signal.signal(name, note) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def run(
    programs: Sequence[Program],
    *,
    folder: Path,
    is_up: Callable[[], bool],
    on_up: Callable[[], None],
    echo: Callable[[str], None] | None = None,
) -> None:
    """Run the programs until SIGINT or SIGTERM, then stop them; the first death raises.

    ``is_up`` is asked ten times a second until it says yes, then ``on_up`` is called once.
    """
    events: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
    children: list[Child] = []
    with _signals_to(events):
        try:
            for program in programs:
                children.append(Child(program, folder, echo or _echo, events.put))
            dead = _watch(events, is_up, on_up)
        finally:
            _stop(children, events)
    if dead is not None:
        raise ProcessDied(dead.obituary())


def _watch(
    events: queue.SimpleQueue[Child | None],
    is_up: Callable[[], bool],
    on_up: Callable[[], None],
) -> Child | None:
    """Return the child that died first, or None when asked to stop."""
    while True:
        try:
            return events.get(timeout=0.1)
        except queue.Empty:
            if is_up():
                break
    on_up()
    return events.get()


def _stop(children: Sequence[Child], events: queue.SimpleQueue[Child | None]) -> None:
    """Ask all to end; kill what has not after the grace, or at a second Ctrl-C."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + GRACE
    while any(child.process.poll() is None for child in children):
        try:
            event = events.get(timeout=max(0.0, min(0.5, deadline - time.monotonic())))
            impatient = event is None
        except queue.Empty:
            impatient = False
        if impatient or time.monotonic() >= deadline:
            for child in children:
                child.process.kill()
            break
    for child in children:
        child.close()


def _echo(line: str) -> None:
    # One write a line, since children speak at once; a closed terminal must not stop them.
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        pass
