"""A workspace with mentions in it, for tests of the desk; written by the store itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import cases, mentions, people, polls, rules, scores, sources
from storage.case_model import AnyCommand, Case
from storage.database import Database
from storage.models import Analysis, Batch, Kind, Label, Observation, Source
from storage.people import Person, Role
from storage.recast import ANALYSE, RULES

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SOURCE = Source("play", "feeds", brand="Acme")


def open_database(folder: Path) -> Database:
    """Return a new workspace's database."""
    return Database(folder / "earshot.db", writer=1)


def review(number: int, *, stars: float = 1.0, text: str = "Broken again") -> Observation:
    """Return a review of an hour ago."""
    return Observation(
        place="play:com.acme",
        native_id=f"r{number}",
        kind=Kind.REVIEW,
        text=text,
        author=f"customer {number}",
        url=f"https://play.example/r{number}",
        rating=stars,
        published_at=NOW - timedelta(hours=1),
    )


def store(
    db: Database,
    observations: Iterable[Observation] = (),
    *,
    source: Source = SOURCE,
    gone: Iterable[tuple[str, str]] = (),
    now: datetime = NOW,
    pending: int = ANALYSE | RULES,
) -> None:
    """Store what a source showed, then score it: negative where the text says "bad"."""
    with db.write() as conn:
        sources.ensure(conn, source, now)
    poll = polls.begin(db, source.id, now, "test")
    batch = Batch(tuple(observations), gone=tuple(gone))
    mentions.store_batch(db, source, poll, batch, now, pending=pending)
    polls.end(db, poll, now)
    waiting = scores.pending(db.reader(), 100_000)
    scores.save(db, "test", [(each, _analysis(each.passage.text)) for each in waiting], now)


def mention_id(db: Database, native_id: str) -> int:
    """Return the id of a stored mention."""
    row = (
        db.reader()
        .execute("SELECT mention_id FROM identities WHERE native_id = ?", (native_id,))
        .fetchone()
    )
    return int(row[0])


def with_cases(folder: Path, count: int, *, now: datetime = NOW) -> Database:
    """Return a workspace with so many open cases, numbered from 1 in order of urgency."""
    db = open_database(folder)
    store(
        db,
        [
            replace(review(n), published_at=now - timedelta(hours=1, seconds=count - n))
            for n in range(1, count + 1)
        ],
        now=now,
    )
    assert rules.open_cases(db, None, now) == count
    return db


def named(db: Database, name: str, role: Role = Role.AGENT) -> Person:
    """Return somebody who works here, new if unknown."""
    with db.write() as conn:
        return people.person(conn, name, NOW, role=role)


@pytest.fixture
def ana(db: Database) -> Person:
    """Answers."""
    return named(db, "Ana")


@pytest.fixture
def ben(db: Database) -> Person:
    """Answers, too."""
    return named(db, "Ben")


@pytest.fixture
def lea(db: Database) -> Person:
    """Leads them."""
    return named(db, "Lea", Role.LEAD)


def act(db: Database, command: AnyCommand, now: datetime = NOW, case_id: int = 1) -> Case:
    """Do something to a case."""
    return cases.act(db, case_id, command, now)


def hired(db: Database) -> dict[str, Person]:
    """Return a lead, two agents and a viewer by name."""
    roles = {"Lea": Role.LEAD, "Ana": Role.AGENT, "Ben": Role.AGENT, "Vic": Role.VIEWER}
    with db.write() as conn:
        return {name: people.person(conn, name, NOW, role=role) for name, role in roles.items()}


def _analysis(text: str) -> Analysis:
    label, score = (Label.NEGATIVE, -0.84) if "bad" in text else (Label.POSITIVE, 0.6)
    topics = ("price",) if "price" in text else ()
    return Analysis(label, score, 0.9, score, "en", topics=topics)
