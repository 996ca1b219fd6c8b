"""What holds for every test: no network but loopback, no luck, no silent skips."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import quick_databases
from tests.app_pages import visit
from tests.browser import browser, page
from tests.desk import ana, ben, lea

__all__ = ["ana", "ben", "browser", "lea", "page", "visit"]

STRICT = os.environ.get("EARSHOT_TEST_STRICT") == "1"

settings.register_profile(
    "earshot",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("earshot")
quick_databases.install()


class NetworkBlocked(RuntimeError):
    """A test tried to leave this machine."""


_attempts: list[str] = []


def _stays_here(host: object) -> bool:
    if not isinstance(host, str | bytes):
        return host is None
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return name in {"", "localhost"}


def _is_numeric(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections and look-ups beyond this machine; sees asyncio and threads too."""
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        allowed = not isinstance(address, tuple) or _stays_here(address[0])
        target = address
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        target = arguments[0]
        # Reading a numeric address asks nobody.
        allowed = _stays_here(target) or _is_numeric(target)
    else:
        return
    if not allowed:
        _attempts.append(f"{event} {target!r}")
        raise NetworkBlocked(f"tests may not leave this machine: {event} {target!r}")


sys.addaudithook(_guard)


def forget_attempts() -> list[str]:
    """Return what was refused so far and start afresh."""
    attempts, _attempts[:] = list(_attempts), []
    return attempts


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Fail a test that tried to leave this machine, also where its code swallowed the error."""
    forget_attempts()
    yield
    attempts = forget_attempts()
    assert not attempts, f"tried to leave this machine: {attempts}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches the product."""
    for name in list(os.environ):
        if name.startswith(("EARSHOT_", "STREAMLIT_")) and name != "EARSHOT_TEST_STRICT":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def same_main_module() -> Iterator[None]:
    """Put ``__main__`` back, which Streamlit's page tests replace by the page's script.

    Processes that a later test spawns would run that script, die, and be started for ever.
    """
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


def pytest_configure(config: pytest.Config) -> None:
    """Let a reader end with its thread, as it may: only Python 3.13 and later warn of that."""
    config.addinivalue_line("filterwarnings", "ignore:unclosed database:ResourceWarning")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave soak tests out unless ``-m`` asks for them."""
    if "soak" in (config.option.markexpr or ""):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if item not in soak]


def _unskip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if STRICT and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which EARSHOT_TEST_STRICT=1 forbids: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """When strict, a skipped test is a failed test."""
    report = yield
    _unskip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """When strict, a skipped module is a failed module."""
    report = yield
    _unskip(report)
    return report
