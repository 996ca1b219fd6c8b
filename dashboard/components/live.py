"""Live refresh: looks every few seconds whether a write moved what the page shows.

Only the look is repeated; the page runs again when something moved, and what a person
typed or chose stays with its widget.
"""

from __future__ import annotations

import streamlit as st

from dashboard.components import session
from dashboard.data import At

_MOVED = "live.moved"
EVERY = 4.0
"""Seconds between two looks."""


def refresh(at: At, *areas: str) -> None:
    """Run the page again once one of these areas has moved since ``at``."""
    _look(at.revision(areas), areas)


@st.fragment(run_every=EVERY)
def _look(seen: tuple[tuple[str, int], ...], areas: tuple[str, ...]) -> None:
    if session.at().revision(areas) != seen:
        st.session_state[_MOVED] = True
        st.rerun()


def moved() -> bool:
    """Say whether this run was asked for by the refresh and not by a person."""
    return bool(st.session_state.pop(_MOVED, False))
