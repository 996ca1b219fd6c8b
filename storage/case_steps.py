"""Steps between colleagues: approval, pauses, tags, hand-off, merging, taking back. Pure.

Called by ``case_decisions.decide``, which has looked at who asks and what they had seen.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TypeAlias

from storage.case_checks import (
    LINE_LIMIT,
    TEXT_LIMIT,
    must_be_answerable,
    must_be_open,
    must_hold,
    must_not_be_held,
    words,
)
from storage.case_model import (
    HANDED_LEASE,
    Acknowledge,
    AnyCommand,
    Approval,
    Approve,
    AskApproval,
    Case,
    EventType,
    HandOff,
    Merge,
    Pause,
    Reprioritise,
    Resume,
    SendBack,
    Tag,
    Undo,
)
from storage.case_projection import undoing
from storage.errors import InputError, Refused
from storage.models import Json
from storage.times import millis

Outcome: TypeAlias = tuple[EventType, dict[str, Json], dict[str, str]] | None
"""What happens: the event's kind, what replay needs, what people wrote; None: nothing."""

UNDO = timedelta(seconds=60)
"""How long somebody may take back their own last step."""
TAGS, TAG_LENGTH = 12, 40

_TAKEN_BACK = frozenset(
    {
        EventType.CLAIMED,
        EventType.TRANSFERRED,
        EventType.RELEASED,
        EventType.REPLIED,
        EventType.RESOLVED,
        EventType.DISMISSED,
        EventType.SNOOZED,
        EventType.MERGED,
        EventType.PAUSED,
    }
)


def step(case: Case, command: AnyCommand, now: datetime) -> Outcome:
    """Return what one of these commands does to a case, or refuse."""
    match command:
        case AskApproval():
            return _ask(case, command, now)
        case Approve():
            _must_wait_for_approval(case, command)
            return EventType.APPROVED, {}, {}
        case SendBack():
            _must_wait_for_approval(case, command)
            note = words(command.note, "a note that says what should change", TEXT_LIMIT)
            return EventType.SENT_BACK, {}, {"note": note}
        case Pause():
            return _pause(case, command, now)
        case Resume():
            return _resume(case, command, now)
        case Tag():
            return _tag(case, command)
        case HandOff():
            return _hand_off(case, command, now)
        case Merge():
            return _merge(case, command, now)
        case Reprioritise():
            return _reprioritise(case, command)
        case Acknowledge():
            said = {"text": command.text} | ({"url": command.url} if command.url else {})
            return EventType.ACKNOWLEDGED, {}, said
        case Undo():
            return _undo(case, command, now)
        case _:
            raise AssertionError(f"no decision for {command!r}")


def _ask(case: Case, command: AskApproval, now: datetime) -> Outcome:
    must_hold(case, command, now)
    if not case.draft:
        raise Refused(f"case {case.id} has no draft yet; write one, then ask for approval")
    if case.approval is Approval.ASKED:
        return None
    text = words(command.text, "a question", TEXT_LIMIT, needed=False)
    data: dict[str, Json] = {"lease_until": millis(now + HANDED_LEASE)}
    return EventType.APPROVAL_ASKED, data, {"text": text} if text else {}


def _must_wait_for_approval(case: Case, command: AnyCommand) -> None:
    if case.approval is not Approval.ASKED or not case.is_open:
        raise Refused(f"case {case.id} does not wait for approval")
    if not command.actor.leads:
        raise Refused(f"{command.actor.name} does not lead; only a lead may approve or send back")
    if command.actor.id == case.owner_id:
        raise Refused("nobody approves their own draft; another lead has to")


def _pause(case: Case, command: Pause, now: datetime) -> Outcome:
    must_hold(case, command, now)
    if case.paused_at is not None:
        return None
    return EventType.PAUSED, {}, {"reason": words(command.reason, "a reason", TEXT_LIMIT)}


def _resume(case: Case, command: Resume, now: datetime) -> Outcome:
    must_be_open(case, now)
    if case.paused_at is None:
        return None
    due = command.due_at or case.due_at + (now - case.paused_at)
    return EventType.RESUMED, {"due_at": millis(due)}, {}


def _tag(case: Case, command: Tag) -> Outcome:
    tags = tuple(dict.fromkeys(words(each, "a tag", TAG_LENGTH) for each in command.tags))
    if len(tags) > TAGS:
        raise InputError(f"a case may have {TAGS} tags")
    if tags == case.tags:
        return None
    return EventType.TAGGED, {}, {"tags": json.dumps(list(tags))}


def _hand_off(case: Case, command: HandOff, now: datetime) -> Outcome:
    must_be_answerable(case, now)
    must_not_be_held(case, command, now)
    url = words(command.url, "the address of the ticket", LINE_LIMIT * 4)
    if not url.lower().startswith(("http://", "https://")):
        raise InputError(f"the address {url!a} does not begin with http:// or https://")
    owner = words(command.owner, "who has it", LINE_LIMIT, needed=False)
    data: dict[str, Json] = {}
    if command.due_at is not None:
        data["due_at"] = millis(command.due_at)
    return EventType.HANDED_OFF, data, {"url": url} | ({"owner": owner} if owner else {})


def _merge(case: Case, command: Merge, now: datetime) -> Outcome:
    must_not_be_held(case, command, now)
    if command.into == case.id:
        raise InputError("a case cannot be merged into itself")
    return EventType.MERGED, {"into": command.into}, {}


def _reprioritise(case: Case, command: Reprioritise) -> Outcome:
    same = (case.priority, case.due_at, case.rule, case.reasons) == (
        command.priority,
        command.due_at,
        command.rule,
        command.reasons,
    )
    if not case.is_open or case.answered_at is not None or same:
        return None
    data: dict[str, Json] = {
        "priority": command.priority,
        "due_at": millis(command.due_at),
        "rule": command.rule,
        "reasons": list(command.reasons),
    }
    return EventType.REPRIORITISED, data, {}


def _undo(case: Case, command: Undo, now: datetime) -> Outcome:
    if case.last_actor_id != command.actor.id:
        raise Refused(f"case {case.id}: somebody else did the last step")
    if case.last_type not in _TAKEN_BACK or not command.before.is_open:
        raise Refused(f"case {case.id}: this step cannot be taken back")
    if now - case.last_at > UNDO:
        raise Refused(f"case {case.id}: the time to take it back is over; reopen it instead")
    return EventType.UNDONE, undoing(command.before), {}
