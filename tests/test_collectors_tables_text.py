"""Encodings, delimiters, quotes, headers: from bytes to rows of cells."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.tables import delimited
from collectors.tables.readers import Format, open_table
from storage.errors import InputError
from tests.tables import run, write

ROWS = "text;rating\nGrößenwahn – „gut“;5\nSchön war’s;4\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(tmp_path: Path, encoding: str, name: str) -> None:
    found = run(write(tmp_path / "a.csv", ROWS.encode(encoding)))
    assert found.plan.table.encoding == name
    assert [seen.text for seen in found.taken] == ["Größenwahn – „gut“", "Schön war’s"]


def test_bytes_that_no_encoding_knows_are_latin_1_with_a_warning(tmp_path: Path) -> None:
    found = run(write(tmp_path / "a.csv", b"text,rating\nsch\xf6n \x81,5\n"))
    assert found.plan.table.encoding == "latin-1"
    assert "latin-1" in found.warnings[0]


def test_one_broken_byte_does_not_turn_utf_8_into_something_else(tmp_path: Path) -> None:
    rows = "text\nschön schön\nüber alles\n".encode() + b"bad \xed\xa0\x80 half\n"
    found = run(write(tmp_path / "a.csv", rows))
    assert [seen.text for seen in found.taken][:2] == ["schön schön", "über alles"]
    assert "\ufffd" in found.taken[2].text
    assert "not UTF-8" in found.warnings[0]


def test_the_encoding_can_be_set(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\nпривет мир\n".encode("cp1251"))
    assert run(path, encoding="cp1251").taken[0].text == "привет мир"
    with pytest.raises(InputError, match="no text encoding"):
        run(path, encoding="klingon")
    with pytest.raises(InputError, match="not in the encoding"):
        run(path, encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(tmp_path: Path, delimiter: str) -> None:
    rows = [["review", "stars"], ["good, or: so; so", "4"], ["never | again", "1"]]
    lines = (delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found = run(write(tmp_path / "a.txt", "\n".join(lines)))
    assert [seen.text for seen in found.taken] == ["good, or: so; so", "never | again"]
    assert [seen.rating for seen in found.taken] == [4, 1]


def test_a_delimiter_named_by_excel_or_by_hand_is_taken(tmp_path: Path) -> None:
    assert (
        run(write(tmp_path / "a.csv", "sep=;\r\ntext;rating\r\na,b;5\r\n")).taken[0].text == "a,b"
    )
    path = write(tmp_path / "b.csv", "text^rating\nwell, well^3\n")
    assert run(path, delimiter="^").taken[0].rating == 3


def test_one_column_of_text_with_commas_is_one_column(tmp_path: Path) -> None:
    content = "comment\nslow, rude, dear\nfine\nwell, I never\nso, so, so, so\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.text for seen in found.taken][:2] == ["slow, rude, dear", "fine"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_newlines_in_cells_survive_and_lines_are_counted(tmp_path: Path, end: str) -> None:
    content = end.join(["text,rating", '"one', 'two ""quoted""",5', ",", "x,bad", ""])
    found = run(write(tmp_path / "a.csv", content))
    assert found.taken[0].text == f'one{end}two "quoted"'
    assert [refusal.line for refusal in found.refused] == [4, 5]


def test_nul_characters_are_taken_out(tmp_path: Path) -> None:
    found = run(write(tmp_path / "a.csv", b"text,rating\nso\x00me text,5\n"))
    assert found.taken[0].text == "some text"


def test_backslash_escapes_are_understood(tmp_path: Path) -> None:
    content = 'id,text,rating\n1,"he said \\"no, never\\", twice",2\n2,"fine, \\"thanks\\"",5\n'
    found = run(write(tmp_path / "a.csv", content))
    assert found.taken[0].text == 'he said "no, never", twice'


@pytest.mark.parametrize(
    "broken",
    ['3,"never closed,2', '3,never,"closed', '"3,never closed,2'],
    ids=["middle", "last", "first"],
)
def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path, broken: str) -> None:
    rows = [f"{n},text {n},{1 + n % 5}" for n in range(1, 9)]
    rows[2] = broken
    found = run(write(tmp_path / "a.csv", "\n".join(["id,text,rating", *rows, ""])))
    assert [seen.native_id for seen in found.taken] == ["1", "2", "4", "5", "6", "7", "8"]
    assert [refusal.line for refusal in found.refused] == [4]
    assert "quote" in found.refused[0].reason


def test_a_quote_closed_by_a_later_row_costs_no_other_row(tmp_path: Path) -> None:
    rows = ['1,5,"oops', '2,4,"fine text"', "3,3,plain"]
    found = run(write(tmp_path / "a.csv", "\n".join(["id,rating,text", *rows])))
    assert [(seen.native_id, seen.text) for seen in found.taken] == [
        ("2", "fine text"),
        ("3", "plain"),
    ]


def test_a_quote_inside_a_cell_that_is_not_doubled_is_forgiven(tmp_path: Path) -> None:
    found = run(write(tmp_path / "a.csv", 'id,text\n1,"a "great" day"\n2,b\n'))
    assert [seen.native_id for seen in found.taken] == ["1", "2"]
    assert "great" in found.taken[0].text


def test_a_cell_beyond_the_limit_costs_its_row_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "FIELD_LIMIT", 3_000_000)
    long = "word " * 800_000
    content = f'id,text,rating\n1,a,5\n2,"{long}",5\n3,c,4\n'
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.native_id for seen in found.taken] == ["1", "3"]
    assert found.refused[0].line == 3
    assert "longer than" in found.refused[0].reason


def test_a_text_beyond_the_limit_is_refused_not_cut(tmp_path: Path) -> None:
    content = f"id,text\n1,{'x' * 1_000_001}\n2,{'y ' * 499_000}\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.native_id for seen in found.taken] == ["2"]
    assert "1,000,001 characters" in found.refused[0].reason


def test_ragged_rows_are_filled_cut_or_refused(tmp_path: Path) -> None:
    content = "id,text,rating,lang\n1,short\n2,fine,5,en\n3,empty tail,4,en,,\n4,a,b,c,5,en\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.native_id for seen in found.taken] == ["1", "2", "3"]
    assert found.refused == [(5, "6 cells where the header has 4")]
    assert any("filled up" in warning for warning in found.warnings)


def test_blank_lines_are_no_rows_but_empty_cells_are(tmp_path: Path) -> None:
    found = run(write(tmp_path / "a.csv", "text,rating\n\na,1\n\n,\nb,2\n\n"))
    assert len(found.taken) == 2
    assert found.refused == [(5, "no text, no rating and no score")]
    assert found.plan.rows == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n \n", "is empty"),
        (b"text,rating\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\x00abc", "unpack"),
        (bytes(range(256)) * 40, "not a text file"),
        (b"PK\x03\x04 nothing", "spreadsheet"),
        (b"PAR1 nothing PAR1", "Parquet"),
        (b"code,amount\n1,2\n3,4\n", "looks like a text"),
    ],
)
def test_files_that_are_no_tables_are_told_apart(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        run(write(tmp_path / "a.csv", content))


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        run(tmp_path / "none.csv")
    with pytest.raises(InputError, match="folder"):
        run(tmp_path)


def test_lines_above_the_header_are_skipped(tmp_path: Path) -> None:
    content = "Report of reviews,,\nMade on Monday,,\n\nreview,rating,date\ngood one,5,2024-01-02\n"
    found = run(write(tmp_path / "a.csv", content))
    assert found.taken[0].text == "good one"
    assert "2 lines above" in found.warnings[0]


def test_a_table_without_names_gets_numbers(tmp_path: Path) -> None:
    rows = "2024-01-02,5,all went well today\n2024-01-05,1,nothing worked for me at all\n"
    found = run(write(tmp_path / "a.csv", rows), {"rating": "column 2"})
    assert [seen.rating for seen in found.taken] == [5, 1]
    assert found.taken[0].text == "all went well today"
    assert found.plan.columns["published_at"] == "column 1"


def test_repeated_names_are_made_unique(tmp_path: Path) -> None:
    content = "Other,text,Other,,Other\na,some words,b,c,d\n"
    found = run(write(tmp_path / "a.csv", content))
    assert found.plan.header.names == ("Other", "text", "Other 2", "column 4", "Other 3")
    assert found.taken[0].extra == {"Other": "a", "Other 2": "b", "column 4": "c", "Other 3": "d"}


def test_three_header_rows_of_qualtrics(tmp_path: Path) -> None:
    content = (
        "StartDate,EndDate,ResponseId,Q1_NPS_GROUP,Q1,Q2\n"
        "Start Date,End Date,Response ID,How likely are you to recommend us? - Group,"
        "How likely are you to recommend us?,Why that score?\n"
        '"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}",'
        '"{""ImportId"":""endDate"",""timeZone"":""America/Denver""}",'
        '"{""ImportId"":""_recordId""}","{""ImportId"":""QID1_NPS_GROUP""}",'
        '"{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}"\n'
        "2024-01-01 10:00:00,2024-01-01 10:01:00,R_1,3,9,It simply works\n"
    )
    found = run(write(tmp_path / "a.csv", content))
    assert found.plan.header.rows == 3
    assert found.plan.columns["nps"] == "Q1"
    assert found.taken[0].nps == 9
    assert found.taken[0].published_at is not None
    assert found.taken[0].published_at.hour == 17
    by_question = run(tmp_path / "a.csv", {"text": "why that score?"})
    assert by_question.plan.columns["text"] == "Q2"


def test_two_header_rows_of_surveymonkey(tmp_path: Path) -> None:
    content = (
        "Respondent ID,End Date,How likely is it that you would recommend us?,What is missing?,\n"
        ",,,Response,Open-Ended Response\n"
        "77,01/25/2024 10:11:12 AM,10 - Extremely likely,yes,More staff on Sundays\n"
    )
    found = run(write(tmp_path / "a.csv", content))
    assert found.plan.header.rows == 2
    assert found.taken[0].nps == 10
    assert "More staff on Sundays" in found.taken[0].text


def test_the_number_of_header_rows_can_be_set(tmp_path: Path) -> None:
    content = "a,b\nreview,rating\nfine by me,5\n"
    found = run(write(tmp_path / "a.csv", content), {"text": "a", "rating": "b"}, header_rows=2)
    assert [seen.text for seen in found.taken] == ["fine by me"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=400))
def test_any_bytes_give_rows_or_an_input_error(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "a.csv", b"text,rating\n" + content)
    try:
        found = run(path)
    except InputError:
        return
    assert found.plan.rows == len(found.taken) + len(found.refused)


letters = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t,;\"'|\r")
cells = st.text(letters, max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8))
def test_whatever_csv_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "text", "note"), *rows])
    table = open_table(path, Format(delimiter=","))
    assert [tuple(row.cells) for row in table.rows()][1:] == rows
