"""The share of cases answered by time since they opened, as a step line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import theme
from dashboard.figures import Figure
from sentiment.survival import Step

_TICKS = (0, 12, 24, 48, 72, 120, 168)
"""Hours that are named: as many as stand side by side on a phone."""


def answered(steps: Sequence[Step]) -> Figure:
    """Return the curve up to a week, in hours."""
    shown = _thinned([step for step in steps if step.hours <= _TICKS[-1]])
    last = shown[-1].answered if shown else 0.0
    line = {
        "type": "scatter",
        "mode": "lines",
        "line": {"shape": "hv", "color": theme.LIGHT.primary, "width": 2},
        "x": [step.hours for step in shown] + [_TICKS[-1]],
        "y": [step.answered for step in shown] + [last],
        "hovertemplate": "%{y:.0%} within %{x:.1f} h<extra></extra>",
        "showlegend": False,
    }
    fixed = {"fixedrange": True}
    return {
        "data": [line],
        "layout": {
            "height": 260,
            "margin": {"l": 48, "r": 12, "t": 8, "b": 26},
            "dragmode": False,
            "xaxis": {
                "range": [0, _TICKS[-1]],
                "tickvals": list(_TICKS),
                "ticktext": [f"{each} h" if each < 24 else f"{each // 24} d" for each in _TICKS],
                "showgrid": False,
                "tickangle": 0,
                "automargin": False,
            }
            | fixed,
            "yaxis": {"range": [0, 1], "tickformat": ".0%", "automargin": False} | fixed,
        },
    }


def _thinned(steps: Sequence[Step]) -> list[Step]:
    """Leave out steps that a curve of this size cannot show: each keeps its height or moves on."""
    found: list[Step] = []
    for step in steps:
        if not found or step.answered - found[-1].answered >= _SEEN or step is steps[-1]:
            found.append(step)
    return found


_SEEN = 1 / 400
"""The least change of a share that moves a pixel."""
