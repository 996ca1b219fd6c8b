"""Topics: what is spoken of, how negative, how that changed, and what is said."""

from __future__ import annotations

import streamlit as st

from dashboard import part_markup
from dashboard.components import filter_bar, frame, live, session, topic_list, topic_proposals

at = session.at()
frame.title(at, "Topics")
st.html(part_markup.STYLE)
flt = filter_bar.choose(at, own=True)
live.refresh(at, "facts", "settings")
topic_proposals.emerging(at, flt)
topic_list.topics(at, flt)
