"""What a summary is of: a week or a month. Pure."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from dashboard.reports import months, weeks
from dashboard.reports.months import Month
from dashboard.reports.weeks import Week
from storage.report_schedules import Every

Span: TypeAlias = Week | Month


def of(every: Every, day: date) -> Span:
    """Return the week or month of a day."""
    return weeks.of(day) if every is Every.WEEK else months.of(day)


def last_complete(every: Every, today: date) -> Span:
    """Return the last one that was over before today."""
    return of(every, today).back(1)


def parse(every: Every, text: str) -> Span:
    """Read a week such as 2026-W46, or a month such as 2026-10."""
    return weeks.parse(text) if every is Every.WEEK else months.parse(text)


def named(text: str) -> Span:
    """Read either."""
    return parse(Every.WEEK if "w" in text.lower() else Every.MONTH, text)


def every(span: Span) -> Every:
    """Say of which kind a span is."""
    return Every.WEEK if isinstance(span, Week) else Every.MONTH
