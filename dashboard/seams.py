"""Where the model changed, as lines in a time figure and as words below it. Pure.

Scores made before a seam stay: what is left of the line was told by another model.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.figures import Figure
from dashboard.periods import Bar
from storage.models_store import Seam

NAMED = 3
ENGINE = "lexicon-"
"""What the ids of the default model begin with."""


def within(
    seams: Sequence[Seam], bars: Sequence[Bar], sources: Sequence[str], zone: str
) -> list[Seam]:
    """Return the seams of a time axis; of some sources, those and the default model's."""
    if not bars:
        return []
    days = [seam.at.astimezone(ZoneInfo(zone)).date() for seam in seams]
    return [
        seam
        for seam, day in zip(seams, days, strict=True)
        if bars[0].start <= day <= bars[-1].end
        and (seam.source is None or not sources or seam.source in sources)
    ]


def drawn(figure: Figure, seams: Sequence[Seam], zone: str) -> Figure:
    """Return a figure with a dotted line at each seam."""
    if not seams:
        return figure
    lines = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": (at := _local(seam.at, zone).isoformat()),
            "x1": at,
            "y0": 0,
            "y1": 1,
            "line": {"width": 1.5, "dash": "dot", "color": "#8a8f98"},
        }
        for seam in seams
    ]
    return {**figure, "layout": {**figure["layout"], "shapes": lines}}


def words(seams: Sequence[Seam], zone: str) -> list[str]:
    """Say what each line means, the latest ones."""
    said = [f"Dotted: {_what(seam)} since {_day(seam.at, zone)}." for seam in seams[-NAMED:]]
    if len(seams) > NAMED:
        said.insert(0, f"Dotted: the model changed {len(seams) - NAMED} more times before.")
    return said


def _what(seam: Seam) -> str:
    if seam.source is None:
        return "another version of the default model scores"
    return f"{seam.model or 'the default model'} scores {seam.source} ({seam.lang})"


def _local(moment: datetime, zone: str) -> datetime:
    """Return a time as the axis has it: of the reporting timezone, to the minute."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local - timedelta(seconds=local.second, microseconds=local.microsecond)


def _day(moment: datetime, zone: str) -> str:
    local = _local(moment, zone)
    return f"{local.day} {local:%b %Y}"
