"""Promises: by when answers are due, business hours, and whose answers wait for a lead."""

from __future__ import annotations

from dashboard.components import frame, live, promises, session

at = session.at()
frame.title(at, "Promises")
promises.draw(at)
live.refresh(at, "settings")
