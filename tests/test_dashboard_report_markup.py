"""The summary as a part of a page: its look is confined, its drawings are images."""

from __future__ import annotations

import base64
import re

from dashboard import report_markup

PAGE = """<!doctype html><html><head><style>:root { color-scheme: light; }
body { margin: 0; }
svg.bar { width: 9px; }
@page { size: A4; }
@media print { p { margin: 0; } }</style></head>
<body><main><p>&lt;svg&gt; is a word</p><svg class="bar" viewBox="0 0 1 1" role="img"
aria-label="rising &amp; falling"><rect width="1"/></svg></main></body></html>"""


def test_style_holds_only_inside() -> None:
    part = report_markup.part(PAGE)
    assert part.startswith("<style>.es-report {")
    assert "@page" not in part
    assert "\n& { margin: 0; }" in part
    assert "img.bar { width: 9px; }" in part
    assert part.endswith("</div></div>")
    assert "<main" not in part


def test_drawings_become_images_that_are_heard() -> None:
    part = report_markup.part(PAGE)
    image = re.search(
        r'<img class="bar" alt="([^"]*)" src="data:image/svg.xml;base64,([^"]*)">', part
    )
    assert image is not None
    assert image[1] == "rising &amp; falling"
    drawing = base64.b64decode(image[2]).decode()
    assert drawing.startswith('<svg xmlns="http://www.w3.org/2000/svg" class="bar"')
    assert "&lt;svg&gt; is a word" in part
