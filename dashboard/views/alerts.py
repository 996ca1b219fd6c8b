"""Alerts: what is out of the ordinary, who looks after it, and what is behind it."""

from __future__ import annotations

from dashboard.components import alert_list, alert_steering, frame, live, session

at = session.at()
frame.title(at, "Alerts")
alert_list.alerts(at)
alert_steering.steer(at)
live.refresh(at, "alerts", "sources")
