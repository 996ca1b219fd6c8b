"""Writes mentions as CSV, JSONL, Parquet or XLSX, row by row in bounded memory.

The columns are the same in every format; which mentions is the caller's filter. A cell
that a spreadsheet would run as a formula is made plain text. Not here: reports.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from storage.listing import MentionRow
from storage.models import Precision

Cell: TypeAlias = "str | int | float | bool | datetime | tuple[str, ...] | None"

COLUMNS = (
    *("id", "source", "place", "kind", "brand", "product", "published_at", "author", "rating"),
    *("label", "score", "lang", "topics", "title", "text", "url", "version", "precision"),
    *("nps", "csat", "ces", "origin", "replied", "standing", "intent", "urgency"),
)
"""In this order in every format; a file of the sample company has ``sample`` behind them."""

SHEET_ROWS = 1_048_575
"""Rows of a worksheet below its heading; the rest goes to further sheets."""
CELL_UNITS = 32_767
"""What a cell of a worksheet can hold, in UTF-16 units."""

_BATCH = 5_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How a file is written; the value is its suffix, too."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


class About(NamedTuple):
    """What a file says of itself: timezone, filter in words, sample or real, how fresh."""

    timezone: str
    chosen: str
    sample: bool
    standing: str = ""


class _Encoded:
    """What csv writes to: a wrapper that, unlike io's, never closes the stream below."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


def write(rows: Iterable[MentionRow], out: BinaryIO, form: Format, about: About) -> int:
    """Write mentions to an open binary file; return how many."""
    writer = {
        Format.CSV: _write_csv,
        Format.JSONL: _write_jsonl,
        Format.PARQUET: _write_parquet,
        Format.XLSX: _write_xlsx,
    }[form]
    return writer(rows, out, about)


def columns(about: About) -> tuple[str, ...]:
    """Names of the columns; sample data is marked in each row."""
    return (*COLUMNS, "sample") if about.sample else COLUMNS


def plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (OWASP, "CSV injection")."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(row: MentionRow, zone: ZoneInfo, about: About) -> tuple[Cell, ...]:
    """One mention as values, in the order of the columns; a day stays that day."""
    published: Cell = row.published_at.astimezone(zone)
    if row.precision == Precision.DAY:
        published = row.published_at.date().isoformat()
    values: dict[str, Any] = row._asdict()
    values |= {"published_at": published, "sample": True}
    values |= {name: values[name].value for name in ("kind", "label", "origin", "standing")}
    values |= {"intent": row.intent.value if row.intent else None}
    values |= {"urgency": tuple(each.value for each in row.urgency)}
    return tuple(values[name] for name in columns(about))


def _words(value: Cell) -> str | int | float | None:
    """A value as text formats hold it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _write_csv(rows: Iterable[MentionRow], out: BinaryIO, about: About) -> int:
    zone, count = ZoneInfo(about.timezone), 0
    # Before Python 3.13 csv quotes a carriage return only where it ends lines, too.
    writer = csv.writer(_Encoded(out), lineterminator="\r\n")
    writer.writerow(columns(about))
    for row in rows:
        cells = (_words(each) for each in _cells(row, zone, about))
        writer.writerow([plain(each) if isinstance(each, str) else each for each in cells])
        count += 1
    return count


def _write_jsonl(rows: Iterable[MentionRow], out: BinaryIO, about: About) -> int:
    zone, names, count = ZoneInfo(about.timezone), columns(about), 0
    for row in rows:
        said = dict(zip(names, _cells(row, zone, about), strict=True))
        # A 64-bit number loses its last digits in JavaScript.
        said["id"] = str(row.id)
        said["published_at"] = _words(said["published_at"])
        out.write(json.dumps(said).encode() + b"\n")
        count += 1
    return count


def _write_parquet(rows: Iterable[MentionRow], out: BinaryIO, about: About) -> int:
    import pyarrow
    from pyarrow import parquet

    schema = _schema(about)
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            table = [_parquet_row(row, about) for row in batch]
            writer.write_batch(pyarrow.RecordBatch.from_pylist(table, schema=schema))
            count += len(table)
    return count


def _parquet_row(row: MentionRow, about: About) -> dict[str, Cell]:
    said = dict(zip(columns(about), _cells(row, ZoneInfo(about.timezone), about), strict=True))
    return said | {"published_at": row.published_at}


def _schema(about: About) -> Any:
    import pyarrow

    text, small = pyarrow.string(), pyarrow.int16()
    types = {
        **dict.fromkeys(columns(about), text),
        **dict.fromkeys(("nps", "csat", "ces", "version"), small),
        **dict.fromkeys(("rating", "score"), pyarrow.float64()),
        "id": pyarrow.int64(),
        "published_at": pyarrow.timestamp("ms", tz=about.timezone),
        "topics": pyarrow.list_(text),
        "urgency": pyarrow.list_(text),
        "replied": pyarrow.bool_(),
    }
    if about.sample:
        types["sample"] = pyarrow.bool_()
    known = {"earshot.timezone": about.timezone, "earshot.filter": about.chosen}
    known["earshot.standing"] = about.standing
    known["earshot.sample"] = "yes" if about.sample else "no"
    return pyarrow.schema(list(types.items()), metadata=known)


def _write_xlsx(rows: Iterable[MentionRow], out: BinaryIO, about: About) -> int:
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
        "remove_timezone": True,
    }
    with Workbook(out, options) as book:
        book.use_zip64()
        bold = book.add_format({"bold": True})
        stream, count, cut = iter(rows), 0, 0
        for number in range(1, 1_000):
            sheet = book.add_worksheet("Mentions" if number == 1 else f"Mentions {number}")
            written, shortened = _sheet(sheet, islice(stream, SHEET_ROWS), about, bold)
            count, cut = count + written, cut + shortened
            if written < SHEET_ROWS:
                break
        _about_sheet(book.add_worksheet("About"), about, count, cut)
    return count


def _sheet(sheet: Any, rows: Iterable[MentionRow], about: About, bold: Any) -> tuple[int, int]:
    """Fill one worksheet; return how many rows and how many cells had to be cut."""
    zone, cut, count = ZoneInfo(about.timezone), 0, 0
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns(about)) - 1, 14)
    sheet.write_row(0, 0, columns(about), bold)
    for count, row in enumerate(rows, 1):
        for column, value in enumerate(_cells(row, zone, about)):
            if column == 0:
                sheet.write_string(count, column, str(value))
            elif isinstance(value, datetime):
                sheet.write_datetime(count, column, value)
            elif isinstance(value, bool | tuple | str):
                said = str(_words(value))
                short = _fitting(said)
                cut += short != said
                sheet.write_string(count, column, short)
            elif value is not None:
                sheet.write_number(count, column, value)
    return count, cut


def _about_sheet(sheet: Any, about: About, count: int, cut: int) -> None:
    sheet.set_column(0, 0, 22)
    facts = [
        ("Mentions", str(count)),
        ("Filter", about.chosen),
        ("Times are in", about.timezone),
        *([("As known", about.standing)] if about.standing else []),
        ("Data", "SAMPLE: an invented company, no real customers" if about.sample else "real"),
    ]
    if cut:
        facts.append(("Texts cut", f"{cut}; a cell holds {CELL_UNITS:,} characters, CSV all"))
    for number, (name, value) in enumerate(facts):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, value)


def _fitting(text: str) -> str:
    """Return a text that fits into a cell; what is cut says so."""
    if len(text) <= CELL_UNITS // 2:
        return text
    raw = text.encode("utf-16-le")
    if len(raw) <= CELL_UNITS * 2:
        return text
    return raw[: 2 * (CELL_UNITS - 20)].decode("utf-16-le", "ignore") + " … [cut to fit]"


def _batches(rows: Iterable[MentionRow]) -> Iterator[list[MentionRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        yield batch
