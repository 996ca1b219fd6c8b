"""The two commands: locks are whole, a second run installs nothing, strict means strict."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests import conftest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name: str) -> dict[str, tuple[Version, int]]:
    """Every pinned distribution of a lock file: its version and how many hashes it has."""
    found: dict[str, tuple[Version, int]] = {}
    text = re.sub(r"\\\n", " ", (ROOT / name).read_text(encoding="utf-8"))
    for line in text.splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==(\S+)(.*)", line):
            hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", match[3])
            found[canonicalize_name(match[1])] = (Version(match[2]), len(hashes))
        else:
            assert not line.strip() or line.lstrip().startswith("#"), f"not a pin: {line}"
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_versions_and_hashes_and_names_no_place(lock: str) -> None:
    assert all(count > 0 for _, count in pins(lock).values())
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|find-links|index-url|trusted-host|\s/\w+/", text)


def test_lock_covers_what_the_project_declares() -> None:
    extra = PROJECT["optional-dependencies"]["test"]
    for lock, wanted in zip(
        LOCKS, (PROJECT["dependencies"], PROJECT["dependencies"] + extra), strict=True
    ):
        locked = pins(lock)
        for requirement in map(Requirement, wanted):
            name = canonicalize_name(requirement.name)
            assert name in locked, f"{lock} lacks {name}: run `make lock`"
            version = locked[name][0]
            assert requirement.specifier.contains(version), f"{lock}: {name} {version}"


def test_tests_run_on_the_versions_that_ship() -> None:
    shipped, tested = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name: tested.get(name) for name in shipped} == shipped


def make(
    folder: Path, *arguments: str, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C", "PATH": path or os.environ["PATH"]}
    environment.pop("MAKEFLAGS", None)
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    return tmp_path


def stamps(folder: Path, target: str) -> list[str]:
    plan = make(folder, "-n", target, f"PYTHON={sys.executable}").stdout
    return re.findall(r"\S*\.venv/\.installed\S+", "".join(re.findall(r"touch (.*)", plan)))


@pytest.mark.parametrize("target", ["install", "test"])
def test_second_run_installs_nothing_until_the_lock_changes(checkout: Path, target: str) -> None:
    found = stamps(checkout, target)
    assert found
    for stamp in found:
        (checkout / stamp).touch()
    again = make(checkout, "-n", target, f"PYTHON={sys.executable}").stdout
    assert "pip" not in again
    with (checkout / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert "--require-hashes" in make(checkout, "-n", target, f"PYTHON={sys.executable}").stdout


def test_no_python_is_said_plainly(checkout: Path) -> None:
    result = make(checkout, "install", "PYTHON=")
    assert result.returncode == 2
    assert "needs Python 3.11 or newer" in result.stderr
    assert "Traceback" not in result.stderr


def test_ci_is_the_same_command_made_strict() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "EARSHOT_TEST_STRICT=1" in script.read_text(encoding="utf-8")
    assert "make test" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")]
)
def test_tests_cannot_connect_beyond_this_machine(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as outward, pytest.raises(conftest.NetworkBlocked):
        outward.connect((host, 80))
    assert conftest.forget_attempts()


def test_tests_cannot_ask_for_a_name() -> None:
    with pytest.raises(conftest.NetworkBlocked):
        socket.getaddrinfo("example.org", 80)
    assert conftest.forget_attempts()


def test_loopback_is_open_to_tests() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()


SKIPPING = {
    "test": "import pytest\ndef test_it():\n    pytest.skip('no such thing here')\n",
    "module": "import pytest\npytest.importorskip('no_such_module_anywhere')\n",
}


@pytest.mark.parametrize("what", SKIPPING)
@pytest.mark.parametrize(("strict", "code"), [("0", {0, 5}), ("1", {1, 2})])
def test_strict_makes_a_skip_a_failure(
    tmp_path: Path, what: str, strict: str, code: set[int]
) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPING[what], encoding="utf-8")
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.conftest",
            "-p",
            "no:cacheprovider",
            "-q",
            ".",
        ],
        cwd=tmp_path,
        env={**os.environ, "EARSHOT_TEST_STRICT": strict, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode in code, result.stdout
