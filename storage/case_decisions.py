"""What is allowed: ``decide(case, command, now)`` answers with events or refuses. Pure.

No database, no clock. A refusal names who or what stands in the way; an answer without
events means that there is nothing to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.case_checks import (
    LINE_LIMIT,
    TEXT_LIMIT,
    held_by_other,
    holder,
    lease_runs,
    may_act,
    must_be_answerable,
    must_be_let_out,
    must_be_open,
    must_hold,
    must_not_be_held,
    prolonged,
    words,
)
from storage.case_model import (
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
from storage.case_steps import Outcome, step
from storage.errors import InputError, NotFound, Refused
from storage.models import CaseState, Json
from storage.people import Role
from storage.times import millis

LONGEST_SNOOZE = timedelta(days=366)
SHORTEST_AGAIN = timedelta(hours=1)
"""The least time that a reopened case has until it is due."""


def decide(case: Case | None, command: AnyCommand, now: datetime) -> tuple[Event, ...]:
    """Return what happens to a case (None: there is none yet) when somebody asks for it."""
    if isinstance(command, Open):
        return _open(case, command, now)
    if case is None:
        raise NotFound("there is no such case")
    may_act(case, command)
    found = _decide(case, command, now)
    if found is None:
        return ()
    kind, data, content = found
    version = command.to_version if isinstance(command, MentionChanged) else case.mention_version
    return (Event(kind, command.actor.id, now, version, data, content),)


def _decide(case: Case, command: AnyCommand, now: datetime) -> Outcome:
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
            return _note(command)
        case AnsweredElsewhere() | MentionChanged() | MentionGone() | Erase():
            return _from_source(case, command)
        case _:
            return step(case, command, now)


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


def _claim(case: Case, command: Claim, now: datetime) -> Outcome:
    actor = command.actor
    must_be_answerable(case, now)
    mine = case.owner_id == actor.id
    if mine and case.state is not CaseState.WAITING and lease_runs(case, now):
        return None
    if held_by_other(case, command, now):
        if command.take_over and not actor.leads:
            raise Refused(f"{holder(case, now)}; only a lead may take it over")
        if not command.take_over:
            raise Refused(f"{holder(case, now)}; a lead may take it over")
    data: dict[str, Json] = {"lease_until": millis(now + command.lease)}
    if case.owner_id is not None and not mine:
        data["from"] = case.owner_id
    return EventType.CLAIMED, data, {}


def _heartbeat(case: Case, command: Heartbeat, now: datetime) -> Outcome:
    """Extend only when less than half is left: an event a quarter of an hour, not a tick."""
    if case.state is CaseState.SENDING:
        return None
    must_hold(case, command, now)
    assert case.lease_until is not None
    if case.lease_until - now > command.lease / 2:
        return None
    return EventType.EXTENDED, {"lease_until": millis(now + command.lease)}, {}


def _release(case: Case, command: Release, now: datetime) -> Outcome:
    must_be_open(case, now)
    if case.owner_id is None:
        raise Refused(f"nobody holds case {case.id}")
    if case.owner_id != command.actor.id and not command.actor.leads:
        raise Refused(holder(case, now))
    return EventType.RELEASED, {}, {}


def _draft(case: Case, command: SaveDraft, now: datetime) -> Outcome:
    must_hold(case, command, now)
    text = words(command.text, "a draft", TEXT_LIMIT, needed=False)
    if text == (case.draft or "") and not case.changed:
        return None
    return EventType.DRAFTED, prolonged(case, now), {"text": text}


def _reply(case: Case, command: RecordReply, now: datetime) -> Outcome:
    must_hold(case, command, now)
    must_be_let_out(case, command.text)
    url = words(command.url, "an address", LINE_LIMIT * 4, needed=False)
    text = words(command.text, "a reply", TEXT_LIMIT, needed=False)
    if not url and not text:
        raise InputError("say where the reply stands or what it says")
    if url and not url.lower().startswith(("http://", "https://")):
        raise InputError(f"the address {url!a} does not begin with http:// or https://")
    content = {"url": url, "text": text}
    return EventType.REPLIED, prolonged(case, now), {k: v for k, v in content.items() if v}


def _queue(case: Case, command: QueueReply, now: datetime) -> Outcome:
    must_hold(case, command, now)
    must_be_let_out(case, command.text)
    content = {"text": words(command.text, "a reply", TEXT_LIMIT)}
    data = prolonged(case, now) | {"leaves_at": millis(command.leaves_at)}
    return EventType.QUEUED, data, content


def _left(case: Case, command: Unsend | SendFailed | Sent, now: datetime) -> Outcome:
    """Decide what became of a reply that was on its way."""
    if case.state is not CaseState.SENDING:
        raise Refused(f"case {case.id}: no reply is on its way")
    data = prolonged(case, now)
    if isinstance(command, Sent):
        content = {"url": command.url, "text": command.text}
        return EventType.REPLIED, data, {k: v for k, v in content.items() if v}
    data["back"] = command.back.value
    if isinstance(command, SendFailed):
        why = words(command.why, "a reason", LINE_LIMIT * 4)
        return EventType.SEND_FAILED, data, {"why": why}
    if case.owner_id != command.actor.id and not command.actor.leads:
        raise Refused(f"{holder(case, now)}; they or a lead may take the reply back")
    return EventType.UNSENT, data, {}


def _resolve(case: Case, command: Resolve, now: datetime) -> Outcome:
    must_hold(case, command, now, even_if_gone=True)
    needed = case.negative
    content = {
        "root_cause": words(command.root_cause, "a root cause", LINE_LIMIT, needed=needed),
        "action": words(command.action, "the action taken", TEXT_LIMIT, needed=needed),
    }
    return EventType.RESOLVED, {}, {name: each for name, each in content.items() if each}


def _dismiss(case: Case, command: Dismiss, now: datetime) -> Outcome:
    must_not_be_held(case, command, now)
    return EventType.DISMISSED, {}, {"reason": words(command.reason, "a reason", TEXT_LIMIT)}


def _snooze(case: Case, command: Snooze, now: datetime) -> Outcome:
    must_not_be_held(case, command, now)
    if not now < command.until <= now + LONGEST_SNOOZE:
        raise InputError("put it aside until a time between now and one year from now")
    data: dict[str, Json] = {"until": millis(command.until)}
    if case.owner_id != command.actor.id:
        data["owner"] = command.actor.id  # else it would wait on nobody's shelf
    return EventType.SNOOZED, data, {}


def _reopen(case: Case, command: Reopen, now: datetime) -> Outcome:
    if case.is_open:
        raise Refused(f"case {case.id} is open already")
    if case.gone:
        raise Refused(f"case {case.id}: the text was deleted at its source, nobody can answer it")
    span = max(case.due_at - case.opened_at, SHORTEST_AGAIN)
    reason = words(command.reason, "a reason", TEXT_LIMIT, needed=False)
    data: dict[str, Json] = {"due_at": millis(now + span)}
    return EventType.REOPENED, data, {"reason": reason} if reason else {}


def _transfer(case: Case, command: Transfer, now: datetime) -> Outcome:
    must_be_answerable(case, now)
    if held_by_other(case, command, now) and not command.actor.leads:
        raise Refused(f"{holder(case, now)}; they or a lead may hand it on")
    if command.to.role in (Role.VIEWER, Role.SYSTEM):
        raise Refused(f"{command.to.name} may not work on cases")
    if command.to.id == case.owner_id and case.state is not CaseState.WAITING:
        return None
    data: dict[str, Json] = {"to": command.to.id, "lease_until": millis(now + command.lease)}
    return EventType.TRANSFERRED, data, {}


def _note(command: Note) -> Outcome:
    data: dict[str, Json] = {"to": list(command.to)} if command.to else {}
    return EventType.NOTED, data, {"text": words(command.text, "a note", TEXT_LIMIT)}


def _from_source(case: Case, command: AnyCommand) -> Outcome:
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
