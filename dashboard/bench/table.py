"""A benchmark's figures: each beside its baseline, its goal and whether that is met.

Only values and their printing as text, JSON or Markdown; nothing here measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from storage.models import Json

HEAD = ("figure", "Earshot", "baseline", "ratio", "goal", "met")


class Goal(NamedTuple):
    """A bound on a ratio or a value: at most, or at least, so much."""

    bound: float
    least: bool = False

    def met(self, value: float) -> bool:
        """Say whether a value keeps the bound."""
        return value >= self.bound if self.least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; the goal binds the ratio where there is one, else the value."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    against: str = ""
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over baseline, None without one."""
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where none was set."""
        if self.goal is None:
            return None
        return self.goal.met(self.value if self.ratio is None else self.ratio)


class Section(NamedTuple):
    """The figures of one part, what they are of, and the baselines' own code."""

    name: str
    about: str
    figures: tuple[Figure, ...]
    code: str = ""


def as_json(section: Section) -> Json:
    """Return a section as values for programs."""
    return {
        "section": section.name,
        "about": section.about,
        "figures": [_figure(each) for each in section.figures],
    }


def _figure(figure: Figure) -> Json:
    return {
        "figure": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "baseline": figure.baseline,
        "against": figure.against,
        "ratio": figure.ratio,
        "goal": figure.goal.bound if figure.goal else None,
        "goal_is": ("at least" if figure.goal.least else "at most") if figure.goal else None,
        "met": figure.met,
        "note": figure.note,
    }


def as_text(section: Section) -> str:
    """Return a section as an aligned table for a terminal."""
    rows = [HEAD, *map(_cells, section.figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if i in (0, 5) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "  ".join("-" * width for width in widths)
    notes = [f"  {each.name}: {each.note}" for each in section.figures if each.note]
    against = [f"  {name}" for name in _baselines(section.figures)]
    parts = [f"{section.name}: {section.about}", lines[0], rule, *lines[1:]]
    if against:
        parts += ["baselines:", *against]
    return "\n".join([*parts, *(["notes:", *notes] if notes else [])])


def as_markdown(section: Section) -> str:
    """Return a section as a part of a document, with the code of its baselines."""
    lines = [f"## {section.name}", "", section.about, "", _line(HEAD), _line(("---",) * len(HEAD))]
    lines += [_line(_cells(each)) for each in section.figures]
    against = [f"* {name}" for name in _baselines(section.figures)]
    notes = [f"* {each.name}: {each.note}" for each in section.figures if each.note]
    if against:
        lines += ["", "Baselines:", "", *against]
    if notes:
        lines += ["", "Notes:", "", *notes]
    if section.code:
        lines += ["", "```python", section.code.rstrip(), "```"]
    return "\n".join(lines)


def missed(sections: Iterable[Section]) -> list[str]:
    """Return the names of figures that miss their goal."""
    return [
        f"{section.name}: {each.name}"
        for section in sections
        for each in section.figures
        if each.met is False
    ]


def _cells(figure: Figure) -> tuple[str, ...]:
    baseline = "" if figure.baseline is None else number(figure.baseline, figure.unit)
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}×"
    goal = ""
    if figure.goal:
        sign = "≥" if figure.goal.least else "≤"
        bound = figure.goal.bound
        goal = (
            f"{sign} {number(bound, figure.unit)}" if figure.ratio is None else f"{sign} {bound:g}×"
        )
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    return figure.name, number(figure.value, figure.unit), baseline, ratio, goal, met


def number(value: float, unit: str) -> str:
    """Return a value with three digits and its unit."""
    digits = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


def _baselines(figures: Sequence[Figure]) -> list[str]:
    """Say what figures are held against, once for all of which it is true."""
    held = [each for each in figures if each.against]
    found = []
    for against in dict.fromkeys(each.against for each in held):
        names = [each.name for each in held if each.against == against]
        found.append(against if len(names) == len(held) else f"{', '.join(names)}: {against}")
    return found


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
