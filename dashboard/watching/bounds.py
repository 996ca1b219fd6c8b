"""Rules with fixed bounds: what they measure now, and when they would have spoken before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from storage import hourly
from storage.alert_rules import BELOW, AlertRule
from storage.alerts import Sign, scope_of, scope_parts
from storage.hourly import HourSums
from storage.models import RATING_SCALE

_NAMES = {
    "volume": "mentions",
    "negative": "negative mentions",
    "negative_share": "negative",
    "rating": "stars",
    "nps": "NPS",
}


def signs(conn: sqlite3.Connection, rule: AlertRule, now: datetime) -> Iterator[Sign]:
    """Return the sign of a rule whose bound is reached."""
    found = measured(rule, sums(conn, rule, now, rule.hours))
    if found is None or not reached(rule, found[0]):
        return
    value, n = found
    scope = rule_scope(rule)
    numbers = {"observed": value, "expected": rule.bound, "n": n, "hours": rule.hours}
    yield Sign("rule", scope, said(rule, value, n), numbers, rule.severity, rule.name)


def sums(conn: sqlite3.Connection, rule: AlertRule, now: datetime, hours: int) -> list[HourSums]:
    """Return the hours that a rule measures."""
    known = ("brand", "source", "topic", "lang")
    about = {name: value for name, value in scope_parts(rule.scope).items() if name in known}
    return hourly.sums(conn, now, hours, **about)


def measured(rule: AlertRule, found: Sequence[HourSums]) -> tuple[float, int] | None:
    """Return the measure and of how many, None where these are too few."""
    n = sum(each.n for each in found)
    negative = sum(each.negative for each in found)
    rating_n, nps_n = sum(each.rating_n for each in found), sum(each.nps_n for each in found)
    of = {"rating": rating_n, "nps": nps_n}.get(rule.measure, n)
    if of < rule.least:
        return None
    if rule.measure == "rating":
        return sum(each.rating_sum for each in found) / of / RATING_SCALE, of
    if rule.measure == "nps":
        return 100 * sum(each.promoters - each.detractors for each in found) / of, of
    if rule.measure == "negative_share":
        return negative / of, of
    return float(negative if rule.measure == "negative" else n), of


def reached(rule: AlertRule, value: float) -> bool:
    """Say whether a measure is at its bound or beyond."""
    return value < rule.bound if rule.measure in BELOW else value >= rule.bound


def rule_scope(rule: AlertRule) -> str:
    """Return what an alert of a fixed rule is about: the rule and its own scope."""
    return scope_of(rule=rule.name, **scope_parts(rule.scope))


def said(rule: AlertRule, value: float, n: int) -> str:
    """Say what a rule saw."""
    shown = f"{value:.0%}" if rule.measure == "negative_share" else f"{value:.4g}"
    bound = f"{rule.bound:.0%}" if rule.measure == "negative_share" else f"{rule.bound:.4g}"
    than = "below" if rule.measure in BELOW else "at least"
    return (
        f"{rule.name}: {shown} {_NAMES[rule.measure]} in {rule.hours} h ({n} mentions), "
        f"the bound is {than} {bound}"
    )
