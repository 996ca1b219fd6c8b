"""Gaps of collection as hatching over the full height of a time figure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard import theme
from dashboard.periods import Bar
from storage.coverage import Gap

_MS = timedelta(milliseconds=1)
_SLIVER = 1 / 160
"""A gap is drawn at least so wide, or an hour would vanish in a year."""


def hatching(bars: Sequence[Bar], gaps: Iterable[Gap], zone: str) -> list[dict[str, Any]]:
    """Stretches in which some source could not be read, over the full height."""
    if not bars:
        return []
    local = ZoneInfo(zone)
    first = datetime.combine(bars[0].start, datetime.min.time())
    last = datetime.combine(bars[-1].end + timedelta(days=1), datetime.min.time())
    least = (last - first) * _SLIVER
    merged: list[list[datetime]] = []
    for start, end in sorted(
        (
            max(gap.start.astimezone(local).replace(tzinfo=None), first),
            min(gap.end.astimezone(local).replace(tzinfo=None), last),
        )
        for gap in gaps
    ):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    if not merged:
        return []
    return [
        {
            "type": "bar",
            "name": "not collected",
            "x": [start.isoformat() for start, _ in merged],
            "y": [1] * len(merged),
            "yaxis": "y2",
            "offset": 0,
            "width": [max(end - start, least) / _MS for start, end in merged],
            "marker": {
                "color": "rgba(0,0,0,0)",
                "line": {"width": 0},
                "pattern": {"shape": "/", "fgcolor": theme.GAP, "size": 7, "solidity": 0.25},
            },
            "hoverinfo": "skip",
        }
    ]
