"""What the page Reports reads: summaries of now and of then, comments, editions, differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from dashboard.data import At
from dashboard.reports import changes, making
from dashboard.reports import counting as reports
from dashboard.reports.changes import Way
from dashboard.reports.model import Counted, Summary
from dashboard.reports.spans import Span
from storage import editions, past, quotes
from storage.database import Database
from storage.editions import Edition
from storage.quotes import Quote


def summary(at: At, span: Span) -> Summary:
    """The numbers of a week's summary, as of one moment, and its quotes as they are now."""
    areas = ("facts", "queue", "sources", "settings")
    counted = _counted(at.db, at.revision(areas), span, _Look(at.minute, at.now))
    return reports.quoting(at.db.reader(), counted)


@dataclass(frozen=True, slots=True)
class _Look:
    """A moment of a minute; any of the same minute is as good."""

    minute: datetime
    now: datetime = field(compare=False)


@lru_cache(maxsize=8)
def _counted(db: Database, moved: object, span: Span, look: _Look) -> Counted:
    # Polls that bring nothing move no area: what is said of them may be a minute old. What was
    # stored while the page was drawn is counted, so its moment is the summary's.
    with db.snapshot() as conn:
        last = past.last_fact(conn, _end(look.minute))
        return reports.count(conn, span, max(look.now, last or look.now))


def as_known(at: At, span: Span, moment: datetime) -> Summary:
    """A week's summary as it was known at an earlier moment."""
    return making.make(at.db, span, moment, at.now)


def comment(at: At, week: str) -> str:
    """What somebody wrote about a week."""
    return editions.comment(at.db.reader(), week)


def hidden(at: At, week: str) -> list[Quote]:
    """The quotes that a week's summary leaves out."""
    conn = at.db.reader()
    return quotes.current(conn, sorted(editions.hidden(conn, week)))


def made(at: At, week: str) -> list[Edition]:
    """When a week's summary was made, the newest first."""
    return editions.editions(at.db.reader(), week)


def first_edition(at: At, span: Span) -> datetime:
    """When a week's first summary was made; when the week was over where none was."""
    return making.moment(at.db, span, making.FIRST, at.now)


@lru_cache(maxsize=4)
def _changes(
    db: Database, moved: object, span: Span, since: datetime, until: datetime
) -> list[Way]:
    return changes.ways(db, span, since, until)


def ways(at: At, span: Span, since: datetime) -> list[Way]:
    """How a week's headline figures came from what was known then to what is known now."""
    return _changes(at.db, at.revision(("facts", "settings")), span, since, _end(at.minute))


def _end(minute: datetime) -> datetime:
    """The end of a minute: what was learned within it is known."""
    return minute.replace(second=59, microsecond=999_000)
