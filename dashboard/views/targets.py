"""Targets: what figures are to be, by when, who answers for it, and how each stands."""

from __future__ import annotations

from dashboard.components import frame, live, session, target_list

at = session.at()
frame.title(at, "Targets")
target_list.draw(at)
live.refresh(at, "facts", "settings")
