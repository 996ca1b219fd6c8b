"""Small charts as inline SVG: a line with its range, stacked bars, one bar. Pure.

Nothing is fetched and nothing runs; colours are attributes, so that a page may forbid
inline styles. Every text is escaped here.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dashboard import theme

WIDTH, HEIGHT = 520, 176
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 24, 14, 24
_GRID, _INK, _MUTED = "#e3e7eb", theme.LIGHT.text, "#5d6671"
_FONT = 'font-size="11" font-family="inherit"'


class Point(NamedTuple):
    """One step of a line; ``gap`` marks a time in which not everything was collected."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    gap: bool = False


class Stack(NamedTuple):
    """One bar of several parts, as (colour, height)."""

    label: str
    parts: tuple[tuple[str, float], ...]
    gap: bool = False


class _Scale(NamedTuple):
    """From values to heights."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def line(points: Sequence[Point], colour: str, say: Callable[[float], str], spoken: str) -> str:
    """Return a line with the range of each value as a band, the last value written out."""
    known = [x for p in points for x in (p.value, p.low, p.high) if x is not None]
    scale = _scale(min(known, default=0.0), max(known, default=1.0))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(points) - 1, 1)
    xs = [_LEFT + number * step for number in range(len(points))]
    drawn = [_hatching(x - step / 2, step) for x, p in zip(xs, points, strict=True) if p.gap]
    for stretch in _stretches(points):
        up = [(xs[i], scale.y(points[i].high or 0.0)) for i in stretch]
        down = [(xs[i], scale.y(points[i].low or 0.0)) for i in reversed(stretch)]
        middle = [(xs[i], scale.y(points[i].value or 0.0)) for i in stretch]
        drawn.append(
            f'<polygon points="{_path(up + down)}" fill="{colour}" fill-opacity="0.14"/>'
            f'<polyline points="{_path(middle)}" fill="none" stroke="{colour}" '
            'stroke-width="2.25" stroke-linejoin="round" stroke-linecap="round"/>'
        )
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in middle]
    if points and points[-1].value is not None:
        x, y = xs[-1], scale.y(points[-1].value)
        above = max(y - 9, _TOP + 4)
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
            f'<text x="{x + 8:.1f}" y="{above:.1f}" text-anchor="end" font-weight="600" '
            'stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke" '
            f'fill="{_INK}" {_FONT}>{_text(say(points[-1].value))}</text>'
        )
    labels = [(x, point.label) for x, point in zip(xs, points, strict=True)]
    return _frame(scale, labels, drawn, say, spoken)


def bars(stacks: Sequence[Stack], say: Callable[[float], str], spoken: str) -> str:
    """Return one stacked bar per step, from zero."""
    top = max((sum(part for _, part in stack.parts) for stack in stacks), default=1.0)
    scale = _scale(0.0, max(top, 1.0))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(stacks), 1)
    drawn: list[str] = []
    for number, stack in enumerate(stacks):
        left, total = _LEFT + number * step, 0.0
        if stack.gap:
            drawn.append(_hatching(left, step))
        for colour, part in stack.parts:
            if part:
                y, total = scale.y(total + part), total + part
                height = scale.y(total - part) - y
                drawn.append(
                    f'<rect x="{left + step * 0.14:.1f}" y="{y:.1f}" width="{step * 0.72:.1f}" '
                    f'height="{height:.1f}" fill="{colour}"/>'
                )
    labels = [(_LEFT + (n + 0.5) * step, stack.label) for n, stack in enumerate(stacks)]
    return _frame(scale, labels, drawn, say, spoken)


def bar(parts: Sequence[tuple[str, float]], most: float) -> str:
    """Return one lying bar of several parts; ``most`` is the length of a full one."""
    left, drawn = 0.0, []
    for colour, part in parts:
        width = 120 * part / most if most else 0.0
        if width:
            drawn.append(
                f'<rect x="{left:.1f}" y="0" width="{width:.1f}" height="10" fill="{colour}"/>'
            )
        left += width
    return f'<svg class="bar" viewBox="0 0 120 10" aria-hidden="true">{"".join(drawn)}</svg>'


def _frame(
    scale: _Scale,
    labels: Sequence[tuple[float, str]],
    drawn: Sequence[str],
    say: Callable[[float], str],
    spoken: str,
) -> str:
    """Put grid, labels and drawing together."""
    grid = "".join(
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{scale.y(tick):.1f}" '
        f'y2="{scale.y(tick):.1f}" stroke="{_GRID}"/>'
        f'<text x="{_LEFT - 6}" y="{scale.y(tick) + 4:.1f}" text-anchor="end" '
        f'fill="{_MUTED}" {_FONT}>{_text(say(tick))}</text>'
        for tick in scale.ticks
    )
    # Counted from the end, so that the week of the report is always named.
    named = [each for n, each in enumerate(reversed(labels)) if n % 3 == 0]
    below = "".join(
        f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle" fill="{_MUTED}" {_FONT}>'
        f"{_text(label)}</text>"
        for x, label in named
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{_text(spoken)}">{grid}{"".join(drawn)}{below}</svg>'
    )


def _scale(low: float, high: float) -> _Scale:
    """Choose round steps, four or so, that hold all values."""
    spread = (high - low) or abs(high) or 1.0
    rough = spread / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(round(number * step, 10) for number in range(first, max(last, first + 1) + 1))
    return _Scale(ticks[0], ticks[-1], ticks)


def _stretches(points: Sequence[Point]) -> list[list[int]]:
    """Runs of points that have a value: a line never bridges a week without one."""
    found: list[list[int]] = [[]]
    for number, point in enumerate(points):
        if point.value is not None:
            found[-1].append(number)
        elif found[-1]:
            found.append([])
    return [each for each in found if each]


def _hatching(left: float, width: float) -> str:
    """Draw slanted lines over a time that was not fully collected."""
    top, bottom = _TOP, HEIGHT - _BOTTOM
    left, right = max(left, _LEFT), min(left + width, WIDTH - _RIGHT)
    lines = []
    x = left
    while x < right:
        lines.append(f"M{x:.1f},{bottom}L{min(x + 8, right):.1f},{top}")
        x += 6
    return f'<path d="{"".join(lines)}" stroke="{theme.GAP}" stroke-width="0.6" fill="none"/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _text(said: str) -> str:
    return html.escape(said)
