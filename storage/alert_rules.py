"""What raises alerts and who hears of them: rules, routes, and thumbs up or down.

Without a stored rule the built-in one counts: what is out of the ordinary, at most two false
alarms a week. Not here: judging figures by a rule (``dashboard.watching``), when a route's
people are told (``dashboard.desk.routing``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from storage import revisions
from storage.alerts import Severity, load
from storage.database import Database
from storage.errors import InputError, NotFound
from storage.models import Json
from storage.people import Person
from storage.times import millis

USUAL = "Out of the ordinary"
BUDGET = 2.0
"""False alarms a week that are put up with unless somebody says otherwise."""
NAME_LIMIT = 80


class RuleKind(StrEnum):
    """What a rule compares with: a series' own past, or a fixed bound."""

    USUAL = "usual"
    FIXED = "fixed"


MEASURES = ("volume", "negative", "negative_share", "rating", "nps")
"""What a fixed rule can measure."""
BELOW = ("rating", "nps")
"""Measures that alarm when they fall below the bound; the others when they reach it."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule. ``budget`` (false alarms a week) is of ``usual``, the rest of ``fixed`` rules.

    A fixed rule opens where ``measure`` over the last ``hours`` reaches ``bound`` (or falls
    below it, see BELOW) with at least ``least`` mentions, within ``scope`` (see alerts).
    """

    name: str
    kind: RuleKind = RuleKind.USUAL
    budget: float = BUDGET
    measure: str = "volume"
    bound: float = 0.0
    hours: int = 24
    least: int = 1
    scope: str = ""
    severity: Severity = Severity.NORMAL
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """Who hears of what. ``target`` is mail:ADDRESS, notify:NAME or webhook:NAME.

    NAME stands for a secret (EARSHOT_NOTIFY_NAME, EARSHOT_WEBHOOK_NAME), never for an address.
    ``least`` is the lowest severity; ``scope`` and ``signals`` narrow what is heard of.
    ``digest_at`` is the minute of the day at which alerts are told together, None for at
    once. Between ``quiet_from`` and ``quiet_until`` (minutes of the day) nothing is told but
    what is critical. ``person`` or ``team`` says whose route it is.
    """

    name: str
    target: str
    least: Severity = Severity.NORMAL
    scope: str = ""
    signals: tuple[str, ...] = ()
    digest_at: int | None = None
    quiet_from: int | None = None
    quiet_until: int | None = None
    person: str = ""
    team: str = ""
    enabled: bool = True


class Precision(NamedTuple):
    """How many alerts of a rule were judged, and how many of these were worth it."""

    judged: int
    useful: int


def rules(conn: sqlite3.Connection) -> list[AlertRule]:
    """Return all rules by name; the built-in one where none compares with the past."""
    found = [
        _rule(name, json.loads(definition), bool(enabled))
        for name, definition, enabled in conn.execute(
            "SELECT name, definition, enabled FROM alert_rules ORDER BY name"
        )
    ]
    if not any(each.name == USUAL for each in found):
        found.insert(0, AlertRule(USUAL))
    return found


def rule(conn: sqlite3.Connection, name: str) -> AlertRule:
    """Return a rule by name."""
    found = next((each for each in rules(conn) if each.name == name), None)
    if found is None:
        raise NotFound(f"there is no alert rule {name!r}; `earshot alerts rules` lists them")
    return found


def save_rule(conn: sqlite3.Connection, rule: AlertRule, actor: Person, now: datetime) -> None:
    """Add or change a rule; refuse what cannot be meant."""
    _check_name(rule.name)
    if rule.kind is RuleKind.USUAL and rule.name != USUAL:
        raise InputError(f"there is one rule that compares with the past: {USUAL!r}; change it")
    if not 0.01 <= rule.budget <= 50:
        raise InputError("a budget lies between 0.01 and 50 false alarms a week")
    if rule.measure not in MEASURES:
        raise InputError(f"{rule.measure!r} cannot be measured; say {', '.join(MEASURES)}")
    if not 1 <= rule.hours <= 168 or rule.least < 1:
        raise InputError("hours lie between 1 and 168, and least is at least 1")
    definition = {
        "kind": rule.kind.value,
        "budget": rule.budget,
        "measure": rule.measure,
        "bound": rule.bound,
        "hours": rule.hours,
        "least": rule.least,
        "scope": rule.scope,
        "severity": rule.severity.value,
    }
    _save(conn, "alert_rules", rule.name, definition, rule.enabled, actor, now)


def remove_rule(conn: sqlite3.Connection, name: str) -> None:
    """Forget a rule; the built-in one goes back to what it was."""
    _remove(conn, "alert_rules", name, "alert rule")


def routes(conn: sqlite3.Connection) -> list[Route]:
    """Return all routes by name."""
    return [
        _route(name, json.loads(definition), bool(enabled))
        for name, definition, enabled in conn.execute(
            "SELECT name, definition, enabled FROM alert_routes ORDER BY name"
        )
    ]


def save_route(conn: sqlite3.Connection, route: Route, actor: Person, now: datetime) -> None:
    """Add or change a route; refuse a target that holds an address with secrets."""
    _check_name(route.name)
    way, colon, name = route.target.partition(":")
    if not colon or way not in ("mail", "notify", "webhook") or not name.strip():
        raise InputError("a target is mail:ADDRESS, notify:NAME or webhook:NAME")
    if way == "mail" and ("@" not in name or not name.isprintable() or " " in name):
        raise InputError(f"{name!a} is no mail address")
    if way != "mail" and not name.replace("_", "").isalnum():
        raise InputError(
            f"{way}:NAME names the secret EARSHOT_{way.upper()}_NAME; an address may hold a"
            " password and is not kept in the database"
        )
    definition: dict[str, Json] = {
        "target": route.target if way == "mail" else f"{way}:{name.upper()}",
        "least": route.least.value,
        "scope": route.scope,
        "signals": list(route.signals),
        "digest_at": route.digest_at,
        "quiet_from": route.quiet_from,
        "quiet_until": route.quiet_until,
        "person": route.person,
        "team": route.team,
    }
    _save(conn, "alert_routes", route.name, definition, route.enabled, actor, now)


def remove_route(conn: sqlite3.Connection, name: str) -> None:
    """Forget a route; what is on its way by it still leaves."""
    _remove(conn, "alert_routes", name, "route")


def vote(db: Database, alert_id: int, useful: bool, actor: Person, now: datetime) -> None:
    """Say whether an alert was worth it; the last word of each person counts."""
    with db.write() as conn:
        load(conn, alert_id)
        conn.execute(
            "INSERT INTO alert_votes VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
            " useful = excluded.useful, at = excluded.at",
            (alert_id, actor.id, int(useful), millis(now)),
        )
        revisions.bump(conn, "alerts")


def votes(conn: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """Return thumbs up and down of each alert that has any."""
    rows = conn.execute("SELECT alert_id, sum(useful), sum(1 - useful) FROM alert_votes GROUP BY 1")
    return {alert_id: (up, down) for alert_id, up, down in rows}


def precision(conn: sqlite3.Connection) -> dict[str, Precision]:
    """Return by rule how many alerts were judged by people and how many were worth it."""
    rows = conn.execute(
        "SELECT a.rule, count(*), sum(v.up * 2 > v.n) FROM alerts a JOIN (SELECT alert_id,"
        " sum(useful) AS up, count(*) AS n FROM alert_votes GROUP BY 1) v ON v.alert_id = a.id"
        " GROUP BY 1"
    )
    return {rule: Precision(judged, useful) for rule, judged, useful in rows}


def _save(
    conn: sqlite3.Connection,
    table: str,
    name: str,
    definition: Mapping[str, Json],
    enabled: bool,
    actor: Person,
    now: datetime,
) -> None:
    conn.execute(
        f"INSERT INTO {table} VALUES (?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET definition ="
        " excluded.definition, enabled = excluded.enabled, actor_id = excluded.actor_id,"
        " at = excluded.at",
        (name, json.dumps(dict(definition)), int(enabled), actor.id, millis(now)),
    )
    revisions.bump(conn, "alerts")


def _remove(conn: sqlite3.Connection, table: str, name: str, what: str) -> None:
    if not conn.execute(f"DELETE FROM {table} WHERE name = ?", (name,)).rowcount:
        raise NotFound(f"there is no {what} {name!r}")
    revisions.bump(conn, "alerts")


def _rule(name: str, given: dict[str, Json], enabled: bool) -> AlertRule:
    return AlertRule(
        name,
        RuleKind(str(given["kind"])),
        float(str(given["budget"])),
        str(given["measure"]),
        float(str(given["bound"])),
        int(str(given["hours"])),
        int(str(given["least"])),
        str(given["scope"]),
        Severity(str(given["severity"])),
        enabled,
    )


def _route(name: str, given: dict[str, Json], enabled: bool) -> Route:
    signals = given["signals"]
    return Route(
        name,
        str(given["target"]),
        Severity(str(given["least"])),
        str(given["scope"]),
        tuple(str(each) for each in signals) if isinstance(signals, list) else (),
        _minute(given["digest_at"]),
        _minute(given["quiet_from"]),
        _minute(given["quiet_until"]),
        str(given["person"]),
        str(given["team"]),
        enabled,
    )


def _minute(value: Json) -> int | None:
    return None if value is None else int(str(value))


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > NAME_LIMIT or not name.isprintable():
        raise InputError(f"a name has 1 to {NAME_LIMIT} characters that can be shown")
