"""Which rows of a table are names of columns, and what the columns are called.

Survey tools write more than one row of names: Qualtrics three (a code, the question,
``{"ImportId": …}``), SurveyMonkey two. Names are made unique: "Other", "Other 2".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collectors.tables.table import Row
from collectors.tables.vocabulary import KNOWN, normal
from storage.errors import InputError

IMPORT_ID = re.compile(r'^\s*\{\s*"ImportId"\s*:')
SUBHEADS = frozenset({"response", "open ended response", "other please specify", "point score"})
DATA = re.compile(r"^\s*(?:[-+]?\d+(?:[.,:/ T-]\d+)*\s*%?|https?://\S+)\s*$")
ZONE = re.compile(r"\((UTC|GMT|[A-Z][a-z]+/[A-Za-z_]+)\)")


class Header(NamedTuple):
    """Names of columns. ``before`` rows are skipped first, then ``rows`` rows of names.

    ``questions`` holds a column's second name, where there is one; ``zones`` the time
    zone that the file states for a column.
    """

    names: tuple[str, ...]
    questions: tuple[str, ...]
    rows: int = 0
    before: int = 0
    tool: str = ""
    zones: tuple[str, ...] = ()

    @property
    def skip(self) -> int:
        """How many rows come before the first row of data."""
        return self.before + self.rows


def find(rows: Sequence[Row], width: int, given: int | None = None) -> Header:
    """Find the header among the first rows of a table of that width."""
    before = _introduction(rows, width) if given is None else 0
    top = [row.cells for row in rows[before:] if not row.problem]
    if not top:
        raise InputError("no row can be read as a row of a table")
    if given is not None:
        return _named(top[:given], width, given)
    for i, cells in enumerate(top[:4]):
        if any(IMPORT_ID.match(cell) for cell in cells):
            return _qualtrics(top, i, width)._replace(before=before)
    if len(top) > 1 and _is_subhead(top[0], top[1]):
        joined = [_joined(top, i) for i in range(max(len(top[0]), len(top[1])))]
        header = _named([joined], width, 2)
        return header._replace(before=before, tool="surveymonkey")
    if _is_data(top):
        return _named([], max(width, len(top[0])), 0)._replace(before=before)
    return _named(top[:1], width, 1)._replace(before=before)


def of_names(names: Sequence[str]) -> Header:
    """Return the header of a format that names its columns itself."""
    return Header(tuple(names), ("",) * len(names), zones=("",) * len(names))


def _introduction(rows: Sequence[Row], width: int) -> int:
    """Count lines of title above the header: rows with one filled cell of many."""
    if width < 3:
        return 0
    for i, row in enumerate(rows[:20]):
        if not row.problem and sum(bool(cell.strip()) for cell in row.cells) > 1:
            return i
    return 0


def _named(rows: Sequence[Sequence[str]], width: int, count: int) -> Header:
    first = rows[0] if rows else []
    width = max(width, len(first))
    names = _unique([*first, *[""] * (width - len(first))])
    second = rows[1] if len(rows) > 1 else []
    questions = tuple(_plain(second[i]) if i < len(second) else "" for i in range(width))
    zones = tuple(m[1] if (m := ZONE.search(name)) else "" for name in names)
    return Header(names, questions, count, zones=zones)


def _qualtrics(top: Sequence[Sequence[str]], at: int, width: int) -> Header:
    header = _named(top[: max(at, 1)], width, at + 1)
    zones = [_zone(cell) for cell in top[at]] + [""] * len(header.names)
    return header._replace(tool="qualtrics", zones=tuple(zones[: len(header.names)]))


def _zone(cell: str) -> str:
    try:
        name = json.loads(cell).get("timeZone", "")
        return "UTC" if name == "Z" else ZoneInfo(name).key if name else ""
    except (ValueError, AttributeError, TypeError, OSError, RecursionError):
        return ""


def _is_subhead(first: Sequence[str], second: Sequence[str]) -> bool:
    return any(normal(cell) in SUBHEADS for cell in second) and not any(
        first[i].strip() and second[i].strip() and normal(second[i]) not in SUBHEADS
        for i in range(min(len(first), len(second)))
    )


def _joined(top: Sequence[Sequence[str]], i: int) -> str:
    """Name a column by its question, or by the question to its left and its own part."""
    first, second = top[0], top[1]
    own = first[i].strip() if i < len(first) else ""
    part = second[i].strip() if i < len(second) else ""
    if own or not part:
        return own
    left = next((first[j] for j in range(min(i, len(first)) - 1, -1, -1) if first[j].strip()), "")
    return f"{left} {part}".strip()


def _is_data(top: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is already data: numbers, dates or links as in the second."""
    first = top[0]
    if any(normal(cell) in KNOWN for cell in first):
        return False
    second = top[1] if len(top) > 1 else first
    return any(
        DATA.match(cell) and i < len(second) and (DATA.match(second[i]) or not second[i].strip())
        for i, cell in enumerate(first)
    )


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    taken: set[str] = set()
    unique = []
    for position, raw in enumerate(names, 1):
        name = base = _plain(raw) or f"column {position}"
        number = 2
        while name in taken:
            name, number = f"{base} {number}", number + 1
        taken.add(name)
        unique.append(name)
    return tuple(unique)


def _plain(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").split())[:500]
