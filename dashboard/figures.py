"""Figures as plotly's plain dictionaries: pure functions of rows, no streamlit, no database.

Colours of labels are fixed (``theme.LABELS``); every name from outside goes through
``html.escape``, since plotly reads a little markup in labels. Each mark carries what it
counts in ``customdata``, so that a click can open exactly those mentions.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from dashboard import gap_hatching, theme
from dashboard.periods import Bar
from sentiment import metrics
from sentiment.prevalence import Estimate
from storage.coverage import Gap
from storage.models import Label, Sums
from storage.queries import Group, Point

Figure: TypeAlias = dict[str, Any]

ORDER = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE, Label.UNSURE, Label.UNSCORED)
"""Stacking order; negative stands on the axis, where its height can be compared."""
GROUPS_SHOWN = 10
_NAME_LENGTH = 22
_DAY_MS = 86_400_000
_BAR = 0.84
"""Width of a bar within its step."""
_FADED = 0.45
_TICKS = 6
"""Labels of a time axis: as many as fit side by side on a phone."""


class _Row(NamedTuple):
    """A group as it is drawn."""

    key: str
    name: str
    sums: Sums


def volume(points: Sequence[Point], bars: Sequence[Bar], gaps: Sequence[Gap], zone: str) -> Figure:
    """Mentions per step, stacked by label; unfinished steps pale, gaps hatched."""
    sums = _by_start(points)
    traces = [
        _label_bars(label, bars, sums)
        for label in ORDER
        if any(_of(s, label) for s in sums.values())
    ]
    hatch = gap_hatching.hatching(bars, gaps, zone)
    made = layout(bars, height=300) | {"barmode": "stack", "bargap": 0}
    made["yaxis"] |= {"rangemode": "tozero", "tickformat": ",d"}
    if hatch:
        made["yaxis2"] = {"overlaying": "y", "range": [0, 1], "visible": False} | _FIXED
    return {"data": [*hatch, *traces], "layout": made}


def shares(
    points: Sequence[Point],
    bars: Sequence[Bar],
    gaps: Sequence[Gap],
    zone: str,
    corrected: Mapping[date, Estimate] | None = None,
) -> Figure:
    """Share of negative and of positive among all mentions; a band shows what chance allows.

    Beside it the share of negatives corrected for the model's measured error, by first day
    of its step, where there is one.
    """
    sums = _by_start(points)
    hatch = gap_hatching.hatching(bars, gaps, zone)
    made = layout(bars, height=300)
    made["yaxis"] |= {"rangemode": "tozero", "tickformat": ".0%"}
    if hatch:
        made["yaxis2"] = {"overlaying": "y", "range": [0, 1], "visible": False} | _FIXED
    lines = [_share_line(label, bars, sums) for label in (Label.POSITIVE, Label.NEGATIVE)]
    if corrected:
        lines.append(_corrected_line(bars, corrected))
    return {"data": [*hatch, _band(bars, sums), *lines], "layout": made}


def groups(found: Sequence[Group], names: Mapping[str, str]) -> Figure:
    """Mentions per group, stacked by label, most mentions on top; at most ten groups."""
    shown = [
        _Row(each.key, names.get(each.key, each.key) or "none", each.sums)
        for each in found[:GROUPS_SHOWN]
    ][::-1]
    used = [label for label in ORDER if any(_of(row.sums, label) for row in shown)]
    layout: Figure = {
        "barmode": "stack",
        "height": 24 + 34 * len(shown),
        "margin": {"l": _names_width(shown), "r": 100, "t": 4, "b": 4},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"visible": False, "range": [0, max((row.sums.n for row in shown), default=1)]}
        | _FIXED,
        "yaxis": {
            "automargin": False,
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
            "tickmode": "array",
            "tickvals": list(range(len(shown))),
            "ticktext": [_short(row.name) for row in shown],
        }
        | _FIXED,
    }
    return {
        "data": [*(_group_bars(each, shown) for each in used), _row_words(shown)],
        "layout": layout,
    }


def spoken(bars: Sequence[Bar], points: Sequence[Point]) -> str:
    """Say what a time figure shows, for people who do not see it."""
    total = sum(point.sums.n for point in points)
    negative = sum(point.sums.negative for point in points)
    if not bars:
        return "No mentions."
    first, last = bars[0].start, bars[-1].end
    return (
        f"{total:,} mentions from {first.isoformat()} to {last.isoformat()}, {negative:,} of them "
        "negative."
    )


_FIXED: Figure = {"fixedrange": True}


def _so_far(bars: Sequence[Bar]) -> list[Figure]:
    """Say above the step that is not over yet that it is not."""
    return [
        {
            "text": "so far",
            "x": middle(bar),
            "y": 1,
            "yref": "paper",
            "xanchor": "right",
            "yanchor": "top",
            "showarrow": False,
            "font": {"size": 11},
        }
        for bar in bars[-1:]
        if bar.running
    ]


def layout(bars: Sequence[Bar], *, height: int) -> Figure:
    """Return the layout of a figure over time."""
    ticks = bars[:: -(-len(bars) // _TICKS)] if bars else []
    first = bars[0].start.isoformat() if bars else None
    last = (bars[-1].end + timedelta(days=1)).isoformat() if bars else None
    return {
        "height": height,
        # Margins of their own: plotly would draw, measure the words, and draw once more.
        "margin": {"l": 48, "r": 4, "t": 32, "b": 26},
        # With the unified hover a click picks every mark of its step, not the one under it.
        "hovermode": "closest",
        "dragmode": False,
        "annotations": _so_far(bars),
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "xaxis": {
            "type": "date",
            "range": [first, last],
            "showgrid": False,
            "tickmode": "array",
            "tickvals": [middle(bar) for bar in ticks],
            "ticktext": [tick(bar) for bar in ticks],
            "tickangle": 0,
            "automargin": False,
        }
        | _FIXED,
        "yaxis": {"automargin": False, "ticks": "", "nticks": 5, "zeroline": False} | _FIXED,
    }


def _label_bars(label: Label, bars: Sequence[Bar], sums: Mapping[date, Sums]) -> Figure:
    counts = [_of(sums.get(bar.start, Sums()), label) for bar in bars]
    return {
        "type": "bar",
        "name": label.value,
        "x": [bar.start.isoformat() for bar in bars],
        "y": counts,
        "offset": 0,
        "width": [_width(bar) * _BAR for bar in bars],
        "marker": {
            "color": theme.LABELS[label],
            "opacity": [_FADED if bar.partial else 1.0 for bar in bars],
            "line": {"width": 0},
        },
        "customdata": [[bar.start.isoformat(), bar.end.isoformat(), label.value] for bar in bars],
        "hovertext": [_name(bar) for bar in bars],
        "hovertemplate": "%{hovertext}: %{y:,d} " + label.value + "<extra></extra>",
    }


def _share_line(label: Label, bars: Sequence[Bar], sums: Mapping[date, Sums]) -> Figure:
    points = [_share(label, _told(bar, sums)) for bar in bars]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label.value,
        "x": [middle(bar) for bar in bars],
        "y": [value for value, _, _, _ in points],
        "line": {"color": theme.LABELS[label], "width": 2},
        "marker": {
            "size": 6,
            "symbol": ["circle-open" if bar.partial else "circle" for bar in bars],
        },
        "connectgaps": False,
        "text": [
            ""
            if value is None
            else f"{_name(bar)}: {value:.0%} {label.value} ({low:.0%}–{high:.0%}, n {n:,})"
            for bar, (value, low, high, n) in zip(bars, points, strict=True)
        ],
        "customdata": [[bar.start.isoformat(), bar.end.isoformat(), label.value] for bar in bars],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _corrected_line(bars: Sequence[Bar], corrected: Mapping[date, Estimate]) -> Figure:
    found = [corrected.get(bar.start) for bar in bars]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "negative, corrected",
        "x": [middle(bar) for bar in bars],
        "y": [each.value if each else None for each in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [each.high - each.value if each else 0 for each in found],
            "arrayminus": [each.value - each.low if each else 0 for each in found],
            "thickness": 1,
            "width": 3,
        },
        "line": {"color": theme.LABELS[Label.NEGATIVE], "width": 1.5, "dash": "dot"},
        "marker": {"size": 6, "symbol": "diamond-open"},
        "connectgaps": False,
        "text": [f"{e.value:.0%} ({e.low:.0%}–{e.high:.0%})" if e else "" for e in found],
        "hovertemplate": "%{text}",
    }


def _band(bars: Sequence[Bar], sums: Mapping[date, Sums]) -> Figure:
    """Where the share of negative may lie, drawn as one closed shape per unbroken stretch."""
    xs: list[str | None] = []
    ys: list[float | None] = []
    for stretch in _stretches(bars, sums):
        up = [(middle(bar), _share(Label.NEGATIVE, sums[bar.start])) for bar in stretch]
        xs += [x for x, _ in up] + [x for x, _ in reversed(up)] + [None]
        ys += [share[2] for _, share in up] + [share[1] for _, share in reversed(up)] + [None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": _faint(theme.LABELS[Label.NEGATIVE]),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _told(bar: Bar, sums: Mapping[date, Sums]) -> Sums:
    """Return what a share is drawn of: nothing while a step runs and holds too little."""
    found = sums.get(bar.start, Sums())
    return Sums() if bar.running and found.n < metrics.TOO_FEW else found


def _stretches(bars: Sequence[Bar], sums: Mapping[date, Sums]) -> list[list[Bar]]:
    found: list[list[Bar]] = [[]]
    for bar in bars:
        if _told(bar, sums).n:
            found[-1].append(bar)
        elif found[-1]:
            found.append([])
    return [each for each in found if each]


def _share(label: Label, sums: Sums) -> tuple[float | None, float, float, int]:
    value, low, high = metrics.share(_of(sums, label), sums.n)
    return value, low or 0.0, high or 0.0, sums.n


def _group_bars(label: Label, shown: Sequence[_Row]) -> Figure:
    # Names stand in customdata, never in the template, which has a syntax of its own.
    return {
        "type": "bar",
        "orientation": "h",
        "name": label.value,
        "y": list(range(len(shown))),
        "x": [_of(row.sums, label) for row in shown],
        "width": 0.62,
        "marker": {"color": theme.LABELS[label], "line": {"width": 0}},
        "customdata": [[row.key, label.value, html.escape(row.name)] for row in shown],
        "hovertemplate": "%{customdata[2]}: %{x:,d} " + label.value + "<extra></extra>",
    }


def _row_words(shown: Sequence[_Row]) -> Figure:
    """What each row says in words, right of its bar."""
    negative = [metrics.negative_share(row.sums).value or 0.0 for row in shown]
    return {
        "type": "scatter",
        "mode": "text",
        "y": list(range(len(shown))),
        "x": [row.sums.n for row in shown],
        "text": [
            f" {row.sums.n:,} · {share:.0%} neg."
            for row, share in zip(shown, negative, strict=True)
        ],
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _by_start(points: Iterable[Point]) -> dict[date, Sums]:
    return {point.start: point.sums for point in points}


def _of(sums: Sums, label: Label) -> int:
    value: int = getattr(sums, label.value)
    return value


def _width(bar: Bar) -> int:
    return ((bar.end - bar.start).days + 1) * _DAY_MS


def tick(bar: Bar) -> str:
    """Name a step: a month by its name, a day or a week by its first day."""
    if (bar.end - bar.start).days > 7:
        return f"{bar.start:%b %y}"
    return f"{bar.start.day} {bar.start:%b}"


def _name(bar: Bar) -> str:
    """Name a step where it is told of: one that is not over yet says so."""
    return f"{tick(bar)}, not over yet" if bar.running else tick(bar)


def middle(bar: Bar) -> str:
    """Return the moment in the middle of a step."""
    start = datetime.combine(bar.start, datetime.min.time())
    return (start + timedelta(milliseconds=_width(bar) / 2)).isoformat()


def _names_width(shown: Sequence[_Row]) -> float:
    """Return pixels in which the names fit: measured by the browser, each draw came twice."""
    wide = [sum(map(_letter_width, row.name[:_NAME_LENGTH])) for row in shown]
    return round(14 + max(wide, default=0.0))


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 12.5
    return 9.0 if letter.isupper() else 6.5


def _short(name: str) -> str:
    cut = name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"
    return html.escape(cut)


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
