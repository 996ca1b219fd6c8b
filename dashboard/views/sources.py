"""Sources: how each one does, collecting now, adding by a link or a file."""

from __future__ import annotations

from dashboard.components import (
    frame,
    import_undo,
    job_list,
    live,
    secrets_form,
    session,
    source_add,
    source_list,
)

at = session.at()
frame.title(at, "Sources")
job_list.jobs()
source_add.add(at)
secrets_form.forms()
source_list.sources(at)
import_undo.imports(at)
live.refresh(at, "sources", "facts", "settings")
