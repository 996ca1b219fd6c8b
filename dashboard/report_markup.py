"""Turns the summary's page into a part of another page, with the same look. Pure.

A frame would have to be given a height before it is known; a part grows with its text.
``st.html`` takes drawings away, so they become images that carry their own data.
"""

from __future__ import annotations

import base64
import re

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)
_PAGE = re.compile(r"@page [^{]*\{[^}]*\}")
_DRAWING = re.compile(r"<svg\b([^>]*)>.*?</svg>", re.DOTALL)
_CLASS = re.compile(r'class="([\w -]*)"')
_SPOKEN = re.compile(r'aria-label="([^"]*)"')


def part(page: str) -> str:
    """Return the body of a page with its style confined to it."""
    style, body = _STYLE.search(page), _BODY.search(page)
    assert style is not None
    assert body is not None
    css = _PAGE.sub("", style[1]).replace("\nbody {", "\n& {").replace("svg", "img")
    css = css.replace("main {", ".es-main {")
    css += "\n& { border-radius:.5rem; overflow:hidden; }"
    # A page has one main part already, and the report is inside it.
    whole = body[1].replace("<main>", '<div class="es-main">').replace("</main>", "</div>")
    inside = _DRAWING.sub(_image, whole)
    return f'<style>.es-report {{{css}}}</style><div class="es-report">{inside}</div>'


def image(drawing: str) -> str:
    """Return a drawing as an image that carries its own data."""
    return _DRAWING.sub(_image, drawing)


def _image(drawing: re.Match[str]) -> str:
    kind, spoken = _CLASS.search(drawing[1]), _SPOKEN.search(drawing[1])
    text = drawing[0]
    if "xmlns=" not in drawing[1]:
        text = text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    data = base64.b64encode(text.encode()).decode()
    look = f' class="{kind[1]}"' if kind else ""
    alt = spoken[1] if spoken else ""
    return f'<img{look} alt="{alt}" src="data:image/svg+xml;base64,{data}">'
