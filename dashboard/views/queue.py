"""Queue: what waits for an answer, most urgent first; one case to work on."""

from __future__ import annotations

from dashboard.components import case_list, case_work, frame, live, session

at = session.at()
frame.title(at, "Queue")
case_list.workload(at)
chosen = case_work.chosen()
if chosen is not None:
    case_work.case(at, chosen)
else:
    case_list.queue(at)
live.refresh(at, "queue")
