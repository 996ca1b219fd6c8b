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
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import choice, supervisor
from dashboard.commands import up
from dashboard.running import announced
from storage.database import Database
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
from dashboard import choice, supervisor
child, *kinds = sys.argv[1:]
alive = []
def echo(line):
    sys.stdout.write(line + chr(10))
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
        # Tests that a shell runs in the background hear no Ctrl-C, nor would their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
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
    assert choice.sample_beside(Path("/data/earshot.db")) == Path("/data/earshot-sample.db")
    for program in up.programs(Path("/a.db"), Path("/a.toml"), own=Path("/own.db"), port=1):
        assert program.environment["EARSHOT_OWN_DB"] == "/own.db"
        assert program.environment["EARSHOT_DB"] == "/a.db"


def get(address: str) -> int:
    host, _, path = address.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=DEADLINE)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status
    finally:
        connection.close()


def earshot_up(folder: Path, *options: str) -> list[str]:
    places = ["--db", str(folder / "earshot.db"), "--config", str(folder / "earshot.toml")]
    return ["-m", "dashboard", "up", "--port", "0", *places, *options]


def test_up_serves_one_database_and_stops_on_interrupt(tmp_path: Path) -> None:
    with running(*earshot_up(tmp_path, "--no-sample")) as process:
        lines = read_until(process, "Earshot is at")
        match = re.search(r"http://127\.0\.0\.1:\d+", lines[-1])
        assert match
        assert get(f"{match[0]}/healthz") == 200
        assert get(f"{match[0]}/") == 200
        process.send_signal(signal.SIGINT)
        lines += read_until(process, "Stopped")
        assert process.wait(DEADLINE) == 0
    assert not [line for line in lines if "sample" in line or "Traceback" in line]
    assert (tmp_path / "earshot.db").exists()


def test_up_without_data_opens_the_sample_and_says_so_once(tmp_path: Path) -> None:
    # Composing the company takes half a minute and has tests of its own.
    Database(choice.sample_beside(tmp_path / "earshot.db")).close()
    with running(*earshot_up(tmp_path)) as process:
        lines = read_until(process, "Earshot is at")
        process.send_signal(signal.SIGTERM)
        lines += read_until(process, "Stopped")
        assert process.wait(DEADLINE) == 0
    said = [line for line in lines if "earshot sample remove" in line]
    assert len(said) == 1
    assert "earshot-sample.db" in said[0]
    assert "Traceback" not in "".join(lines)
    assert not (tmp_path / "earshot.db").exists()


def test_an_interrupt_while_the_sample_is_composed_is_no_failure(tmp_path: Path) -> None:
    with running(*earshot_up(tmp_path)) as process:
        read_until(process, "being prepared")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
    assert "Traceback" not in output
    assert not choice.sample_beside(tmp_path / "earshot.db").exists()


def test_up_on_another_address_is_refused(tmp_path: Path) -> None:
    with running(*earshot_up(tmp_path, "--address", "0.0.0.0")) as process:
        output, _ = process.communicate(timeout=DEADLINE)
        assert process.returncode == 2
    assert "sign-in" in output
    assert list(tmp_path.iterdir()) == []


def test_a_second_start_tells_where_the_first_one_is(tmp_path: Path) -> None:
    db = tmp_path / "earshot.db"
    with announced(db, "http://127.0.0.1:1") as first:
        assert first is None
        with announced(db, "http://127.0.0.1:2") as other:
            assert other == "http://127.0.0.1:1"
    with announced(db, "http://127.0.0.1:3") as again:
        assert again is None


@pytest.mark.parametrize(
    ("typed", "path"), [("", ""), ("/", ""), ("earshot/", "/earshot"), ("/a/b", "/a/b")]
)
def test_a_prefix_is_a_path(typed: str, path: str) -> None:
    assert up.check_prefix(typed) == path


def test_a_prefix_that_is_no_path_is_refused() -> None:
    with pytest.raises(ConfigError, match="is no path"):
        up.check_prefix("/a b")
