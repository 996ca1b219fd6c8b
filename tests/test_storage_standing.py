"""Figures with and without look-alikes in bursts: every way of counting agrees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage import lessons, listing, queries, recast, verify
from storage.database import Database
from storage.models import MentionFilter, Standing, Suspects
from storage.rollups import Delta
from storage.slices import Slices
from tests.workspace import company


def stand(db: Database, ids: list[int], standing: Standing) -> None:
    """Give mentions a standing as the desk does."""
    with db.write() as conn:
        slices = Slices(conn)
        delta = Delta(slices)
        recast.recast(conn, slices, delta, ids, standing=standing)
        delta.write(conn)


@pytest.fixture
def marked(tmp_path: Path) -> Database:
    """A company with six suspicious and four excluded mentions."""
    db = company(tmp_path, weeks=6)
    ids = [row.id for row in listing.page(db.reader(), MentionFilter(), limit=20)]
    stand(db, ids[:6], Standing.SUSPICIOUS)
    stand(db, ids[6:10], Standing.EXCLUDED)
    return db


@pytest.mark.parametrize(
    ("suspects", "left_out"),
    [(Suspects.DECIDED, 4), (Suspects.WITH, 0), (Suspects.WITHOUT, 10), (Suspects.ONLY, 84 - 10)],
)
@pytest.mark.parametrize(
    "more", [{}, {"topics": ("delivery",)}, {"text": "late"}, {"langs": ("en",)}]
)
def test_every_figure_counts_the_same_mentions(
    marked: Database, suspects: Suspects, left_out: int, more: dict[str, str]
) -> None:
    conn = marked.reader()
    flt = replace(MentionFilter(suspects=suspects), **more)  # type: ignore[arg-type]
    listed = list(listing.every(conn, flt))
    assert queries.count(conn, flt) == len(listed)
    assert sum(point.sums.n for point in queries.trend(conn, flt, "week")) == len(listed)
    assert sum(group.sums.n for group in queries.breakdown(conn, flt, "source")) == len(listed)
    if not more:
        assert len(listed) == 84 - left_out
    if suspects is Suspects.WITHOUT:
        assert all(row.standing is Standing.NORMAL for row in listed)


def test_a_recount_agrees_and_a_new_label_keeps_the_standing(marked: Database) -> None:
    ids = [row.id for row in listing.page(marked.reader(), MentionFilter(suspects=Suspects.ONLY))]
    stand(marked, ids[:2], Standing.NORMAL)
    with marked.write() as conn:
        slices = Slices(conn)
        delta = Delta(slices)
        recast.recast(conn, slices, delta, ids)
        delta.write(conn)
    assert queries.count(marked.reader(), MentionFilter(suspects=Suspects.ONLY)) == 8
    # Nobody decided this: the recount agrees, and verify says what has no decision behind it.
    found = verify.verify(marked.path, marked.key("audit")).findings
    assert [each.check for each in found] == ["look-alikes"] * 8


def test_nothing_is_learned_from_what_a_person_excluded(tmp_path: Path) -> None:
    db = company(tmp_path)
    before = len(list(lessons.lessons(db.reader(), "test-1")))
    (row,) = listing.page(db.reader(), MentionFilter(sources=("play",)), limit=1)
    stand(db, [row.id], Standing.SUSPICIOUS)
    assert len(list(lessons.lessons(db.reader(), "test-1"))) == before
    stand(db, [row.id], Standing.EXCLUDED)
    assert len(list(lessons.lessons(db.reader(), "test-1"))) == before - 1
