"""From a row to an observation: identity, emptiness, extras, hostile cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.tables import reading
from collectors.tables.plans import plan
from collectors.tables.reading import preview, read
from storage.models import Observation, Refusal, Source
from tests.tables import NOW, SOURCE, run, write


def ids(path: Path) -> list[str]:
    return [seen.native_id for seen in run(path).taken]


def test_rows_without_id_are_told_apart_by_content_and_occurrence(tmp_path: Path) -> None:
    content = "author,text,rating\nann,Good,5\nbob,Good,5\nann,Good,5\n"
    first = ids(write(tmp_path / "a.csv", content))
    assert len(set(first)) == 3
    assert first[0].endswith(":1")
    assert first[2] == first[0][:-1] + "2"
    assert ids(tmp_path / "a.csv") == first
    assert ids(write(tmp_path / "b.csv", content + "eve,New,1\n"))[:3] == first


def test_the_same_rows_in_another_order_are_the_same_mentions(tmp_path: Path) -> None:
    rows = ["ann,Good,5\n", "bob,Good,5\n", "ann,Good,5\n", "ann,Bad,1\n"]
    head = "author,text,rating\n"
    forward = ids(write(tmp_path / "a.csv", head + "".join(rows)))
    backward = ids(write(tmp_path / "b.csv", head + "".join(reversed(rows))))
    assert set(forward) == set(backward)


def test_ids_are_taken_as_they_stand(tmp_path: Path) -> None:
    long = "x" * 400
    found = run(write(tmp_path / "a.csv", f"id,text\n007,a b\n{long},c d\n,e f\n"))
    natives = [seen.native_id for seen in found.taken]
    assert natives[0] == "007"
    assert natives[1].startswith("h:")
    assert len(natives[1]) < 50
    assert natives[2].startswith("c:")


def test_repeated_ids_are_looks_at_one_mention(tmp_path: Path) -> None:
    content = "id,text\n1,first words\n2,other words\n3,more words\n1,edited words\n"
    assert ids(write(tmp_path / "a.csv", content)) == ["1", "2", "3", "1"]


def test_an_id_that_belongs_to_something_else_is_not_used(tmp_path: Path) -> None:
    rows = "".join(f"P1,text number {n}\n" for n in range(30))
    found = run(write(tmp_path / "a.csv", "id,text\n" + rows))
    assert found.plan.identity == "content"
    assert len({seen.native_id for seen in found.taken}) == 30


def test_a_unique_address_is_the_identity_where_there_is_no_id(tmp_path: Path) -> None:
    content = "url,text\nhttps://x.example/1,a b\nhttps://x.example/2,c d\n"
    found = run(write(tmp_path / "a.csv", content))
    assert found.plan.identity == "url"
    assert found.taken[0].native_id == found.taken[0].url == "https://x.example/1"
    same = run(write(tmp_path / "b.csv", content.replace("/2", "/1")))
    assert same.plan.identity == "content"


def test_either_text_title_rating_or_score_is_enough(tmp_path: Path) -> None:
    content = (
        "id,title,text,rating,nps,author\n1,,words,,,a\n2,Head,,,,a\n3,,,4,,a\n4,,,,0,a\n5,,,,,a\n"
    )
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.native_id for seen in found.taken] == ["1", "2", "3", "4"]
    assert found.refused == [(6, "no text, no rating and no score")]


def test_null_is_nothing(tmp_path: Path) -> None:
    content = (
        "id,title,text,rating,published\n1,null,NULL,5,null\n2,\\N,nan,3,-\n3,null,null,n/a,\n"
    )
    found = run(write(tmp_path / "a.csv", content))
    assert [(seen.title, seen.text, seen.published_at) for seen in found.taken] == [
        ("", "", None),
        ("", "", None),
    ]
    assert [refusal.line for refusal in found.refused] == [4]


def test_only_web_addresses_are_links(tmp_path: Path) -> None:
    rows = "https://x.example/1,a b\nHTTP://x.example/2,c d\njavascript:alert(1),e f\n"
    found = run(write(tmp_path / "a.csv", "url,text\n" + rows))
    assert [seen.url for seen in found.taken] == ["https://x.example/1", "HTTP://x.example/2", ""]
    assert found.taken[2].extra["url"] == "javascript:alert(1)"


def test_brand_and_product_of_the_source_fill_what_rows_leave_open(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,brand\na b,Acme\nc d,\n")
    found = run(path, source=Source("here", "files", "Other", "Tool"))
    assert [(seen.brand, seen.product) for seen in found.taken] == [
        ("Acme", "Tool"),
        ("Other", "Tool"),
    ]


def test_extras_are_bounded(tmp_path: Path) -> None:
    names = ",".join(f"c{n}" for n in range(100))
    cells = ",".join(["y" * 900] * 100)
    found = run(write(tmp_path / "a.csv", f"text,{names}\nsome words,{cells}\n"))
    assert len(found.taken[0].extra) == 60
    assert {len(value) for value in found.taken[0].extra.values()} == {500}
    assert "more than 60 unmapped cells" in found.warnings[-1]


HOSTILE = [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "'; DROP TABLE mentions; --",
    "[click](javascript:alert(1)) ![x](https://tracker.example/p.png) $\\frac{1}{2}$",
    "\u202egnp.exe", "a\x00b", "\x1b[31mred\x1b[0m", "😀" * 500, "z̷̢" * 200, "null\x00",
    '"', "{{7*7}}", "%s%s%n", "../../etc/passwd", "\ufeff", "\u2028line\u2029end",
]  # fmt: skip


@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells_are_text(tmp_path: Path, cell: str) -> None:
    row = {"id": "1", "text": f"so {cell} so", "author": cell, "title": cell, "rating": 5}
    found = run(write(tmp_path / "a.json", json.dumps([row, {**row, "id": "2", "rating": cell}])))
    assert found.taken[0].text == f"so {cell} so".replace("\x00", "")
    assert len(found.taken) + len(found.refused) == 2


def test_reading_is_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 10)
    rows = "".join(f"{n},text {n},{n % 6}\n" for n in range(95))
    made = plan(write(tmp_path / "a.csv", "id,text,rating\n" + rows), now=NOW)
    batches = list(read(made, SOURCE, now=NOW))
    assert [len(b.observations) + len(b.refused) for b in batches] == [10] * 9 + [5]
    assert batches[0].expected == 95
    assert batches[0].refused == (
        Refusal(2, "rating '0' is outside 1–5"),
        Refusal(8, "rating '0' is outside 1–5"),
    )


def test_a_preview_shows_the_first_rows(tmp_path: Path) -> None:
    made = plan(write(tmp_path / "a.csv", "id,text,rating\n1,a,5\n2,b,9\n3,c,1\n"), now=NOW)
    first, second = preview(made, 2, now=NOW)
    assert isinstance(first, Observation)
    assert first.place == "review"
    assert second == Refusal(3, "rating '9' is outside 1–5")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(texts, texts), min_size=1, max_size=6))
def test_every_row_is_taken_or_refused_and_twice_the_same(
    tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    data = [{"text": text, "author": author} for text, author in rows]
    path = write(tmp_path / "a.json", json.dumps([{"text": "x y", "author": "z"}, *data]))
    found = run(path)
    assert len(found.taken) + len(found.refused) == len(rows) + 1
    assert len({seen.native_id for seen in found.taken}) == len(found.taken)
    assert run(path).taken == found.taken
