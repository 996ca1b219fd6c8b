"""Bursts of look-alikes: what was found, with its evidence, and what people decided.

The machine says "suspicious"; a person says "excluded" or "genuine", with a reason, and may
take it back. Each decision is an event that is never changed; the standing of the mentions
follows in the same transaction, and with it every figure.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from storage import revisions
from storage.errors import NotFound, Refused
from storage.lookalikes import ALIKE_SCALE
from storage.models import Json, Standing
from storage.people import EARSHOT, Person
from storage.recast import recast
from storage.rollups import Delta
from storage.slices import Slices
from storage.times import millis, moment
from storage.workspace import calendar


class State(StrEnum):
    """What is thought of a burst."""

    SUSPICIOUS = "suspicious"
    EXCLUDED = "excluded"
    GENUINE = "genuine"


STANDINGS = {
    State.SUSPICIOUS: Standing.SUSPICIOUS,
    State.EXCLUDED: Standing.EXCLUDED,
    State.GENUINE: Standing.NORMAL,
}
UNDONE = "undone"


class Run(Protocol):
    """A burst as it is found: places of its first and last copy, and why."""

    @property
    def first(self) -> int:
        """Place of the first copy."""
        ...

    @property
    def last(self) -> int:
        """Place of the last copy."""
        ...

    def _asdict(self) -> dict[str, int | float]: ...


Volume = Callable[[int, int], int]
Find = Callable[[Sequence[int], Sequence[str], Volume], Sequence[Run]]
"""Times in milliseconds, authors, volume → bursts."""


class Evidence(NamedTuple):
    """Why a burst is one: ``expected`` copies by the rate of its past, and ``p`` by chance."""

    mentions: int
    authors: int
    alike: float
    least_alike: float
    expected: float
    around: int
    said: int
    said_around: int
    p: float


class Burst(NamedTuple):
    """A burst with what is thought of it; ``undecided`` came after the last decision."""

    id: int
    group_id: int
    state: State
    found_at: datetime
    first_at: datetime
    last_at: datetime
    evidence: Evidence
    undecided: int


class BurstEvent(NamedTuple):
    """Something that happened to a burst."""

    type: str
    actor: str
    at: datetime
    why: str
    mentions: int


class _Member(NamedTuple):
    mention_id: int
    at: int
    author: str
    alike: int
    burst_id: int | None


def settle(conn: sqlite3.Connection, groups: Collection[int], find: Find, now: datetime) -> int:
    """Look for bursts in groups that grew; open or extend them; return how many mentions joined."""
    joined = 0
    volume = _volume(conn)
    for group_id in sorted(groups):
        members = _members(conn, group_id)
        runs = find([each.at for each in members], [each.author for each in members], volume)
        for run in runs:
            joined += _keep(conn, group_id, members[run.first : run.last + 1], run, now)
    return joined


def decide(
    conn: sqlite3.Connection, burst_id: int, state: State, actor: Person, why: str, now: datetime
) -> Burst:
    """Record a person's decision on all mentions of a burst so far."""
    found = burst(conn, burst_id)
    if found.state is state and not found.undecided:
        raise Refused(f"burst {burst_id} is {state.value} already")
    ids = _ids(conn, burst_id)
    _record(conn, burst_id, state.value, actor, now, why, {"mentions": len(ids)})
    _stand(conn, burst_id, ids, state)
    return burst(conn, burst_id)


def undo(conn: sqlite3.Connection, burst_id: int, actor: Person, why: str, now: datetime) -> Burst:
    """Take the last decision back: what was thought before holds again."""
    decisions = _decisions(conn, burst_id)
    if not decisions:
        raise Refused(f"nobody has decided on burst {burst_id}: there is nothing to take back")
    before = decisions[-2] if len(decisions) > 1 else State.SUSPICIOUS
    ids = _ids(conn, burst_id)
    _record(conn, burst_id, UNDONE, actor, now, why, {"mentions": len(ids)})
    _stand(conn, burst_id, ids, before)
    return burst(conn, burst_id)


def burst(conn: sqlite3.Connection, burst_id: int) -> Burst:
    """Return one burst."""
    found = _bursts(conn, "WHERE b.id = ?", burst_id)
    if not found:
        raise NotFound(f"there is no burst {burst_id}; see `earshot lookalikes list`")
    return found[0]


def bursts(conn: sqlite3.Connection) -> list[Burst]:
    """Return every burst, those that wait for a decision first, then the latest."""
    return _bursts(conn, "ORDER BY b.state <> 'suspicious', b.last_at DESC, b.id DESC LIMIT ?", -1)


def members(conn: sqlite3.Connection, burst_id: int) -> list[int]:
    """Return the mentions of a burst, oldest first."""
    return _ids(conn, burst_id)


def of_mention(conn: sqlite3.Connection, mention_id: int) -> Burst | None:
    """Return the burst that a mention is part of."""
    found = _bursts(
        conn, "WHERE b.id = (SELECT burst_id FROM burst_members WHERE mention_id = ?)", mention_id
    )
    return next(iter(found), None)


def history(conn: sqlite3.Connection, burst_id: int) -> list[BurstEvent]:
    """Return what happened to a burst, oldest first."""
    rows = conn.execute(
        "SELECT e.type, p.name, e.at, e.why, e.data FROM burst_events e"
        " JOIN people p ON p.id = e.actor_id WHERE e.burst_id = ? ORDER BY e.id",
        (burst_id,),
    )
    return [
        BurstEvent(type_, name, moment(at), why, json.loads(data)["mentions"])
        for type_, name, at, why, data in rows
    ]


def decided(
    conn: sqlite3.Connection, after: datetime, until: datetime
) -> list[tuple[int, BurstEvent]]:
    """Return what people decided on bursts after a moment and up to another, the oldest first."""
    rows = conn.execute(
        "SELECT e.burst_id, e.type, p.name, e.at, e.why, e.data FROM burst_events e"
        " JOIN people p ON p.id = e.actor_id WHERE e.type IN (?, ?, ?) AND e.at > ? AND e.at <= ?"
        " ORDER BY e.id",
        (State.EXCLUDED.value, State.GENUINE.value, UNDONE, millis(after), millis(until)),
    )
    return [
        (burst_id, BurstEvent(type_, name, moment(at), why, json.loads(data)["mentions"]))
        for burst_id, type_, name, at, why, data in rows
    ]


def left_out(conn: sqlite3.Connection) -> tuple[int, int]:
    """Return how many mentions are suspicious and how many were excluded."""
    rows = dict(conn.execute("SELECT standing, count(*) FROM burst_members GROUP BY 1").fetchall())
    return rows.get(Standing.SUSPICIOUS.value, 0), rows.get(Standing.EXCLUDED.value, 0)


def differences(conn: sqlite3.Connection) -> list[str]:
    """Return mentions that are counted with another standing than was decided."""
    rows = conn.execute(
        "SELECT m.id, s.standing, coalesce(x.standing, '') FROM mentions m"
        " JOIN slices s ON s.id = m.slice_id LEFT JOIN burst_members x ON x.mention_id = m.id"
        " WHERE m.deleted_at IS NULL AND s.standing <> coalesce(x.standing, '') LIMIT 100"
    )
    return [
        f"mention {id_} is counted as {counted or 'normal'}, but {said or 'normal'} was decided"
        for id_, counted, said in rows
    ]


def _members(conn: sqlite3.Connection, group_id: int) -> list[_Member]:
    rows = conn.execute(
        "SELECT l.mention_id, m.published_at,"
        " coalesce(m.place_id || ':' || nullif(i.author, ''), ''), l.alike, x.burst_id"
        " FROM lookalikes l JOIN mentions m ON m.id = l.mention_id"
        " LEFT JOIN identities i ON i.mention_id = m.id"
        " LEFT JOIN burst_members x ON x.mention_id = m.id"
        " WHERE l.group_id = ? AND m.deleted_at IS NULL ORDER BY m.published_at, m.id",
        (group_id,),
    )
    return [_Member(*row) for row in rows]


def _keep(
    conn: sqlite3.Connection, group_id: int, run: Sequence[_Member], found: Run, now: datetime
) -> int:
    """Open a burst, or let the run's newcomers join the one that it continues."""
    known = [each.burst_id for each in run if each.burst_id is not None]
    fresh = [each.mention_id for each in run if each.burst_id is None]
    if not fresh:
        return 0
    alike = sorted(each.alike for each in run)
    told = found._asdict()
    evidence = Evidence(
        len(run),
        int(told["authors"]),
        alike[len(alike) // 2] / ALIKE_SCALE,
        alike[0] / ALIKE_SCALE,
        float(told["expected"]),
        int(told["around"]),
        int(told["said"]),
        int(told["said_around"]),
        float(told["p"]),
    )
    burst_id = min(known) if known else None
    values = (run[0].at, run[-1].at, json.dumps(evidence._asdict()))
    if burst_id is None:
        row = conn.execute(
            "INSERT INTO bursts (group_id, state, found_at, first_at, last_at, evidence)"
            " VALUES (?, 'suspicious', ?, ?, ?, ?) RETURNING id",
            (group_id, millis(now), *values),
        ).fetchone()
        burst_id = int(row[0])
    else:
        conn.execute(
            "UPDATE bursts SET first_at = ?, last_at = ?, evidence = ? WHERE id = ?",
            (*values, burst_id),
        )
    what = "grown" if known else "found"
    _record(conn, burst_id, what, EARSHOT, now, "", {"mentions": len(fresh)})
    # What comes after a person excluded the others is suspicious until a person says more.
    thought = burst(conn, burst_id).state
    standing = Standing.NORMAL if thought is State.GENUINE else Standing.SUSPICIOUS
    conn.executemany(
        "INSERT INTO burst_members VALUES (?, ?, ?, ?)",
        [(each, burst_id, standing.value, millis(now)) for each in fresh],
    )
    _recast(conn, fresh, standing)
    return len(fresh)


def _stand(conn: sqlite3.Connection, burst_id: int, ids: Sequence[int], state: State) -> None:
    conn.execute("UPDATE bursts SET state = ? WHERE id = ?", (state.value, burst_id))
    conn.execute(
        "UPDATE burst_members SET standing = ? WHERE burst_id = ?",
        (STANDINGS[state].value, burst_id),
    )
    _recast(conn, ids, STANDINGS[state])


def _recast(conn: sqlite3.Connection, ids: Sequence[int], standing: Standing) -> None:
    slices = Slices(conn)
    delta = Delta(slices)
    recast(conn, slices, delta, ids, standing=standing)
    delta.write(conn)
    revisions.bump(conn, "facts")


def _record(
    conn: sqlite3.Connection,
    burst_id: int,
    what: str,
    actor: Person,
    now: datetime,
    why: str,
    data: dict[str, Json],
) -> None:
    conn.execute(
        "INSERT INTO burst_events (burst_id, type, actor_id, at, why, data) VALUES (?,?,?,?,?,?)",
        (burst_id, what, actor.id, millis(now), why, json.dumps(data)),
    )


def _decisions(conn: sqlite3.Connection, burst_id: int) -> list[State]:
    """Return the decisions that hold, the last at the end."""
    burst(conn, burst_id)
    stack: list[State] = []
    for event in history(conn, burst_id):
        if event.type == UNDONE:
            stack.pop()
        elif event.type in set(State):
            stack.append(State(event.type))
    return stack


def _ids(conn: sqlite3.Connection, burst_id: int) -> list[int]:
    rows = conn.execute(
        "SELECT x.mention_id FROM burst_members x JOIN mentions m ON m.id = x.mention_id"
        " WHERE x.burst_id = ? ORDER BY m.position",
        (burst_id,),
    )
    return [each for (each,) in rows]


def _bursts(conn: sqlite3.Connection, tail: str, value: int) -> list[Burst]:
    rows = conn.execute(
        "SELECT b.id, b.group_id, b.state, b.found_at, b.first_at, b.last_at, b.evidence,"
        " (SELECT count(*) FROM burst_members x WHERE x.burst_id = b.id"
        f" AND x.standing = 'suspicious') FROM bursts b {tail}",
        (value,),
    )
    return [
        Burst(
            id_,
            group_id,
            State(state),
            moment(found),
            moment(first),
            moment(last),
            Evidence(**json.loads(evidence)),
            undecided,
        )
        for id_, group_id, state, found, first, last, evidence, undecided in rows
    ]


def _volume(conn: sqlite3.Connection) -> Volume:
    """Return how many mentions were published between two times, by their days."""
    days: dict[int, int] = dict(
        conn.execute(
            "SELECT r.day, sum(r.n) FROM slices s JOIN rollup_day r ON r.slice_id = s.id"
            " AND r.topic_id = 0 WHERE s.grouping = 4 GROUP BY 1"
        )
    )
    days_of = calendar(conn)

    def volume(start: int, end: int) -> int:
        first, last = days_of.day(start), days_of.day(max(start, end - 1))
        return sum(days.get(day, 0) for day in range(first, last + 1))

    return volume
