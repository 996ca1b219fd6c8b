"""Who may change settings: leads and admins; everybody may look."""

from __future__ import annotations

import streamlit as st

from dashboard.components import frame, session
from storage.people import Person


def leader() -> Person | None:
    """Return who works here if they may change settings, else say who may and return None."""
    if frame.needs_actor():
        return None
    person = session.actor()
    if person is not None and person.leads:
        return person
    st.info("Leads and admins change this; your role is to look. A lead can change it under Team.")
    return None
