"""Praise: the best that was said per topic and place, consents, and what is published."""

from __future__ import annotations

from dashboard.components import frame, live, praise_list, session

at = session.at()
frame.title(at, "Praise")
praise_list.draw(at)
live.refresh(at, "facts", "settings")
