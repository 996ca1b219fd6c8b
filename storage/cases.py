"""Acting on cases: each command is decided, sealed in the chain and projected in one go.

What is allowed is in ``case_decisions``, lists for people to read are in ``case_lists``,
opening by rule is in ``rules``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from storage import approvals, audit, notices, revisions
from storage import case_projection as projection
from storage.case_checks import may_act
from storage.case_decisions import decide
from storage.case_model import (
    LEASE,
    Acknowledge,
    AnyCommand,
    Case,
    Claim,
    Erase,
    Event,
    EventType,
    Heartbeat,
    MentionChanged,
    MentionGone,
    Merge,
    Note,
    Open,
    QueueReply,
    RecordReply,
    Reprioritise,
    Tag,
    Undo,
    Unsend,
)
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.models import CaseState, Json
from storage.people import Person, Role, named
from storage.times import millis, moment

_WINDOW = 64
"""How many run-out leases and slept-out snoozes are compared for the next claim."""

_ASIDE = (Open, Heartbeat, MentionChanged, Tag, Reprioritise, Acknowledge)
"""Commands that leave what is being typed as it is."""

SELECT = (
    f"SELECT {', '.join('c.' + name for name in projection.COLUMNS)}, o.name, l.name, r.name,"
    " d.content, w.name, m.version, m.deleted_at IS NOT NULL OR m.erased_at IS NOT NULL,"
    " ifnull(s.label = 'negative' OR m.rating <= 200 OR m.nps <= 6, 0)"
    " FROM cases c JOIN mentions m ON m.id = c.mention_id JOIN slices s ON s.id = m.slice_id"
    " JOIN people l ON l.id = c.last_actor_id LEFT JOIN people o ON o.id = c.owner_id"
    " LEFT JOIN root_causes r ON r.id = c.root_cause_id"
    " LEFT JOIN event_content d ON d.seq = c.draft_seq"
    " LEFT JOIN case_events e ON e.seq = c.draft_seq LEFT JOIN people w ON w.id = e.actor_id"
)
"""Cases with what they are shown with; ``from_row`` reads it."""

_NEXT = f"""
SELECT id FROM (
  SELECT * FROM (
    SELECT c.id, c.priority, c.due_at FROM cases c CROSS JOIN mentions m ON m.id = c.mention_id
    WHERE c.state = 'new' AND c.closed_at IS NULL
      AND m.deleted_at IS NULL AND m.erased_at IS NULL
    ORDER BY c.priority, c.due_at, c.id LIMIT 1)
  UNION ALL SELECT * FROM (
    SELECT c.id, c.priority, c.due_at FROM cases c CROSS JOIN mentions m ON m.id = c.mention_id
    WHERE c.state = 'claimed' AND c.lease_until <= :now
      AND m.deleted_at IS NULL AND m.erased_at IS NULL
    ORDER BY c.lease_until LIMIT {_WINDOW})
  UNION ALL SELECT * FROM (
    SELECT c.id, c.priority, c.due_at FROM cases c CROSS JOIN mentions m ON m.id = c.mention_id
    WHERE c.state = 'waiting' AND c.snooze_until <= :now
      AND m.deleted_at IS NULL AND m.erased_at IS NULL
    ORDER BY c.snooze_until LIMIT {_WINDOW}))
ORDER BY priority, due_at, id LIMIT 1
"""


def load(conn: sqlite3.Connection, case_id: int) -> Case:
    """Return a case as it stands."""
    found = _load(conn, "c.id", case_id)
    if found is None:
        raise NotFound(f"there is no case {case_id}")
    return found


def of_mention(conn: sqlite3.Connection, mention_id: int) -> Case | None:
    """Return the case of a mention, None where it has none."""
    return _load(conn, "c.mention_id", mention_id)


def act(db: Database, case_id: int, command: AnyCommand, now: datetime) -> Case:
    """Do what somebody asks for, or raise Refused, Conflict or NotFound with the reason."""
    with db.write() as conn:
        before = load(conn, case_id)
        act_on(conn, db.key("audit"), before, command, now)
        return load(conn, case_id)


def act_all(db: Database, case_id: int, commands: Iterable[AnyCommand], now: datetime) -> Case:
    """Do several things in one transaction: all of them, or none with the reason."""
    with db.write() as conn:
        case: Case | None = load(conn, case_id)
        for command in commands:
            act_on(conn, db.key("audit"), case, command, now)
            case = load(conn, case_id)
        return load(conn, case_id)


def undo(db: Database, case_id: int, actor: Person, now: datetime, *, version: int) -> Case:
    """Take back what somebody just did: the case is again as it was at ``version``."""
    with db.write() as conn:
        before = projection.at_version(conn, case_id, version)
        if before is None:
            raise NotFound(f"there is no version {version} of case {case_id}")
        posted = conn.execute(
            "SELECT 1 FROM outbox WHERE case_id = ? AND state = 'sent' AND changed_at >= ?",
            (case_id, millis(before.last_at)),
        ).fetchone()
        if posted is not None:
            raise Refused(f"case {case_id}: the reply stands at its site; it cannot be taken back")
        act_on(conn, db.key("audit"), load(conn, case_id), Undo(actor=actor, before=before), now)
        return load(conn, case_id)


def claim_next(
    db: Database, actor: Person, now: datetime, *, lease: timedelta = LEASE
) -> Case | None:
    """Claim the most urgent case that nobody holds; None where there is none.

    A run-out lease and a snooze that is over count as held by nobody.
    """
    with db.write() as conn:
        row = conn.execute(_NEXT, {"now": millis(now)}).fetchone()
        if row is None:
            return None
        return act(db, int(row[0]), Claim(actor=actor, lease=lease), now)


def open_by_hand(
    db: Database, mention_id: int, actor: Person, now: datetime, *, priority: int, due_at: datetime
) -> Case:
    """Open a case that no rule asked for."""
    with db.write() as conn:
        row = conn.execute(
            "SELECT version FROM mentions WHERE id = ? AND deleted_at IS NULL"
            " AND erased_at IS NULL",
            (mention_id,),
        ).fetchone()
        if row is None:
            raise NotFound(f"there is no mention {mention_id}, or not any more")
        command = Open(
            actor=actor, mention=mention_id, at_version=row[0], priority=priority, due_at=due_at
        )
        existing = of_mention(conn, mention_id)
        case = act_on(conn, db.key("audit"), existing, command, now)
        assert case is not None
        return load(conn, case.id)


def act_on(
    conn: sqlite3.Connection, key: bytes, case: Case | None, command: AnyCommand, now: datetime
) -> Case | None:
    """Do what is asked for to a loaded case inside the caller's write transaction.

    What its holder was typing becomes a draft of record first.
    """
    now = moment(millis(now))
    if case is not None and not isinstance(command, _ASIDE):
        may_act(case, command)
        case = _sealed(conn, key, case, now)
        command = replace(_completed(conn, command), version=None)
        if isinstance(command, RecordReply | QueueReply):
            must = approvals.needed(conn, case.mention_id, command.actor)
            case = replace(case, must_be_approved=must)
    events = decide(case, command, now)
    for event in events:
        case = _record(conn, key, case, event, command)
    if any(event.type is not EventType.EXTENDED for event in events):
        revisions.bump(conn, "queue")
    return case


def erase(db: Database, mention_ids: Iterable[int], actor: Person, now: datetime) -> int:
    """Delete what people wrote in the cases of these mentions; return how many cases.

    Open ones are closed. The chain still verifies: an event of its own says what is gone.
    The words leave the file's bytes with the caller's checkpoint.
    """
    count = 0
    with db.write() as conn:
        key = db.key("audit")
        for mention_id in mention_ids:
            case = of_mention(conn, mention_id)
            if case is None:
                _empty_outbox(conn, mention_id)
                continue
            count += 1
            if case.state is CaseState.SENDING:
                stop = Unsend(actor=actor._replace(role=Role.SYSTEM), back=CaseState.CLAIMED)
                case = act_on(conn, key, case, stop, now)
            case = act_on(conn, key, case, MentionGone(actor=actor), now)
            act_on(conn, key, case, Erase(actor=actor), now)
            _delete_words(conn, mention_id)
    return count


def _sealed(conn: sqlite3.Connection, key: bytes, case: Case, now: datetime) -> Case:
    """Turn what is being typed into a draft of its writer; the lease stays as it is."""
    row = conn.execute(
        "DELETE FROM writing WHERE case_id = ? RETURNING person_id, mention_version, text",
        (case.id,),
    ).fetchone()
    if row is None or row[2].strip() == (case.draft or "") or not case.is_open:
        return case
    lease = case.lease_until
    data: dict[str, Json] = {} if lease is None else {"lease_until": millis(lease)}
    event = Event(EventType.DRAFTED, row[0], now, row[1], data, {"text": row[2].strip()})
    _record(conn, key, case, event, None)
    revisions.bump(conn, "queue")
    return load(conn, case.id)


def _completed(conn: sqlite3.Connection, command: AnyCommand) -> AnyCommand:
    """Add what only the database knows to a command."""
    if isinstance(command, Note) and not command.to:
        return replace(command, to=tuple(each.id for each in named(conn, command.text)))
    if isinstance(command, Merge) and not load(conn, command.into).is_open:
        raise Refused(f"case {command.into} is closed; merge into one that is open")
    return command


def _record(
    conn: sqlite3.Connection,
    key: bytes,
    case: Case | None,
    event: Event,
    command: AnyCommand | None,
) -> Case:
    """Seal one event and project it."""
    if event.type is EventType.RESOLVED and "root_cause" in event.content:
        root_cause_id = _root_cause(conn, event.content["root_cause"])
        event = event._replace(data={"root_cause_id": root_cause_id})
    if case is None:
        assert isinstance(command, Open)
        case_id = int(conn.execute("SELECT coalesce(max(id), 0) + 1 FROM cases").fetchone()[0])
        after = projection.opened(case_id, command.mention, event)
        _seal(conn, key, after, event)
        projection.insert(conn, after)
        return after
    bumps = event.type is not EventType.EXTENDED
    seq = _seal(conn, key, replace(case, version=case.version + bumps), event)
    after = projection.evolve(case, event, seq)
    projection.update(conn, case, after)
    notices.tell(conn, case, event)
    return after


def _seal(conn: sqlite3.Connection, key: bytes, case: Case, event: Event) -> int:
    """Append an event to the chain under the version that the case has after it."""
    row = audit.Row(
        seq=0,
        case_id=case.id,
        type=event.type.value,
        actor_id=event.actor_id,
        at=millis(event.at),
        case_version=case.version,
        mention_id=case.mention_id,
        mention_version=event.mention_version,
        data=_json(dict(event.data)),
    )
    return audit.append(conn, key, row, _json(dict(event.content)) if event.content else "").seq


def _root_cause(conn: sqlite3.Connection, name: str) -> int:
    row = (
        conn.execute("SELECT id FROM root_causes WHERE name = ?", (name,)).fetchone()
        or conn.execute(
            "INSERT INTO root_causes (name) VALUES (?) RETURNING id", (name,)
        ).fetchone()
    )
    return int(row[0])


def _empty_outbox(conn: sqlite3.Connection, mention_id: int) -> None:
    """Delete what is written to the writer of a mention; what waits does not leave any more."""
    conn.execute(
        "UPDATE outbox SET content = NULL, closing = NULL, native_id = NULL, url = NULL,"
        " error = NULL, state = iif(state = 'sent', state, 'cancelled') WHERE mention_id = ?",
        (mention_id,),
    )


def _delete_words(conn: sqlite3.Connection, mention_id: int) -> None:
    """Delete texts of events; a root cause that only this case names loses its name."""
    _empty_outbox(conn, mention_id)
    conn.execute(
        "DELETE FROM event_content WHERE seq IN (SELECT e.seq FROM cases c"
        " JOIN case_events e ON e.case_id = c.id WHERE c.mention_id = ?)",
        (mention_id,),
    )
    conn.execute(
        "DELETE FROM writing WHERE case_id IN (SELECT id FROM cases WHERE mention_id = ?)",
        (mention_id,),
    )
    conn.execute(
        "UPDATE root_causes SET name = 'erased ' || id WHERE id IN (SELECT root_cause_id"
        " FROM cases WHERE mention_id = ?) AND NOT EXISTS (SELECT 1 FROM cases o"
        " WHERE o.root_cause_id = root_causes.id AND o.mention_id <> ?)",
        (mention_id, mention_id),
    )


def _load(conn: sqlite3.Connection, column: str, value: int) -> Case | None:
    if not -(2**63) <= value < 2**63:
        return None  # a number that SQLite cannot hold is nothing's id
    row = conn.execute(f"{SELECT} WHERE {column} = ?", (value,)).fetchone()
    return None if row is None else from_row(row)


def from_row(row: tuple[Any, ...]) -> Case:
    """Return the case of a row as the select in this module gives it."""
    end = len(projection.COLUMNS)
    owner, last_actor, root_cause, draft, draft_by, version, gone, negative = row[end : end + 8]
    return Case(
        **projection.from_row(row[:end]),
        owner=owner,
        last_actor=last_actor,
        root_cause=root_cause,
        draft=None if draft is None else json.loads(draft)["text"],
        draft_by=draft_by,
        current_version=version,
        gone=bool(gone),
        negative=bool(negative),
    )


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
