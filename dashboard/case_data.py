"""What the desk reads, beside what all pages read (``data``): shelves, notices, templates.

Rows with people's words are read each time: an erasure leaves no copy in memory.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from dashboard.data import At, reads
from dashboard.desk.starters import STARTERS
from dashboard.speed import Speed
from dashboard.speed import of as said_of
from storage import (
    approvals,
    authors,
    case_lists,
    cases,
    customer_columns,
    customers,
    desk_figures,
    listing,
    notices,
    outcomes,
    people,
    rules,
    shelves,
)
from storage import saved_views as views
from storage import templates as template_store
from storage.case_model import Case
from storage.listing import MentionRow
from storage.shelves import ALL, Shelf, Sieve

_MINUTE = timedelta(minutes=1)
SAME_PERSON = 10
"""Messages of the same person that a case shows, at most."""

case_tags = reads("queue", keep=8)(shelves.tags)
actions = reads("queue", keep=8)(case_lists.actions)
customer_tiers = reads("settings", keep=8)(customers.tiers)


def shelf(
    at: At, shelf: Shelf, person: people.Person | None, *, sieve: Sieve = ALL, limit: int = 30
) -> list[case_lists.Item]:
    """The cases of one of the four states that a person sees."""
    return shelves.items(at.db.reader(), shelf, person, at.now, sieve=sieve, limit=limit)


def shelf_count(at: At, shelf: Shelf, person: people.Person | None) -> int:
    """How many cases are there; what time alone moves shows within a minute."""
    return _shelf_count(at, shelf, person, at.minute)


@reads("queue", "facts", keep=64)
def _shelf_count(
    conn: sqlite3.Connection, shelf: Shelf, person: people.Person | None, minute: datetime
) -> int:
    return shelves.count(conn, shelf, person, minute)


def saved_views(at: At, person: people.Person | None) -> list[views.SavedView]:
    """The lists kept by name that somebody may use."""
    return views.views(at.db.reader(), None if person is None else person.id)


@reads("settings", keep=8)
def rule_names(conn: sqlite3.Connection) -> list[str]:
    """The names of the case rules that count."""
    return [rule.name for rule in rules.active(conn)]


def must_be_approved(at: At, case: Case, person: people.Person) -> bool:
    """Whether somebody's answer to a case waits for a lead."""
    return approvals.needed(at.db.reader(), case.mention_id, person)


def same_person(at: At, row: MentionRow) -> list[MentionRow]:
    """What else the same name said on the same site, newest first."""
    conn = at.db.reader()
    site = row.place.partition(":")[0]
    ids = authors.mention_ids(conn, site, row.author, SAME_PERSON + 1)
    return listing.rows(conn, [each for each in ids if each != row.id][:SAME_PERSON])


def open_cases_of(at: At, row: MentionRow) -> list[str]:
    """The numbers of other open cases of the same name on the same site."""
    conn = at.db.reader()
    found = [cases.of_mention(conn, each.id) for each in same_person(at, row)]
    return [str(case.id) for case in found if case is not None and case.is_open]


def outcomes_of(at: At, case_id: int) -> list[outcomes.Outcome]:
    """What came of a case's reply."""
    return outcomes.of_case(at.db.reader(), case_id)


def notices_read(at: At, person: people.Person, case_id: int) -> None:
    """Whoever opens a case has seen what the bell said of it."""
    if notices.unread(at.db.reader(), person.id):
        notices.read(at.db, person.id, at.now, case_id=case_id)


def recent_answers(at: At) -> list[str]:
    """The words of the latest answers."""
    return case_lists.recent_answers(at.db.reader())


@reads("settings", keep=8)
def templates(conn: sqlite3.Connection) -> list[template_store.Template]:
    """The team's templates, built-in ones where it has none."""
    return template_store.templates(conn) or list(STARTERS)


def unread(at: At, person: people.Person) -> int:
    """How many notices somebody has not read."""
    return notices.unread(at.db.reader(), person.id)


def notices_of(at: At, person: people.Person) -> list[notices.Notice]:
    """Somebody's latest notices."""
    return notices.of(at.db.reader(), person.id)


@reads("settings", keep=8)
def columns_of_customers(conn: sqlite3.Connection) -> list[str]:
    """What the columns of customers hold, as "region=north"."""
    found = customer_columns.columns(conn).items()
    return [f"{name}={value}" for name, values in found for value in values]


@reads("settings", keep=8)
def columns(conn: sqlite3.Connection) -> list[str]:
    """The columns of the list of customers."""
    return list(customer_columns.columns(conn))


def workloads(at: At) -> list[desk_figures.Workload]:
    """What everybody has, and answered in seven days; what time alone moves, within a minute."""
    # Adding a name moves no area: the team itself is a part of what is asked.
    return _workloads(at, at.minute, tuple(people.people(at.db.reader())))


@reads("queue", "settings", keep=8)
def _workloads(
    conn: sqlite3.Connection, minute: datetime, team: tuple[people.Person, ...]
) -> list[desk_figures.Workload]:
    if not team:
        return []
    return desk_figures.workloads(conn, minute, minute - timedelta(days=7))


def speed(at: At, column: str, days: int) -> Speed | None:
    """How long until an answer, apart by a column of customers; None where no case opened."""
    return _speed(at, column, days, at.minute + _MINUTE)


@reads("queue", "facts", "settings", keep=8)
def _speed(conn: sqlite3.Connection, column: str, days: int, end: datetime) -> Speed | None:
    found = desk_figures.waits(conn, end - timedelta(days=days), end, column)
    return said_of(found, days) if found else None


def suspicions(at: At, days: int) -> list[desk_figures.Suspicion]:
    """Steps of the last days that flatter a clock."""
    return _suspicions(at, days, at.minute + _MINUTE)


@reads("queue", "facts", keep=8)
def _suspicions(conn: sqlite3.Connection, days: int, end: datetime) -> list[desk_figures.Suspicion]:
    return desk_figures.suspicions(conn, end - timedelta(days=days), end)
