"""What is allowed: ``decide(case, command, now)`` answers with events or refuses. Pure.

No database, no clock. A refusal names who or what stands in the way; an answer without
events means that there is nothing to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.case_model import (
    LEASE,
    AnsweredElsewhere,
    AnyCommand,
    Case,
    Claim,
    Dismiss,
    Erase,
    Event,
    EventType,
    Heartbeat,
    MentionChanged,
    MentionGone,
    Note,
    Open,
    QueueReply,
    RecordReply,
    Release,
    Reopen,
    Resolve,
    SaveDraft,
    SendFailed,
    Sent,
    Snooze,
    Transfer,
    Unsend,
)
from storage.errors import Conflict, InputError, NotFound, Refused
from storage.models import CaseState, Json
from storage.people import Role
from storage.times import millis

TEXT_LIMIT = 20_000
LINE_LIMIT = 500
LONGEST_SNOOZE = timedelta(days=366)
SHORTEST_AGAIN = timedelta(hours=1)
"""The least time that a reopened case has until it is due."""

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
}


def decide(case: Case | None, command: AnyCommand, now: datetime) -> tuple[Event, ...]:
    """Return what happens to a case (None: there is none yet) when somebody asks for it."""
    if isinstance(command, Open):
        return _open(case, command, now)
    if case is None:
        raise NotFound("there is no such case")
    _may_act(case, command)
    found = _decide(case, command, now)
    if found is None:
        return ()
    kind, data, content = found
    version = command.to_version if isinstance(command, MentionChanged) else case.mention_version
    return (Event(kind, command.actor.id, now, version, data, content),)


_Outcome = tuple[EventType, dict[str, Json], dict[str, str]] | None


def _decide(case: Case, command: AnyCommand, now: datetime) -> _Outcome:
    match command:
        case Claim():
            return _claim(case, command, now)
        case Heartbeat():
            return _heartbeat(case, command, now)
        case Release():
            return _release(case, command, now)
        case SaveDraft():
            return _draft(case, command, now)
        case RecordReply():
            return _reply(case, command, now)
        case QueueReply():
            return _queue(case, command, now)
        case Unsend() | SendFailed() | Sent():
            return _left(case, command, now)
        case Resolve():
            return _resolve(case, command, now)
        case Dismiss():
            return _dismiss(case, command, now)
        case Snooze():
            return _snooze(case, command, now)
        case Reopen():
            return _reopen(case, command, now)
        case Transfer():
            return _transfer(case, command, now)
        case Note():
            return EventType.NOTED, {}, {"text": words(command.text, "a note", TEXT_LIMIT)}
        case _:
            return _from_source(case, command)


def _open(case: Case | None, command: Open, now: datetime) -> tuple[Event, ...]:
    if case is not None:
        raise Refused(f"there is a case for that mention already: case {case.id}")
    if command.actor.role is Role.VIEWER:
        raise Refused(f"{command.actor.name} may look but not act")
    if not 1 <= command.priority <= 5:
        raise InputError(f"a priority of {command.priority} is not between 1 and 5")
    data: dict[str, Json] = {
        "priority": command.priority,
        "due_at": millis(command.due_at),
        "rule": command.rule,
        "reasons": list(command.reasons),
    }
    return (Event(EventType.OPENED, command.actor.id, now, command.at_version, data),)


def _claim(case: Case, command: Claim, now: datetime) -> _Outcome:
    actor = command.actor
    _must_be_answerable(case, now)
    mine = case.owner_id == actor.id
    if mine and case.state is not CaseState.WAITING and _lease_runs(case, now):
        return None
    if _held_by_other(case, command, now):
        if command.take_over and not actor.leads:
            raise Refused(f"{_holder(case, now)}; only a lead may take it over")
        if not command.take_over:
            raise Refused(f"{_holder(case, now)}; a lead may take it over")
    data: dict[str, Json] = {"lease_until": millis(now + command.lease)}
    if case.owner_id is not None and not mine:
        data["from"] = case.owner_id
    return EventType.CLAIMED, data, {}


def _heartbeat(case: Case, command: Heartbeat, now: datetime) -> _Outcome:
    """Extend only when less than half is left: an event a quarter of an hour, not a tick."""
    if case.state is CaseState.SENDING:
        return None
    _must_hold(case, command, now)
    assert case.lease_until is not None
    if case.lease_until - now > command.lease / 2:
        return None
    return EventType.EXTENDED, {"lease_until": millis(now + command.lease)}, {}


def _release(case: Case, command: Release, now: datetime) -> _Outcome:
    _must_be_open(case, now)
    if case.owner_id is None:
        raise Refused(f"nobody holds case {case.id}")
    if case.owner_id != command.actor.id and not command.actor.leads:
        raise Refused(_holder(case, now))
    return EventType.RELEASED, {}, {}


def _draft(case: Case, command: SaveDraft, now: datetime) -> _Outcome:
    _must_hold(case, command, now)
    text = words(command.text, "a draft", TEXT_LIMIT, needed=False)
    if text == (case.draft or "") and not case.changed:
        return None
    return EventType.DRAFTED, _prolonged(case, now), {"text": text}


def _reply(case: Case, command: RecordReply, now: datetime) -> _Outcome:
    _must_hold(case, command, now)
    url = words(command.url, "an address", LINE_LIMIT * 4, needed=False)
    text = words(command.text, "a reply", TEXT_LIMIT, needed=False)
    if not url and not text:
        raise InputError("say where the reply stands or what it says")
    if url and not url.lower().startswith(("http://", "https://")):
        raise InputError(f"the address {url!a} does not begin with http:// or https://")
    content = {"url": url, "text": text}
    return EventType.REPLIED, _prolonged(case, now), {k: v for k, v in content.items() if v}


def _queue(case: Case, command: QueueReply, now: datetime) -> _Outcome:
    _must_hold(case, command, now)
    content = {"text": words(command.text, "a reply", TEXT_LIMIT)}
    data = _prolonged(case, now) | {"leaves_at": millis(command.leaves_at)}
    return EventType.QUEUED, data, content


def _left(case: Case, command: Unsend | SendFailed | Sent, now: datetime) -> _Outcome:
    """Decide what became of a reply that was on its way."""
    if case.state is not CaseState.SENDING:
        raise Refused(f"case {case.id}: no reply is on its way")
    data = _prolonged(case, now)
    if isinstance(command, Sent):
        content = {"url": command.url, "text": command.text}
        return EventType.REPLIED, data, {k: v for k, v in content.items() if v}
    data["back"] = command.back.value
    if isinstance(command, SendFailed):
        why = words(command.why, "a reason", LINE_LIMIT * 4)
        return EventType.SEND_FAILED, data, {"why": why}
    if case.owner_id != command.actor.id and not command.actor.leads:
        raise Refused(f"{_holder(case, now)}; they or a lead may take the reply back")
    return EventType.UNSENT, data, {}


def _resolve(case: Case, command: Resolve, now: datetime) -> _Outcome:
    _must_hold(case, command, now, even_if_gone=True)
    content = {
        "root_cause": words(command.root_cause, "a root cause", LINE_LIMIT),
        "action": words(command.action, "the action taken", TEXT_LIMIT),
    }
    return EventType.RESOLVED, {}, content


def _dismiss(case: Case, command: Dismiss, now: datetime) -> _Outcome:
    _must_not_be_held(case, command, now)
    return EventType.DISMISSED, {}, {"reason": words(command.reason, "a reason", TEXT_LIMIT)}


def _snooze(case: Case, command: Snooze, now: datetime) -> _Outcome:
    _must_not_be_held(case, command, now)
    if not now < command.until <= now + LONGEST_SNOOZE:
        raise InputError("put it aside until a time between now and one year from now")
    return EventType.SNOOZED, {"until": millis(command.until)}, {}


def _reopen(case: Case, command: Reopen, now: datetime) -> _Outcome:
    if case.is_open:
        raise Refused(f"case {case.id} is open already")
    if case.gone:
        raise Refused(f"case {case.id}: the text was deleted at its source, nobody can answer it")
    span = max(case.due_at - case.opened_at, SHORTEST_AGAIN)
    reason = words(command.reason, "a reason", TEXT_LIMIT, needed=False)
    data: dict[str, Json] = {"due_at": millis(now + span)}
    return EventType.REOPENED, data, {"reason": reason} if reason else {}


def _transfer(case: Case, command: Transfer, now: datetime) -> _Outcome:
    _must_be_answerable(case, now)
    if _held_by_other(case, command, now) and not command.actor.leads:
        raise Refused(f"{_holder(case, now)}; they or a lead may hand it on")
    if command.to.role in (Role.VIEWER, Role.SYSTEM):
        raise Refused(f"{command.to.name} may not work on cases")
    if command.to.id == case.owner_id and case.state is not CaseState.WAITING:
        return None
    data: dict[str, Json] = {"to": command.to.id, "lease_until": millis(now + command.lease)}
    return EventType.TRANSFERRED, data, {}


def _from_source(case: Case, command: AnyCommand) -> _Outcome:
    """Decide what the program itself learned; that is never refused."""
    match command:
        case AnsweredElsewhere():
            # Our own recorded reply will show up at the source, too.
            # One that is on its way looks into this itself before it leaves.
            theirs = case.is_open and case.answered_at is None
            sending = case.state is CaseState.SENDING
            return (EventType.ANSWERED_ELSEWHERE, {}, {}) if theirs and not sending else None
        case MentionChanged():
            newer = command.to_version > case.mention_version
            return (EventType.MENTION_CHANGED, {}, {}) if case.is_open and newer else None
        case MentionGone():
            open_now = case.is_open and case.state is not CaseState.SENDING
            return (EventType.MENTION_GONE, {}, {}) if open_now else None
        case Erase():
            return EventType.ERASED, {}, {}
        case _:
            raise AssertionError(f"no decision for {command!r}")


def words(text: str, what: str, limit: int, *, needed: bool = True) -> str:
    """Return what somebody wrote as it can be stored; refuse nothing and far too much."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    kept = joined.replace("\x00", "\ufffd").strip()
    if needed and not kept:
        raise InputError(f"{what} is needed")
    if len(kept) > limit:
        raise InputError(f"{what} may have {limit:,} characters, this has {len(kept):,}")
    return kept


def _may_act(case: Case, command: AnyCommand) -> None:
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


def _must_be_open(case: Case, now: datetime) -> None:
    if case.state is CaseState.SENDING:
        raise Refused(f"case {case.id}: {case.owner}'s reply is on its way; take it back first")
    if not case.is_open:
        raise Refused(
            f"case {case.id} is closed ({case.state.value}): {case.last_actor}"
            f" {_DONE_BY[case.last_type]} {_when(case.last_at, now)}; reopen it first"
        )


def _must_be_answerable(case: Case, now: datetime) -> None:
    _must_be_open(case, now)
    if case.gone:
        raise Refused(f"case {case.id}: the text was deleted at its source, nobody can answer it")


def _must_hold(
    case: Case, command: AnyCommand, now: datetime, *, even_if_gone: bool = False
) -> None:
    """Refuse everybody but the holder; a lease that ran out still counts until another claims."""
    if even_if_gone:
        _must_be_open(case, now)
    else:
        _must_be_answerable(case, now)
    if case.owner_id is None:
        raise Refused(f"nobody holds case {case.id}; claim it first")
    if case.owner_id != command.actor.id:
        raise Refused(_holder(case, now))
    if case.state is CaseState.WAITING:
        raise Refused(f"{_holder(case, now)}; claim it first")


def _must_not_be_held(case: Case, command: AnyCommand, now: datetime) -> None:
    _must_be_open(case, now)
    if _held_by_other(case, command, now):
        raise Refused(_holder(case, now))


def _held_by_other(case: Case, command: AnyCommand, now: datetime) -> bool:
    if case.owner_id is None or case.owner_id == command.actor.id:
        return False
    if case.state is CaseState.WAITING:
        return case.snooze_until is not None and case.snooze_until > now
    return _lease_runs(case, now)


def _lease_runs(case: Case, now: datetime) -> bool:
    return case.lease_until is not None and case.lease_until > now


def _holder(case: Case, now: datetime) -> str:
    who = case.owner or "somebody else"
    if case.state is CaseState.WAITING and case.snooze_until is not None:
        return f"{who} put case {case.id} aside until {_when(case.snooze_until, now)}"
    until = f" until {_when(case.lease_until, now)}" if _lease_runs(case, now) else ""
    if until and case.lease_until is not None:
        return f"{who} holds case {case.id}{until}"
    return f"case {case.id} is {who}'s"


def _prolonged(case: Case, now: datetime) -> dict[str, Json]:
    """Working on a case is a sign of life; it never shortens a longer lease."""
    until = now + LEASE if case.lease_until is None else max(case.lease_until, now + LEASE)
    return {"lease_until": millis(until)}


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "some time"
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M} UTC"
