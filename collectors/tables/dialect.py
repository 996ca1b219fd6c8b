"""How a delimited file is written: its delimiter, quoting and the width of its rows.

Judged by parsing a sample in every plausible way and keeping the way in which most rows
have the same number of cells.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

DELIMITERS = (",", ";", "\t", "|")
NONE = "\x1f"
"""Stands in for "no delimiter": a character that no text file holds."""
SAMPLE_ROWS = 300


class Dialect(NamedTuple):
    """How cells are told apart; ``width`` is the usual number of cells of a row."""

    delimiter: str
    width: int
    escape: str | None = None
    spaced: bool = False
    skip: int = 0

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """Parse lines; a strict reader fails on a stray quote instead of guessing."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            escapechar=self.escape,
            skipinitialspace=self.spaced,
            strict=strict,
        )


def guess(lines: Sequence[str], delimiter: str | None = None) -> Dialect:
    """Guess from the first lines of a file; a given delimiter is taken as it is."""
    skip = 0
    if lines and lines[0].strip().lower()[:4] == "sep=":  # Excel's own hint
        skip, delimiter = 1, delimiter or lines[0].strip()[4:5] or None
    sample = lines[skip:]
    best = Dialect(delimiter or NONE, 1, skip=skip)
    best_score = 0.5
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        for escape in (None, "\\"):
            for spaced in (False, True):
                if not _plausible(sample, candidate, escape, spaced):
                    continue
                dialect = Dialect(candidate, 1, escape, spaced, skip)
                width, score = _consistency(sample, dialect)
                # A plainer way of reading wins unless the other is clearly better.
                if width > 1 and score > best_score + 0.01:
                    best, best_score = dialect._replace(width=width), score
    return best


def _plausible(lines: Sequence[str], delimiter: str, escape: str | None, spaced: bool) -> bool:
    if escape and not any('\\"' in line for line in lines):
        return False
    return not spaced or any(f'{delimiter} "' in line for line in lines)


def _consistency(lines: Sequence[str], dialect: Dialect) -> tuple[int, float]:
    """Return the usual width, and the share of rows that have it."""
    widths: Counter[int] = Counter()
    first = 0
    try:
        for cells in dialect.reader(lines):
            if cells:
                widths[len(cells)] += 1
                first = first or len(cells)
            if widths.total() >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if not widths:
        return 1, 0.0
    width = max(widths, key=lambda w: (widths[w], w))
    if first > 1 and first != width:
        width = first if widths[first] * 3 >= widths[width] else width
    share = widths[width] / widths.total()
    if first == width > 2 and share > 0.34:
        share = min(1.0, share + 0.3)  # a header of several names outweighs ragged rows
    # Text full of commas is not a table of two columns: the first row must agree, save
    # for a line or two of introduction above a real header.
    if first != width and (width < 3 or first > 1):
        share /= 2
    return width, share + min(width, 50) / 1000
