"""The worker's jobs: poll each source, understand, look for signals, keep the file tidy.

What runs when is decided by ``collectors.loop``; this module says what there is to run.
"""

from __future__ import annotations

import signal
from datetime import timedelta
from functools import partial

from collectors.loop import Job, Loop
from dashboard.wiring import Workspace
from storage import sources
from storage.jobs import Jobs

ACTOR = "earshot"
IMPORTED = "import"
"""Kind of a source that only imports bring mentions to; there is nothing to poll."""
UNDERSTAND_EVERY = timedelta(seconds=2)
SIGNALS_EVERY = timedelta(minutes=5)
UPKEEP_EVERY = timedelta(minutes=10)


def polled(workspace: Workspace) -> list[str]:
    """Return the ids of the sources that are polled: enabled, and not only imported into."""
    return [
        source.id
        for source in sources.all_sources(workspace.db.reader())
        if source.enabled and source.kind != IMPORTED
    ]


def jobs(workspace: Workspace, only: frozenset[str] = frozenset()) -> list[Job]:
    """Return what is to be done in a workspace now; ``only`` limits which sources."""
    polls = [
        Job(
            f"poll:{source_id}",
            timedelta(seconds=workspace.source(source_id).every),
            partial(workspace.poll, source_id, ACTOR),
        )
        for source_id in polled(workspace)
        if not only or source_id in only
    ]
    return [
        *polls,
        Job("understand", UNDERSTAND_EVERY, workspace.understand, steady=True),
        Job("signals", SIGNALS_EVERY, partial(_signals, workspace), steady=True),
        Job("upkeep", UPKEEP_EVERY, workspace.db.checkpoint, steady=True),
    ]


def run(workspace: Workspace, only: frozenset[str] = frozenset()) -> None:
    """Run until SIGTERM or Ctrl-C, then finish what runs and return."""
    loop = Loop(partial(jobs, workspace, only), Jobs(workspace.db), workspace.now)

    def stop(*_: object) -> None:
        loop.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    loop.run()
    workspace.db.checkpoint()
    workspace.close()


def _signals(workspace: Workspace) -> None:
    from dashboard.watch import look

    look(workspace)
