"""Competitors: share of voice, stars and answers of each brand, where they compare."""

from __future__ import annotations

import streamlit as st

from dashboard import part_markup
from dashboard.components import brand_comparison, filter_bar, frame, live, session

at = session.at()
frame.title(at, "Competitors")
st.html(part_markup.STYLE)
flt = filter_bar.choose(at, without=("brand",))
live.refresh(at, "facts", "sources", "settings")
brand_comparison.brands(at, flt)
