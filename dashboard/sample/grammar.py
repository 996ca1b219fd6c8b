"""Words and the pen: reads the vocabulary tables and fills their templates.

A template is text with slots in braces; a slot is a word list, a clause of the topic at
hand, or computed (money, versions, names). Within one text a slot keeps its value, and no
template is used twice if another can be had. Not the composer: which sentences follow one
another is decided in ``writing.py``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple, TypeAlias

Template: TypeAlias = "tuple[str, ...]"
Cell: TypeAlias = "tuple[Template, ...]"

_SLOT = re.compile(r"\{(\w+)\}")
_START = re.compile(r"(^|[.!?\n] )([¿¡]?)([a-zà-öø-ÿ])")
_CLAUSES = frozenset({"pos", "neg", "plain", "good", "bad"})
_PAIRED = {"item2": "item", "items2": "items", "later": "weekday"}


class Words(NamedTuple):
    """The vocabulary of one language."""

    lang: str
    slots: dict[str, tuple[str, ...]]
    aspects: dict[str, dict[str, Cell]]
    frames: dict[str, Cell]


def _cell(texts: Sequence[str]) -> Cell:
    return tuple(tuple(_SLOT.split(text)) for text in texts)


def _table(name: str) -> dict[str, Any]:
    source = files("dashboard.sample").joinpath(f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def words(lang: str) -> Words:
    """Return the vocabulary of a language (en, de, fr, es), read once."""
    table = _table(lang)
    frames = (_table("en_frames") if lang == "en" else table)["frames"]
    return Words(
        lang,
        {key: tuple(found) for key, found in table["slots"].items()},
        {
            topic: {name: _cell(texts) for name, texts in cells.items()}
            for topic, cells in table["aspects"].items()
        },
        {key: _cell(texts) for key, texts in frames.items()},
    )


class Theme(NamedTuple):
    """What articles can say on one theme."""

    title: Cell
    body: Cell
    intro: Cell
    close: Cell


@lru_cache(maxsize=16)
def theme(lang: str, name: str) -> Theme:
    """Return the sentences of the news on a theme, in English or German."""
    table = _table("news")[lang]
    found = table["themes"][name]
    return Theme(
        _cell(found["title"]),
        _cell(found["body"]),
        _cell(table["intro"]),
        _cell(table["close"]),
    )


class Subject(NamedTuple):
    """What a text is about: its main topic, and topics to praise and to blame."""

    aspect: str
    praise: tuple[str, ...]
    blame: tuple[str, ...]


class Pen:
    """Writes one text: ``praise`` and ``blame`` are the topics of it, the main one first."""

    __slots__ = ("aspect", "blame", "praise", "rng", "used", "values", "words")

    def __init__(
        self, rng: Random, vocabulary: Words, subject: Subject, values: dict[str, str]
    ) -> None:
        self.rng = rng
        self.words = vocabulary
        self.aspect, self.praise, self.blame = subject
        self.values = values
        self.used: set[int] = set()

    def chance(self, odds: float) -> bool:
        """Say yes with these odds."""
        return self.rng.random() < odds

    def pick(self, cell: Cell) -> str:
        """Fill one template of a cell, a fresh one where possible."""
        size = len(cell)
        found = cell[int(self.rng.random() * size)]
        for _ in range(6):
            if id(found) not in self.used:
                break
            found = cell[int(self.rng.random() * size)]
        self.used.add(id(found))
        if len(found) == 1:
            return found[0]
        parts = list(found)
        for place in range(1, len(parts), 2):
            parts[place] = self.value(parts[place])
        return "".join(parts)

    def frame(self, name: str) -> str:
        """Fill one of the frames of that name."""
        return self.pick(self.words.frames[name])

    def clause(self, name: str, place: int = 0) -> str:
        """Fill a clause of a sort on the topic at that place, or on one not yet exhausted."""
        topics = self.praise if name in ("pos", "good") else self.blame
        place %= len(topics)
        for topic in topics[place:] + topics[:place]:
            cell = self.words.aspects[topic].get(name, ())
            if any(id(found) not in self.used for found in cell):
                return self.pick(cell)
        return self.pick(self.words.aspects["support"][name])

    def joined(self, name: str, first: str, second: str) -> str:
        """Join two clauses by one of the frames ``and`` or ``but``."""
        self.values["a"], self.values["b"] = first, second
        return self.frame(name)

    def value(self, slot: str) -> str:
        """Return what stands in a slot."""
        if slot in _CLAUSES:
            return self.clause(slot)
        if slot in ("good2", "bad2"):
            return self.clause(slot[:-1], 1)
        if slot == "ask":
            return self.pick(self.words.aspects[self.aspect]["ask"])
        if slot == "fixed":
            topic = "fixed" if self.aspect == "double" else "support"
            return self.pick(self.words.aspects[topic]["pos"])
        known = self.values.get(slot)
        if known is None:
            known = self.values[slot] = self._drawn(slot)
        return known

    def _drawn(self, slot: str) -> str:
        options = self.words.slots.get(_PAIRED.get(slot, slot))
        if options is None:
            return self._computed(slot)
        place = int(self.rng.random() * len(options))
        if slot in _PAIRED:
            base = options.index(self.value(_PAIRED[slot]))
            step = 2 if slot == "later" else 1 + place % (len(options) - 1)
            return options[(base + step) % len(options)]
        return options[place]

    def _computed(self, slot: str) -> str:
        draw = self.rng.random()
        if slot in _MONEY:
            low, high, above = _MONEY[slot]
            base = self._cents(above) if above else 0
            return self._money(base + low + int(draw * (high - low)))
        low, high = _COUNTS[slot]
        count = low + int(draw * (high - low + 1))
        if slot == "hour":
            return f"{count}:{int(draw * 1000) % 12 * 5:02d}"
        return str(count)

    def _cents(self, slot: str) -> int:
        return int(re.sub(r"\D", "", self.value(slot)))

    def _money(self, cents: int) -> str:
        if self.words.lang == "en":
            return f"€{cents // 100}.{cents % 100:02d}"
        return f"{cents // 100},{cents % 100:02d} €"


_MONEY = {
    "amount": (900, 13_900, ""),
    "amount2": (310, 4_900, "amount"),
    "small": (129, 599, ""),
    "small2": (30, 260, "small"),
    "fee": (190, 390, ""),
    "fee2": (100, 290, "fee"),
    "fee3": (2190, 3990, ""),
    "min": (3500, 6000, ""),
}
_COUNTS = {"n": (2, 9), "mins": (25, 95), "big": (112, 987), "pct": (3, 24), "hour": (8, 22)}


def sentence_case(text: str) -> str:
    """Start every sentence with a capital letter."""
    return _START.sub(lambda match: match[1] + match[2] + match[3].upper(), text)


def sentences(parts: Sequence[str], mark: str = ".") -> str:
    """Put parts one after another as sentences, each with a final mark."""
    closed = [part if part[-1] in ".!?…" else part + mark for part in parts if part]
    return sentence_case(" ".join(closed))
