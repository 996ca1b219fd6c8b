"""Customers: whom the team knows, by key, with tier, value, owner and further columns."""

from __future__ import annotations

from dashboard.components import customer_list, frame, live, session

at = session.at()
frame.title(at, "Customers")
customer_list.draw(at)
live.refresh(at, "settings")
