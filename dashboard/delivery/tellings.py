"""From alerts to notices: who is told (once an event), what it says, when it leaves.

``tell`` runs in the transaction that opens an alert, ``gather`` when tellings are due. The
words of a notice are made once, in the transaction that puts it into the outbox: however
often it is tried, it says the same under the same key.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from dashboard.desk import routing
from storage import alert_rules, alert_tellings, alerts
from storage.alert_rules import Route
from storage.alert_tellings import Telling
from storage.alerts import Alert, AlertState, News
from storage.database import Database
from storage.errors import fit
from storage.models import Json

SUBJECT = 150


def tell(conn: sqlite3.Connection, news: Sequence[News], now: datetime, zone: str) -> None:
    """Note for each event which routes tell of it and when."""
    if not news:
        return
    for route in alert_rules.routes(conn):
        for each in news:
            if routing.hears(route, each.alert):
                due = routing.due(route, each.alert.severity, now, zone)
                alert_tellings.add(conn, each.event_id, each.alert.id, route.name, due)


def gather(db: Database, now: datetime) -> int:
    """Put what is due into the outbox; return how many notices that made."""
    if not alert_tellings.is_due(db.reader(), now):
        return 0
    with db.write() as conn:
        routes = {route.name: route for route in alert_rules.routes(conn)}
        made = 0
        for name, group in groupby(alert_tellings.due(conn, now), lambda each: each.route):
            told = list(group)
            if name not in routes:
                alert_tellings.drop(conn, told)
            elif routes[name].digest_at is not None and len(told) > 1:
                made += _enqueue(conn, routes[name], told, now)
            else:
                made += sum(_enqueue(conn, routes[name], [each], now) for each in told)
        return made


def _enqueue(conn: sqlite3.Connection, route: Route, told: Sequence[Telling], now: datetime) -> int:
    """Put one notice of some events into the outbox; of what is over by now, nothing is said."""
    found = [alerts.load(conn, each.alert_id) for each in told]
    fresh = [each for each in found if each.state is not AlertState.RESOLVED]
    if not fresh:
        alert_tellings.drop(conn, told)
        return 0
    alert_tellings.enqueue(
        conn, key(told), route.target.partition(":")[0], content(route, fresh), told, now
    )
    return 1


def key(told: Sequence[Telling]) -> str:
    """Return the idempotency key of a notice: the same events by the same route, one key."""
    named = "\n".join([told[0].route, *(str(each.event_id) for each in told)])
    return f"alert-{told[0].event_id}-{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def content(route: Route, found: Sequence[Alert]) -> dict[str, Json]:
    """Return what a notice says."""
    first = found[0]
    subject = first.words if len(found) == 1 else f"{len(found)} alerts: {first.words}"
    lines = [f"[{each.severity.value}] {each.words} (alert {each.id})" for each in found]
    return {
        "route": route.name,
        "target": route.target,
        "subject": fit(subject)[:SUBJECT],
        "text": "\n\n".join(lines),
        "alerts": [record(each) for each in found],
    }


def record(alert: Alert) -> dict[str, Json]:
    """Return an alert as programs get it: one JSON object, ids as text."""
    return {
        "id": str(alert.id),
        "signal": alert.signal,
        "scope": alert.scope,
        "severity": alert.severity.value,
        "rule": alert.rule,
        "state": alert.state.value,
        "opened_at": alert.opened_at.isoformat(),
        "last_seen_at": alert.last_seen_at.isoformat(),
        "snooze_until": None if alert.snooze_until is None else alert.snooze_until.isoformat(),
        "normal_at": None if alert.normal_at is None else alert.normal_at.isoformat(),
        "words": alert.words,
        "numbers": dict(alert.numbers),
        "actor": alert.actor,
        "changed_at": alert.changed_at.isoformat(),
    }
