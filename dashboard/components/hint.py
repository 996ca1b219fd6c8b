"""The three steps at the head of a page, until this person has put them away."""

from __future__ import annotations

import html

import streamlit as st

from dashboard import hints
from dashboard.components import notices, session
from dashboard.data import At
from storage import workspace

_HERE = "hints.seen"


def steps(at: At, page: str) -> None:
    """Draw the steps of a page where they were not put away."""
    found = hints.HINTS.get(page)
    if found is None or page in st.session_state.get(_HERE, ()):
        return
    person = session.actor()
    if person is not None and workspace.meta(at.db.reader(), _key(person.id, page)):
        return
    with st.container(
        horizontal=True, wrap=False, vertical_alignment="center", key="hint", gap="small"
    ):
        items = "".join(f"<li>{html.escape(each)}</li>" for each in found)
        st.html(f'<ol class="es-steps">{items}</ol>', width="stretch")
        st.button("Got it", key=f"hint.{page}", type="tertiary", on_click=_away, args=(page,))


def _away(page: str) -> None:
    """Put the steps away: for a person everywhere, else in this browser session."""
    st.session_state[_HERE] = {*st.session_state.get(_HERE, ()), page}
    person = session.actor()
    if person is None:
        return
    with notices.explained(), session.workspace().db.write() as conn:
        workspace.set_meta(conn, _key(person.id, page), "1")


def _key(person_id: int, page: str) -> str:
    return f"hint_seen:{person_id}:{page or 'overview'}"
