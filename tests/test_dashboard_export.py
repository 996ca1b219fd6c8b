"""`earshot export mentions`: every format says the same, safely, for any filter."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pyarrow import parquet
from python_calamine import CalamineWorkbook

from dashboard import exports
from dashboard.commands import output
from storage import listing, queries, workspace
from storage.database import Database
from storage.models import Intent, Kind, Label, MentionFilter, Urgency
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, company, open_company, play_review, store

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A company of three weeks."""
    database = company(tmp_path)
    yield database
    database.close()


def exported(db: Database, *options: object) -> list[dict[str, str]]:
    """The rows of a CSV export."""
    ran = earshot("export", "mentions", "--db", db.path, *options)
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.text, newline="")))


def test_without_filters_everything_newest_first(db: Database) -> None:
    rows = exported(db)
    stored = list(listing.every(db.reader(), MentionFilter()))
    assert [row["id"] for row in rows] == [str(row.id) for row in stored]
    assert tuple(rows[0]) == exports.COLUMNS
    first = next(row for row in rows if row["source"] == "play")
    assert first["place"] == "play:com.acme"
    assert first["kind"] == "review"
    assert first["brand"] == "Acme"
    assert first["product"] == "App"
    assert first["origin"] == "stars"
    assert first["lang"] == "en"


def test_times_are_in_the_reporting_timezone_and_a_day_stays_a_day(db: Database) -> None:
    rows = exported(db)
    stored = {str(row.id): row for row in listing.every(db.reader(), MentionFilter())}
    for row in rows:
        at = stored[row["id"]].published_at
        if row["kind"] == "survey":
            assert row["published_at"] == at.date().isoformat()
        else:
            assert datetime.fromisoformat(row["published_at"]) == at
            assert row["published_at"].endswith("+01:00")


@pytest.mark.parametrize(
    ("options", "flt"),
    [
        (["--kind", "survey"], MentionFilter(kinds=(Kind.SURVEY,))),
        (["--brand", "Rival"], MentionFilter(brands=("Rival",))),
        (["--source", "play", "--source", "nps"], MentionFilter(sources=("play", "nps"))),
        (["--product", "App"], MentionFilter(products=("App",))),
        (["--label", "negative"], MentionFilter(labels=(Label.NEGATIVE,))),
        (["--topic", "delivery"], MentionFilter(topics=("delivery",))),
        (["--lang", "DE"], MentionFilter(langs=("de",))),
        (["--intent", "praise"], MentionFilter(intents=(Intent.PRAISE,))),
        (["--urgency", "legal"], MentionFilter(urgency=(Urgency.LEGAL,))),
        (
            ["--intent", "complaint", "--urgency", "legal", "--text", "bad"],
            MentionFilter(intents=(Intent.COMPLAINT,), urgency=(Urgency.LEGAL,), text="bad"),
        ),
        (["--text", '"fair price"'], MentionFilter(text='"fair price"')),
        (
            ["--from", "2026-11-02", "--to", "2026-11-08"],
            MentionFilter(start=date(2026, 11, 2), end=date(2026, 11, 8)),
        ),
    ],
)
def test_each_filter_gives_exactly_the_mentions_that_are_counted(
    db: Database, options: list[str], flt: MentionFilter
) -> None:
    rows = exported(db, *options)
    assert rows or flt.langs
    assert len(rows) == queries.count(db.reader(), flt)
    assert [row["id"] for row in rows] == [str(r.id) for r in listing.every(db.reader(), flt)]


def test_a_name_that_nothing_bears_is_refused_with_the_nearest(db: Database) -> None:
    ran = earshot("export", "mentions", "--db", db.path, "--brand", "Acmee")
    assert ran.code == 2
    assert "did you mean 'Acme'?" in ran.err
    assert earshot("export", "mentions", "--db", db.path, "--kind", "tweet").code == 2
    ran = earshot(
        "export", "mentions", "--db", db.path, "--from", "2026-11-08", "--to", "2026-11-02"
    )
    assert ran.code == 2
    assert "lies after" in ran.err


def test_no_database_is_made_by_reading(tmp_path: Path) -> None:
    ran = earshot("export", "mentions", "--db", tmp_path / "none.db")
    assert ran.code == 2
    assert not list(tmp_path.iterdir())


def test_every_format_says_the_same(db: Database, tmp_path: Path) -> None:
    rows = exported(db)
    for form in ("jsonl", "parquet", "xlsx"):
        ran = earshot("export", "mentions", "--db", db.path, "--out", tmp_path / f"all.{form}")
        assert ran.code == 0, ran.err
        assert f"{len(rows)} mentions" in ran.err
    lines = earshot("export", "mentions", "--db", db.path, "--format", "jsonl").lines
    assert (tmp_path / "all.jsonl").read_bytes().count(b"\n") == len(rows)
    table = parquet.read_table(tmp_path / "all.parquet")
    book = CalamineWorkbook.from_path(tmp_path / "all.xlsx")
    heading, *cells = book.get_sheet_by_name("Mentions").to_python()
    assert tuple(heading) == exports.COLUMNS == tuple(table.column_names)
    assert len(rows) == len(lines) == table.num_rows == len(cells)
    for row, line, value, sheet in zip(rows, lines, table.to_pylist(), cells, strict=True):
        assert row["id"] == line["id"] == str(value["id"]) == sheet[0]
        assert row["text"] == line["text"] == value["text"] == sheet[heading.index("text")]
        assert row["topics"] == ";".join(line["topics"]) == ";".join(value["topics"])
        for name in ("rating", "nps", "score"):
            number = sheet[heading.index(name)]
            assert line[name] == value[name]
            assert (row[name] == "" == number) or float(row[name]) == line[name] == number
        assert value["published_at"].tzinfo is not None
        assert (row["replied"] == "yes") is line["replied"] is value["replied"]


def test_what_a_text_format_cannot_say_stands_beside_it(db: Database, tmp_path: Path) -> None:
    for form in ("csv", "jsonl", "parquet"):
        out = tmp_path / f"m.{form}"
        ran = earshot("export", "mentions", "--db", db.path, "--label", "negative", "--out", out)
        assert ran.code == 0, ran.err
        assert "Data to" in ran.err, "standard output stays for programs"
        beside = tmp_path / f"m.{form}-metadata.json"
        if form == "parquet":
            known = parquet.read_schema(out).metadata
            assert known[b"earshot.standing"].startswith(b"Data to")
            assert not beside.exists()
            continue
        told = json.loads(beside.read_bytes())
        assert told["url"] == out.name
        assert told["dc:description"].startswith("Data to")
        assert told["dc:coverage"] == "labels negative"
    told = json.loads((tmp_path / "m.csv-metadata.json").read_bytes())
    names = [each["name"] for each in told["tableSchema"]["columns"]]
    with (tmp_path / "m.csv").open(newline="") as file:
        assert next(csv.reader(file)) == names


def test_formulas_become_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    store(db, PLAY, [play_review(n, NOW, text=text) for n, text in enumerate(HOSTILE)])
    rows = {row["url"]: row for row in exported(db)}
    for number, text in enumerate(HOSTILE):
        row = rows[f"https://play.example/{number}"]
        assert row["text"] == f"'{text}"
        assert not row["title"].startswith("'")
    assert {row["score"] for row in rows.values()} == {"0.6"}
    out = tmp_path / "x.xlsx"
    assert earshot("export", "mentions", "--db", db.path, "--out", out).code == 0
    heading, *cells = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    found = {row[heading.index("text")] for row in cells}
    assert len(found) == len(HOSTILE)
    assert "=1+1" in found
    assert b"<f>" not in _part(out, "xl/worksheets/sheet1.xml")
    db.close()


def test_the_sample_company_is_marked_in_every_format(db: Database, tmp_path: Path) -> None:
    with db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    assert {row["sample"] for row in exported(db)} == {"yes"}
    lines = earshot("export", "mentions", "--db", db.path, "--format", "jsonl").lines
    assert all(line["sample"] is True for line in lines)
    for form in ("xlsx", "parquet"):
        earshot("export", "mentions", "--db", db.path, "--out", tmp_path / f"s.{form}")
    book = CalamineWorkbook.from_path(tmp_path / "s.xlsx")
    assert book.get_sheet_by_index(0).to_python()[0][-1] == "sample"
    assert "SAMPLE" in str(book.get_sheet_by_name("About").to_python())
    schema = parquet.read_schema(tmp_path / "s.parquet")
    assert schema.metadata[b"earshot.sample"] == b"yes"


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    store(db, PLAY, [play_review(1, NOW, text="𝛼" * 20_000)])
    out = tmp_path / "x.xlsx"
    assert earshot("export", "mentions", "--db", db.path, "--out", out).code == 0
    book = CalamineWorkbook.from_path(out)
    heading, row = book.get_sheet_by_index(0).to_python()
    said = row[heading.index("text")]
    assert isinstance(said, str)
    assert said.endswith("[cut to fit]")
    assert len(said.encode("utf-16-le")) <= 2 * exports.CELL_UNITS
    assert "Texts cut" in str(book.get_sheet_by_name("About").to_python())
    assert exported(db)[0]["text"] == "𝛼" * 20_000
    db.close()


def test_more_rows_than_a_sheet_holds_go_to_the_next(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 21)
    out = tmp_path / "x.xlsx"
    assert earshot("export", "mentions", "--db", db.path, "--out", out).code == 0
    book = CalamineWorkbook.from_path(out)
    assert book.sheet_names == ["Mentions", "Mentions 2", "Mentions 3", "About"]
    sheets = [len(book.get_sheet_by_name(name).to_python()) - 1 for name in book.sheet_names[:3]]
    assert sheets == [21, 21, 0]


def test_what_needs_a_file_says_so_and_never_overwrites_the_database(db: Database) -> None:
    ran = earshot("export", "mentions", "--db", db.path, "--format", "xlsx")
    assert ran.code == 2
    assert "--out" in ran.err
    for name in (db.path, f"{db.path}-wal", f"{db.path}.key"):
        ran = earshot("export", "mentions", "--db", db.path, "--format", "csv", "--out", name)
        assert ran.code == 2, name
    ran = earshot("export", "mentions", "--db", db.path, "--out", db.path.parent / "no" / "x.csv")
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_a_failed_export_leaves_no_half_file(db: Database, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    out.write_text("kept")

    def fail() -> None:
        with output.target(out) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert out.read_text() == "kept"
    assert not (tmp_path / "x.csv.part").exists()


def test_what_was_erased_at_the_source_is_not_exported(db: Database) -> None:
    store(db, PLAY, [], gone=[("play:com.acme", "gp-10")], now=NOW)
    assert "gp-10" not in {row["url"].rsplit("/")[-1] for row in exported(db)}


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """Rows are pulled one by one: none is asked for before the one before it is written."""
    pulled = 0
    zone = ZoneInfo("UTC")

    def rows() -> Iterator[listing.MentionRow]:
        nonlocal pulled
        db = open_company(tmp_path)
        store(db, PLAY, [play_review(n, NOW - timedelta(minutes=n)) for n in range(3)])
        for row in listing.every(db.reader(), MentionFilter()):
            pulled += 1
            yield row
        db.close()

    class Sink(io.BytesIO):
        def write(self, data: object) -> int:
            assert self.lines <= pulled
            self.lines += 1
            return 0

        lines = 0

    exports.write(rows(), Sink(), exports.Format.JSONL, exports.About(zone.key, "", False))
    assert pulled == 3


def _part(path: Path, name: str) -> bytes:
    from zipfile import ZipFile

    with ZipFile(path) as archive:
        return archive.read(name)
