"""VADER with the same answers as vaderSentiment 3.3.2, in time linear in the text.

The lexicon, emoji names and word lists are those of the installed vaderSentiment
package; only its rules are restated here, quirks included, because the original
lower-cases the whole text again for every lexicon word (one second at 4,000 words, and
minutes for a text of emoji). Sums are made in the original's order, so every figure is
equal to the last bit. It is not a better VADER: where the original is wrong ("nobody
loves her" is positive), so is this.

What makes it fast: everything that depends on one token alone is found once per
distinct token and kept (`_Facts`), so that a text costs one look-up per token and the
rules run only at words of the lexicon. Most tokens are *plain* (None): they can change
nothing but the number of words.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from heapq import heappop, heappush
from importlib.resources import files
from itertools import compress
from math import floor, sqrt
from string import punctuation
from typing import NamedTuple, TypeAlias

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
)

LEX, UPPER, NEGATES, BOOSTS, PHRASE, NO, KIND, LEAST = (1 << k for k in range(8))
NEVER, SO_THIS, WITHOUT, DOUBT, BUT = (1 << k for k in range(8, 13))
NEEDS_RULES = PHRASE | NO | KIND
NOT_ALONE = NEEDS_RULES | UPPER

WORD_FLAGS = {
    "no": NO,
    "kind": KIND,
    "least": LEAST,
    "never": NEVER,
    "so": SO_THIS,
    "this": SO_THIS,
    "without": WITHOUT,
    "doubt": DOUBT,
    "but": BUT,
}
# Too frequent to be worth a closer look; every phrase has another word that is marked.
COMMON = frozenset({"the", "to", "of", "for"})
BOOSTERS: dict[str, float] = BOOSTER_DICT
BIGRAMS = {phrase: step for phrase, step in BOOSTERS.items() if " " in phrase}
SPECIAL: dict[str, float] = SPECIAL_CASES
NEGATIONS = frozenset(NEGATE)
PHRASE_WORDS = {word for phrase in [*SPECIAL, *BIGRAMS] for word in phrase.split()} - COMMON
UP: float = C_INCR
TURN: float = N_SCALAR

KEPT_TOKENS = 50_000
LONGEST_KEPT = 48
SHORT = 64
ALPHA = 15

Fact: TypeAlias = "tuple[float, int, float]"


class Reading(NamedTuple):
    """The compound score of a text, and how many of its words the lexicon knows."""

    compound: float
    hits: int


class _Facts(dict[str, "Fact | None"]):
    """Token as it stands in the text → (valence, flags, booster), or None if plain."""

    __slots__ = ("_lexicon",)

    def __init__(self, lexicon: dict[str, float]) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, token: str) -> Fact | None:
        fact = self._look(token)
        if len(token) <= LONGEST_KEPT:
            if len(self) >= KEPT_TOKENS:
                self.clear()
            self[token] = fact
        return fact

    def _look(self, token: str) -> Fact | None:
        word = _lower(token)
        valence = self._lexicon.get(word)
        boost = BOOSTERS.get(word, 0.0)
        flags = WORD_FLAGS.get(word, 0)
        flags |= LEX if valence is not None else 0
        flags |= NEGATES if word in NEGATIONS or "n't" in word else 0
        flags |= BOOSTS if boost else 0
        flags |= PHRASE if word in PHRASE_WORDS else 0
        if not flags:
            return None
        flags |= UPPER if token.isupper() else 0
        return valence or 0.0, flags, boost


def _lower(token: str) -> str:
    """Return the token as the rules see it: up to two letters keep their punctuation."""
    stripped = token.strip(punctuation)
    return (stripped if len(stripped) > 2 else token).lower()


class Vader:
    """Scores English text; build it once with `vader()`, it holds only caches."""

    def __init__(self, lexicon: dict[str, float], emoji: dict[str, str]) -> None:
        self._lexicon = lexicon
        self._emoji = {sign: f" {name}" for sign, name in emoji.items() if len(sign) == 1}
        self._signs = _sign_pattern(self._emoji)
        self._facts = _Facts(lexicon)

    def knows(self, word: str) -> bool:
        """Tell whether the lexicon holds a word, written in lower case."""
        return word in self._lexicon

    def words(self) -> dict[str, float]:
        """Return the lexicon, words in lower case and emoticons alike."""
        return dict(self._lexicon)

    def signs(self) -> dict[str, float]:
        """Return each emoji whose name holds words of the lexicon, with their sum."""
        read = self._lexicon.get
        sums = {s: sum(read(w, 0.0) for w in n.split()) for s, n in self._emoji.items()}
        return {sign: value for sign, value in sums.items() if value}

    def read(self, text: str) -> Reading:
        """Return the compound score and the number of lexicon words."""
        text = self._spelled(text)
        values, _ = self._valences(text.split())
        return Reading(_compound(values, text), len(values))

    def compound(self, text: str) -> float:
        """Return the same as ``polarity_scores(text)["compound"]``."""
        return self.read(text).compound

    def polarity_scores(self, text: str) -> dict[str, float]:
        """Return neg, neu, pos and compound, equal to vaderSentiment's."""
        text = self._spelled(text)
        values, words = self._valences(text.split())
        if not words:
            return {"neg": 0.0, "neu": 0.0, "pos": 0.0, "compound": 0.0}
        if not values:
            return {"neg": 0.0, "neu": 1.0, "pos": 0.0, "compound": 0.0}
        positive = negative = 0.0
        for value in values:
            if value > 0:
                positive += value + 1
            elif value < 0:
                negative += 1 - value
        neutral = words - sum(map(bool, values))
        if positive > negative:
            positive += _emphasis(text)
        elif positive < negative:
            negative += _emphasis(text)
        total = positive + negative + neutral
        return {
            "neg": _rounded(negative / total, 1000),
            "neu": _rounded(neutral / total, 1000),
            "pos": _rounded(positive / total, 1000),
            "compound": _compound(values, text),
        }

    def _spelled(self, text: str) -> str:
        """Replace emoji by their names; the original's spacing rules give the same words."""
        if text.isascii():
            return text
        return self._signs.sub(self._name, text)

    def _name(self, sign: re.Match[str]) -> str:
        return self._emoji.get(sign[0], sign[0])

    def _valences(self, tokens: list[str]) -> tuple[list[float], int]:
        """Return the valence of each lexicon word, in order, and the number of words."""
        facts: list[Fact | None] = [None, None, None, *map(self._facts.__getitem__, tokens)]
        size = len(tokens)
        values: list[float] = []
        places: list[int] = []
        but = -1
        differs: bool | None = None
        for at in compress(range(size + 3), facts):
            fact = facts[at]
            assert fact is not None
            value, flags, _ = fact
            if not flags & LEX:
                if flags & BUT and but < 0:
                    but = at
                continue
            near = facts[at - 1] or facts[at - 2] or facts[at - 3]
            if near or flags & NOT_ALONE:
                if differs is None:
                    differs = 0 < size - sum(map(str.isupper, tokens)) < size
                if near or flags & NEEDS_RULES:
                    value = _ruled(facts, tokens, at, differs)
                elif differs:
                    value += UP if value > 0 else -UP
            values.append(value)
            places.append(at)
        if but >= 0 and values:
            _shift(values, places, but)
        return values, size


_ABSENT: Fact = (0.0, 0, 0.0)


def _ruled(facts: Sequence[Fact | None], tokens: list[str], at: int, differs: bool) -> float:
    """Return the valence of the lexicon word ``at`` (three more than its index) by all rules."""
    i = at - 3
    valence, flags, _ = facts[at] or _ABSENT
    _, one, boost_one = facts[at - 1] or _ABSENT
    _, two, boost_two = facts[at - 2] or _ABSENT
    _, three, boost_three = facts[at - 3] or _ABSENT
    following = i + 1 < len(tokens)
    if flags & KIND and following and _lower(tokens[i + 1]) == "of":
        return 0.0
    value = valence
    if flags & NO and following and (facts[at + 1] or _ABSENT)[1] & LEX:
        value = 0.0
    if (one | two) & NO or (three & NO and _lower(tokens[i - 1]) in ("or", "nor")):
        value = valence * TURN
    if flags & UPPER and differs:
        value += UP if value > 0 else -UP
    if not one & LEX:
        if boost_one:
            value += _step(boost_one, value, differs and one & UPPER)
        if one & NEGATES:
            value *= TURN
    if two and not two & LEX:
        if boost_two:
            value += _step(boost_two, value, differs and two & UPPER) * 0.95
        value = _negate_second(value, one, two)
    if i > 2 and not three & LEX:
        if boost_three:
            value += _step(boost_three, value, differs and three & UPPER) * 0.9
        value = _negate_third(value, one, two, three)
        if (flags | one | two | three) & PHRASE:
            value = _phrases(value, tokens, i)
    if one & LEAST and (i == 1 or _lower(tokens[i - 2]) not in ("at", "very")):
        value *= TURN
    return value


def _step(boost: float, value: float, loud: int) -> float:
    """Return what a booster or dampener adds."""
    step = -boost if value < 0 else boost
    if loud:
        step += UP if value > 0 else -UP
    return step


def _negate_second(value: float, one: int, two: int) -> float:
    if two & NEVER and one & SO_THIS:
        return value * 1.25
    if two & NEGATES and not (two & WITHOUT and one & DOUBT):
        return value * TURN
    return value


def _negate_third(value: float, one: int, two: int, three: int) -> float:
    if (three & NEVER and two & SO_THIS) or one & SO_THIS:
        return value * 1.25
    if three & NEGATES and not (three & WITHOUT and (one | two) & DOUBT):
        return value * TURN
    return value


def _phrases(value: float, tokens: list[str], i: int) -> float:
    """Apply fixed phrases around word ``i`` ("bad ass", "kiss of death", "sort of")."""
    three, two, one, here, *after = map(_lower, tokens[i - 3 : i + 3])
    before = (
        f"{one} {here}",
        f"{two} {one} {here}",
        f"{two} {one}",
        f"{three} {two} {one}",
        f"{three} {two}",
    )
    for phrase in before:
        if phrase in SPECIAL:
            value = SPECIAL[phrase]
            break
    for length in range(1, len(after) + 1):
        value = SPECIAL.get(" ".join([here, *after[:length]]), value)
    for phrase in (before[3], before[4], before[2]):
        value += BIGRAMS.get(phrase, 0.0)
    return value


def _shift(values: list[float], places: list[int], but: int) -> None:
    """Halve what stands before the first "but" and raise what follows it by half.

    As in the original, the value changed is the first one *equal* to the one looked at,
    which is not always itself; zeros never change. Long texts use a heap per value.
    """
    if len(values) > SHORT:
        _shift_many(values, places, but)
        return
    for value in values:
        first = values.index(value)
        values[first] = value * (0.5 if places[first] < but else 1.5)


def _shift_many(values: list[float], places: list[int], but: int) -> None:
    where: defaultdict[float, list[int]] = defaultdict(list)
    for index, value in enumerate(values):
        where[value].append(index)
    for index in range(len(values)):
        value = values[index]
        if not value:
            continue
        first = heappop(where[value])
        changed = value * (0.5 if places[first] < but else 1.5)
        values[first] = changed
        heappush(where[changed], first)


def _compound(values: list[float], text: str) -> float:
    total = float(sum(values))
    if not total:
        return 0.0
    total += _emphasis(text) if total > 0 else -_emphasis(text)
    return _rounded(total / sqrt(total * total + ALPHA), 10_000)


def _rounded(value: float, scale: int) -> float:
    """Return ``round(value, digits)`` for a scale of ten to the digits, in half the time."""
    shifted = value * scale + 0.5
    nearest = floor(shifted)
    if nearest and 1e-6 < shifted - nearest < 0.999999:
        return nearest / scale
    return round(value, 3 if scale == 1000 else 4)


def _emphasis(text: str) -> float:
    """Return what exclamation and question marks add, up to four of each."""
    loud = min(text.count("!"), 4) * 0.292
    asked = text.count("?")
    if asked < 2:
        return loud
    return loud + (asked * 0.18 if asked <= 3 else 0.96)


def _sign_pattern(signs: dict[str, str]) -> re.Pattern[str]:
    """Return a pattern for every one-letter emoji, and for some that have no name.

    Beyond the basic plane one range stands for all: 900 single code points in one class
    cost 1.6 µs for each letter of text.
    """
    basic = [re.escape(sign) for sign in sorted(signs) if sign <= "\uffff"]
    beyond = [sign for sign in sorted(signs) if sign > "\uffff"]
    return re.compile(f"[{''.join(basic)}{beyond[0]}-{beyond[-1]}]")


def _table(name: str) -> list[tuple[str, str]]:
    text = (files("vaderSentiment") / name).read_text(encoding="utf-8")
    rows = (line.strip().split("\t") for line in text.rstrip("\n").split("\n") if line)
    return [(row[0], row[1]) for row in rows]


@cache
def vader() -> Vader:
    """Return the one scorer of this process; loading takes about 15 ms."""
    lexicon = {word: float(value) for word, value in _table("vader_lexicon.txt")}
    return Vader(lexicon, dict(_table("emoji_utf8_lexicon.txt")))


@cache
def digest() -> str:
    """Return a fingerprint of the lexicon in use, as part of a model's id."""
    data = (files("vaderSentiment") / "vader_lexicon.txt").read_bytes()
    return hashlib.sha256(data).hexdigest()[:12]
