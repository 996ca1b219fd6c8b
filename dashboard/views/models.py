"""Models: what was learned from own stars and labels, how good it is, and what counts."""

from __future__ import annotations

from dashboard.components import frame, live, model_list, session

at = session.at()
frame.title(at, "Models")
model_list.models(at)
live.refresh(at, "settings")
