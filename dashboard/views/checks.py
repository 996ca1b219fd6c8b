"""Check the scores: random texts read blind, what they say of the models, odd pairs of marks."""

from __future__ import annotations

from dashboard.components import check_list, frame, live, session

at = session.at()
frame.title(at, "Check the scores")
check_list.task(at)
check_list.standing(at)
check_list.disagreeing(at)
live.refresh(at, "settings")
