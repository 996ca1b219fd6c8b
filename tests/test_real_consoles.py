"""Two app-store console exports of which the second contains the first, with edits."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest

from storage.database import open_reader
from tests.data import shared
from tests.real import Bench, counts, rows

pytestmark = pytest.mark.data

NOTHING = "null"
"""What the console writes where there is nothing."""
OLDER, NEWER = "play_console/export_a.csv", "play_console/export_b.csv"


def said(cell: str) -> str:
    return "" if cell.strip() == NOTHING else cell.strip()


@pytest.fixture(scope="module")
def older() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows(shared(OLDER))}


@pytest.fixture(scope="module")
def newer() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows(shared(NEWER))}


@pytest.fixture(scope="module")
def edited(older: dict[str, dict[str, str]], newer: dict[str, dict[str, str]]) -> set[str]:
    """Ids whose stars or words differ between the two."""
    names = ("Review Title", "Review Text", "Star Rating")
    return {
        key for key, row in older.items() if any(row[name] != newer[key][name] for name in names)
    }


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory,
    older: dict[str, dict[str, str]],
    newer: dict[str, dict[str, str]],
    edited: set[str],
) -> Bench:
    """The older export, the newer one, and the older one again by mistake."""
    made = Bench(tmp_path_factory.mktemp("consoles"))
    assert older.keys() < newer.keys()
    assert counts(made.take(shared(OLDER))) == (930, 930, 0, 0, 0)
    changed = len(edited)
    assert changed > 0
    assert counts(made.take(shared(NEWER))) == (1407, 477, changed, 930 - changed, 0)
    assert counts(made.take(shared(OLDER))) == (930, 0, 0, 930, 0)
    return made


def test_the_union_is_there_once_and_as_the_newer_export_says(
    bench: Bench, newer: dict[str, dict[str, str]]
) -> None:
    exported = {row["url"]: row for row in bench.export()}
    by_link = {row["Review Link"]: row for row in newer.values()}
    assert exported.keys() == by_link.keys()
    assert len(exported) == 1407
    for link, row in by_link.items():
        out = exported[link]
        assert (out["text"], out["title"]) == (said(row["Review Text"]), said(row["Review Title"]))
        assert out["rating"] == float(row["Star Rating"])
        assert out["replied"] is bool(row["Developer Reply Text"].strip())


def test_an_edited_review_has_two_versions_and_no_other_has(
    bench: Bench, older: dict[str, dict[str, str]], edited: set[str]
) -> None:
    conn = open_reader(bench.db)
    found = conn.execute(
        "SELECT i.native_id, v.version, v.text, v.rating FROM versions v"
        " JOIN identities i ON i.mention_id = v.mention_id JOIN mentions m ON m.id = v.mention_id"
        " WHERE v.version < m.version"
    ).fetchall()
    conn.close()
    assert {(native, version) for native, version, *_ in found} == {(key, 1) for key in edited}
    for native, _, text, rating in found:
        before = older[native]
        assert (text, rating) == (before["Review Text"].strip(), 100 * int(before["Star Rating"]))


def test_stars_replies_and_languages_are_those_of_plain_arithmetic(
    bench: Bench, newer: dict[str, dict[str, str]]
) -> None:
    stars = [int(row["Star Rating"]) for row in newer.values()]
    found = bench.kpi()
    assert found["review", "rating"].value == pytest.approx(statistics.mean(stars), abs=1e-9)
    answered = sum(bool(row["Developer Reply Text"].strip()) for row in newer.values())
    assert found["review", "response_rate"].value == pytest.approx(answered / 1407, abs=1e-12)
    with_text = [
        row for row in newer.values() if said(row["Review Text"]) or said(row["Review Title"])
    ]
    told = Counter(row["Reviewer Language"].split("-")[0].split("_")[0] for row in with_text)
    kept = {row["url"]: row["lang"] for row in bench.export()}
    for row in with_text:
        assert len(kept[row["Review Link"]]) in (0, 2)
    english = bench.kpi("--lang", "en")["review", "rating"].n
    assert english == pytest.approx(told["en"], rel=0.1)


def test_times_are_those_of_the_milliseconds(
    bench: Bench, newer: dict[str, dict[str, str]]
) -> None:
    conn = open_reader(bench.db)
    stored = dict(
        conn.execute(
            "SELECT i.native_id, m.published_at FROM mentions m"
            " JOIN identities i ON i.mention_id = m.id"
        )
    )
    replied = dict(
        conn.execute(
            "SELECT i.native_id, r.replied_at FROM replies r"
            " JOIN identities i ON i.mention_id = r.mention_id"
        )
    )
    conn.close()
    millis = "Review Submit Millis Since Epoch"
    assert stored == {key: int(row[millis]) for key, row in newer.items()}
    answer = "Developer Reply Millis Since Epoch"
    assert replied == {key: int(row[answer]) for key, row in newer.items() if row[answer]}


def test_history_opens_cases_only_where_that_is_asked_for(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory, newer: dict[str, dict[str, str]]
) -> None:
    assert bench.run("cases", "list", "--json").lines == []
    asked = Bench(tmp_path_factory.mktemp("asked"))
    asked.take(shared(NEWER), "--open-cases", "all")
    waiting = sum(
        int(row["Star Rating"]) <= 2 and not row["Developer Reply Text"].strip()
        for row in newer.values()
    )
    opened = {row["mention_id"]: row for row in asked.run("cases", "list", "--json").lines}
    assert len(opened) == waiting
    asked.verify()


def test_everything_agrees(bench: Bench) -> None:
    bench.verify()
