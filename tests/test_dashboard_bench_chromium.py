"""The benchmark's own way to steer Chromium: pages, expressions, real clicks."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.bench import browser, chromium
from dashboard.bench.server import NotStarted
from tests.browser import STRICT

PAGE = (
    "data:text/html,<body style='height:3000px'><p style='margin-top:2000px'>"
    "<button onclick=this.innerText='pressed'>press</button>"
)


def test_without_chromium_the_section_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "NAMES", ())
    found = browser.section(tmp_path / "none.db", tmp_path)
    assert found.figures == ()
    assert "no Chromium" in found.about


@pytest.mark.browser
def test_a_page_is_opened_asked_and_clicked(tmp_path: Path) -> None:
    if chromium.found() is None:
        pytest.fail("no Chromium") if STRICT else pytest.skip("needs Chromium")
    with chromium.launched(tmp_path) as program:
        with program.page() as page:
            page.go(PAGE)
            button = "document.querySelector('button')"
            page.click(button)
            page.until(f"{button}.innerText === 'pressed'")
            assert page.value("nothing.there") is None
            with pytest.raises(NotStarted, match="does not come to"):
                page.until("false", patience=0.0)
        with program.page() as another:
            assert another.value("document.querySelector('button')") is None
        with pytest.raises(NotStarted, match="refused"):
            program.tell("No.such")
