"""Puts figures on a page; a click on a mark opens exactly the mentions that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import streamlit as st
from plotly.basedatatypes import BaseFigure

from dashboard import markup, sketch
from dashboard.components import links, session
from dashboard.figures import Figure
from storage.models import MentionFilter

_CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}

_BEGAN, _BEGINNING = "sketch.began", timedelta(seconds=20)

Narrow = Callable[[list[Any]], MentionFilter | None]
"""From a mark's custom data to the filter of its mentions."""


class Drawn(BaseFigure):  # type: ignore[misc]
    """A figure that is already what it would be turned into.

    ``st.plotly_chart`` asks a figure for its dictionary and encodes that. Building plotly's
    objects from ours only to get a deep copy back cost 5 ms a chart and run, two thirds of
    the page. Nothing else of a figure works here.
    """

    def __init__(self, figure: Figure) -> None:
        self._drawn = figure

    def to_dict(self) -> Figure:
        """Return the figure as it was drawn."""
        return self._drawn


def chart(figure: Figure, *, key: str, alt: str, narrow: Narrow) -> None:
    """Draw a figure; plotly's own checks are left out, a test runs them on every figure."""
    st.plotly_chart(
        Drawn(figure),
        key=key,
        alt=alt,
        config=_CONFIG,
        on_select=partial(_picked, key, narrow),
        selection_mode="points",
    )


def sketched(figure: Figure, *, key: str, alt: str, narrow: Narrow) -> None:
    """Draw a figure over time; as a visit begins a still picture of it comes first.

    The script of charts takes seconds to load and to begin; an image takes none. The picture
    stays for a while, since a refresh of the page may come before the chart.
    """
    with st.container(key=f"sketch-{key}", gap=None):
        place = st.empty()
        now = session.at().now
        if now - st.session_state.setdefault(_BEGAN, now) < _BEGINNING:
            place.markdown(sketch.markdown(figure, alt))
        chart(figure, key=key, alt=alt, narrow=narrow)


class Number(NamedTuple):
    """One number of a figure in words, and the filter of the mentions that it counts."""

    words: str
    flt: MentionFilter


def numbers(key: str, rows: Callable[[], Iterable[tuple[str, Sequence[Number]]]]) -> None:
    """Offer a figure's numbers as words and links, for the keyboard and for who cannot see it.

    ``rows`` is asked once they are opened; names in it may come from outside.
    """
    box = st.popover("As numbers", key=f"{key}.numbers", type="tertiary", on_change="rerun")
    if not box.open:
        return
    with box:
        for name, found in rows():
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(markup.line(name), width=150)
                for each in found:
                    links.mentions(each.words, each.flt)


def _picked(key: str, narrow: Narrow) -> None:
    points = st.session_state[key].selection.points
    found = narrow(points[0].get("customdata") or []) if points else None
    if found is not None:
        links.open_mentions(found)
