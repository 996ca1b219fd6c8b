"""Why a number of the past is another now: every cause, and nothing left over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import bursts, configuration, differences, past, queries, workspace
from storage.bursts import Evidence, State
from storage.database import Database
from storage.differences import Cause
from storage.models import Brand, Kind, Sums
from storage.people import EARSHOT
from storage.times import millis
from tests.test_storage_past import FIRST, LAST, PERIOD, STEPS, act
from tests.workspace import NOW, PLAY, REDDIT, open_company, play_review, post, store

SETUP = [("review", 1), ("review", 2), ("score", 0)]


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (("review", 3), Cause.LATE),
        (("gone", -7), Cause.DELETED),
        (("edit", 1), Cause.EDITED),
        (("label", 0), Cause.RELABELLED),
        (("reply", 1), Cause.REPLIED),
    ],
)
def test_each_thing_that_happens_has_its_cause(
    tmp_path: Path, step: tuple[str, int], cause: Cause
) -> None:
    db = open_company(tmp_path)
    for deed in SETUP:
        act(db, *deed, NOW)
    act(db, *step, NOW + timedelta(hours=2))
    found = told(db, lambda: None)
    assert found == {cause: 1}
    db.close()


def test_a_score_that_came_later_is_a_score(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    act(db, "review", 1, NOW)
    act(db, "answer", 2, NOW)
    found = told(db, lambda: act(db, "score", 0, NOW + timedelta(hours=3)))
    assert found == {Cause.SCORED: 2}
    db.close()


def set_own(db: Database, name: str, own: bool, at: datetime) -> None:
    with db.write() as conn:
        workspace.save_brands(conn, [Brand(name, own=own)], "database")
        configuration.note(conn, at)


def set_zone(db: Database, zone: str, at: datetime) -> None:
    with db.write() as conn:
        workspace.set_timezone(conn, zone)
        configuration.note(conn, at)


def exclude(db: Database, which: int, at: datetime) -> None:
    """Make a burst of what is there and exclude it, or take the last decision on it back."""
    with db.write() as conn:
        row = conn.execute("SELECT id, state FROM bursts").fetchone()
        if row is None:
            conn.execute("INSERT INTO bursts VALUES (1, 1, 'suspicious', 0, 0, 0, ?)", (EVIDENCE,))
        elif row[1] == "excluded":
            bursts.undo(conn, 1, EARSHOT, "", at)
            return
        conn.execute(
            "INSERT OR IGNORE INTO burst_members SELECT id, 1, 'suspicious', ? FROM mentions"
            " WHERE deleted_at IS NULL AND id % 2 = ?",
            (millis(at), which % 2),
        )
        bursts.decide(conn, 1, State.EXCLUDED, EARSHOT, "", at)


EVIDENCE = json.dumps(dict.fromkeys(Evidence._fields, 1))
SET = ("own", "zone", "exclude")
ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")


def settle(db: Database, step: str, which: int, at: datetime) -> None:
    """Let a fact or a setting change."""
    if step == "own":
        set_own(db, ("Acme", "Rival")[which % 2], which % 4 < 2, at)
    elif step == "zone":
        set_zone(db, ZONES[which % 3], at)
    elif step == "exclude":
        exclude(db, which, at)
    elif step == "post":
        store(db, REDDIT, [post(which, NOW - timedelta(days=which))], now=at, score=False)
    else:
        act(db, step, which, at)


def ours(conn: sqlite3.Connection) -> dict[Kind, Sums]:
    return queries.totals(conn, replace(PERIOD, brands=workspace.own_brands(conn)))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from((*STEPS, "post", *SET)), st.integers(0, 7)), max_size=14),
    st.integers(0, 13),
)
def test_the_steps_lead_from_then_to_now_and_settings_are_the_last(
    steps: list[tuple[str, int]], cut: int
) -> None:
    steps = [("review", 1), ("post", 2), ("answer", 3), *steps, ("review", 5)]
    with TemporaryDirectory() as folder:
        db = open_company(Path(folder))
        totals = []
        gone: set[int] = set()
        for number, (step, which) in enumerate(steps):
            if step == "gone":
                gone.add(which)
            if not (step == "later" and which in gone):
                settle(db, step, which, NOW + timedelta(hours=number))
            totals.append(ours(db.reader()))
        start = 2 + min(cut, len(steps) - 4)
        then, end = NOW + timedelta(hours=start), NOW + timedelta(hours=len(steps))
        found = differences.steps(db.reader(), then, end, FIRST, LAST, ours=True)
        assert [each.cause for each in found] == [None, *Cause]
        assert found[0].sums == totals[start]
        assert found[-1].sums == totals[-1]
        if not any(step in SET for step, _ in steps[start + 1 :]):
            assert found[-1].mentions == 0
        with past.known_at(db.path, then, FIRST, LAST) as conn:
            assert ours(conn) == totals[start]
        db.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda db, at: set_own(db, "Rival", True, at),
        lambda db, at: set_zone(db, "Pacific/Auckland", at),
        lambda db, at: exclude(db, 0, at),
    ],
    ids=["whose a brand is", "the timezone", "what was excluded"],
)
def test_a_setting_that_moves_a_figure_is_configuration_alone(
    tmp_path: Path, change: Callable[[Database, datetime], None]
) -> None:
    db = open_company(tmp_path)
    edge = datetime(2026, 10, 31, 18, tzinfo=UTC)
    store(db, PLAY, [play_review(1, edge), play_review(2, NOW), play_review(3, NOW)], now=NOW)
    store(db, REDDIT, [post(4, NOW)], now=NOW)
    change(db, NOW + timedelta(hours=2))
    hour = timedelta(hours=1)
    found = differences.steps(db.reader(), NOW + hour, NOW + 3 * hour, FIRST, LAST, ours=True)
    moved = {each.cause for each in found[1:] if each.mentions}
    assert moved == {Cause.CONFIGURED}
    assert found[-1].sums == ours(db.reader())
    db.close()


def test_what_settings_were_is_only_added_to(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    set_zone(db, "UTC", NOW)
    with pytest.raises(Exception, match="only added to"), db.write() as conn:
        conn.execute("DELETE FROM figure_settings")
    db.close()


def told(db: Database, deed: Callable[[], None]) -> dict[Cause | None, int]:
    """Which causes touched how many mentions since an hour after the beginning."""
    deed()
    hour = timedelta(hours=1)
    found = differences.steps(db.reader(), NOW + hour, NOW + 4 * hour, FIRST, LAST)
    return {each.cause: each.mentions for each in found[1:] if each.mentions}
