"""Ratings and scores as they are written, and stars 1–5 made of them.

A score that cannot be read is an error, never a missing one: a row whose 11 on a scale of
0–10 were dropped silently would still count as an answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from collectors.tables.vocabulary import normal
from storage.errors import InputError

MAX_CACHE = 10_000
MISSING = frozenset({"", "-", "–", "—", "null", "none", "n/a", "na", "\\n", "#n/a", "<na>"})

_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"
_PLAIN = re.compile(rf"({_NUMBER}|[-+]?\d+(?:\.\d+)?[eE][-+]?\d+)$")
_OF = re.compile(
    rf"(?:rated\s+)?({_NUMBER})\s*(?:/|out of|of|von|sur|de|auf)\s*(\d+(?:[.,]\d+)?)"
    r"\s*(?:stars?|sternen?|bubbles?|[eé]toiles?|estrellas?|punkten?|points?)?\.?$",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"({_NUMBER})\s*%$")
_STARS = re.compile(
    rf"({_NUMBER})[\s-]*(?:stars?|sterne?n?|[eé]toiles?|estrellas?|[★⭐]\ufe0f?)$", re.IGNORECASE
)
_GLYPHS = re.compile(r"[★⭐✩☆✭✰🌟\ufe0f\s]+½?$")
_LABELLED = re.compile(r"(\d{1,2})(?:\s*[-–:=.(]\s*\D.*)?$", re.DOTALL)
_WORDS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}


class BadScore(ValueError):
    """The text is not a rating or a score; the message is the reason shown to people."""


class Scale(NamedTuple):
    """The bounds of a rating scale; ``reason`` says how it was found."""

    low: float
    high: float
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.low:g}–{self.high:g}"

    @property
    def is_stars(self) -> bool:
        """Whether its numbers already are stars."""
        return self.high == 5


class Mark(NamedTuple):
    """A rating as written: the number, and the best one possible if that is written too."""

    value: float
    best: float | None = None


def read_mark(text: str) -> Mark:
    """Read ``4``, ``4,5``, ``4/5``, ``4 stars``, ``★★★★``, ``80 %``; BadScore for the rest."""
    if match := _PLAIN.match(text):
        return Mark(_float(match[1]))
    if match := _OF.match(text):
        return Mark(_float(match[1]), _float(match[2]))
    if match := _PERCENT.match(text):
        return Mark(_float(match[1]), 100.0)
    if match := _STARS.match(text):
        return Mark(_float(match[1]), 5.0)
    if _GLYPHS.match(text):
        full = sum(text.count(glyph) for glyph in "★⭐🌟") + 0.5 * text.endswith("½")
        return Mark(full, 5.0)
    if text in _WORDS:
        return Mark(_WORDS[text], 5.0)
    raise BadScore(f"{text[:40]!r} is not a rating")


class Ratings:
    """Turns one column's ratings into stars; remembers what it has seen."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._seen: dict[str, tuple[float, str]] = {}

    def stars(self, text: str) -> tuple[float, str]:
        """Return stars 1–5, and the scale where it had to be converted."""
        known = self._seen.get(text)
        if known is not None:
            return known
        value, best = read_mark(text)
        scale = self._scale if best is None else Scale(0, best)
        if not math.isfinite(value) or not scale.low <= value <= scale.high or scale.high <= 0:
            raise BadScore(f"rating {text[:40]!r} is outside {scale}")
        stars = max(1.0, value if scale.is_stars else value * 5 / scale.high)
        converted = "" if scale.is_stars and stars == value else str(scale)
        if len(self._seen) < MAX_CACHE:
            self._seen[text] = (stars, converted)
        return stars, converted


def find_scale(counts: Mapping[str, int], given: str | None = None) -> Scale:
    """Tell the scale of bare numbers from how often each value occurs.

    One 7 in a column of stars is a mistake, not a scale of ten: a wider scale needs many
    values that use it, and its upper end.
    """
    if given is not None:
        return _given(given)
    numbers: dict[float, int] = {}
    for text, count in counts.items():
        try:
            value, best = read_mark(text)
        except BadScore:
            continue
        if best is None and math.isfinite(value) and 0 <= value <= 100:
            numbers[value] = numbers.get(value, 0) + count
    total = sum(numbers.values())
    above_ten = {v for v in numbers if v > 10}
    above_five = {v for v in numbers if 5 < v <= 10}
    if _many(numbers, above_ten, total, 0.5) and max(above_ten) >= 50:
        return Scale(0, 100, "most values are above 10")
    if above_five and max(above_five) >= 8 and _many(numbers, above_five, total, 0.2):
        return Scale(0 if 0 in numbers else 1, 10, "many values are above 5")
    # Half a star is a rating on some sites; 0 mostly means that nobody rated.
    return Scale(0.5 if 0.5 in numbers else 1, 5, "values are up to 5")


def _many(numbers: Mapping[float, int], which: set[float], total: int, share: float) -> bool:
    count = sum(numbers[value] for value in which)
    return bool(count) and (
        (len(which) >= 2 and count >= share * total) or count > max(share, 0.5) * total
    )


def _given(text: str) -> Scale:
    match = re.match(r"(\d{1,3}) ?[-–:] ?(\d{1,3})$", text.strip())
    if match is None or not int(match[1]) < int(match[2]):
        raise InputError(f"a rating scale is written like 1-10, not {text!r}")
    return Scale(int(match[1]), int(match[2]), "as asked")


class Steps(NamedTuple):
    """A score in whole steps: its name, bounds and the words that stand for steps."""

    name: str
    low: int
    high: int
    words: Mapping[str, int]

    def read(self, text: str) -> int:
        """Read a whole number in bounds, also ``10 - extremely likely`` or a known phrase."""
        if match := _LABELLED.match(text):
            value = float(match[1])
        elif (part := _OF.match(text)) and _float(part[2]) == self.high:
            value = _float(part[1])
        elif _PLAIN.match(text):
            value = _float(text)
        elif (word := self.words.get(normal(text))) is not None:
            value = float(word)
        else:
            raise BadScore(f"{text[:40]!r} is not a {self.name} score")
        if not value.is_integer() or not self.low <= value <= self.high:
            raise BadScore(
                f"{self.name} {text[:40]!r} is not a whole number {self.low}–{self.high}"
            )
        return int(value)


def _scale_words(*steps: str) -> dict[str, int]:
    return {normal(w): n for n, words in enumerate(steps, 1) for w in words.split("|")}


NPS = Steps("NPS", 0, 10, {"not at all likely": 0, "extremely likely": 10})
CSAT = Steps(
    "CSAT",
    1,
    5,
    _scale_words(
        "very dissatisfied|very unsatisfied|extremely dissatisfied|sehr unzufrieden"
        "|tres insatisfait|muy insatisfecho",
        "dissatisfied|unsatisfied|somewhat dissatisfied|eher unzufrieden|unzufrieden"
        "|insatisfait|plutot insatisfait|insatisfecho",
        "neutral|neither satisfied nor dissatisfied|teils teils|weder noch|neutre|neutro",
        "satisfied|somewhat satisfied|eher zufrieden|zufrieden|satisfait|plutot satisfait"
        "|satisfecho",
        "very satisfied|extremely satisfied|sehr zufrieden|tres satisfait|muy satisfecho",
    ),
)
CES = Steps(
    "CES",
    1,
    7,
    _scale_words(
        "strongly disagree|very difficult|sehr schwierig",
        "disagree|difficult|schwierig",
        "somewhat disagree|somewhat difficult|eher schwierig",
        "neutral|neither agree nor disagree|neither easy nor difficult|teils teils",
        "somewhat agree|somewhat easy|eher einfach",
        "agree|easy|einfach",
        "strongly agree|very easy|sehr einfach",
    ),
)
STEPS = {"nps": NPS, "csat": CSAT, "ces": CES}


def _float(text: str) -> float:
    return float(text.replace(",", "."))
