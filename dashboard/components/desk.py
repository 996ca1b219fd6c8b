"""The work desk: on the left what is to be done, on the right the case that is open.

On a phone one of the two: the list until a case is open, then the case.
"""

from __future__ import annotations

import streamlit as st

from dashboard.components import case_actions, case_work, desk_list, frame, notices, session
from dashboard.data import At


def draw(at: At) -> None:
    """Draw the desk that the address asks for."""
    frame.needs_actor()
    with st.container():  # always there, so that nothing below moves when it fills
        case_actions.undo_bar()
    chosen = case_work.chosen()
    beside = "desk-list" if chosen is None else "desk-list-beside"
    left, right = st.columns([2, 3] if chosen is None else [3, 5], gap="medium")
    with left, st.container(key=beside):
        desk_list.draw(at, chosen)
    with right:
        if chosen is None:
            with st.container(key="desk-nothing"):
                _nothing()
        else:
            case_work.case(at, chosen)


def _nothing() -> None:
    person = session.actor()
    if person is None:
        notices.empty("No case is open", "Choose one on the left to look at it.")
        return
    notices.empty(
        "No case is open",
        "Choose one on the left, or press N for the next. Writing takes it; nobody else can then.",
    )
