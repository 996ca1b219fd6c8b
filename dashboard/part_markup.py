"""HTML of the cards of topics, places, products, brands and people. Pure strings.

Names from outside go through ``markup.said``; small drawings hold nothing but numbers and
fixed colours, and become images, since ``st.html`` takes drawings away.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

from dashboard import markup, theme
from sentiment.metrics import Change
from storage.models import Label, Measure
from storage.part_figures import Tally

STYLE = f"""<style>
.es-part {{ display:grid; grid-template-columns:minmax(0,1fr) max-content; gap:.1rem .6rem;
  align-items:start; }}
.es-part .es-title {{ margin:0; }}
.es-part p {{ grid-column:1 / -1; margin:0; font-size:.9rem; line-height:1.45; }}
.es-big {{ font-size:1.25rem; font-weight:600; }}
.es-pale {{ opacity:.66; }}
.es-pale .es-pale {{ opacity:1; }}
.es-worse {{ color:{theme.WORSE}; font-weight:600; }}
.es-better {{ color:{theme.BETTER}; font-weight:600; }}
.es-spark {{ height:30px; width:112px; display:block; }}
</style>"""
"""Styles of the classes used here; on each page that uses them, once."""

_WIDE, _HIGH = 112, 30
_GOOD_WHEN_LOW = {"negative_share"}


def spark(points: Sequence[Tally], steps: Sequence[object]) -> str:
    """Return small bars of mentions per step, the negative part below in its colour."""
    if not points or not steps:
        return ""
    top = max(point.n for point in points)
    by_step = {point.start: point for point in points}
    wide = _WIDE / len(steps)
    bars = []
    for number, step in enumerate(steps):
        point = by_step.get(step)  # type: ignore[call-overload]
        if point is not None:
            whole, bad = _HIGH * point.n / top, _HIGH * point.negative / top
            bars += [
                _bar(number * wide, whole, bad, wide, theme.GAP),
                _bar(number * wide, bad, 0.0, wide, theme.LABELS[Label.NEGATIVE]),
            ]
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}"'
        f' preserveAspectRatio="none">{"".join(bars)}</svg>'
    )
    data = base64.b64encode(drawing.encode()).decode()
    last = points[-1]
    spoken = f"Mentions over time, at most {top:,}; last {last.n:,}, {last.negative:,} negative"
    return f'<img class="es-spark" alt="{spoken}" src="data:image/svg+xml;base64,{data}">'


def _bar(x: float, top: float, bottom: float, wide: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{_HIGH - top:.1f}" width="{max(wide * 0.85, 0.8):.1f}"'
        f' height="{max(top - bottom, 0.0):.1f}" fill="{colour}"/>'
    )


def topic(name: str, measure: Measure, change: Change | None, drawing: str) -> str:
    """Return a topic's card: how negative, how sure, how it changed, over time."""
    return (
        f'<div class="es-part"><div class="es-title">{markup.said(name)}</div>{drawing}'
        f"<p>{shown_share(measure)} negative</p><p>{changed(change)}</p></div>"
    )


def part(name: str, lines: Sequence[str], *, pale: bool) -> str:
    """Return the card of a place or product; ``lines`` are finished HTML of this module."""
    body = "".join(f"<p>{each}</p>" for each in lines if each)
    return (
        f'<div class="es-part{" es-pale" if pale else ""}">'
        f'<div class="es-title">{markup.said(name)}</div><span></span>{body}</div>'
    )


def rating(measure: Measure, drawn: float | None, *, small: bool) -> str:
    """Return stars; few of them are drawn towards the group, their own mean beside."""
    if measure.value is None or measure.low is None or measure.high is None or drawn is None:
        return "no ratings"
    if small:
        return (
            f'<span class="es-big">≈ {drawn:.1f} ★</span> drawn towards the group; its own'
            f" {measure.n:,} say {measure.value:.1f} ★"
        )
    return (
        f'<span class="es-big">{measure.value:.2f} ★</span>'
        f" ({measure.low:.2f}–{measure.high:.2f}, n {measure.n:,})"
    )


def shown_share(measure: Measure, what: str = "") -> str:
    """Return a share with its interval and on how many it rests."""
    if measure.value is None or measure.low is None or measure.high is None:
        return "n/a"
    return (
        f'<span class="es-big">{measure.value:.0%}</span>{html.escape(what)}'
        f" ({measure.low:.0%}–{measure.high:.0%}, n {measure.n:,})"
    )


def changed(change: Change | None) -> str:
    """Return a change in words, coloured only where it is more than chance."""
    if change is None:
        return '<span class="es-pale">nothing to compare with</span>'
    words = html.escape(change.verdict)
    if not change.real or change.difference is None:
        return f'<span class="es-pale">{words}</span>'
    better = (change.difference > 0) != (change.name in _GOOD_WHEN_LOW)
    return f'<span class="es-{"better" if better else "worse"}">{words}</span>'


def unanswered(negative: int, waiting: int) -> str:
    """Return how many negatives wait for an answer."""
    if not negative:
        return ""
    if not waiting:
        return "every negative is answered"
    return f"<b>{waiting:,}</b> of {negative:,} negative unanswered"


def brand(name: str, colour: str, lines: Sequence[str]) -> str:
    """Return a brand's card, its fixed colour beside the name."""
    body = "".join(f"<p>{each}</p>" for each in lines if each)
    return (
        '<div class="es-part"><div class="es-title">'
        f'<span class="es-dot" style="background:{colour}"></span>{markup.said(name)}</div>'
        f"<span></span>{body}</div>"
    )
