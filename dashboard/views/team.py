"""Team: who works here and what their role allows."""

from __future__ import annotations

from dashboard.components import frame, session, team_list

at = session.at()
frame.title(at, "Team")
team_list.team(at)
