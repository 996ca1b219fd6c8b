"""What an event does to a case: the fold, its row in ``cases``, and replaying the whole.

``cases`` holds nothing that its events do not say; ``rebuild`` makes it anew and
``differences`` proves it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from storage.case_model import Approval, Case, Event, EventType, Recorded
from storage.errors import Corrupt
from storage.models import CaseState, Json
from storage.times import millis, moment

COLUMNS = tuple(each.name for each in fields(Case) if each.compare)
"""Columns of ``cases``, in the order of the fields of Case."""

_TIMES = frozenset(name for name in COLUMNS if name.endswith(("_at", "_until")))
_ENDS = {
    EventType.ANSWERED_ELSEWHERE: CaseState.RESOLVED,
    EventType.RESOLVED: CaseState.RESOLVED,
    EventType.DISMISSED: CaseState.DISMISSED,
    EventType.MENTION_GONE: CaseState.DISMISSED,
    EventType.MERGED: CaseState.DISMISSED,
}
_KEPT_BY_UNDO = ("owner_id", "lease_until", "snooze_until", "answered_at", "paused_at")
"""What an event that undoes another one sets besides state, due time and approval."""


def opened(case_id: int, mention_id: int, event: Event) -> Case:
    """Return the case that an opening event makes."""
    return Case(
        id=case_id,
        mention_id=mention_id,
        state=CaseState.NEW,
        version=1,
        mention_version=event.mention_version,
        changed=False,
        opened_at=event.at,
        **_ranked(event.data),
        owner_id=None,
        lease_until=None,
        snooze_until=None,
        draft_seq=None,
        answered_at=None,
        reply_url=None,
        root_cause_id=None,
        action=None,
        reason=None,
        closed_at=None,
        outcome=None,
        last_type=EventType.OPENED,
        last_actor_id=event.actor_id,
        last_at=event.at,
    )


def evolve(case: Case, event: Event, seq: int) -> Case:
    """Return the case after an event; ``seq`` is the event's place in the chain."""
    if event.type is EventType.EXTENDED:
        return replace(case, lease_until=_time(event.data, "lease_until"))
    return replace(
        case,
        version=case.version + 1,
        last_type=event.type,
        last_actor_id=event.actor_id,
        last_at=event.at,
        **_changes(case, event, seq),
    )


def _changes(case: Case, event: Event, seq: int) -> dict[str, Any]:
    """Return what an event sets, besides version and last actor."""
    data = event.data
    match event.type:
        case EventType.CLAIMED:
            return _held(case, event.actor_id, event) | {"changed": False}
        case EventType.TRANSFERRED:
            return _held(case, _whole(data["to"]), event)
        case EventType.RELEASED:
            state = CaseState.ANSWERED if case.state is CaseState.ANSWERED else CaseState.NEW
            return {"state": state, "owner_id": None, "lease_until": None, "snooze_until": None}
        case EventType.DRAFTED:
            lease = _time(data, "lease_until") if "lease_until" in data else case.lease_until
            # Another text than the one that was looked at has to be looked at again.
            return {"draft_seq": seq, "lease_until": lease, "changed": False, "approval": None}
        case EventType.REPLIED:
            return {
                "state": CaseState.ANSWERED,
                "answered_at": case.answered_at or event.at,
                "reply_url": event.content.get("url") or case.reply_url,
                "lease_until": _time(data, "lease_until"),
                "changed": False,
            }
        case EventType.QUEUED:
            lease = _time(data, "lease_until")
            return {"state": CaseState.SENDING, "lease_until": lease, "changed": False}
        case EventType.UNSENT | EventType.SEND_FAILED:
            return {
                "state": CaseState(str(data["back"])),
                "lease_until": _time(data, "lease_until"),
            }
        case EventType.SNOOZED:
            owner = {"owner_id": _whole(data["owner"])} if "owner" in data else {}
            until = _time(data, "until")
            return {"state": CaseState.WAITING, "snooze_until": until, "lease_until": None, **owner}
        case EventType.REOPENED:
            return _reopened(data)
        case EventType.MENTION_CHANGED:
            return {"mention_version": event.mention_version, "changed": True, "paused_at": None}
        case EventType.ERASED:
            return _erased()
        case EventType.NOTED:
            return {}
        case EventType.UNDONE:
            return undone(data)
        case _:
            return _desk_changes(case, event)


def _desk_changes(case: Case, event: Event) -> dict[str, Any]:
    """Return what the steps between colleagues set."""
    data, content = event.data, event.content
    match event.type:
        case EventType.APPROVAL_ASKED:
            return {"approval": Approval.ASKED, "lease_until": _time(data, "lease_until")}
        case EventType.APPROVED:
            return {"approval": Approval.APPROVED}
        case EventType.SENT_BACK:
            return {"approval": Approval.SENT_BACK}
        case EventType.PAUSED:
            return {"paused_at": event.at}
        case EventType.RESUMED:
            return {"paused_at": None, "due_at": _time(data, "due_at")}
        case EventType.TAGGED:
            return {"tags": tuple(json.loads(content.get("tags", "[]")))}
        case EventType.HANDED_OFF:
            due = data.get("due_at")
            return {
                "ticket_url": content.get("url"),
                "ticket_owner": content.get("owner"),
                "ticket_due_at": None if due is None else moment(_whole(due)),
            }
        case EventType.ACKNOWLEDGED:
            return {"acknowledged_at": event.at}
        case EventType.REPRIORITISED:
            return _ranked(data)
        case EventType.MERGED:
            return _closed(case, event) | {"merged_into": _whole(data["into"])}
        case _:
            return _closed(case, event)


def _ranked(data: Mapping[str, Json]) -> dict[str, Any]:
    """Return what a rule decides of a case."""
    reasons = data["reasons"]
    assert isinstance(reasons, list)
    return {
        "priority": _whole(data["priority"]),
        "rule": str(data["rule"]),
        "reasons": tuple(str(each) for each in reasons),
        "due_at": _time(data, "due_at"),
    }


def _erased() -> dict[str, Any]:
    words = ("draft_seq", "reply_url", "action", "reason", "ticket_url", "ticket_owner")
    return {**dict.fromkeys(words), "tags": ()}


def undone(data: Mapping[str, Json]) -> dict[str, Any]:
    """Return what an event sets that puts a case back to how it was."""
    found: dict[str, Any] = dict.fromkeys(
        ("reply_url", "root_cause_id", "action", "reason", "closed_at", "outcome", "merged_into")
    )
    for name in _KEPT_BY_UNDO:
        value = data.get(name)
        given = None if value is None else _whole(value)
        found[name] = given if given is None or name == "owner_id" else moment(given)
    approval = data.get("approval")
    found["approval"] = None if approval is None else Approval(str(approval))
    found["state"] = CaseState(str(data["state"]))
    found["due_at"] = _time(data, "due_at")
    return found


def undoing(before: Case) -> dict[str, Json]:
    """Return the data of an event that puts a case back to ``before``."""
    found: dict[str, Json] = {"state": before.state.value, "due_at": millis(before.due_at)}
    for name in (*_KEPT_BY_UNDO, "approval"):
        value = getattr(before, name)
        if value is not None:
            stored = millis(value) if isinstance(value, datetime) else value
            found[name] = str(stored) if isinstance(stored, Approval) else stored
    return found


def _held(case: Case, owner_id: int, event: Event) -> dict[str, Any]:
    answered = case.state is CaseState.ANSWERED
    return {
        "state": CaseState.ANSWERED if answered else CaseState.CLAIMED,
        "owner_id": owner_id,
        "lease_until": _time(event.data, "lease_until"),
        "snooze_until": None,
    }


def _reopened(data: Mapping[str, Json]) -> dict[str, Any]:
    nothing = (
        "owner_id",
        "lease_until",
        "snooze_until",
        "root_cause_id",
        "action",
        "reason",
        "approval",
        "paused_at",
        "merged_into",
    )
    return {
        "state": CaseState.NEW,
        "due_at": _time(data, "due_at"),
        "closed_at": None,
        "outcome": None,
        **dict.fromkeys(nothing),
    }


def _closed(case: Case, event: Event) -> dict[str, Any]:
    found = event.type is EventType.ANSWERED_ELSEWHERE
    root_cause = event.data.get("root_cause_id")
    return {
        "state": _ENDS[event.type],
        "lease_until": None,
        "snooze_until": None,
        "answered_at": event.at if found else case.answered_at,
        "root_cause_id": None if root_cause is None else _whole(root_cause),
        "action": event.content.get("action"),
        "reason": event.content.get("reason"),
        "paused_at": None,
        "closed_at": event.at,
        "outcome": event.type.value,
    }


def row(case: Case) -> tuple[object, ...]:
    """Return a case as its row in ``cases``."""
    return tuple(_stored(getattr(case, name)) for name in COLUMNS)


def from_row(values: tuple[Any, ...]) -> dict[str, Any]:
    """Return the fields of Case that a row of ``cases`` holds."""
    found = dict(zip(COLUMNS, values, strict=True))
    for name in _TIMES:
        if found[name] is not None:
            found[name] = moment(found[name])
    found["state"] = CaseState(found["state"])
    found["last_type"] = EventType(found["last_type"])
    found["reasons"] = tuple(json.loads(found["reasons"]))
    found["tags"] = tuple(json.loads(found["tags"]))
    if found["approval"] is not None:
        found["approval"] = Approval(found["approval"])
    found["changed"] = bool(found["changed"])
    return found


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return millis(value)
    if isinstance(value, tuple):
        return json.dumps(value)
    if isinstance(value, bool):
        return int(value)
    return str(value) if isinstance(value, CaseState | EventType | Approval) else value


def insert(conn: sqlite3.Connection, case: Case) -> None:
    """Store a case that is new to the table."""
    conn.execute(_INSERT, row(case))


def update(conn: sqlite3.Connection, before: Case, after: Case) -> None:
    """Store what an event changed; only indexes of changed columns are touched."""
    pairs = zip(COLUMNS, row(before), row(after), strict=True)
    changed = [(name, new) for name, old, new in pairs if old != new]
    names = ", ".join(f"{name} = ?" for name, _ in changed)
    values = [new for _, new in changed]
    conn.execute(f"UPDATE cases SET {names} WHERE id = ?", (*values, after.id))


_INSERT = f"INSERT INTO cases ({', '.join(COLUMNS)}) VALUES ({', '.join('?' for _ in COLUMNS)})"


def recorded(conn: sqlite3.Connection, case_id: int | None = None) -> Iterator[Recorded]:
    """Yield stored events, of one case or of all, case by case in their order."""
    where = "" if case_id is None else " WHERE e.case_id = ?"
    rows = conn.execute(
        "SELECT e.seq, e.case_id, e.case_version, e.mention_id, p.name, e.type, e.actor_id, e.at,"
        " e.mention_version, e.data, c.content, e.digest = zeroblob(32)"
        " FROM case_events e JOIN people p ON p.id = e.actor_id"
        f" LEFT JOIN event_content c ON c.seq = e.seq{where} ORDER BY e.case_id, e.seq",
        () if case_id is None else (case_id,),
    )
    for seq, of, version, mention_id, actor, kind, actor_id, at, seen, data, said, bare in rows:
        content = json.loads(said) if said else {}
        event = Event(EventType(kind), actor_id, moment(at), seen, json.loads(data), content)
        yield Recorded(seq, of, version, mention_id, actor, event, not bare and said is None)


def replayed(conn: sqlite3.Connection) -> Iterator[Case]:
    """Yield every case as its events say that it stands."""
    for case_id, events in groupby(recorded(conn), key=lambda each: each.case_id):
        case: Case | None = None
        for each in events:
            if case is None:
                if each.event.type is not EventType.OPENED:
                    raise Corrupt(f"case {case_id} begins with {each.event.type.value}")
                case = opened(case_id, each.mention_id, each.event)
            else:
                case = evolve(case, each.event, each.seq)
        if case is not None:
            yield case


def at_version(conn: sqlite3.Connection, case_id: int, version: int) -> Case | None:
    """Return a case as it was at one of its versions, as its events say."""
    case: Case | None = None
    for each in recorded(conn, case_id):
        if each.case_version > version:
            break
        if case is None:
            case = opened(case_id, each.mention_id, each.event)
        else:
            case = evolve(case, each.event, each.seq)
    return case


def rebuild(conn: sqlite3.Connection) -> int:
    """Make ``cases`` anew from the events, in the caller's transaction; return how many."""
    conn.execute("DELETE FROM cases")
    count = 0
    for case in replayed(conn):
        insert(conn, case)
        count += 1
    return count


def differences(conn: sqlite3.Connection) -> list[str]:
    """Return where ``cases`` is not what its events say; call it in one snapshot."""
    found: list[str] = []
    seen = 0
    try:
        for case in replayed(conn):
            seen += 1
            found += _difference(conn, case)
    except (
        Corrupt,
        AssertionError,
        KeyError,
        TypeError,
        ValueError,
        sqlite3.DatabaseError,
    ) as error:
        # Whatever was done to the events: say so instead of ending in a traceback.
        return [*found, f"the events after {seen} cases cannot be replayed: {error!r}"]
    extra = int(conn.execute("SELECT count(*) FROM cases").fetchone()[0]) - seen
    if extra > 0:
        found.append(f"{extra} cases have no events")
    return found


def _difference(conn: sqlite3.Connection, case: Case) -> list[str]:
    names = ", ".join(COLUMNS)
    stored = conn.execute(f"SELECT {names} FROM cases WHERE id = ?", (case.id,)).fetchone()
    if stored is None:
        return [f"case {case.id} is missing"]
    parts = zip(COLUMNS, stored, row(case), strict=True)
    wrong = ", ".join(name for name, have, want in parts if have != want)
    return [f"case {case.id} differs from its events in: {wrong}"] if wrong else []


def _whole(value: Json) -> int:
    assert isinstance(value, int)
    return value


def _time(data: Mapping[str, Json], name: str) -> datetime:
    return moment(_whole(data[name]))
