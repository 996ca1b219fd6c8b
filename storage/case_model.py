"""A case, the events that made it, the commands that ask for change; what is allowed is in
``case_decisions``, what an event does in ``case_projection``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from storage.models import CaseState, Json
from storage.people import Person

LEASE = timedelta(minutes=30)
"""How long a claim holds without a sign of life."""
HANDED_LEASE = timedelta(hours=24)
"""How long a case that was handed to somebody waits for them."""


class Approval(StrEnum):
    """Whether somebody who leads has looked at a draft."""

    ASKED = "asked"
    APPROVED = "approved"
    SENT_BACK = "sent_back"


class EventType(StrEnum):
    """What can happen to a case; the names are stored and never change their meaning."""

    OPENED = "opened"
    CLAIMED = "claimed"
    EXTENDED = "extended"
    RELEASED = "released"
    DRAFTED = "drafted"
    QUEUED = "queued"
    UNSENT = "unsent"
    SEND_FAILED = "send_failed"
    REPLIED = "replied"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"
    NOTED = "noted"
    MENTION_CHANGED = "mention_changed"
    MENTION_GONE = "mention_gone"
    ERASED = "erased"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    PAUSED = "paused"
    RESUMED = "resumed"
    TAGGED = "tagged"
    HANDED_OFF = "handed_off"
    MERGED = "merged"
    UNDONE = "undone"
    REPRIORITISED = "reprioritised"
    ACKNOWLEDGED = "acknowledged"


class Event(NamedTuple):
    """One thing that happened.

    ``data`` (ids, times, numbers) stays after an erasure; ``content``, people's words, goes.
    """

    type: EventType
    actor_id: int
    at: datetime
    mention_version: int
    data: Mapping[str, Json] = {}
    content: Mapping[str, str] = {}


class Recorded(NamedTuple):
    """An event as it is stored; ``content`` is None where it was erased."""

    seq: int
    case_id: int
    case_version: int
    mention_id: int
    actor: str
    event: Event
    erased: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands: the fold of its events, and below that what it is shown with.

    ``version`` moves with every event but the extension of a lease, so that a page's own
    heartbeat never makes its next save a conflict. ``changed`` marks that the customer
    changed the text since somebody last worked on it. ``ticket_*`` say where else it is
    being worked on. ``negative`` (the customer is unhappy) decides whether closing asks for a
    root cause; ``must_be_approved`` whether an answer waits for somebody who leads.
    """

    id: int
    mention_id: int
    state: CaseState
    version: int
    mention_version: int
    changed: bool
    priority: int
    rule: str
    reasons: tuple[str, ...]
    opened_at: datetime
    due_at: datetime
    owner_id: int | None
    lease_until: datetime | None
    snooze_until: datetime | None
    draft_seq: int | None
    answered_at: datetime | None
    reply_url: str | None
    root_cause_id: int | None
    action: str | None
    reason: str | None
    closed_at: datetime | None
    outcome: str | None
    last_type: EventType
    last_actor_id: int
    last_at: datetime
    approval: Approval | None = None
    tags: tuple[str, ...] = ()
    paused_at: datetime | None = None
    merged_into: int | None = None
    ticket_url: str | None = None
    ticket_owner: str | None = None
    ticket_due_at: datetime | None = None
    acknowledged_at: datetime | None = None
    owner: str | None = field(default=None, compare=False)
    last_actor: str = field(default="", compare=False)
    root_cause: str | None = field(default=None, compare=False)
    draft: str | None = field(default=None, compare=False)
    draft_by: str | None = field(default=None, compare=False)
    current_version: int | None = field(default=None, compare=False)
    gone: bool = field(default=False, compare=False)
    negative: bool = field(default=True, compare=False)
    must_be_approved: bool = field(default=False, compare=False)

    @property
    def is_open(self) -> bool:
        """Say whether there is still something to do."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody asks for.

    ``version`` and ``mention_version`` are what the actor had before their eyes; None asks
    whatever stands there.
    """

    actor: Person
    version: int | None = None
    mention_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    """Open a case for a mention; ``rule`` is empty where a person did."""

    mention: int
    at_version: int
    priority: int
    due_at: datetime
    rule: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Command):
    """Take a case to work on it; only a lead may take one that another holds."""

    take_over: bool = False
    lease: timedelta = LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(Command):
    """Say that the holder is still at it."""

    lease: timedelta = LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Command):
    """Give a case back to the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft(Command):
    """Keep what the holder has written so far; an empty text takes the draft away."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReply(Command):
    """Record that the holder answered, where, and with which words."""

    url: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReply(Command):
    """Hand a reply to the outbox, from which it leaves at ``leaves_at``; see ``outbox``."""

    text: str
    leaves_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsend(Command):
    """Take a reply back before it left; ``back`` is where the case stood before."""

    back: CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailed(Command):
    """The reply could not be posted, and will not be tried again by itself."""

    back: CaseState
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Command):
    """The reply stands at its site; the actor is who sent it."""

    url: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Command):
    """Close; where the customer is unhappy, with what was wrong and what was done about it."""

    root_cause: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss(Command):
    """Close without an answer, and say why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze(Command):
    """Put aside until a time."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """Work on a closed case again."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Command):
    """Hand a case to somebody."""

    to: Person
    lease: timedelta = HANDED_LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Command):
    """Leave words for colleagues; ``to`` are the ids of those named with @ in them."""

    text: str
    to: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval(Command):
    """Ask somebody who leads to look at the draft before it goes out."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(Command):
    """Let the draft go out as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(Command):
    """Give the draft back with what should change."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Command):
    """Stop the clock, and say why: usually the customer has to answer first."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Let the clock run on; ``due_at`` is the new due time, None adds what the pause took."""

    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Command):
    """Set the tags of a case."""

    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(Command):
    """Record that it is worked on elsewhere: the ticket's address, who has it, until when."""

    url: str
    owner: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Command):
    """Close a case because another one (``into``) is about the same."""

    into: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprioritise(Command):
    """A rule that counts now asks for another urgency; who holds the case keeps it."""

    priority: int
    due_at: datetime
    rule: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """A rule's acknowledgement stands at its site (``url``); it is no answer of a person."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """Take back one's own last step; ``before`` is the case as it was ahead of it."""

    before: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredElsewhere(Command):
    """An answer of ours was found at the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionChanged(Command):
    """The customer changed the text; ``to_version`` is the present one."""

    to_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionGone(Command):
    """The customer or the site took the text away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(Command):
    """What people wrote about this mention is to be deleted."""


# fmt: off
AnyCommand: TypeAlias = (
    Open | Claim | Heartbeat | Release | SaveDraft | RecordReply | QueueReply | Unsend
    | SendFailed | Sent | Resolve | Dismiss | Snooze | Reopen | Transfer | Note | AskApproval
    | Approve | SendBack | Pause | Resume | Tag | HandOff | Merge | Undo | AnsweredElsewhere
    | MentionChanged | MentionGone | Erase | Reprioritise | Acknowledge
)
# fmt: on
