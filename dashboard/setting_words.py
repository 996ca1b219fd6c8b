"""How settings stand, in words, and the record of who changed them.

``recorded`` looks before and after: pages and commands only say which areas they touch,
and whatever differs is written down with its actor, in the transaction of the change. No
secret and no address is said, which may hold one. Topics and models keep histories of
their own. Not here: drawing the record (``components.steering``).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from dashboard import brand_words, promise_words, rule_words
from dashboard.desk import acknowledging_words
from dashboard.reports import schedule_words
from storage import (
    acknowledgements,
    alert_rules,
    approvals,
    clocks,
    configuration,
    customers,
    people,
    report_schedules,
    rules,
    setting_events,
    sources,
    templates,
    workspace,
)
from storage.models import Source
from storage.people import Person
from storage.rule_matching import DEFAULT_RULES
from storage.rules import StoredRule


class Told(NamedTuple):
    """One setting: what it is called, how it stands, and a digest of what words leave out."""

    subject: str
    words: str
    digest: str = ""


Standing = Mapping[str, Told]
"""Settings of one area by a key that a change of name does not move."""


@contextmanager
def recorded(conn: sqlite3.Connection, actor: Person, now: datetime, *areas: str) -> Iterator[None]:
    """Record what the body changes in some areas, in the caller's transaction."""
    before = {area: _AREAS[area](conn) for area in areas}
    yield
    for area in areas:
        _differences(conn, actor, now, area, before[area])
    configuration.note(conn, now)


def _differences(
    conn: sqlite3.Connection, actor: Person, now: datetime, area: str, before: Standing
) -> None:
    after = _AREAS[area](conn)
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        subject = (old or new or Told("", "")).subject
        words = new.words if new else ""
        if old and new and old.words == new.words:
            words = f"{words} (changed in what is not shown)"
        change = (area, subject, old.words if old else "", words)
        setting_events.record(conn, actor, change, now)


def _brands(conn: sqlite3.Connection) -> Standing:
    found = [each.brand for each in workspace.stored_brands(conn)]
    return {each.name: Told(each.name, brand_words.told(each)) for each in found}


def _rules(conn: sqlite3.Connection) -> Standing:
    # Built-in rules count until one is stored: storing them as they are changes nothing.
    found = rules.stored_rules(conn) or [StoredRule(each, "", True) for each in DEFAULT_RULES]
    return {each.rule.name: Told(each.rule.name, rule_words.told(each)) for each in found}


def _team(conn: sqlite3.Connection) -> Standing:
    skills = people.skills(conn)
    return {
        str(each.id): Told(
            each.name,
            ", ".join([each.name, each.role, *skills[each.id].langs, *skills[each.id].places]),
        )
        for each in people.people(conn)
    }


def _sources(conn: sqlite3.Connection) -> Standing:
    return {
        each.id: Told(each.id, _source(each), _digest(each)) for each in sources.all_sources(conn)
    }


def _source(source: Source) -> str:
    parts = [source.kind, "read" if source.enabled else "paused"]
    # The host alone: the rest of an address may hold a key.
    host = urlsplit(str(source.options.get("url") or "")).hostname
    parts += [f"from {host}"] if host else []
    parts += [each for each in (source.brand, source.product) if each]
    return ", ".join(parts)


def _templates(conn: sqlite3.Connection) -> Standing:
    found = {}
    for each in templates.templates(conn):
        about = ", ".join(filter(None, (each.tone, each.lang, each.topic))) or "any message"
        found[each.name] = Told(each.name, f"{about}: {each.text}")
    return found


def _promises(conn: sqlite3.Connection) -> Standing:
    found = {
        f"promise {each.id}": Told("promise", promise_words.promise(each))
        for each in clocks.policies(conn)
    }
    for calendar in clocks.calendars(conn).values():
        words = promise_words.hours(calendar)
        off = ", ".join(sorted(each.isoformat() for each in calendar.holidays))
        found[f"hours {calendar.name}"] = Told(f"hours of {calendar.name}", words, off)
    for rule in approvals.rules(conn):
        words = promise_words.approval(rule)
        found[f"approval {rule.id}"] = Told("answers that wait for approval", words)
    return found


def _customers(conn: sqlite3.Connection) -> Standing:
    tiers = ", ".join(customers.tiers(conn))
    words = f"{customers.count(conn):,} known" + (f", tiers {tiers}" if tiers else "")
    return {"list": Told("list of customers", words, str(customers.changed_at(conn)))}


def _alerts(conn: sqlite3.Connection) -> Standing:
    found = {}
    for rule in alert_rules.rules(conn):
        limit = f"at most {rule.budget:g} false alarms a week"
        if rule.kind == "fixed":
            limit = f"{rule.measure} {rule.bound:g} in {rule.hours} h"
        words = f"{limit}, {rule.severity.value}{'' if rule.enabled else ', off'}"
        found[f"rule {rule.name}"] = Told(rule.name, words, repr(rule))
    for route in alert_rules.routes(conn):
        way = route.target.partition(":")[0]
        words = f"told by {way} from {route.least.value} on"
        found[f"route {route.name}"] = Told(route.name, words, _digest(route))
    return found


def _reports(conn: sqlite3.Connection) -> Standing:
    found = [each.schedule for each in report_schedules.schedules(conn)]
    return {each.name: Told(each.name, schedule_words.told(each), _digest(each)) for each in found}


def _workspace(conn: sqlite3.Connection) -> Standing:
    return {"timezone": Told("timezone of reports", workspace.timezone(conn))}


def _acknowledgements(conn: sqlite3.Connection) -> Standing:
    found = acknowledgements.stored(conn)
    return {
        str(each.id): Told(each.rule.name, acknowledging_words.told(each), repr(each.rule))
        for each in found
    }


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


_AREAS: Mapping[str, Callable[[sqlite3.Connection], Standing]] = {
    "acknowledgements": _acknowledgements,
    "alerts": _alerts,
    "brands": _brands,
    "customers": _customers,
    "promises": _promises,
    "reports": _reports,
    "rules": _rules,
    "sources": _sources,
    "team": _team,
    "templates": _templates,
    "workspace": _workspace,
}
