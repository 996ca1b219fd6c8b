"""Which reader a file needs, told by its content first and its name second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from collectors.tables.delimited import open_delimited, opened
from collectors.tables.documents import open_json
from collectors.tables.encoding import Encoding, detect, named
from collectors.tables.parquet import open_parquet
from collectors.tables.table import Table
from collectors.tables.workbooks import open_workbook
from storage.errors import InputError

DELIMITED = frozenset({".csv", ".tsv", ".tab", ".txt"})
BOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
SUFFIXES = DELIMITED | BOOKS | {".json", ".jsonl", ".ndjson", ".parquet"}
"""Names that a watched folder is searched for."""


@dataclass(frozen=True, slots=True)
class Format:
    """What somebody says about how a file is written; None leaves it to be guessed."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def open_table(path: Path, given: Format | None = None) -> Table:
    """Open a file as a table; InputError says what is wrong with it."""
    given = given or Format()
    _check_delimiter(given.delimiter)
    head = _head(path)
    if head.startswith(b"PAR1"):
        return open_parquet(path)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return open_workbook(path, given.sheet)
    encoding = named(path, given.encoding) if given.encoding else detect(path)
    if path.suffix.lower() not in DELIMITED and not given.delimiter and _is_json(path, encoding):
        return open_json(path, encoding)
    return open_delimited(path, encoding, given.delimiter)


def _check_delimiter(delimiter: str | None) -> None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise InputError(f"cells are told apart by one character, not {delimiter!r}")


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path.name} is a folder, not a file")
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} cannot be read: {error}") from error
    if not head:
        raise InputError(f"{path.name} is empty")
    return head


def _is_json(path: Path, encoding: Encoding) -> bool:
    with opened(path, encoding) as file:
        start = file.read(4096).lstrip("\ufeff \t\r\n")[:1]
    return start in {"[", "{"} or path.suffix.lower() in {".json", ".jsonl", ".ndjson"}
