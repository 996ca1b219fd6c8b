"""Stored alerts: one row per cause while it lasts, its events, applying what was decided.

What a signal does to alerts is decided by ``dashboard.desk.alerts`` (pure); here it is
read, decided and written in one transaction, so that a crash repeats or loses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qsl, urlencode

from storage import revisions
from storage.database import Database
from storage.errors import NotFound
from storage.models import Json
from storage.people import EARSHOT, Person
from storage.times import millis, moment

URGENT = frozenset({"safety", "legal", "data_leak"})
"""Signals that pass any budget and quiet hours: whoever is told of alerts is told at once."""


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How loud an alert is; a critical one passes quiet hours, digests and any budget."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place, 0 for the lowest."""
        return list(Severity).index(self)


class Sign(NamedTuple):
    """Something out of the ordinary right now, as the signals see it.

    ``signal`` says what kind (volume, negative share, …), ``scope`` of what (a filter as
    text, see ``scope_of``); both together are the cause. ``words`` are for people, ``numbers``
    what they say. ``rule`` is the name of the rule that saw it, '' for what needs none.
    """

    signal: str
    scope: str
    words: str
    numbers: Mapping[str, Json] = {}
    severity: Severity = Severity.NORMAL
    rule: str = ""

    @property
    def cause(self) -> str:
        """What one alert stands for."""
        return cause(self.signal, self.scope)


class Alert(NamedTuple):
    """An alert as it stands; ``normal_at`` is None for as long as its cause lasts."""

    id: int
    signal: str
    scope: str
    state: AlertState
    opened_at: datetime
    last_seen_at: datetime
    snooze_until: datetime | None
    normal_at: datetime | None
    words: str
    numbers: Mapping[str, Json]
    actor: str
    changed_at: datetime
    severity: Severity = Severity.NORMAL
    rule: str = ""

    @property
    def urgent(self) -> bool:
        """Whether it passes any budget and quiet hours."""
        return self.signal in URGENT

    @property
    def cause(self) -> str:
        """What this alert stands for."""
        return cause(self.signal, self.scope)


class Opened(NamedTuple):
    """A cause that no alert stands for yet."""

    sign: Sign


class Seen(NamedTuple):
    """The cause lasts; words and numbers are the latest."""

    alert: Alert
    sign: Sign


class Moved(NamedTuple):
    """An alert goes into another state; ``normal`` when its cause is over."""

    alert: Alert
    to: AlertState
    until: datetime | None = None
    normal: bool = False


class AlertEvent(NamedTuple):
    """One change in the life of an alert."""

    type: str
    actor: str
    at: datetime
    data: Mapping[str, Json]


Transition: TypeAlias = Opened | Seen | Moved
Decision: TypeAlias = Callable[[Sequence[Alert]], Sequence[Transition]]


class News(NamedTuple):
    """An event of an alert that people should hear of: it opened, or woke from a snooze."""

    event_id: int
    alert: Alert


Tell: TypeAlias = Callable[[sqlite3.Connection, Sequence[News]], None]

_ALERT = (
    "SELECT a.id, a.signal, a.scope, a.state, a.opened_at, a.last_seen_at, a.snooze_until,"
    " a.normal_at, a.words, a.numbers, p.name, a.changed_at, a.severity, a.rule"
    " FROM alerts a JOIN people p ON p.id = a.actor_id"
)


def cause(signal: str, scope: str) -> str:
    """Return the key of a cause."""
    return f"{signal} {scope}".strip()


def scope_of(**parts: str) -> str:
    """Return what an alert is about as text: ``brand=Acme&source=play``; empty parts left out."""
    return urlencode({name: value for name, value in parts.items() if value})


def scope_parts(scope: str) -> dict[str, str]:
    """Return the parts of a scope by name."""
    return dict(parse_qsl(scope))


def update(db: Database, decide: Decision, now: datetime, tell: Tell | None = None) -> list[Alert]:
    """Apply what is decided of the alerts whose cause lasts; return those that opened.

    ``decide`` gets the stored alerts inside the transaction that applies its answer; ``tell``
    the events that somebody should hear of, in that same transaction.
    """
    with db.write() as conn:
        before = _last_event(conn)
        opened = apply(conn, decide(lasting(conn)), EARSHOT, now)
        if tell is not None:
            tell(conn, _to_tell(conn, before))
        return opened


def change(
    db: Database,
    alert_id: int,
    decide: Callable[[Alert], Moved | None],
    actor: Person,
    now: datetime,
) -> Alert:
    """Let a person change one alert; ``decide`` refuses what is not allowed."""
    with db.write() as conn:
        moved = decide(load(conn, alert_id))
        if moved is not None:
            apply(conn, [moved], actor, now)
        return load(conn, alert_id)


def apply(
    conn: sqlite3.Connection, transitions: Sequence[Transition], actor: Person, now: datetime
) -> list[Alert]:
    """Write transitions in the caller's transaction; return the alerts that opened."""
    at = millis(now)
    opened: list[Alert] = []
    for each in transitions:
        if isinstance(each, Opened):
            opened.append(load(conn, _open(conn, each.sign, actor, at)))
        elif isinstance(each, Seen):
            conn.execute(
                "UPDATE alerts SET last_seen_at = ?, words = ?, numbers = ? WHERE id = ?",
                (at, each.sign.words, _json(each.sign.numbers), each.alert.id),
            )
        else:
            _move(conn, each, actor, at)
    if any(_shows(each) for each in transitions):
        revisions.bump(conn, "alerts")
    return opened


def load(conn: sqlite3.Connection, alert_id: int) -> Alert:
    """Return one alert."""
    row = conn.execute(f"{_ALERT} WHERE a.id = ?", (alert_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no alert {alert_id}")
    return _alert(row)


def lasting(conn: sqlite3.Connection) -> list[Alert]:
    """Return the alerts whose cause lasts, the latest first."""
    rows = conn.execute(f"{_ALERT} WHERE a.normal_at IS NULL ORDER BY a.opened_at DESC, a.id DESC")
    return [_alert(row) for row in rows]


def unresolved(conn: sqlite3.Connection) -> list[Alert]:
    """Return the alerts that somebody may still have to look after: urgent, then latest first."""
    waiting = [each for each in lasting(conn) if each.state is not AlertState.RESOLVED]
    return sorted(waiting, key=lambda each: not each.urgent)


def recent(conn: sqlite3.Connection, limit: int = 200) -> list[Alert]:
    """Return the latest alerts, over or not."""
    rows = conn.execute(f"{_ALERT} ORDER BY a.opened_at DESC, a.id DESC LIMIT ?", (limit,))
    return [_alert(row) for row in rows]


def history(conn: sqlite3.Connection, alert_id: int) -> list[AlertEvent]:
    """Return the life of an alert."""
    load(conn, alert_id)
    rows = conn.execute(
        "SELECT e.type, p.name, e.at, e.data FROM alert_events e"
        " JOIN people p ON p.id = e.actor_id WHERE e.alert_id = ? ORDER BY e.id",
        (alert_id,),
    )
    return [AlertEvent(kind, actor, moment(at), json.loads(data)) for kind, actor, at, data in rows]


def _open(conn: sqlite3.Connection, sign: Sign, actor: Person, at: int) -> int:
    row = conn.execute(
        "INSERT INTO alerts (signal, scope, cause, state, opened_at, last_seen_at, words, numbers,"
        " actor_id, changed_at, severity, rule) VALUES (?,?,?,'open',?,?,?,?,?,?,?,?) RETURNING id",
        (sign.signal, sign.scope, sign.cause, at, at, sign.words, _json(sign.numbers))
        + (actor.id, at, sign.severity.value, sign.rule),
    ).fetchone()
    alert_id = int(row[0])
    _event(conn, alert_id, "opened", actor, at, {"words": sign.words, **sign.numbers})
    return alert_id


def _move(conn: sqlite3.Connection, moved: Moved, actor: Person, at: int) -> None:
    until = None if moved.until is None else millis(moved.until)
    conn.execute(
        "UPDATE alerts SET state = ?, snooze_until = ?, actor_id = ?, changed_at = ?,"
        " normal_at = iif(?, ?, normal_at) WHERE id = ?",
        (moved.to.value, until, actor.id, at, int(moved.normal), at, moved.alert.id),
    )
    name = "normal" if moved.normal else "woken" if moved.to is AlertState.OPEN else moved.to.value
    _event(conn, moved.alert.id, name, actor, at, {} if until is None else {"until": until})


def _event(
    conn: sqlite3.Connection,
    alert_id: int,
    kind: str,
    actor: Person,
    at: int,
    data: Mapping[str, Json],
) -> None:
    conn.execute(
        "INSERT INTO alert_events (alert_id, type, actor_id, at, data) VALUES (?,?,?,?,?)",
        (alert_id, kind, actor.id, at, _json(data)),
    )


def _shows(transition: Transition) -> bool:
    """Say whether a page would look different; being seen again with equal words does not."""
    return not isinstance(transition, Seen) or transition.sign.words != transition.alert.words


def _alert(row: tuple[object, ...]) -> Alert:
    (id_, signal, scope, state, opened, seen, snooze, normal, *rest) = row
    words, numbers, actor, changed, severity, rule = rest
    return Alert(
        _whole(id_),
        str(signal),
        str(scope),
        AlertState(str(state)),
        moment(_whole(opened)),
        moment(_whole(seen)),
        None if snooze is None else moment(_whole(snooze)),
        None if normal is None else moment(_whole(normal)),
        str(words),
        json.loads(str(numbers)),
        str(actor),
        moment(_whole(changed)),
        Severity(str(severity)),
        str(rule),
    )


def _last_event(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM alert_events").fetchone()[0])


def _to_tell(conn: sqlite3.Connection, after: int) -> list[News]:
    rows = conn.execute(
        "SELECT id, alert_id FROM alert_events WHERE id > ? AND type IN ('opened', 'woken')"
        " ORDER BY id",
        (after,),
    )
    return [News(event_id, load(conn, alert_id)) for event_id, alert_id in rows.fetchall()]


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _json(value: Mapping[str, Json]) -> str:
    return json.dumps(dict(value), sort_keys=True, separators=(",", ":"))
