"""Use my data: from the sample, or an empty file, to the first figures of one's own."""

from __future__ import annotations

from dashboard.components import frame, import_undo, live, secrets_form, session, start_steps

at = session.at()
frame.title(at, "Use my data")
start_steps.steps(at)
secrets_form.forms()
import_undo.imports(at)
live.refresh(at, "sources", "facts", "settings")
