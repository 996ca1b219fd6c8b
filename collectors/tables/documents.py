"""Rows of JSON and JSON Lines: each object is a row, nested keys become dotted names.

Arrays are read piece by piece and need little memory; a list inside another object
(``{"reviews": […]}``) is found by itself, but needs the whole file in memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from collectors.tables.delimited import opened
from collectors.tables.encoding import Encoding
from collectors.tables.table import MAX_COLUMNS, Row, text_of
from storage.errors import InputError

CHUNK = 1 << 20
MAX_OBJECT = 64_000_000
MAX_DOCUMENT = 256_000_000
MAX_DEPTH = 5
JSON_ERRORS = (ValueError, RecursionError)


class Item(NamedTuple):
    """One object, its line (JSON Lines) or position (JSON), or why it cannot be read."""

    line: int
    value: object
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """Objects as rows. ``items`` reads them anew from the beginning."""

    format: str
    items: Callable[[], Iterator[Item]]
    names: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    encoding: str | None = None

    def rows(self) -> Iterator[Row]:
        """Yield one row per object, its cells in the order of ``names``."""
        names = self.names
        for item in self.items():
            if item.problem:
                yield Row(item.line, [], item.problem)
            else:
                found = flatten(item.value)
                yield Row(item.line, [found.get(name, "") for name in names])


def open_records(
    shape: str, items: Callable[[], Iterator[Item]], encoding: Encoding | None = None
) -> Records:
    """Read every object once to learn all names."""
    names: dict[str, None] = {}
    warnings = (encoding.warning,) if encoding and encoding.warning else ()
    for item in items():
        if not item.problem:
            names.update(dict.fromkeys(flatten(item.value)))
    if len(names) > MAX_COLUMNS:
        warnings = (*warnings, f"only the first {MAX_COLUMNS} of {len(names)} keys are read")
    return Records(shape, items, tuple(names)[:MAX_COLUMNS], warnings, encoding and encoding.name)


def open_json(path: Path, encoding: Encoding) -> Records:
    """Tell JSON Lines from one JSON document, and find the list in it."""
    if _is_lines(path, encoding):
        return open_records("jsonl", lambda: _lines(path, encoding), encoding)
    with opened(path, encoding) as file:
        start = file.read(CHUNK).lstrip("\ufeff \t\r\n")[:1]
    if start == "[":
        return open_records("json", lambda: _array(path, encoding), encoding)
    return open_records("json", lambda: _inside(path, encoding), encoding)


def flatten(value: object) -> dict[str, str]:
    """Return an object's values as text by dotted key; a bare text is called ``text``."""
    cells: dict[str, str] = {}
    if isinstance(value, Mapping):
        _flatten(value, "", cells, 0)
    else:
        cells["text"] = _cell(value)
    return cells


def _flatten(
    value: Mapping[object, object], prefix: str, cells: dict[str, str], depth: int
) -> None:
    for key, inner in value.items():
        name = prefix + text_of(key)
        if isinstance(inner, Mapping) and inner and depth < MAX_DEPTH:
            _flatten(inner, name + ".", cells, depth + 1)
        else:
            cells[name] = _cell(inner)


def _cell(value: object) -> str:
    if isinstance(value, list | tuple | Mapping):
        if isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
            return ", ".join(text_of(v) for v in value)
        return text_of(json.dumps(value, ensure_ascii=False, default=str))
    return text_of(value)


def _is_lines(path: Path, encoding: Encoding) -> bool:
    with opened(path, encoding) as file:
        lines = (line for line in file if line.strip("\ufeff \t\r\n"))
        first, second = next(lines, ""), next(lines, "")
    if path.suffix.lower() in {".jsonl", ".ndjson"} and not first.lstrip().startswith("["):
        return True
    try:
        value = json.loads(first.lstrip("\ufeff"))
    except JSON_ERRORS:
        return False
    return isinstance(value, dict) and (bool(second) or not _list_in(value))


def _lines(path: Path, encoding: Encoding) -> Iterator[Item]:
    with opened(path, encoding) as file:
        for number, line in enumerate(file, 1):
            text = line.strip("\ufeff \t\r\n")
            if not text:
                continue
            try:
                value = json.loads(text)
            except JSON_ERRORS as error:
                yield Item(number, None, f"not JSON: {_reason(error)}")
                continue
            if isinstance(value, dict):
                yield Item(number, value)
            else:
                yield Item(number, None, "not a JSON object")


def _array(path: Path, encoding: Encoding) -> Iterator[Item]:
    """Read the items of a top-level array one by one."""
    with opened(path, encoding) as file:
        window = _Window(file)
        number = 0
        while True:
            try:
                value = window.next_value()
            except JSON_ERRORS as error:
                yield Item(number + 1, None, f"not JSON from here on: {_reason(error)}")
                return
            if value is _END:
                return
            number += 1
            yield Item(number, value)


_END = object()
_BETWEEN = re.compile(r"[\s,]*")


class _Window:
    """A piece of a JSON array, moved along the file as its items are read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = file.read(CHUNK)
        self._at = self._text.index("[") + 1
        self._ended = False
        self._decode = json.JSONDecoder().raw_decode

    def next_value(self) -> object:
        """Return the next item, or _END after the closing bracket."""
        while True:
            match = _BETWEEN.match(self._text, self._at)
            start = match.end() if match else self._at
            if self._text.startswith("]", start):
                return _END
            try:
                value, end = self._decode(self._text, start)
            except ValueError:
                if self._ended or len(self._text) - start > MAX_OBJECT:
                    raise
            else:
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            self._more(start)

    def _more(self, start: int) -> None:
        # Doubling keeps an item of many megabytes from being tried once per chunk.
        more = self._file.read(max(CHUNK, len(self._text) - start))
        self._text = self._text[start:] + more
        self._at = 0
        self._ended = not more


def _inside(path: Path, encoding: Encoding) -> Iterator[Item]:
    if path.stat().st_size > MAX_DOCUMENT:
        raise InputError(f"{path.name} is one JSON object of more than {MAX_DOCUMENT:,} bytes")
    with opened(path, encoding) as file:
        try:
            value = json.loads(file.read().lstrip("\ufeff"))
        except JSON_ERRORS as error:
            raise InputError(f"{path.name} is not JSON: {_reason(error)}") from error
    found = _list_in(value) or ([value] if isinstance(value, dict) else [])
    for number, item in enumerate(found, 1):
        yield Item(number, item)


def _list_in(value: object, depth: int = 0) -> list[object]:
    """Find the longest list of objects, at most three levels down."""
    if isinstance(value, list):
        return value if value and all(isinstance(item, dict) for item in value) else []
    if not isinstance(value, dict) or depth > 3:
        return []
    return max((_list_in(inner, depth + 1) for inner in value.values()), key=len, default=[])


def _reason(error: BaseException) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
