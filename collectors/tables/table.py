"""What every format is read as: rows of text cells with their place in the file.

Not a data frame: a table is read from its beginning each time it is asked for rows, and
holds none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

MAX_TEXT = 1_000_000
"""A longer text is refused, never cut silently."""
MAX_COLUMNS = 2_000
LONE = re.compile("[\ud800-\udfff\x00]")


class Row(NamedTuple):
    """One row: the line where it starts, its cells, or why it cannot be read."""

    line: int
    cells: list[str]
    problem: str = ""


class Table(Protocol):
    """A file of rows. ``names`` is None where the names of columns are rows themselves."""

    @property
    def format(self) -> str:
        """Short name of the format, as shown to people."""

    @property
    def encoding(self) -> str | None:
        """How its bytes are text, where they are."""

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the columns, where the format itself names them."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be guessed or mended to read the file at all."""

    def rows(self) -> Iterator[Row]:
        """Read the file from its beginning."""


def text_of(value: object) -> str:
    """Write a typed cell as text; equal values of different formats become equal texts."""
    if value is None:
        return ""
    if isinstance(value, str):
        return LONE.sub(_mend, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, bytes):
        return text_of(value.decode("utf-8", "replace"))
    return LONE.sub(_mend, str(value))


def _mend(match: re.Match[str]) -> str:
    return "" if match[0] == "\x00" else "\ufffd"
