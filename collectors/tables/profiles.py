"""What the values of a column look like, measured on a sample.

Names alone do not tell what a column holds (``Bewertung`` is a text in one export and a
number in the next), so a guess by name must fit the values, and some need only the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from collectors.tables.dates import looks_like_date, looks_like_epoch
from collectors.tables.scales import MISSING, STEPS, BadScore, read_mark

BLANK = frozenset({"", "null", "NULL", "\\N", "NaN", "nan", "<NA>"})
MAX_CHECKED = 300
"""Values of a column that are looked at closely; more would not change a guess."""


class Profile(NamedTuple):
    """Shares are of the filled cells of the sample, 0–1."""

    n: int
    filled: int
    distinct: int
    dates: float
    epochs: float
    marks: float
    written_marks: float
    numbers: float
    links: float
    words: float
    length: float
    steps: dict[str, float]
    values: frozenset[str]

    @property
    def share(self) -> float:
        """Share of the rows in which the cell is filled."""
        return self.filled / self.n if self.n else 0.0

    @property
    def unique(self) -> float:
        """Share of the filled cells whose value is a different one."""
        return self.distinct / self.filled if self.filled else 0.0


def profile(cells: Sequence[str]) -> Profile:
    """Measure one column of a sample."""
    values = [v for cell in cells if (v := cell.strip()) not in BLANK]
    distinct = set(values)
    step = max(1, len(values) // MAX_CHECKED)
    looked = values[::step][:MAX_CHECKED]
    count = len(looked) or 1
    marks = [_mark(v) for v in looked]
    return Profile(
        n=len(cells),
        filled=len(values),
        distinct=len(distinct),
        dates=sum(map(looks_like_date, looked)) / count,
        epochs=sum(map(looks_like_epoch, looked)) / count,
        marks=sum(m is not None for m in marks) / count,
        written_marks=sum(m is True for m in marks) / count,
        numbers=sum(map(_is_number, looked)) / count,
        links=sum(v[:8].lower().startswith(("http://", "https://")) for v in looked) / count,
        words=sum(len(v[:2000].split()) for v in looked) / count,
        length=sum(map(len, looked)) / count,
        steps={name: sum(_fits(name, v) for v in looked) / count for name in STEPS},
        values=frozenset(sorted(distinct)[:50]),
    )


def _mark(value: str) -> bool | None:
    """Return None for no rating, True for one that can be nothing else (``4/5``, ``★★``)."""
    if len(value) > 40 or value.lower() in MISSING:
        return None
    try:
        mark = read_mark(value)
    except BadScore:
        return None
    return mark.best is not None


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _fits(name: str, value: str) -> bool:
    if len(value) > 60:
        return False
    try:
        STEPS[name].read(value)
    except BadScore:
        return False
    return True
