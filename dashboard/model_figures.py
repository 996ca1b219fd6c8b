"""How models did on held-out texts, as rows of a table and as a figure. Pure."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from dashboard import theme
from dashboard.commands.learning_shown import NAMES
from dashboard.figures import Figure


def rows(figures: Mapping[str, Mapping[str, Any]]) -> list[dict[str, object]]:
    """Return the held-out table of one source and language."""
    return [
        {
            "model": NAMES.get(name, name),
            "accuracy": each["accuracy"],
            "macro-F1": each["macro_f1"],
            "calibr. error": each["calibration_error"],
            "told surely": each["sure"],
        }
        for name, each in figures.items()
    ]


def coverage(figures: Mapping[str, Mapping[str, Any]]) -> Figure | None:
    """Return accuracy on the surest share of the texts, a line a model; None without any."""
    told = {name: each["coverage"] for name, each in figures.items() if each["coverage"]}
    if not told:
        return None
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": html.escape(NAMES.get(name, name)),
                "x": [each["share"] for each in points],
                "y": [each["accuracy"] for each in points],
                "line": {"color": colour, "width": 2},
            }
            for (name, points), colour in zip(told.items(), theme.LIGHT.categories, strict=False)
        ],
        "layout": {
            "height": 240,
            "margin": {"l": 4, "r": 4, "t": 32, "b": 4},
            "hovermode": "x unified",
            "dragmode": False,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "xaxis": {
                "title": {"text": "surest share of the texts"},
                "tickformat": ".0%",
                "fixedrange": True,
            },
            "yaxis": {
                "title": {"text": "of these right"},
                "tickformat": ".0%",
                "automargin": True,
                "fixedrange": True,
            },
        },
    }
