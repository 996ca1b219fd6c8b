"""The figure of competitors: each brand's share of what was said, with what chance allows.

Brands keep their colours for ever, by the order in which they were first known. They are
none of the labels' colours and stand 3:1 against both backgrounds. Pure dictionaries.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from dashboard.comparisons import BrandRow
from dashboard.figures import Figure

COLOURS = (
    "#0f8a63",
    "#c2417f",
    "#97791a",
    "#5a7a0f",
    "#0f86a0",
    "#b0553a",
    "#8f6a8f",
    "#6f7f5f",
)
_NAME_LENGTH = 24


def colour(number: int) -> str:
    """Return the colour of the brand of this number, counted from the first one known."""
    return COLOURS[number % len(COLOURS)]


def share_of_voice(rows: Sequence[BrandRow]) -> Figure:
    """Each brand's share as a bar with its interval, first known on top."""
    shown = [row for row in rows if row.voice.value is not None]
    values = [row.voice.value or 0.0 for row in shown]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": values,
                "y": list(range(len(shown))),
                "width": 0.56,
                "marker": {"color": [colour(rows.index(row)) for row in shown]},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [(row.voice.high or 0.0) - (row.voice.value or 0.0) for row in shown],
                    "arrayminus": [
                        (row.voice.value or 0.0) - (row.voice.low or 0.0) for row in shown
                    ],
                    "color": "#808080",
                    "thickness": 1.5,
                    "width": 4,
                },
                "customdata": [[row.name, html.escape(row.name), row.n] for row in shown],
                "hovertemplate": "%{customdata[1]}: %{x:.1%}, n %{customdata[2]:,d}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": [row.voice.high or 0.0 for row in shown],
                "y": list(range(len(shown))),
                "text": [f"  {value:.0%}" for value in values],
                "textposition": "middle right",
                "cliponaxis": False,
                "hoverinfo": "skip",
            },
        ],
        "layout": {
            "height": 32 + 44 * len(shown),
            "margin": {"l": 4, "r": 60, "t": 4, "b": 4},
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "xaxis": {"visible": False, "rangemode": "tozero", "fixedrange": True},
            "yaxis": {
                "autorange": "reversed",
                "automargin": True,
                "ticks": "",
                "showgrid": False,
                "zeroline": False,
                "tickmode": "array",
                "tickvals": list(range(len(shown))),
                "ticktext": [_short(row.name) for row in shown],
                "fixedrange": True,
            },
        },
    }


def _short(name: str) -> str:
    return html.escape(name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…")
