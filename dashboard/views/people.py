"""People: a name on a site, everything said under it, and who may be the same."""

from __future__ import annotations

import streamlit as st

from dashboard import part_markup
from dashboard.components import frame, live, people, session

at = session.at()
frame.title(at, "People")
st.html(part_markup.STYLE)
people.people(at)
live.refresh(at, "facts", "queue")
