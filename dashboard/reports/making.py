"""Making a week's summary: as known now or at an earlier moment, and keeping its edition.

Not here: the numbers (``weekly``) and the files (``files``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.reports import weekly as numbers
from dashboard.reports import weeks
from dashboard.reports.model import Weekly
from dashboard.reports.weeks import Week
from storage import editions, past, people, workspace
from storage.database import Database
from storage.errors import InputError

FIRST = "first"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def make(db: Database, week: Week, at: datetime, now: datetime) -> Weekly:
    """Count a week as known at a moment; one that is not past is counted as it stands."""
    if at >= now:
        with db.snapshot() as conn:
            return numbers.weekly(conn, week, at)
    with past.known_at(db.path, at, *numbers.days(week)) as conn:
        return numbers.weekly(conn, week, at)


def keep(db: Database, report: Weekly, actor: str, at: datetime) -> None:
    """Keep that a summary was made, so that it can be made again as it was."""
    with db.write() as conn:
        by = people.person(conn, actor, at).id if actor else people.EARSHOT.id
        quoted = numbers.quoted(report)
        editions.keep(conn, report.week.text, report.brands, at, by, quoted)


def chosen(db: Database, text: str | None, now: datetime) -> Week:
    """Return the week that was asked for, else the last complete one."""
    if text:
        return weeks.parse(text)
    zone = ZoneInfo(workspace.timezone(db.reader()))
    return weeks.last_complete(now.astimezone(zone).date())


def moment(db: Database, week: Week, text: str, now: datetime) -> datetime:
    """Return the moment that ``--as-of`` means.

    ``first`` is when the week's first summary was made, or when the week was over where
    none was made; a day is its end, a time without an offset one of the reporting timezone.

    Raises InputError for anything else, and for a moment to come.
    """
    conn = db.reader()
    zone = ZoneInfo(workspace.timezone(conn))
    if text.strip().lower() == FIRST:
        over = datetime.combine(week.sunday + timedelta(days=1), time(), zone)
        named = tuple(each for each in numbers.own_brands(conn) if each)
        return editions.first(conn, week.text, named) or min(over.astimezone(UTC), now)
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
