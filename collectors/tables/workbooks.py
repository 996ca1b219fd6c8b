"""Rows of spreadsheets (XLSX, XLS, XLSB, ODS), read by python-calamine.

Formulas are never evaluated: calamine gives the values that the spreadsheet stored.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from collectors.tables.table import Row, text_of
from storage.errors import InputError

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MAX_UNPACKED = 1_500_000_000
"""A small archive can unpack to more than the machine's memory."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """One sheet of a spreadsheet."""

    path: Path
    sheet: str
    warnings: tuple[str, ...] = ()
    format: str = "xlsx"
    encoding: None = None

    @property
    def names(self) -> None:
        """Names of columns are a row like any other here."""

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not wholly empty, by its number in the sheet."""
        with _opened(self.path) as book:
            for number, values in enumerate(book.get_sheet_by_name(self.sheet).iter_rows(), 1):
                cells = [text_of(value) for value in values]
                if any(cells):
                    yield Row(number, cells)


def open_workbook(path: Path, sheet: str | None = None) -> Workbook:
    """Choose the sheet asked for, else the first visible one with rows."""
    from python_calamine import SheetVisibleEnum

    _refuse_bomb(path)
    with _opened(path) as book:
        names = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible or meta.name == sheet
        ]
        if sheet is not None and sheet not in names:
            raise InputError(f"{path.name} has no sheet {sheet!r}: it has {', '.join(names)}")
        full = [name for name in names if book.get_sheet_by_name(name).height > 0]
    if not full:
        raise InputError(f"{path.name} is empty")
    chosen = sheet or full[0]
    others = [name for name in full if name != chosen]
    warnings = (f"only the sheet {chosen!r} is read, not {', '.join(others)}",) if others else ()
    return Workbook(path, chosen, warnings, path.suffix.lower().lstrip(".") or "xlsx")


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    import python_calamine

    try:
        book = python_calamine.load_workbook(str(path))
        try:
            yield book
        finally:
            book.close()
    except python_calamine.PasswordError as error:
        raise InputError(f"{path.name} is protected by a password") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(f"{path.name} is not a readable spreadsheet: {error}") from error
    except BaseException as error:
        # A panic of the Rust library is no Exception, and means one broken file.
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(f"{path.name} is not a readable spreadsheet") from error


def _refuse_bomb(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except Exception as error:  # zipfile has no common error for what is broken
        raise InputError(f"{path.name} is not a readable spreadsheet: {error}") from error
    if size > MAX_UNPACKED:
        raise InputError(f"{path.name} unpacks to {size:,} bytes: save it as CSV instead")
