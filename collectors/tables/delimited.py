"""Rows of CSV, TSV and their kin, with bounded memory and with recovery.

The parsing is the standard library's. Added is what a stray quote needs: a quote that is
opened and never closed would swallow every following row, so the lines of the current
row are kept, the row is refused alone, and reading goes on with the line after it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path

from collectors.tables.dialect import Dialect, guess
from collectors.tables.encoding import Encoding
from collectors.tables.table import Row
from storage.errors import InputError

FIELD_LIMIT = 16_000_000
"""Characters of one cell that are parsed at all; csv keeps four bytes for each."""
SAMPLE_CHARS = 1_000_000
SAMPLE_LINES = 2_000
NEXT_LINES = 50


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text file of rows whose cells are separated by one character."""

    path: Path
    decoding: Encoding
    dialect: Dialect

    @property
    def format(self) -> str:
        """``csv``, or ``tsv`` where tabs separate the cells."""
        return "tsv" if self.dialect.delimiter == "\t" else "csv"

    @property
    def encoding(self) -> str:
        """How its bytes are text."""
        return self.decoding.name

    @property
    def names(self) -> None:
        """Names of columns are a row like any other here."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was mended to decode the file."""
        return (self.decoding.warning,) if self.decoding.warning else ()

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not a blank line."""
        csv.field_size_limit(FIELD_LIMIT)
        with opened(self.path, self.decoding) as file:
            lines = without_nul(file) if self.decoding.nul else file
            feed = _Feed(islice(lines, self.dialect.skip, None), self.dialect.skip)
            yield from _parse(feed, self.dialect)


def open_delimited(path: Path, encoding: Encoding, delimiter: str | None) -> Delimited:
    """Guess how the file is written from its beginning."""
    with opened(path, encoding) as file:
        sample = file.read(SAMPLE_CHARS)
    if encoding.nul:
        sample = sample.replace("\x00", "")
    if not sample.strip():
        raise InputError(f"{path.name} is empty")
    lines = list(islice(StringIO(sample, newline=""), SAMPLE_LINES))
    if len(sample) >= SAMPLE_CHARS and len(lines) > 1:
        lines.pop()  # cut in the middle
    csv.field_size_limit(FIELD_LIMIT)
    return Delimited(path, encoding, guess(lines, delimiter))


def opened(path: Path, encoding: Encoding) -> TextIOWrapper:
    """Open a file as text without translating its line ends."""
    try:
        return path.open(encoding=encoding.name, errors=encoding.errors, newline="")
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}") from error


def without_nul(lines: Iterable[str]) -> Iterator[str]:
    """Take NUL characters out: they carry nothing, and databases end texts at them."""
    for line in lines:
        yield line.replace("\x00", "") if "\x00" in line else line


class _Feed:
    """Hands lines to the parser, remembers those of the row being read, takes them back."""

    def __init__(self, lines: Iterator[str], skipped: int) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self._count = 0
        self.taken: list[str] = []
        self.line = 1 + skipped

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        self._count += 1
        return line

    def start(self) -> None:
        """Begin a new row after the lines taken for the last one."""
        self.line += self._count
        self._count = 0
        self.taken.clear()

    def return_all_but_first(self) -> None:
        """Read the lines after the first one again, as rows of their own."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        self._count = 1

    def skip_until(self, whole: Callable[[str], bool]) -> None:
        """Drop lines, as part of the present row, until one is a whole row."""
        for line in self:
            self.taken.clear()
            if whole(line):
                self._back.appendleft(line)
                self._count -= 1
                return


def _parse(feed: _Feed, dialect: Dialect) -> Iterator[Row]:
    reader = dialect.reader(feed, strict=True)
    while True:
        feed.start()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _mend(feed, dialect, str(error))
            continue
        if len(feed.taken) > 1 and len(cells) != dialect.width and _swallowed(feed, dialect):
            feed.return_all_but_first()
            yield Row(feed.line, [], "a quote is opened and not closed")
        elif cells:
            yield Row(feed.line, cells)


def _mend(feed: _Feed, dialect: Dialect, error: str) -> Row:
    """Make what can be made of a row that the strict parser refused."""
    if "field limit" in error:
        return _skip_long(feed, dialect)
    if _swallowed(feed, dialect) or "unexpected end" in error:
        feed.return_all_but_first()
        return Row(feed.line, [], "a quote is opened and not closed")
    try:
        rows = list(dialect.reader(feed.taken))
    except csv.Error as broken:
        return Row(feed.line, [], f"not a row: {broken}")
    if len(rows) == 1 and len(rows[0]) == dialect.width:
        return Row(feed.line, rows[0])
    if len(feed.taken) > 1:
        feed.return_all_but_first()
    return Row(feed.line, [], "a quote inside a quoted cell is not doubled")


def _swallowed(feed: _Feed, dialect: Dialect) -> bool:
    """Whether one of the lines after the first looks like a whole row of its own.

    In a table of two columns any line of text with one comma would look like that.
    """
    following = feed.taken[1 : 1 + NEXT_LINES]
    return dialect.width > 2 and any(_whole(line, dialect) for line in following)


def _whole(line: str, dialect: Dialect) -> bool:
    try:
        rows = list(dialect.reader([line], strict=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == dialect.width


def _skip_long(feed: _Feed, dialect: Dialect) -> Row:
    """Refuse a cell beyond the limit and go on at the next line that is a whole row."""
    if _swallowed(feed, dialect):
        feed.return_all_but_first()
        return Row(feed.line, [], "a quote is opened and not closed")
    feed.skip_until(lambda line: _whole(line, dialect))
    return Row(feed.line, [], f"a cell is longer than {FIELD_LIMIT:,} characters")
