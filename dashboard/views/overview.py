"""Overview: how things stand, against the like period before, over time and by part."""

from __future__ import annotations

from dataclasses import replace

from dashboard import data
from dashboard.components import (
    filter_bar,
    frame,
    goal_charts,
    kpis,
    links,
    live,
    notices,
    overview,
    session,
    since,
)

at = session.at()
frame.title(at, "Overview")
since.last_visit(at)
# Shares of one label alone would read as a catastrophe; labels are for lists.
flt = replace(filter_bar.choose(at, own=True), labels=())
live.refresh(at, "facts", "alerts", "sources", "settings", "queue")
overview.alerts(at)
if data.count(at, flt):
    goals = goal_charts.of(at, flt)
    waiting = kpis.headlines(at, flt, goals)
    overview.over_time(at, flt)
    kpis.unanswered(at, waiting)
    goal_charts.draw(at, goals)
    overview.by_part(at, flt)
elif data.choices(at).first_day is None:
    notices.empty("No mentions yet", "Nothing was collected or imported so far.", links.ADD)
else:
    why = "Choose a longer period or clear the filters."
    notices.empty("Nothing matches", why, links.widest(links.OVERVIEW))
