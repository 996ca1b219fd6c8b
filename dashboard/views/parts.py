"""Places and products: stars of each, their change, and what waits for an answer."""

from __future__ import annotations

import streamlit as st

from dashboard import part_markup
from dashboard.components import filter_bar, frame, live, part_list, session

at = session.at()
frame.title(at, "Places & products")
st.html(part_markup.STYLE)
flt = filter_bar.choose(at, own=True)
live.refresh(at, "facts", "settings")
part_list.parts(at, flt)
