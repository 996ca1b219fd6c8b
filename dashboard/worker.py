"""The worker's jobs: poll each source, understand, look for signals, keep the file tidy.

What runs when is decided by ``collectors.loop``; this module says what there is to run.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from collectors.loop import Job, Loop
from dashboard import choice, leftovers, secret_file
from dashboard.wiring import Workspace, open_workspace
from storage import sources
from storage.jobs import Jobs

ACTOR = "earshot"
IMPORTED = "import"
"""Kind of a source that only imports bring mentions to; there is nothing to poll."""
UNDERSTAND_EVERY = timedelta(seconds=2)
SEND_EVERY = timedelta(seconds=2)
ACKNOWLEDGE_EVERY = timedelta(seconds=20)
MAIL_EVERY = timedelta(seconds=5)
FOLLOW_UP_EVERY = timedelta(minutes=10)
LOOKALIKES_EVERY = timedelta(seconds=30)
TOPICS_EVERY = timedelta(hours=1)
STUDY_EVERY = timedelta(days=1)
"""A look for topics reads a year's texts: once a day, and not while all is being set up."""
SUMMARIES_EVERY = timedelta(seconds=30)
SIGNALS_EVERY = timedelta(minutes=5)
DELIVER_EVERY = timedelta(seconds=5)
NOTICES_EVERY = timedelta(minutes=2)
HEAD_EVERY = timedelta(days=1)
CHECKS_EVERY = timedelta(hours=1)
UPKEEP_EVERY = timedelta(minutes=10)
LOOK_EVERY = 0.5
"""Seconds between two looks whether another file was chosen."""


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
        Job("understand", UNDERSTAND_EVERY, partial(_understand, workspace), steady=True),
        Job("lookalikes", LOOKALIKES_EVERY, partial(_lookalikes, workspace), steady=True),
        Job("send", SEND_EVERY, partial(_send, workspace), steady=True),
        Job("acknowledge", ACKNOWLEDGE_EVERY, partial(_acknowledge, workspace), steady=True),
        Job("topics", TOPICS_EVERY, partial(_study, workspace), steady=True),
        Job("mail", MAIL_EVERY, partial(_mail, workspace), steady=True),
        Job("follow-up", FOLLOW_UP_EVERY, partial(_follow_up, workspace), steady=True),
        Job("summaries", SUMMARIES_EVERY, partial(_summaries, workspace), steady=True),
        Job("signals", SIGNALS_EVERY, partial(_signals, workspace), steady=True),
        Job("deliver", DELIVER_EVERY, partial(_deliver, workspace), steady=True),
        Job("notices", NOTICES_EVERY, partial(_notices, workspace), steady=True),
        Job("audit-head", HEAD_EVERY, partial(_keep_head, workspace), steady=True),
        Job("checks", CHECKS_EVERY, partial(_checks, workspace), steady=True),
        Job("upkeep", UPKEEP_EVERY, partial(_upkeep, workspace), steady=True),
    ]


def run(
    workspace: Workspace,
    only: frozenset[str] = frozenset(),
    *,
    moved: Callable[[], bool] = lambda: False,
    stopped: threading.Event | None = None,
) -> None:
    """Run until SIGTERM or Ctrl-C, or until ``moved``; then finish what runs and return.

    ``stopped`` is set by a signal, so that one between two runs is not lost.
    """
    loop = Loop(partial(jobs, workspace, only), Jobs(workspace.db), workspace.now)
    ended = stopped or threading.Event()

    def stop(*_: object) -> None:
        ended.set()
        loop.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(loop, over, moved), daemon=True)
    watch.start()
    if not ended.is_set():
        loop.run()
    over.set()
    watch.join()
    workspace.db.checkpoint()
    workspace.close()


def follow(started_on: Path, config: Path) -> None:
    """Run on the file that is chosen now, then on the next one, until a signal.

    Opens anew, too, when somebody typed other secrets.
    """
    stopped = threading.Event()

    def now() -> tuple[Path, int]:
        return choice.current(started_on), secret_file.stamp(config)

    while not stopped.is_set():
        seen = now()
        workspace = open_workspace(seen[0], config)
        run(workspace, moved=partial(_differs, now, seen), stopped=stopped)


def _differs(now: Callable[[], tuple[Path, int]], seen: tuple[Path, int]) -> bool:
    return now() != seen


def _watch(loop: Loop, over: threading.Event, moved: Callable[[], bool]) -> None:
    while not over.wait(LOOK_EVERY):
        if moved():
            loop.stop()
            return


def _study(workspace: Workspace) -> None:
    from dashboard.topic_study import study, worth_it

    if worth_it(workspace, STUDY_EVERY):
        study(workspace)


def _lookalikes(workspace: Workspace) -> None:
    from dashboard.lookalikes import look

    look(workspace)


def _understand(workspace: Workspace) -> None:
    """Score what waits; what cannot wait raises its alert at once, not with the next look."""
    if workspace.understand():
        from dashboard.watching.watch import look_at_urgent

        look_at_urgent(workspace)


def _send(workspace: Workspace) -> None:
    from dashboard.sending import work_off

    work_off(workspace)


def _acknowledge(workspace: Workspace) -> None:
    """Acknowledge by the rules that somebody switched on; there are none at first."""
    from dashboard.acknowledging import look

    look(workspace)


def _checks(workspace: Workspace) -> None:
    """Draw the week's texts to be checked, once its days are over."""
    from dashboard.checking import draw_if_due

    draw_if_due(workspace)


def _mail(workspace: Workspace) -> None:
    from dashboard.sending import work_off_mails

    work_off_mails(workspace)


def _follow_up(workspace: Workspace) -> None:
    from dashboard.delivery.follow_up import look

    look(workspace.db, workspace.settings.mail, workspace.now())


def _summaries(workspace: Workspace) -> None:
    """Mail the summaries that a schedule is due for."""
    from dashboard.delivery.summaries import look

    look(workspace.db, workspace.settings.mail, workspace.now())


def _signals(workspace: Workspace) -> None:
    from dashboard.watching.watch import look

    look(workspace)


def _deliver(workspace: Workspace) -> None:
    from dashboard.delivery import sender
    from dashboard.delivery.ways import Means

    means = Means(workspace.settings.secrets, workspace.settings.mail)
    sender.deliver(workspace.db, means, workspace.now)


def _notices(workspace: Workspace) -> None:
    """Tell holders what is due soon, leads what became late, and mail what stays unread."""
    from dashboard.delivery import digest
    from storage import notices

    notices.due(workspace.db, workspace.now())
    digest.gather(workspace.db, workspace.now())


def _keep_head(workspace: Workspace) -> None:
    """Write the audit chain's head where it is kept apart from the database."""
    from dashboard.kept_heads import keep

    keep(workspace.db, workspace.settings.audit_heads)


def _upkeep(workspace: Workspace) -> None:
    workspace.db.checkpoint()
    leftovers.trim()
