"""Sends the notices of the outbox: one at a time, tried again with growing pauses.

A claim is recorded before anything leaves and its end after, so that a death in between is
seen: the next attempt then carries the same key and is marked as a possible repeat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dashboard.delivery import tellings
from dashboard.delivery.outcomes import Dead, Held, Unclear
from dashboard.delivery.ways import WAYS, Means, Message, Way
from storage import alert_tellings, jobs, outbox, workspace
from storage.database import Database
from storage.outbox import Channel, Entry, State

ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=2)
AT_ONCE = 50
"""Notices sent in one run, so that a run ends."""


def deliver(
    db: Database,
    means: Means,
    now: Callable[[], datetime],
    ways: Mapping[str, Way] = WAYS,
) -> int:
    """Put what is due into the outbox and send what is there; return how many left.

    In the sample nothing leaves.
    """
    if workspace.is_sample(db.reader()):
        return 0
    tellings.gather(db, now())
    sender = jobs.sender()
    sent = 0
    for _ in range(AT_ONCE):
        entry = outbox.claim(db, Channel.NOTICE, sender, now())
        if entry is None:
            break
        sent += _send(db, entry, sender, means, now, ways)
    return sent


def _send(
    db: Database,
    entry: Entry,
    sender: str,
    means: Means,
    now: Callable[[], datetime],
    ways: Mapping[str, Way],
) -> bool:
    try:
        ways[entry.kind](message(entry), means, now())
    except Dead as error:
        _end(db, entry, sender, State.FAILED, now(), str(error))
    except Held as error:
        _again(db, entry, sender, now(), str(error), surely=True)
    except Unclear as error:
        _again(db, entry, sender, now(), str(error), surely=False)
    else:
        _end(db, entry, sender, State.SENT, now(), None)
        return True
    return False


def message(entry: Entry) -> Message:
    """Return what an entry says; a repeat where an earlier attempt may have arrived."""
    said = json.loads(entry.content or "{}")
    return Message(
        entry.key,
        str(said["target"]).partition(":")[2],
        said["subject"],
        said["text"],
        said["alerts"],
        entry.attempts - 1 > alert_tellings.ended(entry),
    )


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _again(
    db: Database, entry: Entry, sender: str, now: datetime, why: str, *, surely: bool
) -> None:
    last = entry.attempts >= ATTEMPTS
    with db.write() as conn:
        if surely:
            alert_tellings.note_failure(conn, entry)
        outbox.end(
            conn,
            entry.id,
            sender,
            State.FAILED if last else State.PENDING,
            now,
            error=why,
            next_at=now + pause(entry.attempts),
        )


def _end(
    db: Database, entry: Entry, sender: str, state: State, now: datetime, error: str | None
) -> None:
    with db.write() as conn:
        if state is State.FAILED:
            alert_tellings.note_failure(conn, entry)
        outbox.end(conn, entry.id, sender, state, now, error=error)
