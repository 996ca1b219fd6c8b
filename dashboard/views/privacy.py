"""Privacy & sample: erasing what somebody said, receipts, and leaving the sample company."""

from __future__ import annotations

from dashboard.components import erasing, frame, sample_leave, session

at = session.at()
frame.title(at, "Privacy & sample")
erasing.erase(at)
erasing.receipts(at)
sample_leave.leave(at)
