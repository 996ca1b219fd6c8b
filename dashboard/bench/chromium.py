"""A Chromium to measure with, steered through its own pipe (the DevTools protocol).

As little of it as the benchmark needs, by the standard library: a page in a context of
its own, expressions, and clicks of a real mouse. Tests use playwright instead, which the
product does not bring along.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any

from dashboard.bench.server import NotStarted

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 90.0
"""Seconds that something may take to appear."""
_LOOK = 0.01
_ARGUMENTS = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1280,900",
)

_ON_3_AND_4 = """
import fcntl, os, sys
high = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3]]
os.dup2(high[0], 3)
os.dup2(high[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium speaks the protocol on these two descriptors; a shell may know one digit only."""


def found() -> str | None:
    """Return the path of this machine's Chromium or Chrome, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A running Chromium."""

    def __init__(self, ask: int, answers: int) -> None:
        self._ask, self._answers = ask, answers
        self._buffer = bytearray()
        self._number = 0

    def tell(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        """Ask for something and return the answer; events in between are dropped."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        message |= {"sessionId": session} if session else {}
        os.write(self._ask, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise NotStarted(f"Chromium refused {method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select([self._answers], [], [], PATIENCE)
            more = os.read(self._answers, 1 << 16) if ready else b""
            if not more:
                raise NotStarted("Chromium ended or says nothing")
            self._buffer += more
        message, _, rest = bytes(self._buffer).partition(b"\0")
        self._buffer = bytearray(rest)
        answer: dict[str, Any] = json.loads(message)
        return answer

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Open a page in a context that knows nothing of any before."""
        context = self.tell("Target.createBrowserContext")["browserContextId"]
        target = self.tell("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.tell("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        try:
            yield Page(self, attached["sessionId"])
        finally:
            self.tell("Target.disposeBrowserContext", browserContextId=context)


class Page:
    """One page of it."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def go(self, address: str) -> None:
        """Begin to load an address."""
        self._browser.tell("Page.navigate", self._session, url=address)

    def value(self, expression: str) -> object:
        """Return what an expression gives; None while the page cannot say."""
        told = self._browser.tell(
            "Runtime.evaluate", self._session, expression=expression, returnByValue=True
        )
        return None if "exceptionDetails" in told else told["result"].get("value")

    def until(self, expression: str, patience: float = PATIENCE) -> None:
        """Wait for an expression to be true."""
        end = time.monotonic() + patience
        while not self.value(expression):
            if time.monotonic() > end:
                raise NotStarted(f"a page does not come to {expression}")
            time.sleep(_LOOK)

    def click(self, element: str) -> None:
        """Click in the middle of what an expression gives, with the mouse."""
        middle = (
            f"(() => {{ const e = {element}; e.scrollIntoView({{block: 'center'}});"
            " const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        self.until(f"!!({element})")
        place = self.value(middle)
        if not isinstance(place, list):
            raise NotStarted(f"nothing to click at {element}")
        for kind in ("mousePressed", "mouseReleased"):
            self._browser.tell(
                "Input.dispatchMouseEvent",
                self._session,
                type=kind,
                x=place[0],
                y=place[1],
                button="left",
                clickCount=1,
            )


@contextmanager
def launched(folder: Path) -> Iterator[Browser]:
    """Start Chromium with a profile of its own."""
    asked, ask = os.pipe()
    answers, answered = os.pipe()
    # Chromium's sandbox refuses to start as root.
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    command = [sys.executable, "-c", _ON_3_AND_4, str(asked), str(answered), str(found())]
    program = subprocess.Popen(
        [*command, *arguments, f"--user-data-dir={folder / 'chromium'}", "about:blank"],
        pass_fds=(asked, answered),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(asked)
    os.close(answered)
    try:
        browser = Browser(ask, answers)
        yield browser
        browser.tell("Browser.close")
    finally:
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        os.close(ask)
        os.close(answers)
