"""The same rows in every format are the same observations."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from collectors.tables import documents, workbooks
from storage.errors import InputError
from tests.tables import run, write

ROWS: list[dict[str, Any]] = [
    {"title": "Good", "text": "It works, mostly", "rating": 4.0, "date": date(2024, 5, 1)},
    {"title": "", "text": "Größer „als“\nzweite Zeile", "rating": 4.5, "date": date(2024, 5, 2)},
    {"title": "Bad", "text": "=cmd()", "rating": 1.0, "date": None},
    {"title": "Bad", "text": "=cmd()", "rating": 1.0, "date": None},
]  # fmt: skip


def as_csv(path: Path, delimiter: str = ",") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROWS[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)


def as_xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, list(ROWS[0]))
    for n, row in enumerate(ROWS, 1):
        sheet.write_row(n, 0, [row["title"], row["text"], row["rating"]])
        if row["date"]:
            sheet.write_datetime(n, 3, row["date"], day)
    book.close()


def as_json(path: Path) -> None:
    path.write_text(json.dumps({"meta": {"n": 4}, "reviews": ROWS}, default=str), "utf-8")


def as_array(path: Path) -> None:
    path.write_text(json.dumps(ROWS, default=str, indent=2), "utf-8")


def as_lines(path: Path) -> None:
    path.write_text("\n".join(json.dumps(row, default=str) for row in ROWS), "utf-8")


def as_parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), path)


WRITERS = {
    "a.csv": as_csv,
    "b.tsv": lambda path: as_csv(path, "\t"),
    "c.xlsx": as_xlsx,
    "d.json": as_json,
    "e.json": as_array,
    "f.jsonl": as_lines,
    "g.parquet": as_parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_observations(tmp_path: Path, name: str) -> None:
    as_csv(tmp_path / "plain.csv")
    expected = run(tmp_path / "plain.csv")
    WRITERS[name](tmp_path / name)
    found = run(tmp_path / name)
    assert found.taken == expected.taken
    assert len({seen.native_id for seen in found.taken}) == 4
    assert dict(found.plan.columns) == dict(expected.plan.columns)
    json.dumps(found.plan.describe())


def test_the_content_tells_the_format_not_the_name(tmp_path: Path) -> None:
    as_parquet(tmp_path / "a.csv")
    as_xlsx(tmp_path / "b.json")
    assert run(tmp_path / "a.csv").plan.table.format == "parquet"
    assert len(run(tmp_path / "b.json").taken) == 4


def test_nested_objects_become_dotted_columns(tmp_path: Path) -> None:
    reviews = [
        {
            "reviewId": f"r{n}",
            "reviewer": {"displayName": "Ada"},
            "starRating": word,
            "comment": "quite all right",
            "createTime": "2024-05-01T10:00:00Z",
            "tags": ["a", "b"],
            "reviewReply": {"comment": "Thank you", "updateTime": "2024-05-02T10:00:00Z"},
        }
        for n, word in enumerate(["FIVE", "TWO"])
    ]
    found = run(write(tmp_path / "a.json", json.dumps({"reviews": reviews, "total": 2})))
    seen = found.taken[0]
    assert (seen.native_id, seen.author, seen.rating) == ("r0", "Ada", 5)
    assert (seen.reply_text, seen.extra["tags"]) == ("Thank you", "a, b")
    assert seen.reply_at == datetime(2024, 5, 2, 10, tzinfo=UTC)


def test_lines_that_are_not_json_are_refused_by_number(tmp_path: Path) -> None:
    lines = ['{"text": "one"}', "", "{oops", "[1, 2]", '{"text": "two"}', '{"text": NaN}']
    found = run(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [seen.text for seen in found.taken] == ["one", "two"]
    assert [refusal.line for refusal in found.refused] == [3, 4, 6]


def test_a_broken_array_keeps_what_came_before(tmp_path: Path) -> None:
    found = run(write(tmp_path / "a.json", '[{"text": "one"}, {"text": "two"}, {"text": }'))
    assert [seen.text for seen in found.taken] == ["one", "two"]
    assert "not JSON from here on" in found.refused[0].reason


def test_an_array_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "CHUNK", 64)
    rows = [{"id": str(n), "text": "word " * (n % 40 + 1)} for n in range(60)]
    found = run(write(tmp_path / "a.json", json.dumps(rows)))
    assert [seen.native_id for seen in found.taken] == [row["id"] for row in rows]


@pytest.mark.parametrize(
    "content",
    ["[]", "{}", "[" * 100_000, '{"a": {"b": ' * 5_000, '{"text": "a"', "nothing"],
)
def test_json_without_rows_is_an_input_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError):
        run(write(tmp_path / "a.json", content))


def test_lone_surrogates_of_json_are_replaced(tmp_path: Path) -> None:
    found = run(write(tmp_path / "a.json", '[{"text": "half \\ud83d of it", "note": "\\udc00"}]'))
    assert found.taken[0].text == "half \ufffd of it"
    assert found.taken[0].extra == {"note": "\ufffd"}


def test_a_sheet_can_be_chosen_and_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    for name in ("First", "Second", "Empty"):
        sheet = book.add_worksheet(name)
        if name != "Empty":
            sheet.write_column(2, 1, ["text", f"words of {name}"])
    book.close()
    found = run(path)
    assert found.taken[0].text == "words of First"
    assert found.warnings == ("only the sheet 'First' is read, not Second",)
    assert run(path, sheet="Second").taken[0].text == "words of Second"
    with pytest.raises(InputError, match="no sheet 'Third'"):
        run(path, sheet="Third")


def test_refused_rows_of_a_sheet_have_its_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(2, 0, ["text", "rating"])
    sheet.write_row(3, 0, ["fine", 5])
    sheet.write_row(5, 0, ["bad", 77])
    book.close()
    found = run(path)
    assert len(found.taken) == 1
    assert found.refused[0].line == 6


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1_000)
    as_xlsx(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="unpacks to"):
        run(tmp_path / "a.xlsx")


def test_a_broken_spreadsheet_is_an_input_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(InputError, match="not a readable spreadsheet"):
        run(tmp_path / "a.xlsx")


def test_times_of_parquet_keep_their_zone(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 1, 10, 11, 12, 500000, tzinfo=UTC)
    times = pa.array([moment], pa.timestamp("ns", "Europe/Berlin"))
    pq.write_table(pa.table({"text": ["a b"], "created_at": times}), tmp_path / "a.parquet")
    assert run(tmp_path / "a.parquet").taken[0].published_at == moment
