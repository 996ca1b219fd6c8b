"""What pages read: storage's named queries, kept until a write moves their areas.

Same names as in ``storage``; each is remembered by database, revisions of the areas that
it reads, and arguments: exact invalidation, no guessing by time. Results are shared
between sessions and never changed. Not here: SQL (``storage``) and drawing (``figures``).
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from dashboard import export_notes as notes
from dashboard import exports, figures, periods, seams, target_figure
from dashboard import standing as stand
from dashboard.commands.export import in_words
from dashboard.exports import About, Format
from dashboard.figures import Figure
from dashboard.reports import goals as goals_of
from dashboard.reports.goals import Goal
from dashboard.standing import Standing
from sentiment.prevalence import Estimates
from storage import alerts as alert_store
from storage import (
    authors,
    case_lists,
    cases,
    coverage,
    customer_figures,
    listing,
    models_store,
    people,
    praise,
    queries,
    revisions,
    workspace,
)
from storage import templates as template_store
from storage.case_model import Case, Recorded
from storage.database import Database
from storage.listing import MentionDetail, MentionRow
from storage.models import CaseState, MentionFilter

P = ParamSpec("P")
T = TypeVar("T")
Args: TypeAlias = tuple[Hashable, ...]
Options: TypeAlias = tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True, slots=True)
class At:
    """One moment of a workspace, as one run of a page sees it."""

    db: Database
    moved: tuple[tuple[str, int], ...]
    zone: str
    now: datetime

    def revision(self, areas: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
        """Return where these areas stand."""
        return tuple(each for each in self.moved if each[0] in areas)

    @property
    def today(self) -> date:
        """The calendar day in the reporting timezone."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def minute(self) -> datetime:
        """The present minute: what may be a minute old is asked for by this."""
        return self.now.replace(second=0, microsecond=0)


def at(db: Database, now: datetime) -> At:
    """Return the present moment of a database."""
    conn = db.reader()
    return At(db, tuple(revisions.current(conn).items()), workspace.timezone(conn), now)


def reads(
    *areas: str, keep: int = 128
) -> Callable[[Callable[Concatenate[sqlite3.Connection, P], T]], Callable[Concatenate[At, P], T]]:
    """Make a query one that is answered from memory until one of its areas moves."""

    def wrap(
        query: Callable[Concatenate[sqlite3.Connection, P], T],
    ) -> Callable[Concatenate[At, P], T]:
        @lru_cache(maxsize=keep)
        def asked(db: Database, moved: object, args: Args, kwargs: Options) -> T:
            # The arguments are those that ``ask`` was called with, in a form to look up by.
            return query(db.reader(), *args, **dict(kwargs))  # type: ignore[arg-type]

        @wraps(query)
        def ask(at: At, /, *args: P.args, **kwargs: P.kwargs) -> T:
            moved = at.revision(areas + _also(args))
            return asked(at.db, moved, args, tuple(kwargs.items()))

        return ask

    return wrap


def _also(args: tuple[object, ...]) -> tuple[str, ...]:
    """Areas that a filter adds: answers in cases move the queue, lists of customers settings."""
    asked = [each for each in args if isinstance(each, MentionFilter)]
    waits = ("queue",) if any(each.unanswered for each in asked) else ()
    return (*waits, "settings") if any(each.customers for each in asked) else waits


totals = reads("facts")(queries.totals)
total = reads("facts")(queries.total)
count = reads("facts", keep=512)(queries.count)
breakdown = reads("facts")(queries.breakdown)
trend = reads("facts")(queries.trend)
choices = reads("facts", "sources", "settings", keep=8)(coverage.choices)
unscored_share = reads("facts", keep=8)(coverage.unscored_share)
praised = reads("facts", keep=16)(praise.best)
frequent = reads("facts", keep=8)(authors.frequent)
unanswered = reads("facts", "settings", keep=8)(template_store.unanswered)
own_brands = reads("settings", keep=8)(workspace.own_brands)
brands = reads("settings", keep=8)(workspace.brands)
alerts = reads("alerts", keep=8)(alert_store.recent)
unresolved = reads("alerts", keep=8)(alert_store.unresolved)
models = reads("settings", keep=8)(models_store.models)
counting = reads("settings", keep=8)(models_store.counting)
model_history = reads("settings", keep=8)(models_store.history)
last_run = reads("settings", keep=8)(models_store.last_run)
root_causes = reads("queue", keep=8)(case_lists.root_causes)
by_customers = reads("facts", "settings", keep=8)(customer_figures.breakdown)
cases_by_customers = reads("queue", "facts", "settings", keep=8)(customer_figures.waiting)


class Axis(NamedTuple):
    """The time axis of a figure."""

    step: queries.Step
    bars: tuple[periods.Bar, ...]
    zone: str


def health(at: At) -> list[coverage.SourceHealth]:
    """Every source with how it does; polls that bring nothing show within a minute."""
    return _health(at, at.minute)


def standing(at: At) -> Standing:
    """How fresh and how whole the data are."""
    return stand.of(health(at), _until(at, at.minute), unscored_share(at))


def load(at: At) -> case_lists.Load:
    """How much there is to do in the queue."""
    return _load(at, at.minute)


def team(at: At) -> list[people.Person]:
    """Everybody who may act; read each time, since adding a name moves no area."""
    return people.people(at.db.reader())


@reads("facts", "sources", "settings", keep=64)
def volume(conn: sqlite3.Connection, flt: MentionFilter, axis: Axis) -> Figure:
    """The figure of mentions over time."""
    points = queries.trend(conn, flt, axis.step)
    figure = figures.volume(points, axis.bars, _gaps(conn, flt, axis), axis.zone)
    return seams.drawn(figure, _seams(conn, flt, axis), axis.zone)


@reads("facts", "sources", "settings", keep=64)
def shares(
    conn: sqlite3.Connection, flt: MentionFilter, axis: Axis, corrected: Estimates = ()
) -> Figure:
    """The figure of shares over time, with corrected shares by first day of their step."""
    points = queries.trend(conn, flt, axis.step)
    gaps = _gaps(conn, flt, axis)
    figure = figures.shares(points, axis.bars, gaps, axis.zone, dict(corrected))
    return seams.drawn(figure, _seams(conn, flt, axis), axis.zone)


@reads("facts", "settings", keep=64)
def groups(conn: sqlite3.Connection, flt: MentionFilter, by: queries.By) -> Figure:
    """The figure of mentions by source, topic and so on."""
    names = dict(coverage.choices(conn).topics) if by == "topic" else {}
    return figures.groups(queries.breakdown(conn, flt, by), names)


@reads("facts", "settings", keep=8)
def _goals(conn: sqlite3.Connection, last: date) -> tuple[Goal, ...]:
    return goals_of.goals(conn, workspace.own_brands(conn), last)


def goals(at: At) -> tuple[Goal, ...]:
    """Every target with what the complete weeks up to now say of it."""
    return _goals(at, goals_of.last_sunday(at.today))


@reads("facts", "settings", keep=16)
def towards(conn: sqlite3.Connection, goal: Goal, flt: MentionFilter) -> Figure:
    """The figure of a quarter of complete weeks beside its target."""
    assert flt.start is not None
    assert flt.end is not None
    return target_figure.drawn(goal, queries.trend(conn, flt, "week"), flt.start, flt.end)


def axis(at: At, flt: MentionFilter) -> Axis:
    """Return the time axis of a filter: no further than there are data."""
    known = choices(at)
    start = max(filter(None, (flt.start, known.first_day)), default=at.today)
    end = min(flt.end or at.today, at.today)
    step = periods.step(min(start, end), end)
    return Axis(step, tuple(periods.bars(min(start, end), end, at.today, step)), at.zone)


@reads("facts", "settings", keep=32)
def model_seams(
    conn: sqlite3.Connection, flt: MentionFilter, axis: Axis
) -> list[models_store.Seam]:
    """When, within an axis, what scores the mentions of a filter became another model."""
    return _seams(conn, flt, axis)


def _seams(conn: sqlite3.Connection, flt: MentionFilter, axis: Axis) -> list[models_store.Seam]:
    found = models_store.seams(conn, seams.ENGINE)
    return seams.within(found, axis.bars, flt.sources, axis.zone)


def gaps(at: At, flt: MentionFilter, axis: Axis) -> list[coverage.Gap]:
    """Times within an axis in which a source of the filter could not be read."""
    return _shown_gaps(at, flt, axis)


@reads("sources", keep=32)
def _shown_gaps(conn: sqlite3.Connection, flt: MentionFilter, axis: Axis) -> list[coverage.Gap]:
    return _gaps(conn, flt, axis)


def _gaps(conn: sqlite3.Connection, flt: MentionFilter, axis: Axis) -> list[coverage.Gap]:
    if not axis.bars:
        return []
    zone = ZoneInfo(axis.zone)
    start = datetime.combine(axis.bars[0].start, time(), zone).astimezone(UTC)
    end = datetime.combine(axis.bars[-1].end + timedelta(days=1), time(), zone).astimezone(UTC)
    found = coverage.gaps(conn, start, end)
    return [gap for gap in found if not flt.sources or gap.source in flt.sources]


# Rows with people's words are read each time: an erasure leaves no copy in memory.


def mentions(at: At, flt: MentionFilter, before: int | None, limit: int) -> list[MentionRow]:
    """One page of mentions, newest first."""
    return listing.page(at.db.reader(), flt, before=before, limit=limit)


def exported(at: At, flt: MentionFilter, form: Format) -> bytes:
    """All mentions of a filter as a file, as ``earshot export`` writes it."""
    out = io.BytesIO()
    with at.db.snapshot() as conn:
        exports.write(listing.every(conn, flt), out, form, _about(at, flt))
    return out.getvalue()


def export_notes(at: At, flt: MentionFilter, file: str, form: Format) -> bytes:
    """What belongs beside a file of that name: how fresh and whole it is, and by what filter."""
    return notes.notes(file, form, _about(at, flt))


def _about(at: At, flt: MentionFilter) -> About:
    sample = workspace.is_sample(at.db.reader())
    return About(at.zone, in_words(flt), sample, stand.words(standing(at), at.zone))


def mention(at: At, mention_id: int) -> MentionDetail:
    """Everything about one mention."""
    return listing.detail(at.db.reader(), mention_id)


def case_of(at: At, mention_id: int) -> Case | None:
    """The case of a mention, if it has one."""
    return cases.of_mention(at.db.reader(), mention_id)


def case(at: At, case_id: int) -> case_lists.Item:
    """One case with its mention."""
    return case_lists.item(at.db.reader(), case_id)


def queue(
    at: At,
    *,
    states: tuple[CaseState, ...],
    owner_id: int | None,
    after: Case | None,
    limit: int,
) -> list[case_lists.Item]:
    """One page of open cases, most urgent first."""
    return case_lists.queue(
        at.db.reader(), states=states, owner_id=owner_id, after=after, limit=limit
    )


def closed(at: At, *, before: Case | None, limit: int) -> list[case_lists.Item]:
    """One page of closed cases, last closed first."""
    return case_lists.closed(at.db.reader(), before=before, limit=limit)


def history(at: At, case_id: int) -> list[Recorded]:
    """What happened to a case."""
    return case_lists.history(at.db.reader(), case_id)


@reads("sources", "facts", keep=8)
def _health(conn: sqlite3.Connection, minute: datetime) -> list[coverage.SourceHealth]:
    return coverage.health(conn, minute)


@reads("sources", "facts", keep=8)
def _until(conn: sqlite3.Connection, minute: datetime) -> datetime | None:
    return coverage.data_until(conn)


@reads("queue", "facts", keep=8)
def _load(conn: sqlite3.Connection, minute: datetime) -> case_lists.Load:
    return case_lists.load(conn, minute)
