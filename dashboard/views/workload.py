"""Workload: who has how much, how long answers take, what flatters the clock."""

from __future__ import annotations

from dashboard.components import frame, live, session, workload

at = session.at()
frame.title(at, "Workload")
workload.draw(at)
live.refresh(at, "queue")
