"""Outbox: what leaves, what could not, and trying it again."""

from __future__ import annotations

from dashboard.components import frame, live, outbox_list, session

at = session.at()
frame.title(at, "Outbox")
outbox_list.shelves(at)
live.refresh(at, "queue")
