"""The colours of pages, charts and reports, as constants.

``.streamlit/config.toml`` repeats them for the browser and a test holds the two equal.
All are told apart with any common colour vision and stand at least 3:1 against their
background (WCAG 1.4.11); the label colours do so on both backgrounds, so that a figure
need not know which one the reader chose. Not here: what a figure draws (``figures``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from storage.models import Label


class Palette(NamedTuple):
    """One mode's colours; ``categories`` are given out in this order."""

    background: str
    panel: str
    text: str
    primary: str
    categories: tuple[str, ...]


LIGHT = Palette(
    background="#ffffff",
    panel="#f4f6f8",
    text="#1b1f24",
    primary="#0072b2",
    categories=(
        "#0078b4",
        "#d25a00",
        "#1ea578",
        "#87004b",
        "#8778ff",
        "#4b2d00",
        "#7800f0",
        "#a54b5a",
        "#004b78",
        "#784b00",
    ),
)

DARK = Palette(
    background="#14171c",
    panel="#1e232b",
    text="#e8eaed",
    primary="#5ab4f0",
    categories=(
        "#5ab4f0",
        "#e1a51e",
        "#3c785a",
        "#ff69a5",
        "#0078ff",
        "#ffc3a5",
        "#785aa5",
        "#e10000",
        "#a5e1ff",
        "#e1f01e",
    ),
)

LABELS: Mapping[Label, str] = MappingProxyType(
    {
        Label.NEGATIVE: "#d25a00",
        Label.NEUTRAL: "#6b7280",
        Label.POSITIVE: "#0078b4",
        Label.UNSURE: "#8a63d2",
        Label.UNSCORED: "#949494",
    }
)
"""Orange and blue instead of red and green: one man in twelve cannot tell those apart."""

GAP = "#949494"
"""Hatching over days on which collection failed."""

WORSE, BETTER = "light-dark(#a84600,#f08a3c)", "light-dark(#0068a0,#5ab4f0)"
"""The same hues as words on a page: text needs 4.5:1 (WCAG 1.4.3) in either mode."""
