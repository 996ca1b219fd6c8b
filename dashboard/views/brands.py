"""Brands: what is ours, who the competitors are, and the words that name them."""

from __future__ import annotations

from dashboard.components import brand_list, frame, live, session

at = session.at()
frame.title(at, "Brands")
brand_list.brands(at)
live.refresh(at, "settings")
