"""Asks who just typed a new name what they do here; until then a sensible role stands."""

from __future__ import annotations

import streamlit as st

from dashboard import role_words, setting_words
from dashboard.components import notices, session
from storage import people
from storage.people import Role

_NEW = "newcomer"
_NAMES = [role.value for role in role_words.MEANINGS]


def came(name: str) -> None:
    """Let this browser work as somebody; note who was not known before."""
    known = {each.name for each in people.people(session.workspace().db.reader())}
    person = session.work_as(name)
    st.session_state[_NEW] = None if person.name in known else person.id


def ask() -> None:
    """Ask a new person for their role, once."""
    person = session.actor()
    if person is None or st.session_state.get(_NEW) != person.id:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "You are new here. What do you do?",
            _NAMES,
            _NAMES.index(person.role.value),
            format_func=lambda name: f"{name}: {role_words.MEANINGS[Role(name)]}",
            key="newcomer.role",
            width=340,
        )
        st.button("That is me", key="newcomer.done", on_click=_chosen, type="primary")


def _chosen() -> None:
    space, person = session.workspace(), session.actor()
    st.session_state[_NEW] = None
    role = Role(st.session_state["newcomer.role"])
    if person is None or person.role is role:
        return
    now = space.now()
    with (
        notices.explained(),
        space.db.write() as conn,
        setting_words.recorded(conn, person, now, "team"),
    ):
        people.set_role(conn, person.name, role)
