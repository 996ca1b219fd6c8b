"""``earshot up`` as a real process on loopback: starts, says where, stops, explains deaths."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import supervisor
from dashboard.commands import up
from storage.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
DEADLINE = 60

# Stands in for any program: what it does is its first argument.
CHILD = """
import json, os, signal, sys
from dashboard import lifeline
what = sys.argv[1]
if what == "dies":
    print("the disk is full", file=sys.stderr)
    sys.exit(3)
if what == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
lifeline.watch()
print(json.dumps({"pid": os.getpid()}), flush=True)
while True:
    signal.pause()
"""

# Runs children of the above through the real supervisor; up once each said its pid.
PARENT = """
import sys
from pathlib import Path
from dashboard import supervisor
child, *kinds = sys.argv[1:]
alive = []
def echo(line):
    print(line, flush=True)
    alive.append(line)
programs = [
    supervisor.Program(f"{kind} {n}", [sys.executable, "-c", child, kind], {})
    for n, kind in enumerate(kinds)
]
try:
    supervisor.run(
        programs,
        folder=Path.cwd(),
        is_up=lambda: len(alive) == len(kinds),
        on_up=lambda: print("UP", flush=True),
        echo=echo,
    )
except supervisor.ProcessDied as error:
    print(error, flush=True)
    sys.exit(1)
print("STOPPED", flush=True)
"""


@contextmanager
def running(*command: str, cwd: Path = ROOT) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=DEADLINE)


def read_until(process: subprocess.Popen[str], wanted: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if re.search(wanted, line):
            return lines
    raise AssertionError(f"ended before it said {wanted!r}: {lines}")


def pids(lines: list[str]) -> list[int]:
    return [json.loads(match[0])["pid"] for line in lines if (match := re.search(r"\{.*\}", line))]


def ends(handle: int) -> bool:
    """Wait for the end of a process that is not our child, by its pidfd."""
    try:
        return bool(select.select([handle], [], [], DEADLINE)[0])
    finally:
        os.close(handle)


def supervise(*kinds: str) -> list[str]:
    return ["-c", PARENT, CHILD, *kinds]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_is_no_failure(number: signal.Signals) -> None:
    with running(*supervise("waits", "waits")) as process:
        children = [os.pidfd_open(pid) for pid in pids(read_until(process, "UP"))]
        process.send_signal(number)
        assert read_until(process, "STOPPED")
        assert process.wait(DEADLINE) == 0
    assert len(children) == 2
    assert all(ends(child) for child in children)


def test_the_first_death_stops_the_rest_and_says_why() -> None:
    with running(*supervise("waits", "dies")) as process:
        output, _ = process.communicate(timeout=DEADLINE)
        assert process.returncode == 1
    assert "dies 1 ended with 3 by itself" in output
    assert output.strip().endswith("the disk is full")
    assert "Traceback" not in output


def test_a_killed_child_is_named_with_its_signal() -> None:
    with running(*supervise("waits", "waits")) as process:
        first, _ = pids(read_until(process, "UP"))
        os.kill(first, signal.SIGKILL)
        assert "was ended by SIGKILL" in read_until(process, "by itself")[-1]
        assert process.wait(DEADLINE) == 1


def test_a_second_interrupt_ends_what_does_not_listen() -> None:
    with running(*supervise("stubborn", "waits")) as process:
        lines = sorted(line for line in read_until(process, "UP") if "pid" in line)
        stubborn, polite = (os.pidfd_open(pid) for pid in pids(lines))
        process.send_signal(signal.SIGINT)
        assert ends(polite)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 0
        assert time.monotonic() - started < supervisor.GRACE / 2
        assert ends(stubborn)


def test_children_end_when_we_are_killed() -> None:
    with running(*supervise("waits", "waits")) as process:
        children = [os.pidfd_open(pid) for pid in pids(read_until(process, "UP"))]
        process.kill()
        assert len(children) == 2
        assert all(ends(child) for child in children)


def test_address_and_port_are_checked_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sign-in"):
        up.check_address("0.0.0.0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} cannot be used"):
            up.choose_port(port)
    assert up.choose_port(0) > 0
    result = CliRunner().invoke(up.command, ["--port", "70000"])
    assert result.exit_code == 2


def test_a_taken_default_port_gives_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(up, "PORT", taken.getsockname()[1])
        assert up.choose_port(None) != up.PORT
    assert up.choose_port(None) == up.PORT


def test_sample_has_a_database_of_its_own() -> None:
    assert up.sample_path(Path("/data/earshot.db")) == Path("/data/earshot-sample.db")
    for program in up.programs(Path("/a.db"), Path("/a.toml"), sample=True, port=1):
        assert program.environment["EARSHOT_SAMPLE"] == "1"
        assert program.environment["EARSHOT_DB"] == "/a.db"
