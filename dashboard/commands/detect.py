"""``earshot detect``: a filter, CSV rows in, the same rows with ``score`` and ``alert`` out.

Each row is answered as soon as it is there, by itself and earlier rows only. No database
is opened or made.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import click

from dashboard.commands.options import places
from storage.errors import EarshotError, InputError

if TYPE_CHECKING:
    from sentiment.detection import Detector

TIMES = ("timestamp", "time", "date", "datetime", "hour", "day", "ds")
VALUES = ("value", "count", "n", "y", "volume")
ADDED = ("score", "alert")
MILLISECONDS_FROM = 1e11
"""Numbers from here on are milliseconds since 1970: as seconds they lie past the year 5000."""


class Columns(NamedTuple):
    """Where time and value stand, and whether the first row only names them."""

    time: int
    value: int
    header: bool
    delimiter: str


@click.command("detect")
@places
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0.001, max=14),
    metavar="N",
    help="False alarms a week that you put up with.  [default: 0.6]",
)
def command(db_path: Path, config_path: Path, file: Path | None, budget: float | None) -> None:
    """Say of each row of a series how odd it is: CSV with timestamp,value in and out.

    Rows come back in order with their columns unchanged, a score (0-1: 1 / (1 + how often a
    week something as odd comes by itself)) and alert (0 or 1). Rows may come every minute or
    every day. A missing value is a gap; a row that cannot be read gets 0,0 and exit code 1.
    """
    from sentiment import detection

    del db_path, config_path
    detector = detection.Detector(budget or detection.BUDGET)
    try:
        if file is None:
            wrong = run(detector, sys.stdin.buffer, sys.stdout.buffer)
        else:
            with file.open("rb") as given:
                wrong = run(detector, given, sys.stdout.buffer)
    except BrokenPipeError:
        # Whoever read the answers has left (`| head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return
    except csv.Error as error:
        raise InputError(f"the series is not CSV: {error}") from error
    if wrong:
        raise EarshotError(
            f"{len(wrong)} row(s) could not be read, the first in line {wrong[0]}; they got 0,0"
        )


def run(detector: Detector, given: BinaryIO, out: BinaryIO) -> list[int]:
    """Answer every row; return the line numbers of those that could not be read."""
    wrong: list[int] = []
    columns: Columns | None = None
    for number, raw, fields in _records(given):
        end = raw[len(raw.rstrip("\r\n")) :] or "\n"
        line = raw.rstrip("\r\n")
        if columns is None:
            columns = _columns(line)
            fields = next(csv.reader([line], delimiter=columns.delimiter))
            if columns.header:
                _write(out, columns.delimiter.join([line, *ADDED]) + end)
                continue
        elif columns.delimiter != ",":
            fields = next(csv.reader(io.StringIO(line, newline=""), delimiter=columns.delimiter))
        score, alert = 0.0, False
        try:
            at, value = _read(fields, columns)
            if value is not None:
                score, alert, *_ = detector.see(at, value)
        except ValueError:
            wrong.append(number)
        _write(out, columns.delimiter.join([line, f"{score:.6f}", str(int(alert))]) + end)
    return wrong


def _records(given: BinaryIO) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, the very text, and the fields of each record that is not empty."""
    read: list[str] = []

    def lines() -> Iterable[str]:
        for number, line in enumerate(given):
            text = line.decode("utf-8-sig" if number == 0 else "utf-8", "surrogateescape")
            read.append(text)
            yield text

    reader = csv.reader(lines())
    for fields in reader:
        raw = "".join(read)
        read.clear()
        if raw.strip():
            yield reader.line_num, raw, fields


def _write(out: BinaryIO, text: str) -> None:
    out.write(text.encode("utf-8", "surrogateescape"))
    out.flush()


def _columns(line: str) -> Columns:
    """Find the columns by name, else take the first two; the first row may be data."""
    delimiter = max(",;\t", key=line.count)
    names = [each.strip().lower() for each in next(csv.reader([line], delimiter=delimiter))]
    if len(names) < 2:
        raise InputError("a series needs two columns, timestamp and value, separated by a comma")
    try:
        _read(names, Columns(0, 1, False, delimiter))
    except ValueError:
        time = next((names.index(each) for each in TIMES if each in names), 0)
        value = next((names.index(each) for each in VALUES if each in names), None)
        if value is None:
            value = 1 if time == 0 else 0
        return Columns(time, value, True, delimiter)
    return Columns(0, 1, False, delimiter)


def _read(fields: list[str], columns: Columns) -> tuple[datetime, float | None]:
    """Return time and value of a row; None where the value is missing."""
    if len(fields) <= max(columns.time, columns.value):
        raise ValueError("too few fields")
    at = _time(fields[columns.time].strip())
    text = fields[columns.value].strip()
    if text.lower() in ("", "na", "nan", "null", "none"):
        return at, None
    return at, float(text)


def _time(text: str) -> datetime:
    """Return a time: ISO 8601, or seconds or milliseconds since 1970."""
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        seconds = float(text)
        if abs(seconds) >= MILLISECONDS_FROM:
            seconds /= 1000
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, OSError) as error:
            raise ValueError(str(error)) from error
