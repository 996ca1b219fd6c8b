"""You said – we did: what was changed about a topic, and whether it worked."""

from __future__ import annotations

from dashboard.components import action_list, frame, live, session

at = session.at()
frame.title(at, "You said – we did")
live.refresh(at, "facts", "settings")
action_list.list_(at)
