"""Hostile files through ``earshot import`` and a watched folder: told plainly or stored."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.hostile import GOOD, NOW, World, fails, goods, one_line, world

ROWS = [
    ["id", "text", "rating", "date"],
    ["g1", GOOD, "5", "2026-11-01"],
    ["g2", GOOD, "4", "2026-11-02"],
]
GOODS = [dict(zip(ROWS[0], cells, strict=True)) for cells in ROWS[1:]]


class Case(NamedTuple):
    """A file, what is said of it, how many rows are stored and how many refused."""

    name: str
    content: bytes | Callable[[Path], None]
    says: str = ""
    stored: int = 0
    refused: int = 0


def table(*rows: list[str], head: list[str] | None = None, **how: Any) -> bytes:
    """A CSV file: header, a good row, the given rows, a good row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, **how)
    writer.writerows([head or ROWS[0], ROWS[1], *rows, ROWS[2]])
    return out.getvalue().encode("utf-8", "surrogatepass")


def lines(*objects: Any) -> bytes:
    """JSON Lines: a good row, the given ones, a good row."""
    every = (GOODS[0], *objects, GOODS[1])
    return "\n".join(e if isinstance(e, str) else json.dumps(e) for e in every).encode()


def row(**cells: str) -> list[str]:
    """A row of the usual columns."""
    return [cells.get(name, f"x {name}") for name in ROWS[0][:2]] + [
        cells.get("rating", "3"),
        cells.get("date", "2026-11-03"),
    ]


def workbook(*rows: list[Any]) -> Callable[[Path], None]:
    """A spreadsheet with formulas in it; the value that it stored for each is 0."""

    def write(path: Path) -> None:
        import xlsxwriter

        with xlsxwriter.Workbook(path, {"nan_inf_to_errors": True}) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate([ROWS[0], ROWS[1], *rows, ROWS[2]]):
                sheet.write_row(number, 0, cells)

    return write


def zipped(claimed: int) -> Callable[[Path], None]:
    """A spreadsheet of 3 MB of nothing that claims another size."""

    def write(path: Path) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"0" * 3_000_001)
        told, lie = (struct.pack("<I", size) for size in (3_000_001, claimed))
        path.write_bytes(held.getvalue().replace(told, lie))

    return write


def parquet(path: Path) -> None:
    import pyarrow
    from pyarrow import parquet as pq

    pq.write_table(
        pyarrow.table(
            {
                "id": ["g1", "b", "g2"],
                "text": [GOOD, "odd \x00 x", GOOD],
                "rating": [5.0, float("nan"), 4.0],
                "tags": [["a"], None, []],
                "raw": [b"\xff\xfe", b"", None],
            }
        ),
        path,
    )


def fifty(path: Path) -> None:
    """A good row, a row with a text of 50 MB, a good row."""
    head, first, last = (",".join(f'"{cell}"' for cell in each).encode() for each in ROWS)
    with path.open("wb") as file:
        file.write(head + b"\n" + first + b'\nbig,"')
        for _ in range(50):
            file.write(b"a long text " * 83_334)
        file.write(b'",3,2026-11-03\n' + last + b"\n")


DEEP = '{"a":' * 50_000 + "1" + "}" * 50_000
STARS = ("NaN", "inf", "-inf", "1e308", "7", "-1", "five", "4/5")
DATES = ("0001-01-01", "9999-12-31", "0000-00-00", "2026-02-30", "9" * 14, "-1", "1e308", "soon")
EMPTY, NO_TEXT = " is empty", "looks like a text, a rating or a score"
SQL = "x'); DROP TABLE mentions; --"
WIDE = [f"c{n}" for n in range(10_000)]
EXPENSIVE = ("wide.csv", "text-50mb.csv")
"""These are not read a second time."""
UNREADABLE = [
    Case("empty.csv", b"", EMPTY),
    Case("blank.csv", b"\n \n\t\n", EMPTY),
    Case("zeros.csv", b"\0" * 5_000, EMPTY),
    Case("header-only.csv", b"id,text,rating\n", "but no rows"),
    Case("one-word.csv", b"hello", "but no rows"),
    Case("numbers.csv", b"a,b\n1,2\n3,4\n", NO_TEXT),
    Case("narrow.csv", ",".join(["id", "text", *WIDE]).encode() + b"\n1,a\n2,b\n", NO_TEXT),
    Case("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(2_000), "is a picture"),
    Case("any-bytes.csv", bytes(range(256)) * 100, "not a text file"),
    Case("packed.csv", gzip.compress(table()), "gzip archive: unpack it first"),
    Case("document.csv", b"%PDF-1.7\n" + b"x" * 100, "is a PDF document"),
    Case("page.csv", b"<!doctype html><html><td>a, b</td></html>\n" * 3, NO_TEXT),
    Case("broken-object.json", b'{"reviews": [{"id": "g1"', "is not JSON"),
    Case("scalar.json", b"3", "no objects with values"),
    Case("null.json", b"null", "no objects with values"),
    Case("empty-list.json", b"[]", "no objects with values"),
    Case("empty-objects.json", b"[{}, {}]", "no objects with values"),
    Case("deep-object.json", DEEP.encode(), "nested too deeply|not JSON"),
    Case("empty.xlsx", b"", EMPTY),
    Case("broken.xlsx", b"PK\x03\x04" + b"x" * 500, "not a readable spreadsheet"),
    Case("bomb.xlsx", zipped(4_000_000_000), "unpacks to 4,000,000,"),
    Case("lying.xlsx", zipped(10), "not a readable spreadsheet"),
    Case("broken.parquet", b"PAR1" + b"x" * 500 + b"PAR1", "not a readable Parquet file"),
]
READABLE = [
    Case("wide.csv", table([*row(), *WIDE], head=[*ROWS[0], *WIDE]), "", 3),
    Case("ragged.csv", table(["b"], ["c", "x"], [*row(), "too", "many"], []), "6 cells", 3, 2),
    Case(
        "open-quote.csv",
        table() + b'b,"never closed,3,2026-11-03\nc,x,2,2026-11-03\n',
        "quote",
        3,
        1,
    ),
    Case("bad-quotes.csv", table() + b'b,"a "bad" quote",3,2026-11-03\n', "", 3),
    Case("same-names.csv", table(head=["id", "text", "rating", "text"]), "", 2),
    Case("utf16.csv", table().decode().encode("utf-16"), "", 2),
    Case("utf16-unmarked.csv", table().decode().encode("utf-16-le"), "UTF-16", 2),
    Case("utf16-odd.csv", table().decode().encode("utf-16")[:-1], "broken characters", 2, 1),
    Case("utf32.csv", table().decode().encode("utf-32"), "", 2),
    Case(
        "two-charsets.csv",
        table(row(text="Grüße")) + "x,Köln,3,2026-11-03\n".encode("cp1252"),
        "",
        4,
    ),
    Case("surrogates.csv", table(row(text="a\ud800b")), "", 3),
    Case("nul.csv", table(row(text="a\0b")), "", 3),
    Case("controls.csv", table(row(text="\x01\x02\x1b[2J")), "", 3),
    Case("terminal.csv", table(head=["id", "text", "rating", "\x1b[2Jdate"]), "", 2),
    Case("carriage-returns.csv", table().replace(b"\r\n", b"\r"), "", 2),
    Case("sep.csv", b"sep=;\r\n" + table(delimiter=";"), "", 2),
    Case("id-1mb.csv", table(row(id="i" * 1_000_000)), "", 3),
    Case("text-2mb.csv", table(row(text="word " * 400_000)), "more than 1,000,000", 2, 1),
    Case("text-50mb.csv", fifty, "a cell is longer than", 2, 1),
    Case(
        "title-1mb.csv",
        table(["b", "t" * 1_000_000, "3", ""], head=["id", "title", "rating", "date"]),
        "the title has",
        2,
        1,
    ),
    Case(
        "author-1mb.csv",
        table([*row()[:3], "t" * 1_000_000], head=["id", "text", "rating", "author"]),
        "",
        3,
    ),
    Case("name-1mb.csv", table(head=["id", "text", "rating", "d" * 1_000_000]), "", 2),
    Case(
        "stars.csv", table(*(row(id=each, rating=each) for each in STARS)), "is not a rating", 3, 7
    ),
    Case(
        "years.csv", table(*(row(id=each, date=each) for each in DATES)), "not sensible dates", 10
    ),
    Case(
        "formula.csv",
        table(row(text="=cmd|' /C calc'!A0", id="=1+1"), row(text="@A1", id="+2")),
        "",
        4,
    ),
    Case("sql.csv", table(row(id=SQL, text=SQL)), "", 3),
    Case("emoji.csv", table(row(id="e", text="\U0001f600\U0001f3f3\ufe0f\u200d\U0001f308")), "", 3),
    Case("invisible.csv", table(row(text="\u200b\u200d\ufeff")), "", 3),
    Case(
        "nothing-said.csv",
        table(["b", "", "", ""], ["c", " ", " ", ""]),
        "no text, no rating",
        2,
        2,
    ),
    Case(
        "array.json",
        json.dumps([GOODS[0], 3, None, "x", [], {}, GOODS[1]]).encode(),
        "no text",
        4,
        3,
    ),
    Case(
        "broken.json", json.dumps(GOODS).encode()[:-1] + b', {"id": "b", "text":', "not JSON", 2, 1
    ),
    Case(
        "deep.json",
        json.dumps(GOODS).encode()[:-1] + b"," + DEEP.encode() + b"]",
        "too deeply",
        2,
        1,
    ),
    Case("deep.jsonl", lines(DEEP), "nested too deeply", 2, 1),
    Case(
        "odd.jsonl",
        lines("{", "3", "null", "[1]", '"x"', '{"text": NaN, "rating": Infinity}'),
        "not a JSON object",
        2,
        6,
    ),
    Case(
        "surrogate.jsonl",
        lines('{"id": "\\ud800", "text": "x \\udfff", "\\ud800": "\\udc00"}'),
        "",
        3,
    ),
    Case(
        "digits.jsonl",
        lines('{"id": ' + "9" * 5_000 + "}", '{"id": 1e999, "text": "y"}'),
        "not JSON",
        3,
        1,
    ),
    Case(
        "keys.jsonl",
        lines({f"k{n}": n for n in range(5_000)} | {"text": "y"}),
        "only the first 2000",
        3,
    ),
    Case("text.xlsx", table(), "", 2),
    Case(
        "formulas.xlsx",
        workbook(["f", "=1+1", 3, "=NOW()"], ["h", '=HYPERLINK("http://a.example","x")', 3, ""]),
        "",
        4,
    ),
    Case("errors.xlsx", workbook(["f", float("nan"), float("inf"), "#REF!"]), "", 2, 1),
    Case("odd.parquet", parquet, "is not a rating", 2, 1),
]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("files")) as made:
        yield made
        made.agrees()


def write(folder: Path, case: Case) -> Path:
    path = folder / case.name
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)
    return path


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.name)
def test_a_file_that_is_none_of_ours_is_told_in_one_line(
    one: World, tmp_path: Path, case: Case
) -> None:
    path = write(tmp_path, case)
    fails(one.imported(path), case.says)
    folder = one.source("files", path=str(tmp_path))
    good = tmp_path / "good.jsonl"
    good.write_bytes(lines())
    polled = one.poll(folder)
    assert (polled.new, polled.error) == (2, "")
    assert re.search(case.says, polled.said)
    assert goods(one.stored(folder)) == 2
    one.neighbour_delivers()


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
def test_a_file_with_hostile_rows_keeps_its_neighbours(
    one: World, tmp_path: Path, case: Case
) -> None:
    ran = one.imported(write(tmp_path, case))
    assert ran.code == 0, ran.err
    said = ran.json
    assert (said["new"], said["refused"]) == (case.stored, case.refused), said
    reasons = [refusal["reason"] for refusal in said["refusals"]]
    assert re.search(case.says, "\n".join(reasons + said["warnings"]))
    assert len({refusal["line"] for refusal in said["refusals"]}) == case.refused
    rows = one.stored(one.workspace.source(case.name))
    assert len(rows) == case.stored
    assert goods(rows) == 2
    assert all(mention.published_at <= NOW + timedelta(days=2) for mention in rows)
    one.neighbour_delivers()
    if case.name in EXPENSIVE:
        return
    again = one.imported(tmp_path / case.name).json
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, case.stored)


def test_what_is_no_file_is_told_in_one_line(one: World, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name, says in (("folder.csv", "folder"), ("loop.csv", "loop|cannot"), ("none", "no file")):
        fails(one.imported(tmp_path / name), says)


def test_odd_names_in_a_watched_folder_keep_no_other(one: World, tmp_path: Path) -> None:
    """Names on Linux are bytes: they need not be text, nor one line."""
    good = tmp_path / "good.jsonl"
    good.write_bytes(lines())
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in (b"\xff\xfe.csv", b"two\nlines.csv", b"\x1b[2J.csv", b"-rf.csv", b"=1+1.csv"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"\x89PNG\r\n\x1a\n")
    folder = one.source("files", path=str(tmp_path))
    polled = one.poll(folder)
    assert (polled.new, polled.refused, polled.error) == (2, 5, "")
    assert all(one_line(refusal.reason) for refusal in polled.refusals)
    again = one.poll(folder)
    assert (again.new, again.refused, again.error) == (0, 0, "")
    one.neighbour_delivers()
