"""An import is taken back: exactly its rows, with figures, cases and verification whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count as count_up
from pathlib import Path

import pytest

from dashboard import wiring
from dashboard.wiring import EPOCH, Workspace
from storage import imports, queries, verify
from storage.errors import Refused
from storage.models import Batch, Kind, MentionFilter, Observation, Source
from tests import pages

FILE = Source("reviews", "files", enabled=False)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    first = pages.build(tmp_path)
    start = first.now() + timedelta(minutes=1)
    first.close()
    seconds = count_up()
    made = wiring.open_workspace(
        first.db.path,
        tmp_path / "earshot.toml",
        now=lambda: start + timedelta(seconds=next(seconds)),
    )
    yield made
    made.close()


def rows(start: int, count: int, now: datetime, text: str = "Terrible") -> list[Observation]:
    return [
        Observation(
            "reviews",
            f"row{i}",
            Kind.REVIEW,
            text=f"{text} delivery {i}",
            author=f"a{i}",
            published_at=now - timedelta(days=1),
            rating=1.0,
        )
        for i in range(start, start + count)
    ]


def taken(space: Workspace, seen: list[Observation], source: Source = FILE) -> imports.Import:
    space.ingest(source, [Batch(tuple(seen))], actor="Lea")
    return imports.recent(space.db.reader(), EPOCH)[0]


def count(space: Workspace, text: str = "") -> int:
    return queries.count(space.db.reader(), MentionFilter(text=text))


def sound(space: Workspace) -> bool:
    return not verify.verify(space.db.path, space.db.key("audit")).findings


def test_exactly_its_rows_go_and_the_file_stays_sound(space: Workspace) -> None:
    now = space.now()
    before = count(space)
    first = taken(space, rows(0, 20, now))
    second = taken(space, rows(15, 20, now))
    assert (first.new, second.new, second.left) == (20, 15, 15)
    saved = space.take_back(second.id, "Lea")
    assert saved.gone == 15
    assert count(space) == before + 20
    assert sound(space)
    with pytest.raises(Refused):
        space.take_back(second.id, "Lea")
    assert [each.id for each in imports.recent(space.db.reader(), EPOCH)] == [first.id]


def test_importing_again_brings_them_back(space: Workspace) -> None:
    now = space.now()
    before = count(space)
    found = taken(space, rows(0, 10, now))
    space.take_back(found.id, "Lea")
    assert count(space) == before
    space.ingest(FILE, [Batch(tuple(rows(0, 10, now)))], actor="Lea")
    assert count(space) == before + 10
    assert count(space, "Terrible") > 10
    assert sound(space)


def test_what_others_saw_or_changed_since_stays(space: Workspace) -> None:
    now = space.now()
    before = count(space)
    found = taken(space, rows(0, 10, now))
    space.ingest(Source("more", "files"), [Batch(tuple(rows(0, 3, now)))], actor="Lea")
    space.ingest(FILE, [Batch(tuple(rows(5, 2, now, "Better")))], actor="Lea")
    space.take_back(found.id, "Lea")
    assert count(space) == before + 5


def test_imports_at_the_same_time_cannot_be_told_apart(space: Workspace) -> None:
    found = taken(space, rows(0, 10, space.now()))
    with space.db.write() as conn:
        conn.execute(
            "INSERT INTO polls (source_id, started_at, ended_at, actor)"
            " SELECT source_id, started_at + 1, ended_at + 9999, 'Ben' FROM polls WHERE id = ?",
            (found.id,),
        )
    assert not imports.recent(space.db.reader(), EPOCH)
