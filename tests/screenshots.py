"""Pictures of every page, made from the sample company: ``make screenshots``.

Written to ``docs/screenshots/<page>.png`` (wide, light), ``<page>-dark.png``,
``<page>-phone.png`` and ``<page>-phone-dark.png``, in few colours and at most so tall, so
that all of them together stay small. README shows some of them.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from dashboard.sample import opening
from tests.browser import launched, opened
from tests.serving import served
from tests.source import ROOT

FOLDER = ROOT / "docs" / "screenshots"
LOOKS = {
    "": {"width": 1280, "height": 900, "scheme": "light"},
    "-dark": {"width": 1280, "height": 900, "scheme": "dark"},
    "-phone": {"width": 390, "height": 844, "scheme": "light"},
    "-phone-dark": {"width": 390, "height": 844, "scheme": "dark"},
}
SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app?.dataset.testScriptState === "notRunning"
        && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
}"""
TALLEST = 1700
COLOURS = 128
HIDDEN = "start"
"""A page that the navigation does not list."""


def settle(page: Page) -> None:
    """Wait until the page has run and its charts are drawn."""
    page.get_by_test_id("stMain").locator("h1").first.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(SETTLED, timeout=60_000)


def grow(page: Page, width: int) -> None:
    """Make the window as tall as what it shows, which scrolls inside the page."""
    tall = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(tall), TALLEST)})
    settle(page)


def addresses(browser: Browser, url: str) -> list[str]:
    """The address of every page, from the navigation."""
    with opened(browser) as page:
        page.goto(url)
        settle(page)
        links = page.get_by_test_id("stSidebarNavLink").all()
        found = [link.get_attribute("href") or "" for link in links] or [url]
        return [*found, f"{url}/{HIDDEN}"]


def shoot(browser: Browser, url: str, address: str) -> None:
    """Take one page in every look."""
    name = address.rstrip("/").removeprefix(url).strip("/") or "overview"
    for suffix, look in LOOKS.items():
        with opened(browser, **look) as page:  # type: ignore[arg-type]
            page.goto(address)
            settle(page)
            grow(page, page.viewport_size["width"] if page.viewport_size else 1280)
            write(page.screenshot(), FOLDER / f"{name}{suffix}.png")
    print(f"docs/screenshots/{name}.png")


def write(picture: bytes, path: Path) -> None:
    """Write a picture with a palette of its own: a third of the bytes, the eye sees none."""
    with Image.open(io.BytesIO(picture)) as image:
        # Not MAXCOVERAGE: it spends its colours on edges, and pale areas get another tint.
        few = image.convert("RGB").quantize(
            COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        few.save(path, optimize=True)


def main(arguments: list[str]) -> int:
    """Compose the sample company (or take the database given), serve it, take pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        database = Path(arguments[0]) if arguments else Path(folder, "earshot-sample.db")
        if not arguments:
            opening.build(database, print)
        with served(database, Path(folder, "earshot.toml"), sample=True) as url:
            for address in addresses(browser, url):
                shoot(browser, url, address if "://" in address else f"{url}/{address.strip('./')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
