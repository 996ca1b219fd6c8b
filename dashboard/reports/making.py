"""Making a summary: as known now or at an earlier moment, and keeping its edition.

Not here: the numbers (``counting``) and the files (``files``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.reports import counting as numbers
from dashboard.reports import spans
from dashboard.reports.model import Scope, Summary
from dashboard.reports.spans import Span
from storage import configuration, editions, past, people, revisions, workspace
from storage.database import Database
from storage.editions import Edition
from storage.errors import InputError
from storage.report_schedules import Every

FIRST = "first"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def make(
    db: Database, span: Span, at: datetime, now: datetime, scope: Scope = numbers.WHOLE
) -> Summary:
    """Count a week or month as known at a moment; one that is not past is counted as it stands."""
    if at >= now:
        with db.snapshot() as conn:
            return numbers.summary(conn, span, at, scope)
    with past.known_at(db.path, at, *numbers.days(db.reader(), span, at)) as conn:
        return numbers.summary(conn, span, at, scope)


def again(db: Database, edition: Edition, now: datetime) -> Summary:
    """Make an edition once more as it was; what was erased since stays erased."""
    scope, span = Scope(edition.brands, edition.places), spans.named(edition.week)
    with past.unmoved(db.path, edition.made_at) as conn:
        zone = ZoneInfo(workspace.timezone(conn))
        over = span.last < edition.made_at.astimezone(zone).date()
        same = edition.facts == revisions.current(conn)["facts"]
        settings = (configuration.at(conn, each) for each in (edition.made_at, now))
        if over and same and len(set(map(repr, settings))) == 1:
            # No fact has moved: as they stand is as they were, at a hundredth of the cost.
            return numbers.summary(conn, span, edition.made_at, scope)
    return make(db, span, edition.made_at, now, scope)


def keep(db: Database, report: Summary, actor: str) -> int:
    """Keep that a summary was made, so that it can be made again; return the edition's id."""
    with db.write() as conn:
        by = people.person(conn, actor, report.at).id if actor else people.EARSHOT.id
        named = report.span.text, report.brands, report.places
        return editions.keep(conn, *named, report.at, by, numbers.quoted(report))


def chosen(db: Database, every: Every, text: str | None, now: datetime) -> Span:
    """Return the week or month that was asked for, else the last complete one."""
    if text:
        return spans.parse(every, text)
    zone = ZoneInfo(workspace.timezone(db.reader()))
    return spans.last_complete(every, now.astimezone(zone).date())


def moment(db: Database, span: Span, text: str, now: datetime) -> datetime:
    """Return the moment that ``--as-of`` means.

    ``first`` is when its first summary was made, or when the week or month was over where
    none was made; a day is its end, a time without an offset one of the reporting timezone.

    Raises InputError for anything else, and for a moment to come.
    """
    conn = db.reader()
    zone = ZoneInfo(workspace.timezone(conn))
    if text.strip().lower() == FIRST:
        over = datetime.combine(span.last + timedelta(days=1), time(), zone)
        found = [editions.first(conn, span.text, each) for each in configuration.own_names(conn)]
        return min(filter(None, found), default=min(over.astimezone(UTC), now))
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(
            f"{text!r} is no moment; write first, a day such as 2026-11-16, or a time such as"
            " 2026-11-16T08:00"
        ) from error
    if _DAY.fullmatch(text.strip()):
        at += timedelta(days=1)
    at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    if at > now:
        raise InputError(f"{text} is not over yet; leave --as-of out for the numbers of now")
    return at
