"""Why a number of the past is another now: every cause, and nothing left over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import differences, queries
from storage.database import Database
from storage.differences import Cause
from storage.models import Kind
from tests.test_storage_past import FIRST, LAST, PERIOD, STEPS, act
from tests.workspace import NOW, open_company


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), min_size=2, max_size=16),
    st.integers(0, 15),
)
def test_the_steps_lead_from_then_to_now(steps: list[tuple[str, int]], cut: int) -> None:
    with TemporaryDirectory() as folder:
        db = open_company(Path(folder))
        totals = []
        gone: set[int] = set()
        for number, (step, which) in enumerate(steps):
            if step == "gone":
                gone.add(which)
            if not (step == "later" and which in gone):
                act(db, step, which, NOW + timedelta(hours=number))
            totals.append(queries.totals(db.reader(), PERIOD))
        start = min(cut, len(steps) - 2)
        found = differences.steps(
            db.reader(),
            NOW + timedelta(hours=start),
            NOW + timedelta(hours=len(steps)),
            FIRST,
            LAST,
        )
        assert [each.cause for each in found] == [None, *Cause]
        assert found[0].sums == totals[start]
        assert found[-1].sums == totals[-1]
        db.close()


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


def test_only_the_brands_asked_for(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    act(db, "review", 1, NOW)
    moments = (NOW - timedelta(days=30), NOW, FIRST, LAST)
    assert differences.steps(db.reader(), *moments, {"Rival"})[-1].sums == {}
    assert differences.steps(db.reader(), *moments, {"Acme"})[-1].sums[Kind.REVIEW].n == 1
    db.close()


def told(db: Database, deed: Callable[[], None]) -> dict[Cause | None, int]:
    """Which causes touched how many mentions since an hour after the beginning."""
    deed()
    hour = timedelta(hours=1)
    found = differences.steps(db.reader(), NOW + hour, NOW + 4 * hour, FIRST, LAST)
    return {each.cause: each.mentions for each in found[1:] if each.mentions}
