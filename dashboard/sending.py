"""Sending replies: by which way a case can be answered, handing one in, working them off.

The outbox is in ``storage.reply_outbox``, posting in ``collectors.sender``; this module
knows which source answers for which case. Mails are in ``dashboard.delivery``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from collectors.contract import Posted, Replier, Replies
from collectors.sender import Letter, Sender
from storage import acknowledging, cases, outbox, reply_outbox, sources
from storage.database import Database
from storage.errors import EarshotError, Refused
from storage.jobs import sender
from storage.outbox import Channel, Entry
from storage.people import Person
from storage.reply_outbox import UNDO, Closing
from storage.workspace import STAYS

if TYPE_CHECKING:
    from datetime import timedelta

    from dashboard.wiring import Workspace


class Way(NamedTuple):
    """How a case can be answered: through ``source`` by ``rules``, else by hand.

    ``by_hand`` says why there is no other way; ``url`` is where to go then, "" if unknown.
    """

    source: str
    rules: Replies | None
    by_hand: str
    url: str
    changed_at: datetime | None


def way(workspace: Workspace, case_id: int) -> Way:
    """Say how a case can be answered."""
    conn = workspace.db.reader()
    case = cases.load(conn, case_id)
    where = reply_outbox.address(conn, case.mention_id)
    if where is None:
        return Way("", None, "what was said is erased", "", None)
    reasons: list[str] = []
    for source_id in where.sources:
        rules = rules_of(workspace, source_id)
        if not isinstance(rules, str):
            return Way(source_id, rules, "", where.url, where.changed_at)
        reasons.append(rules)
    return Way("", None, "; ".join(dict.fromkeys(reasons)), where.url, where.changed_at)


def rules_of(workspace: Workspace, source_id: str) -> Replies | str:
    """Return what a source takes as replies, or say in words why it takes none."""
    try:
        collector = workspace.collector_of(workspace.source(source_id))
    except EarshotError as error:
        return str(error)
    rules = collector.info.replies if isinstance(collector, Replier) else None
    if rules is None:
        return f"{collector.info.title} takes no replies through Earshot"
    needed = (*collector.info.secrets, *rules.secrets)
    missing = [name for name in needed if not workspace.settings.secrets.get(name)]
    return f"replying needs {', '.join(missing)}" if missing else rules


def send(
    workspace: Workspace,
    case_id: int,
    actor: Person,
    *,
    text: str | None = None,
    version: int | None = None,
    mention_version: int | None = None,
    closing: Closing | None = None,
    wait: timedelta = UNDO,
) -> Entry:
    """Hand a reply (default: the draft) to the outbox, from which it leaves after ``wait``.

    Raises Refused in the sample, where the site would not take it, or nobody may send it now.
    """
    if workspace.is_sample:
        raise Refused(STAYS)
    now = workspace.now()
    case = cases.load(workspace.db.reader(), case_id)
    words = case.draft if text is None else text
    if not words:
        raise Refused(f"case {case_id} has no draft to send; write one first")
    by = way(workspace, case_id)
    if by.rules is None or by.changed_at is None:
        link = f" at {by.url}" if by.url else ""
        raise Refused(f"case {case_id}: {by.by_hand}; post it by hand{link}, then record it")
    why = by.rules.obstacle(words, by.changed_at, now)
    if why is not None:
        raise Refused(f"case {case_id}: {why}")
    return reply_outbox.enqueue_reply(
        workspace.db,
        case_id,
        words,
        actor,
        now,
        version=version,
        mention_version=mention_version,
        source=by.source,
        closing=closing,
        wait=wait,
    )


def work_off(workspace: Workspace) -> int:
    """Send every reply that is due; return how many stand at their sites.

    Acknowledgements go after the answers of people.
    """
    collector_of, now = workspace.collector_of, workspace.now
    return sum(
        Sender(SqliteReplies(workspace.db, now, channel), collector_of, now).run()
        for channel in (Channel.REPLY, Channel.ACKNOWLEDGEMENT)
    )


def work_off_mails(workspace: Workspace) -> int:
    """Send every mail that is due; return how many the mail server took: none in the sample."""
    from dashboard.delivery import mail, smtp, summaries

    settings = workspace.settings
    if settings.mail is None or workspace.is_sample:
        return 0
    password = settings.secrets.get(smtp.PASSWORD, "")
    whole = summaries.with_file(workspace.db, workspace.now)
    return mail.work_off(workspace.db, mail.Way(settings.mail, password, whole), workspace.now)


class _Told(Protocol):
    """What becomes of a claimed entry: ``reply_outbox``, or ``acknowledging``."""

    def obstacle(self, conn: sqlite3.Connection, entry: Entry) -> str | None: ...

    def posted(
        self, db: Database, entry: Entry, sender: str, now: datetime, *, native_id: str, url: str
    ) -> bool: ...

    def failed(
        self,
        db: Database,
        entry: Entry,
        sender: str,
        now: datetime,
        why: str,
        *,
        elsewhere: bool = False,
    ) -> bool: ...


class SqliteReplies:
    """One channel of the outbox bound to a database and clock, under a name of its own."""

    def __init__(
        self, db: Database, now: Callable[[], datetime], channel: Channel = Channel.REPLY
    ) -> None:
        self._db = db
        self._now = now
        self._name = sender()
        self._claimed: dict[int, Entry] = {}
        self._channel = channel
        self._told: _Told = reply_outbox
        if channel is Channel.ACKNOWLEDGEMENT:
            self._told = acknowledging

    def next(self) -> Letter | None:
        """Claim what is due; what cannot be addressed any more fails at once."""
        while (entry := outbox.claim(self._db, self._channel, self._name, self._now())) is not None:
            conn = self._db.reader()
            assert entry.mention_id is not None
            where = reply_outbox.address(conn, entry.mention_id)
            source = sources.get_or_none(conn, entry.source or "")
            self._claimed = {entry.id: entry}
            if where is None or source is None or entry.content is None:
                why = "the source or the text is gone"
                self._told.failed(self._db, entry, self._name, self._now(), why)
                continue
            return Letter(
                entry.id,
                source,
                where.native_id,
                entry.content,
                where.changed_at,
                entry.attempts,
                again=self._may_replace(conn, entry),
                recorded=reply_outbox.recorded(conn, entry.mention_id),
                trouble=entry.error or "",
            )
        return None

    def _may_replace(self, conn: sqlite3.Connection, entry: Entry) -> bool:
        """Say whether what stands at the site may be ours: an answer replaces it then."""
        if self._channel is Channel.ACKNOWLEDGEMENT:
            return False
        assert entry.mention_id is not None
        return entry.kind == "again" or acknowledging.tried(conn, entry.mention_id)

    def obstacle(self, letter: Letter) -> str | None:
        """Say why it must not leave any more."""
        return self._told.obstacle(self._db.reader(), self._claimed[letter.id])

    def is_mine(self, letter: Letter) -> bool:
        """Say whether the claim still stands."""
        return outbox.is_mine(self._db.reader(), letter.id, self._name, self._now())

    def posted(self, letter: Letter, posted: Posted) -> None:
        """Record that it stands at its site."""
        self._told.posted(
            self._db,
            self._claimed[letter.id],
            self._name,
            self._now(),
            native_id=posted.native_id,
            url=posted.url,
        )

    def failed(self, letter: Letter, why: str, *, elsewhere: bool = False) -> None:
        """Record that it was not posted."""
        entry = self._claimed[letter.id]
        self._told.failed(self._db, entry, self._name, self._now(), why, elsewhere=elsewhere)

    def postpone(self, letter: Letter, why: str, until: datetime) -> None:
        """Put it back until a time."""
        outbox.postpone(self._db, letter.id, self._name, self._now(), why, until)
