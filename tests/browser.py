"""A real Chromium for page tests: found on the machine, else installed.

``python -m tests.browser`` makes sure that there is one; tests take the fixtures below
through ``tests/conftest.py``. Every page fails its test on a request to another host.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-color-emoji")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
STRICT = os.environ.get("EARSHOT_TEST_STRICT") == "1"
Scheme: TypeAlias = Literal["light", "dark"]
Chosen: TypeAlias = tuple[int, int, Scheme]
_idle: WeakKeyDictionary[Browser, list[tuple[Chosen, BrowserContext]]] = WeakKeyDictionary()


def on_machine() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def downloaded(playwright: Playwright) -> str | None:
    """Return the path of Playwright's own Chromium, if it was downloaded."""
    path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Install Chromium: as root from the distribution, else by Playwright."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", *PACKAGES]):
            subprocess.run(
                ["apt-get", *step], env=environment, check=False, stdin=subprocess.DEVNULL
            )
        if on_machine():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium; skip without one, fail when strict."""
    with sync_playwright() as playwright:
        path = on_machine() or downloaded(playwright)
        if path is None:
            reason = "needs Chromium: install it, or run `python -m tests.browser`"
            pytest.fail(reason) if STRICT else pytest.skip(reason)
        # Chromium's sandbox refuses to start as root.
        arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 900,
    scheme: Scheme = "light",
) -> Iterator[Page]:
    """Open a page in a context that nobody else uses; no other host may be asked by its end."""
    chosen = (width, height, scheme)
    context = _take(browser, chosen)
    strangers: list[str] = []

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOOPBACK:
            strangers.append(url)

    def asked(request: Request) -> None:
        note(request.url)

    context.on("request", asked)
    page = context.new_page()
    page.on("websocket", lambda socket: note(socket.url))
    try:
        yield page
    except BaseException:
        context.close()
        raise
    context.remove_listener("request", asked)
    if _emptied(context):
        _idle[browser].append((chosen, context))
    assert not strangers, f"the page asked other hosts: {strangers}"


def _take(browser: Browser, chosen: Chosen) -> BrowserContext:
    """Return a context that nobody uses: one that was emptied holds the scripts, compiled."""
    idle = _idle.setdefault(browser, [])
    for found in idle:
        if found[0] == chosen:
            idle.remove(found)
            return found[1]
    width, height, scheme = chosen
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )


def _emptied(context: BrowserContext) -> bool:
    """Forget what pages stored and close them; a context that cannot do so is closed itself."""
    try:
        for page in context.pages:
            if page.url.startswith("http"):
                page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            page.close()
        context.clear_cookies()
        context.clear_permissions()
    except Error:
        context.close()
        return False
    return True


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium per file of tests.

    Not per session: Playwright keeps an event loop running in its thread, in which no
    other test could start one.
    """
    with launched() as chromium:
        yield chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh desktop page that may only speak to this machine."""
    with opened(browser) as fresh:
        yield fresh


def main() -> int:
    """Make sure that there is a Chromium; 1 if there is none and tests are strict."""
    with sync_playwright() as playwright:
        found = on_machine() or downloaded(playwright)
    if found is None:
        print("Chromium for browser tests is not on this machine: installing it …", flush=True)
        install()
        with sync_playwright() as playwright:
            found = on_machine() or downloaded(playwright)
    if found is None:
        print("There is no Chromium: browser tests cannot run.", file=sys.stderr)
        return 1 if STRICT else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
