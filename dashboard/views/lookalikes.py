"""Look-alikes: bursts of near-copies with their evidence, and what people decide."""

from __future__ import annotations

from dashboard.components import frame, live, lookalike_list, session

at = session.at()
frame.title(at, "Look-alikes")
live.refresh(at, "facts", "settings")
lookalike_list.bursts(at)
