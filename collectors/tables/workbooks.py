"""Rows of spreadsheets (XLSX, XLS, XLSB, ODS), read by python-calamine.

Formulas are never evaluated: calamine gives the values that the spreadsheet stored.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
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
        import python_calamine

        book = _opened(self.path)
        try:
            sheet = book.get_sheet_by_name(self.sheet)
            for number, values in enumerate(sheet.iter_rows(), 1):
                cells = [text_of(value) for value in values]
                if any(cells):
                    yield Row(number, cells)
        except python_calamine.CalamineError as error:
            raise InputError(f"{self.path.name} cannot be read: {error}") from error
        finally:
            book.close()


def open_workbook(path: Path, sheet: str | None = None) -> Workbook:
    """Choose the sheet asked for, else the first visible one with rows."""
    from python_calamine import SheetVisibleEnum

    _refuse_bomb(path)
    book = _opened(path)
    try:
        names = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible or meta.name == sheet
        ]
        if sheet is not None and sheet not in names:
            raise InputError(f"{path.name} has no sheet {sheet!r}: it has {', '.join(names)}")
        full = [name for name in names if book.get_sheet_by_name(name).height > 0]
    finally:
        book.close()
    if not full:
        raise InputError(f"{path.name} is empty")
    chosen = sheet or full[0]
    others = [name for name in full if name != chosen]
    warnings = (f"only the sheet {chosen!r} is read, not {', '.join(others)}",) if others else ()
    return Workbook(path, chosen, warnings, path.suffix.lower().lstrip(".") or "xlsx")


def _opened(path: Path) -> CalamineWorkbook:
    import python_calamine

    try:
        return python_calamine.load_workbook(str(path))
    except python_calamine.PasswordError as error:
        raise InputError(f"{path.name} is protected by a password") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(f"{path.name} is not a readable spreadsheet: {error}") from error


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_UNPACKED:
        raise InputError(f"{path.name} unpacks to {size:,} bytes: save it as CSV instead")
