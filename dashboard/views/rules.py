"""Rules: what opens a case, and what a change of that would do."""

from __future__ import annotations

from dashboard.components import (
    acknowledgement_form,
    acknowledgement_list,
    frame,
    live,
    rule_form,
    rule_list,
    session,
)

at = session.at()
frame.title(at, "Rules")
rule_list.draw(at)
rule_form.edit(at)
acknowledgement_list.draw(at)
acknowledgement_form.edit(at)
live.refresh(at, "settings")
