"""The real programs, as ``earshot up`` starts them, for the benchmark to look at from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

from dashboard.bench.corpus import NOW
from dashboard.bench.wire import Session
from dashboard.commands import up
from dashboard.supervisor import GRACE
from storage.database import key_path
from storage.errors import EarshotError

PATIENCE = 60.0
_STATUS = {"VmRSS": "resident", "VmHWM": "highest"}


class NotStarted(EarshotError):
    """A program did not come up."""


class Memory(NamedTuple):
    """Megabytes of a process: resident now, and the most that ever were."""

    resident: float
    highest: float


class Program:
    """One running program."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                cwd=up.ROOT,
                env={**os.environ, **environment, "EARSHOT_BENCH": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it as a terminal would, and wait."""
        self._process.terminate()
        try:
            self._process.wait(GRACE + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def dashboard(db: Path, log: Path) -> Iterator[tuple[int, Program]]:
    """Run the web server on a workspace; yield its port once it answers."""
    port = up.free_port(0)
    _, server = up.programs(db, db.with_name("none.toml"), own=None, port=port)
    program = Program(list(server.command), dict(server.environment), log)
    try:
        until(lambda: up.answers(port), program, log)
        yield port, program
    finally:
        program.stop()


@contextmanager
def worker(db: Path, log: Path) -> Iterator[Program]:
    """Run the worker on a workspace."""
    first, _ = up.programs(db, db.with_name("none.toml"), own=None, port=0)
    program = Program(list(first.command), dict(first.environment), log)
    try:
        yield program
    finally:
        program.stop()


@contextmanager
def copied(db: Path, folder: Path) -> Iterator[Path]:
    """Lend a copy of a workspace that programs may write to."""
    copy = folder / "copy.db"
    shutil.copy(db, copy)
    shutil.copy(key_path(db), key_path(copy))
    try:
        yield copy
    finally:
        for each in folder.glob("copy.db*"):
            each.unlink()


def until(
    done: Callable[[], bool], program: Program, log: Path, patience: float = PATIENCE
) -> None:
    """Wait for something that a program does."""
    end = time.monotonic() + patience
    while not done():
        if not program.alive() or time.monotonic() > end:
            raise NotStarted(f"a program ended or did nothing for {patience:.0f} s; see {log}")
        time.sleep(0.005)


def answers(port: int, path: str) -> bool:
    """Whether a server on this machine answers an address with success."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def memory(pid: int) -> Memory:
    """Read how much memory a process takes; Linux only."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    found = {
        _STATUS[name]: int(rest.split()[0]) / 1024
        for name, _, rest in (line.partition(":") for line in lines)
        if name in _STATUS
    }
    return Memory(**found)


def query(more: str = "") -> str:
    """The address of a page over the bench's last 30 days, whatever today is."""
    first = (NOW - timedelta(days=29)).date()
    return f"from={first.isoformat()}&to={NOW.date().isoformat()}{more}"


def session(port: int, page: str, more: str = "") -> Session:
    """Open a browser session on a page; an empty name is the overview."""
    return Session(port, page, query(more))
