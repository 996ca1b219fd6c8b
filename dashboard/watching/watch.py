"""Looks for what is out of the ordinary in a workspace and opens, keeps or ends alerts.

Brings together the figures (storage), the signals (sentiment), rules, and the life of alerts
(desk). What is told to whom is decided in the same transaction (``delivery.tellings``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from dashboard.delivery import tellings
from dashboard.desk import alerts as life
from dashboard.watching import bounds, by_day, by_hour, phrases, urgent, wording
from dashboard.watching.by_hour import FAMILIES, Cause
from dashboard.wiring import Workspace
from sentiment import hourly as hourly_signals
from sentiment import signals
from storage import alert_rules, alerts, coverage, hourly, topic_studies
from storage.alert_rules import AlertRule, RuleKind
from storage.alerts import Alert, Severity, Sign, Tell, Transition, scope_of
from storage.models import Json

IMPORTED = "import"
DAYS_SHARE = 0.25
"""Share of the budget that is kept for signals of whole days."""
AHEAD = timedelta(hours=4)
WEEK = 7


def look(space: Workspace) -> list[Alert]:
    """Look once; return the alerts that opened. The sample's past is looked at, too."""
    now = space.now()
    unknown: set[str] = set()
    signs = [*_silent(space, now), *_late(space, now), *_ruled(space, now, unknown)]
    serious = urgent.serious(space.db, now)

    def decide(lasting: Sequence[Alert]) -> list[Transition]:
        seen = [*signs, *urgent.new_or_lasting(serious, lasting, now)]
        return life.transitions(lasting, seen, now, unknown=unknown)

    return alerts.update(space.db, decide, now, _teller(space, now))


def look_at_urgent(space: Workspace) -> list[Alert]:
    """Look only for what passes any budget and quiet hours; cheap enough after each batch."""
    now = space.now()
    serious = urgent.serious(space.db, now)
    if not serious and not any(each.urgent for each in alerts.lasting(space.db.reader())):
        return []

    def decide(lasting: Sequence[Alert]) -> list[Transition]:
        mine = [alert for alert in lasting if alert.urgent]
        return life.transitions(mine, urgent.new_or_lasting(serious, mine, now), now)

    return alerts.update(space.db, decide, now, _teller(space, now))


def _teller(space: Workspace, now: datetime) -> Tell:
    zone = space.timezone
    return lambda conn, news: tellings.tell(conn, news, now, zone)


def _silent(space: Workspace, now: datetime) -> Iterator[Sign]:
    for health in coverage.health(space.db.reader(), now):
        source = health.source
        if not source.enabled or source.kind == IMPORTED or health.last_poll_at is None:
            continue
        since = health.last_success_at or health.failing_since or health.last_poll_at
        found = signals.silent(source.id, since, timedelta(seconds=source.every), now)
        if found:
            words = f"{found.words}: {health.error}" if health.error else found.words
            yield Sign(found.what, scope_of(source=source.id), words, by_day.numbers(found))


def _late(space: Workspace, now: datetime) -> Iterator[Sign]:
    """Say where more answers fall due soon than are usually given in these hours."""
    conn = space.db.reader()
    due = hourly.due_unanswered(conn, now, now + AHEAD)
    if due < signals.LEAST_DUE:
        return
    before = [now - timedelta(days=day) for day in range(1, WEEK + 1)]
    usual = sum(hourly.answered(conn, at, at + AHEAD) for at in before) / WEEK
    found = signals.sla_risk(due, usual, AHEAD.total_seconds() / 3600)
    if found:
        numbers = by_day.numbers(found)
        yield Sign(found.what, "", found.words, numbers, Severity.HIGH)


def _ruled(space: Workspace, now: datetime, unknown: set[str]) -> Iterator[Sign]:
    """Apply the rules: what is out of the ordinary within a budget, and fixed bounds."""
    for rule in alert_rules.rules(space.db.reader()):
        if not rule.enabled:
            continue
        if rule.kind is RuleKind.FIXED:
            yield from bounds.signs(space.db.reader(), rule, now)
        else:
            yield from _usual(space, rule, now, unknown)


def _usual(space: Workspace, rule: AlertRule, now: datetime, unknown: set[str]) -> Iterator[Sign]:
    conn = space.db.reader()
    lasting = [each for each in alerts.lasting(conn) if each.signal in FAMILIES]
    for cause in hours(space, rule, now):
        alert = by_hour.standing(cause, lasting)
        if alert is not None and not _odder(cause, alert):
            yield _as_it_stands(alert)
        else:
            yield _sign(space, cause, alert, rule, now)
    yield from _phrases(space, rule, now, unknown)
    days = by_day.see(space.db, now, space.timezone)
    unknown |= days.unknown
    kept = hourly_signals.chosen(days.signs, days.looked, rule.budget * DAYS_SHARE)
    everywhere = {each.signal for each in kept if not each.scope}
    everywhere |= {each.signal for each in alerts.lasting(conn) if not each.scope}
    for each in kept:
        # What is seen in all sources together is told once, not again for each of them.
        if not each.scope or each.signal not in everywhere:
            yield each._replace(rule=rule.name)


def _phrases(space: Workspace, rule: AlertRule, now: datetime, unknown: set[str]) -> Iterator[Sign]:
    conn = space.db.reader()
    study, lasting = topic_studies.last(conn), alerts.lasting(conn)
    unknown |= phrases.unknown(study, lasting, now)
    for each in phrases.signs(study, lasting, now, space.timezone):
        yield each._replace(rule=rule.name, severity=rule.severity)


def hours(space: Workspace, rule: AlertRule, now: datetime) -> list[Cause]:
    """Return the causes that stand out in the hours before now."""
    conn = space.db.reader()
    topics: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    cells = hourly.cells(conn, now, hourly_signals.NEEDED)
    counts = by_hour.counted(cells, topics, hourly_signals.NEEDED)
    last = by_hour.last_hour(now, space.timezone)
    found = by_hour.find(counts, last, rule.budget * (1 - DAYS_SHARE))
    return by_hour.causes(found)


def _odder(cause: Cause, alert: Alert) -> bool:
    known = alert.numbers.get("oddness")
    return not isinstance(known, int | float) or cause.lead.look.oddness > 1.1 * known


def _as_it_stands(alert: Alert) -> Sign:
    """Return the sign that keeps an alert as it was told: its worst hour."""
    return Sign(alert.signal, alert.scope, alert.words, alert.numbers, alert.severity, alert.rule)


def _sign(
    space: Workspace, cause: Cause, alert: Alert | None, rule: AlertRule, now: datetime
) -> Sign:
    evidence = wording.evidence(space.db.reader(), cause.lead, now, space.timezone)
    words = wording.words(cause, evidence, now, space.timezone)
    numbers = _numbers(cause, evidence, now)
    if alert is not None:
        return Sign(alert.signal, alert.scope, words, numbers, alert.severity, alert.rule)
    lead = cause.lead
    return Sign(lead.look.what, lead.series.scope, words, numbers, rule.severity, rule.name)


def _numbers(cause: Cause, evidence: wording.Evidence, now: datetime) -> dict[str, Json]:
    look = cause.lead.look
    ids: Sequence[int] = evidence.mentions
    return {
        "observed": look.observed,
        "expected": look.expected,
        "low": look.low,
        "high": look.high,
        "n": look.n,
        "oddness": look.oddness,
        "a_week": look.a_week,
        "ago": look.ago,
        "since": (now - timedelta(hours=look.since)).isoformat(),
        "until": (now - timedelta(hours=look.ago)).isoformat(),
        "words": list(evidence.words),
        "mentions": [str(each) for each in ids],
        "also": [each.series.scope for each in cause.others],
    }
