"""Reports: the weekly summary as it is sent, and its files."""

from __future__ import annotations

from dashboard.components import frame, report_preview, session

at = session.at()
frame.title(at, "Reports")
report_preview.report(at)
