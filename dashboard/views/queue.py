"""Queue: the work desk, where cases are read, answered and closed."""

from __future__ import annotations

from dashboard.components import desk, frame, live, session

at = session.at()
frame.title(at, "Queue")
desk.draw(at)
live.refresh(at, "queue")
