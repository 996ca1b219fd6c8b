"""reports."""

from __future__ import annotations

from dashboard.components import frame, session

at = session.at()
frame.title(at, "Reports")
