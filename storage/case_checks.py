"""What stands in the way of a command: who holds a case, what changed, what was written. Pure.

Each check refuses with the reason and what to do; ``case_decisions`` and ``case_steps`` ask
them. Not here: what a command does.
"""

from __future__ import annotations

from datetime import datetime

from storage.case_model import LEASE, AnyCommand, Approval, Case, EventType
from storage.errors import Conflict, InputError, Refused
from storage.models import CaseState, Json
from storage.people import Role
from storage.times import millis

TEXT_LIMIT = 20_000
LINE_LIMIT = 500

_DONE_BY = {
    EventType.OPENED: "opened it",
    EventType.CLAIMED: "claimed it",
    EventType.EXTENDED: "works on it",
    EventType.RELEASED: "gave it back",
    EventType.DRAFTED: "saved a draft",
    EventType.QUEUED: "sent a reply, which is on its way",
    EventType.UNSENT: "took the reply back",
    EventType.SEND_FAILED: "could not post the reply",
    EventType.REPLIED: "recorded a reply",
    EventType.ANSWERED_ELSEWHERE: "found an answer at the source",
    EventType.RESOLVED: "resolved it",
    EventType.DISMISSED: "dismissed it",
    EventType.SNOOZED: "put it aside",
    EventType.REOPENED: "reopened it",
    EventType.TRANSFERRED: "handed it on",
    EventType.NOTED: "left a note",
    EventType.MENTION_CHANGED: "saw that the customer changed the text",
    EventType.MENTION_GONE: "saw that the text was deleted at its source",
    EventType.ERASED: "erased what was written",
    EventType.APPROVAL_ASKED: "asked for approval",
    EventType.APPROVED: "approved the draft",
    EventType.SENT_BACK: "sent the draft back",
    EventType.PAUSED: "stopped the clock",
    EventType.RESUMED: "let the clock run on",
    EventType.TAGGED: "tagged it",
    EventType.HANDED_OFF: "handed it off to another system",
    EventType.MERGED: "merged it into another case",
    EventType.REPRIORITISED: "changed its urgency",
    EventType.ACKNOWLEDGED: "acknowledged the message",
    EventType.UNDONE: "took the last step back",
}


def storable(text: str) -> str:
    """Return a text without what SQLite cannot hold: halves of letters, zeros."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\x00", "\ufffd")


def words(text: str, what: str, limit: int, *, needed: bool = True) -> str:
    """Return what somebody wrote as it can be stored; refuse nothing and far too much."""
    kept = storable(text).strip()
    if needed and not kept:
        raise InputError(f"{what} is needed")
    if len(kept) > limit:
        raise InputError(f"{what} may have {limit:,} characters, this has {len(kept):,}")
    return kept


def may_act(case: Case, command: AnyCommand) -> None:
    """Refuse whoever may only look, and whoever looked at something else."""
    if command.actor.role is Role.VIEWER:
        raise Refused(f"{command.actor.name} may look but not act")
    if command.version is not None and command.version != case.version:
        raise Conflict(
            f"case {case.id} has moved on: {case.last_actor} {_DONE_BY[case.last_type]} at"
            f" {case.last_at:%Y-%m-%d %H:%M} UTC (you saw version {command.version}, it is"
            f" {case.version}); look again"
        )
    now = case.mention_version if case.current_version is None else case.current_version
    if command.mention_version is not None and (case.gone or command.mention_version != now):
        what = "deleted at its source" if case.gone else "changed by the customer"
        raise Conflict(
            f"case {case.id}: the text was {what} (you saw version {command.mention_version}"
            f"{'' if case.gone else f', it is {now}'}); look again"
        )


def must_be_open(case: Case, now: datetime) -> None:
    """Refuse what is closed, or has a reply on its way."""
    if case.state is CaseState.SENDING:
        raise Refused(f"case {case.id}: {case.owner}'s reply is on its way; take it back first")
    if not case.is_open:
        raise Refused(
            f"case {case.id} is closed ({case.state.value}): {case.last_actor}"
            f" {_DONE_BY[case.last_type]} {_when(case.last_at, now)}; reopen it first"
        )


def must_be_answerable(case: Case, now: datetime) -> None:
    """Refuse what is closed or has vanished at its source."""
    must_be_open(case, now)
    if case.gone:
        raise Refused(f"case {case.id}: the text was deleted at its source, nobody can answer it")


def must_hold(
    case: Case, command: AnyCommand, now: datetime, *, even_if_gone: bool = False
) -> None:
    """Refuse everybody but the holder; a lease that ran out still counts until another claims."""
    if even_if_gone:
        must_be_open(case, now)
    else:
        must_be_answerable(case, now)
    if case.owner_id is None:
        raise Refused(f"nobody holds case {case.id}; claim it first")
    if case.owner_id != command.actor.id:
        raise Refused(holder(case, now))
    if case.state is CaseState.WAITING:
        raise Refused(f"{holder(case, now)}; claim it first")


def must_be_let_out(case: Case, text: str) -> None:
    """Refuse an answer that nobody approved where somebody has to, or other words than theirs."""
    if not case.must_be_approved:
        return
    if case.approval is not Approval.APPROVED:
        raise Refused(f"case {case.id}: this answer needs an approval first; ask for it")
    if text and text.strip() != (case.draft or "").strip():
        raise Refused(f"case {case.id}: the text is not the approved one; ask for approval again")


def must_not_be_held(case: Case, command: AnyCommand, now: datetime) -> None:
    """Refuse what somebody else works on."""
    must_be_open(case, now)
    if held_by_other(case, command, now):
        raise Refused(holder(case, now))


def held_by_other(case: Case, command: AnyCommand, now: datetime) -> bool:
    """Say whether somebody else works on it."""
    if case.owner_id is None or case.owner_id == command.actor.id:
        return False
    if case.state is CaseState.WAITING:
        return case.snooze_until is not None and case.snooze_until > now
    return lease_runs(case, now)


def lease_runs(case: Case, now: datetime) -> bool:
    """Say whether its holder gave a sign of life lately."""
    return case.lease_until is not None and case.lease_until > now


def holder(case: Case, now: datetime) -> str:
    """Say who has it, for a refusal."""
    who = case.owner or "somebody else"
    if case.state is CaseState.WAITING and case.snooze_until is not None:
        return f"{who} put case {case.id} aside until {_when(case.snooze_until, now)}"
    until = f" until {_when(case.lease_until, now)}" if lease_runs(case, now) else ""
    if until and case.lease_until is not None:
        return f"{who} holds case {case.id}{until}"
    return f"case {case.id} is {who}'s"


def prolonged(case: Case, now: datetime) -> dict[str, Json]:
    """Working on a case is a sign of life; it never shortens a longer lease."""
    until = now + LEASE if case.lease_until is None else max(case.lease_until, now + LEASE)
    return {"lease_until": millis(until)}


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "some time"
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M} UTC"
