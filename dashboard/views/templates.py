"""Templates: beginnings of answers, and questions that have none."""

from __future__ import annotations

from dashboard.components import frame, live, session, template_list

at = session.at()
frame.title(at, "Templates")
template_list.draw(at)
live.refresh(at, "settings")
