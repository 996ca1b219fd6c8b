"""Watching files and folders: what is new is read once, what is broken is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from collectors.contract import Services
from collectors.files import FilesCollector
from collectors.tables import reading
from collectors.testing import check_collector
from storage.errors import SourceBroken
from storage.models import Batch, Json, Source
from tests.tables import NOW, write

SERVICES = Services(now=lambda: NOW)
ROWS = "id,text,rating\n1,first words,5\n2,second words,2\n"


def source(path: Path, **options: Json) -> Source:
    return Source("drop", "files", options={"path": str(path), **options})


def collect(path: Path, cursor: Json = None, **options: Json) -> list[Batch]:
    return list(FilesCollector(SERVICES).collect(source(path, **options), cursor))


def taken(batches: list[Batch]) -> list[str]:
    return [seen.native_id for batch in batches for seen in batch.observations]


def last(batches: list[Batch]) -> Json:
    cursors = [batch.cursor for batch in batches if batch.cursor is not None]
    return json.loads(json.dumps(cursors[-1])) if cursors else None


def test_files_keep_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 4)
    for name in ("a", "b"):
        rows = "".join(f"{name}{n},text {n},{n % 6}\n" for n in range(11))
        write(tmp_path / f"{name}.csv", "id,text,rating\n" + rows)
    whole = check_collector(FilesCollector, source(tmp_path), SERVICES)
    assert len(whole.seen) == 18


def test_a_file_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    first = collect(path)
    assert taken(first) == ["1", "2"]
    assert collect(path, last(first)) == []


def test_a_file_that_grew_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    first = collect(path)
    write(path, ROWS + "3,third words,4\n")
    assert taken(collect(path, last(first))) == ["1", "2", "3"]


def test_a_file_that_was_only_touched_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    first = collect(path)
    os.utime(path, (1, 1))
    again = collect(path, last(first))
    assert taken(again) == []
    assert collect(path, last(again)) == []


def test_a_change_of_options_reads_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text,note\n1,first words,other words\n")
    first = collect(path)
    again = collect(path, last(first), map={"text": "note"})
    assert [seen.text for batch in again for seen in batch.observations] == ["other words"]


def test_a_crash_between_batches_repeats_none_of_the_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 2)
    rows = ["same,5\n", "same,5\n", "other,1\n", "same,5\n", "last,2\n"]
    path = write(tmp_path / "a.csv", "text,rating\n" + "".join(rows))
    whole = collect(path)
    rest = collect(path, json.loads(json.dumps(whole[0].cursor)))
    assert taken(whole) == taken(whole[:1]) + taken(rest)
    write(path, "text,rating\nnew,1\n" + "".join(rows))
    assert len(taken(collect(path, whole[0].cursor))) == 6


def test_a_folder_is_watched(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", ROWS)
    first = collect(tmp_path)
    write(tmp_path / "b.jsonl", '{"id": "9", "text": "from b"}\n')
    for ignored in (".c.csv", "~$d.xlsx", "e.csv.part", "f.md"):
        write(tmp_path / ignored, ROWS)
    (tmp_path / "g.csv").mkdir()
    second = collect(tmp_path, last(first))
    assert taken(second) == ["9"]
    (tmp_path / "a.csv").unlink()
    third = collect(tmp_path, last(second))
    assert taken(third) == []
    assert "a.csv" not in json.dumps(last(third))


def test_a_pattern_chooses_files(tmp_path: Path) -> None:
    write(tmp_path / "reviews-1.dat", ROWS)
    write(tmp_path / "other.csv", ROWS.replace("1,", "7,"))
    assert taken(collect(tmp_path, pattern="reviews-*")) == ["1", "2"]


def test_one_broken_file_is_said_once_and_stops_no_other(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", b"\x89PNG\r\n")
    write(tmp_path / "b.csv", ROWS)
    first = collect(tmp_path)
    assert taken(first) == ["1", "2"]
    refused = [refusal for batch in first for refusal in batch.refused]
    assert [refusal.reason for refusal in refused] == ["a.csv: a.csv is a picture, not a table"]
    assert collect(tmp_path, last(first)) == []
    write(tmp_path / "a.csv", ROWS.replace("1,", "7,"))
    assert taken(collect(tmp_path, last(first))) == ["7", "2"]


def test_a_source_of_nothing_but_broken_files_fails_every_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"")
    batches = FilesCollector(SERVICES).collect(source(path), None)
    cursor = next(batches).cursor
    with pytest.raises(SourceBroken, match="is empty"):
        list(batches)
    with pytest.raises(SourceBroken, match="is empty"):
        collect(path, cursor)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"path": "/nowhere/at/all"}, "no file or folder"),
        ({"path": ""}, "must name"),
        ({}, "must name"),
        ({"kind": "poem"}, "no kind 'poem'"),
        ({"map": {"text": "none"}}, "no column 'none'"),
        ({"map": "text"}, "table of columns"),
        ({"dates": "dm"}, "date order"),
        ({"header_rows": 99}, "header_rows"),
        ({"timezone": "Mars"}, "no time zone"),
    ],
)
def test_wrong_options_break_the_source(
    tmp_path: Path, options: dict[str, Json], reason: str
) -> None:
    path = write(tmp_path / "a.csv", "text,date\nsome words,01/02/2024\n")
    made = Source("drop", "files", options={"path": str(path), **options} if options else {})
    collector = FilesCollector(SERVICES)
    with pytest.raises(SourceBroken, match=reason):
        list(collector.collect(made, None))
    assert reason in collector.check(made).problem


def test_options_reach_the_plan(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "body^mark^day\nsome words^8^01/02/2024\n".encode("utf-16"))
    (batch, *_) = collect(
        path,
        kind="survey",
        delimiter="^",
        encoding="utf-16",
        dates="mdy",
        scale="1-10",
        header_rows=1,
        map={"rating": "mark", "text": ["body"]},
    )
    seen = batch.observations[0]
    assert (seen.kind, seen.rating, seen.place) == ("survey", 4, "drop")
    assert seen.published_at is not None
    assert seen.published_at.month == 1


def test_a_trial_look_shows_the_first_rows(tmp_path: Path) -> None:
    collector = FilesCollector(SERVICES)
    assert "no file" in collector.check(source(tmp_path)).problem
    write(tmp_path / "a.csv", ROWS)
    assert [seen.native_id for seen in collector.check(source(tmp_path)).newest] == ["1", "2"]


def test_a_path_is_recognised(tmp_path: Path) -> None:
    path = write(tmp_path / "My Reviews.csv", ROWS)
    for link in (str(path), path.as_uri()):
        suggestion = FilesCollector.recognise(link)
        assert suggestion is not None
        assert (suggestion.id, suggestion.options) == ("my-reviews", {"path": str(path)})
    assert FilesCollector.recognise(str(tmp_path)) is not None
    for link in ("https://x.example/a.csv", str(tmp_path / "none.csv"), "", "a\x00b"):
        assert FilesCollector.recognise(link) is None
