"""Mentions: what was said, by filter and full text; one of them in full."""

from __future__ import annotations

from dashboard.components import filter_bar, frame, live, mention_detail, mention_list, session

at = session.at()
frame.title(at, "Mentions")
chosen = mention_detail.chosen()
if chosen is not None:
    mention_detail.mention(at, chosen)
    live.refresh(at, "facts", "queue")
else:
    flt = filter_bar.choose(at)
    live.refresh(at, "facts", "settings")
    mention_list.mentions(at, flt)
