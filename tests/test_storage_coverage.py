"""Health of sources and gaps, held against a plain walk over every poll."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import coverage, mentions, polls, sources
from storage.coverage import Gap
from storage.database import Database
from storage.models import Batch, Kind, Observation, Source
from storage.recast import ANALYSE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
IDS = ("a", "b")

HISTORIES = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(["ok", "failed", "other", "running"])),
    max_size=30,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("polls")


def polled(folder: Path, history: list[tuple[str, str]]) -> Database:
    """Return a workspace whose polls ended as told, a quarter of an hour apart."""
    db = Database(folder / "t.db")
    with db.write() as conn:
        conn.execute("DELETE FROM polls")
        for each in IDS:
            sources.save(conn, Source(each, "feeds"), NOW)
    for number, (source, how) in enumerate(history):
        at = NOW + number * QUARTER
        poll = polls.begin(db, source, at, "test")
        if how != "running":
            error = {"failed": "503", "other": "timeout"}.get(how)
            polls.end(db, poll, at + timedelta(seconds=3), error)
    return db


def walked(history: list[tuple[str, str]], first: int, last: int) -> list[Gap]:
    """Say the gaps among the polls ``first`` … ``last`` one poll after the other."""
    found = []
    for source in IDS:
        before: datetime | None = None
        gap: Gap | None = None
        for number, (whose, how) in enumerate(history):
            if whose != source or how == "running" or not first <= number <= last:
                continue
            at = NOW + number * QUARTER
            error = {"failed": "503", "other": "timeout"}.get(how)
            if error and gap is None:
                gap = Gap(source, before or at, NOW + last * QUARTER, error)
            elif not error and gap is not None:
                found.append(gap._replace(end=at))
                gap = None
            before = at
        found += [gap] if gap else []
    return found


@given(HISTORIES, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_gaps_are_those_of_a_walk_over_all_polls(
    folder: Path, history: list[tuple[str, str]], first: int, length: int
) -> None:
    db = polled(folder, history)
    last = first + length
    told = coverage.gaps(db.reader(), NOW + first * QUARTER, NOW + last * QUARTER)
    assert told == walked(history, first, last)
    db.close()


@given(HISTORIES)
@settings(max_examples=60, deadline=None)
def test_health_tells_when_a_source_failed_and_last_worked(
    folder: Path, history: list[tuple[str, str]]
) -> None:
    db = polled(folder, history)
    for health in coverage.health(db.reader(), NOW + timedelta(hours=10)):
        ended = [
            (NOW + number * QUARTER, how)
            for number, (whose, how) in enumerate(history)
            if whose == health.source.id and how != "running"
        ]
        worked = [at for at, how in ended if how == "ok"]
        failing = [(at, how) for at, how in ended if not worked or at > worked[-1]]
        assert health.last_poll_at == (ended[-1][0] if ended else None)
        assert health.last_success_at == (worked[-1] + timedelta(seconds=3) if worked else None)
        assert health.failing_since == (failing[0][0] if failing else None)
        error = {"failed": "503", "other": "timeout"}[failing[-1][1]] if failing else None
        assert health.error == error
        assert health.polls_24h == sum(whose == health.source.id for whose, _ in history)
    db.close()


def test_data_reach_to_the_last_poll_and_days_to_what_is_counted(tmp_path: Path) -> None:
    db = polled(tmp_path, [])
    assert coverage.data_until(db.reader()) is None
    assert coverage.choices(db.reader()).first_day is None
    seen = [
        Observation(
            "shop", str(days), Kind.REVIEW, text="fine", published_at=NOW - days * 4 * QUARTER * 24
        )
        for days in (1, 5)
    ]
    poll = polls.begin(db, "a", NOW, "test")
    mentions.store_batch(db, Source("a", "feeds"), poll, Batch(tuple(seen)), NOW, pending=ANALYSE)
    polls.end(db, poll, NOW + QUARTER)
    assert coverage.data_until(db.reader()) == NOW + QUARTER
    found = coverage.choices(db.reader())
    assert (found.first_day, found.last_day) == (
        (NOW - timedelta(days=5)).date(),
        (NOW - timedelta(days=1)).date(),
    )
    db.close()
