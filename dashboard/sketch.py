"""A figure over time as a still picture, to be looked at while the script of charts loads.

Read from the figure itself, so that picture and chart show the same numbers. An SVG image
in a page runs nothing and fetches nothing. Pure.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from datetime import UTC, datetime
from math import floor, log10
from typing import Any

from dashboard.figures import Figure

_LEFT, _WIDTH = 10.0, 89.0
"""Where marks stand, in percent of the picture's width."""
_TOP, _HEIGHT, _TALL = 32, 236, 300
_X, _Y = 1000.0, 100.0
_INK = "#808790"
"""Words that can be read on light and dark."""


def markdown(figure: Figure, alt: str) -> str:
    """Return a figure as an image in Markdown; ``alt`` is ours and holds no brackets."""
    data = base64.b64encode(svg(figure).encode()).decode()
    return f"![{alt}](data:image/svg+xml;base64,{data})"


def svg(figure: Figure) -> str:
    """Return stacked bars and lines of a figure over time; what else is in it is left out."""
    start, end = (_ms(each) for each in figure["layout"]["xaxis"]["range"])
    span = max(end - start, 1.0)
    bars = [each for each in figure["data"] if each["type"] == "bar" and "yaxis" not in each]
    lines = [each for each in figure["data"] if "lines+markers" in str(each.get("mode"))]
    top = _top(bars, lines)
    marks = [*_bars(bars, start, span, top), *(_line(each, start, span, top) for each in lines)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{_TALL}">'
        f'<svg x="{_LEFT}%" y="{_TOP}" width="{_WIDTH}%" height="{_HEIGHT}"'
        f' viewBox="0 0 {_X:g} {_Y:g}" preserveAspectRatio="none">{"".join(marks)}</svg>'
        f'<g fill="{_INK}" font-family="sans-serif" font-size="12">'
        f"{''.join(_words(figure, start, span, top))}</g></svg>"
    )


def _top(bars: list[dict[str, Any]], lines: list[dict[str, Any]]) -> float:
    heights = [sum(each) for each in zip(*(bar["y"] for bar in bars), strict=True)]
    values = [value for line in lines for value in line["y"] if value is not None]
    return max([*heights, *values], default=1.0) * 1.05 or 1.0


def _bars(bars: list[dict[str, Any]], start: float, span: float, top: float) -> Iterator[str]:
    """One path a label, each bar a box on top of those before."""
    below = [0.0] * len(bars[0]["x"]) if bars else []
    for trace in bars:
        boxes: list[str] = []
        pale: list[str] = []
        for i, (at, wide, count) in enumerate(
            zip(trace["x"], trace["width"], trace["y"], strict=True)
        ):
            if count:
                faded = trace["marker"]["opacity"][i] < 1
                x, width = (_ms(at) - start) / span * _X, wide / span * _X
                y, height = _Y * (1 - (below[i] + count) / top), _Y * count / top
                (pale if faded else boxes).append(
                    f"M{x:.1f} {y:.2f}h{width:.1f}v{height:.2f}h-{width:.1f}z"
                )
                below[i] += count
        colour = trace["marker"]["color"]
        yield f'<path fill="{colour}" d="{"".join(boxes)}"/>'
        if pale:
            yield f'<path fill="{colour}" fill-opacity="0.45" d="{"".join(pale)}"/>'


def _line(trace: dict[str, Any], start: float, span: float, top: float) -> str:
    """One path, broken where nothing is known."""
    steps, pen = [], "M"
    for at, value in zip(trace["x"], trace["y"], strict=True):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{(_ms(at) - start) / span * _X:.1f} {_Y * (1 - value / top):.2f}")
        pen = "L"
    return (
        f'<path fill="none" stroke="{trace["line"]["color"]}" stroke-width="2"'
        f' vector-effect="non-scaling-stroke" d="{"".join(steps)}"/>'
    )


def _words(figure: Figure, start: float, span: float, top: float) -> Iterator[str]:
    axis = figure["layout"]["xaxis"]
    for at, name in zip(axis["tickvals"], axis["ticktext"], strict=True):
        x = _LEFT + _WIDTH * (_ms(at) - start) / span
        y = _TOP + _HEIGHT + 18
        yield f'<text x="{x:.2f}%" y="{y}" text-anchor="middle">{html.escape(name)}</text>'
    share = "%" in figure["layout"]["yaxis"].get("tickformat", "")
    for value in (0.0, _round(top / 2)):
        height = _TOP + _HEIGHT * (1 - value / top) + 4
        told = f"{value:.0%}" if share else f"{value:,.0f}"
        yield f'<text x="{_LEFT - 1:g}%" y="{height:.0f}" text-anchor="end">{told}</text>'


def _round(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20 … (or .1, .2, .5 …) that is not above a value."""
    ten = 10.0 ** floor(log10(value))
    return ten * max(each for each in (1, 2, 5) if each * ten <= value)


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000
