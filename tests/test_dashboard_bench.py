"""The benchmark itself, at a tiny size: what it prints and that it measures the real thing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from dashboard.bench import (
    clocks,
    desk,
    ingest,
    pipeline,
    queries,
    report,
    table,
    upkeep,
    without,
    workspaces,
)
from dashboard.bench.corpus import NOW, SOURCES, Corpus
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.workspaces import batched
from storage import scores, verify_rollups
from storage.database import open_reader

SIZE = 2_000


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspaces.big(tmp_path_factory.mktemp("bench"), SIZE, lambda _: None)


def test_a_goal_binds_the_ratio_or_else_the_value() -> None:
    slow = Figure("slow", 30, "ms", 10, "a bare loop", Goal(2))
    assert (slow.ratio, slow.met) == (3, False)
    assert Figure("fast", 0.9, "/s", 1, goal=Goal(0.5, least=True)).met
    assert Figure("alone", 49, "ms", goal=Goal(50)).met
    assert Figure("told", 49, "ms").met is None
    assert table.missed([Section("s", "", (slow,))]) == ["s: slow"]


def test_a_section_is_shown_as_text_markdown_and_json() -> None:
    section = Section("s", "about", (Figure("f", 30, "ms", 10, "bare", Goal(2), "note"),), "x = 1")
    text = table.as_text(section)
    assert "30 ms" in text
    assert "3.00×" in text
    assert "≤ 2×" in text
    assert "NO" in text
    assert "| f | 30 ms | 10 ms | 3.00× | ≤ 2× | NO |" in table.as_markdown(section)
    assert "x = 1" in table.as_markdown(section)
    told = table.as_json(section)
    assert isinstance(told, dict)
    assert isinstance(told["figures"], list)
    assert told["figures"][0] == {
        "figure": "f",
        "value": 30,
        "unit": "ms",
        "baseline": 10,
        "against": "bare",
        "ratio": 3,
        "goal": 2,
        "goal_is": "at most",
        "met": False,
        "note": "note",
    }


def test_contenders_take_turns() -> None:
    order: list[str] = []
    took = {"a": iter([3.0, 1.0, 2.0]), "b": iter([5.0, 5.0, 6.0])}

    def run(name: str) -> float:
        order.append(name)
        return next(took[name])

    found = clocks.interleaved({"a": lambda: run("a"), "b": lambda: run("b")}, 3)
    assert order == ["a", "b"] * 3
    assert found == {"a": 2.0, "b": 5.0}


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1, 20), (0.01, 1)])
def test_percentiles_are_values_that_were_measured(share: float, value: int) -> None:
    assert clocks.percentile([float(n) for n in range(20, 0, -1)], share) == value


def test_texts_are_the_same_each_time() -> None:
    one, two = (list(Corpus().observations(50)) for _ in range(2))
    assert one == two
    assert len({each.native_id for each in one}) == 50
    assert all(each.published_at is not None and each.published_at < NOW for each in one)
    lengths = [len(Corpus().text(1_100)) for _ in range(3)]
    assert all(900 < length < 1_300 for length in lengths)


def test_a_big_workspace_is_whole_and_made_once(big: Path) -> None:
    with closing(sqlite3.connect(big)) as conn:
        assert conn.execute("SELECT count(*) FROM mentions").fetchone() == (SIZE,)
        assert conn.execute("SELECT count(*) FROM mentions WHERE pending > 0").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM cases").fetchone() > (0,)
        assert list(verify_rollups.differences(conn)) == []
    said: list[str] = []
    assert workspaces.big(big.parent, SIZE, said.append) == big
    assert said == []


def test_parts_are_left_out_only_while_asked(tmp_path: Path) -> None:
    seen = list(Corpus().observations(20))

    def rows(name: str, table: str) -> int:
        with closing(workspaces.empty(tmp_path / f"{name}.db")) as db:
            workspaces.store_all(db, seen)
            waiting = scores.pending(db.reader(), 20)
            scores.save(db, "m", [(each, workspaces.analysis(Random(1))) for each in waiting], NOW)
            return int(db.reader().execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    with without.rollup_writes():
        assert rows("a", "rollup_day") == 0
    with without.search_index():
        assert rows("b", "search") == 0
    assert rows("c", "rollup_day") > 0
    assert rows("d", "search") == 20


def test_ingest_is_held_against_rows_of_the_same_tables(tmp_path: Path) -> None:
    section = ingest.section(tmp_path, rounds=1, size=200)
    assert [each.goal for each in section.figures] == [Goal(4), Goal(8), Goal(2.5), None]
    assert all(each.ratio and each.ratio > 0 for each in section.figures)
    assert "executemany" in section.code


def test_what_sums_add_is_held_against_the_whole(tmp_path: Path) -> None:
    dense, sparse = upkeep.section(tmp_path, rounds=1, size=100).figures
    assert dense.goal == Goal(1.15)
    assert dense.ratio is not None
    assert sparse.ratio is not None
    assert "sums add" in sparse.note


def test_the_pipeline_is_held_against_the_loop_alone(tmp_path: Path) -> None:
    short, long = pipeline.section(tmp_path, rounds=1, characters=25_000).figures
    assert (short.goal, long.goal) == (Goal(0.2, least=True), Goal(0.7, least=True))
    assert long.baseline is not None
    assert short.baseline is not None
    assert short.baseline > long.baseline, "short texts are read faster"


def test_every_query_is_asked(big: Path) -> None:
    names = [each.name for each in queries.section(big, filters=2).figures]
    assert {"totals", "trend by week", "page, newest 50", "health of the sources"} <= set(names)
    found = queries.facts(big, filters=2).figures
    assert {each.goal for each in found} == {Goal(400), Goal(150), None}


def test_a_summary_is_measured_from_the_start_of_a_process_to_its_end(
    big: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "FORMATS", ("csv",))
    monkeypatch.setattr(report, "_apart", lambda run: report.Made(1.5, run()))
    found = {each.name: each for each in report.section(big, tmp_path, 1).figures}
    assert found["csv alone"].goal == Goal(30)
    assert found["csv alone, memory"].goal == Goal(500)
    assert found[f"{report.THEN}, memory"].value > 20
    assert found[report.BARE].goal is None
    assert (tmp_path / "made" / "weekly-2026-W46.csv").stat().st_size > 1_000
    assert not list(tmp_path.glob("copy.db*"))


def test_filters_are_of_the_workspace(big: Path) -> None:
    many = queries.Filters(Corpus().telling)
    plain = [many.plain() for _ in range(50)]
    assert len(set(plain)) > 40
    assert all(len(each.topics) <= 1 and not each.text for each in plain)
    assert all(len(many.topics().topics) > 1 for _ in range(20))
    with closing(open_reader(big)) as conn:
        known = {key for (key,) in conn.execute("SELECT key FROM sources WHERE id > 0")}
    assert {source for each in plain for source in each.sources} <= known
    assert len(SOURCES) == 8


def test_batches_are_full_but_the_last() -> None:
    assert list(batched(range(5), 2)) == [(0, 1), (2, 3), (4,)]


def test_the_desk_is_measured_with_people_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    desk._build(path, 60)
    with closing(open_reader(path)) as conn:
        assert conn.execute("SELECT count(*) FROM cases WHERE state = 'new'").fetchone() == (60,)
    monkeypatch.setattr(desk, "STEPS", 2)
    monkeypatch.setattr(desk, "PAUSE", 0.0)
    took = desk._work(str(path), 1)
    assert [name for name, _ in took] == ["claim", "keep", "send"] * 2
    assert desk._p95([float(n) for n in range(100)]) == 94.0
