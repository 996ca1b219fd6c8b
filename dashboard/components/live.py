"""Live refresh: looks every few seconds whether a write moved what the page shows.

Only the look is repeated; the page runs again when something moved, and what a person
typed or chose stays with its widget.
"""

from __future__ import annotations

import streamlit as st

from dashboard.components import session
from dashboard.data import At

EVERY = 4.0
"""Seconds between two looks."""


def refresh(at: At, *areas: str) -> None:
    """Run the page again once one of these areas has moved since ``at``."""
    _look(at.revision(areas), areas)


@st.fragment(run_every=EVERY)
def _look(seen: tuple[tuple[str, int], ...], areas: tuple[str, ...]) -> None:
    if session.at().revision(areas) != seen:
        st.rerun()
