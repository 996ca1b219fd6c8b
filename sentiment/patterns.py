"""A small language for phrases with alternatives and gaps, found word by word.

    on hold                         these words
    waiting|waited for              either word
    (the|my)? refund*               may be absent; any ending
    waiting ~3 <n> <time>           up to three words between; a number; a unit of time
    not really $                    only before a comma or the end of a sentence

A phrase never reaches over the end of a sentence. Only places where a phrase can begin
are looked at, so that a text costs one look-up per word whatever the number of phrases.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from sentiment.grammar import words

MACROS = {
    "<time>": "second|seconds|sec|secs|minute|minutes|min|mins|hour|hours|hr|hrs|day|days|week|"
    "weeks|month|months|year|years",
    "<not>": "not|never|n't|isnt|isn't|wasnt|wasn't|arent|aren't|werent|weren't|dont|don't|doesnt|"
    "doesn't|didnt|didn't|cant|can't|cannot|couldnt|couldn't|wont|won't|wouldnt|wouldn't|hasnt|"
    "hasn't|havent|haven't|hadnt|hadn't|aint|ain't|shouldn't|shouldnt",
    "<be>": "is|are|was|were|be|been|being|am|i'm|im|it's|they're|we're|you're|he's|she's|that's",
    "<the>": "the|a|an|my|our|your|their|this|that|his|her|any|these|those|ur",
    "<me>": "i|we|me|us|i've|we've|i'm|we're|i'll|we'll|i'd",
}
_BARS = words("not never no n't cannot nobody nothing without neither nor")
"""Words that no gap may skip: they turn what follows."""
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)?(?:st|nd|rd|th)?\Z")
NUMBER_WORDS = words(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
    "fifty sixty hundred several few many couple multiple countless dozen half an a second "
    "third fourth fifth"
)


def is_number(word: str) -> bool:
    """Tell whether a word is a number, in digits or letters."""
    return word in NUMBER_WORDS or bool(_NUMBER.match(word))


class Part(NamedTuple):
    """One element of a phrase: words, stems, or numbers; ``gap`` words may stand before it."""

    words: frozenset[str]
    stems: tuple[str, ...]
    number: bool
    optional: bool
    gap: int

    def takes(self, word: str) -> bool:
        """Tell whether a word fits."""
        if word in self.words:
            return True
        if self.stems and word.startswith(self.stems):
            return True
        return self.number and is_number(word)


class Pattern(NamedTuple):
    """A compiled phrase, the key that it stands for, and its value there."""

    parts: tuple[Part, ...]
    key: str
    value: float
    text: str
    final: bool
    needs: frozenset[str]
    """Words of which a text must have one; empty where that cannot be told."""


Entry: TypeAlias = "tuple[Pattern, int]"
"""A phrase, and the number of the part after the one that a word fits."""


class Starts(NamedTuple):
    """What a word may begin: by the word that follows, and whatever that is."""

    followed: dict[str, tuple[Entry, ...]]
    alone: tuple[Entry, ...]


def compiled(text: str, key: str, value: float = 0.0) -> Pattern:
    """Return a phrase ready for matching."""
    parts: list[Part] = []
    gap = 0
    for piece in text.split():
        if piece[0] == "~":
            gap = int(piece[1:])
            continue
        if piece == "$":
            continue
        optional = piece.endswith(")?")
        bare = piece.rstrip("?").strip("()") if piece[0] == "(" else piece
        words = MACROS.get(bare, bare).split("|")
        words = [each for word in words for each in MACROS.get(word, word).split("|")]
        parts.append(
            Part(
                frozenset(word for word in words if word[-1] != "*" and word != "<n>"),
                tuple(word[:-1] for word in words if word[-1] == "*"),
                "<n>" in words,
                optional,
                gap,
            )
        )
        gap = 0
    needed = next((part for part in reversed(parts) if not part.optional), parts[0])
    exact = not needed.stems and not needed.number
    needs = needed.words if exact and len(parts) > 1 else frozenset()
    return Pattern(tuple(parts), key, value, text, text.endswith(" $"), needs)


class Index:
    """Which phrases a word may begin."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._words: defaultdict[str, list[Entry]] = defaultdict(list)
        self._stems: defaultdict[str, list[Entry]] = defaultdict(list)
        self._numbers: list[Entry] = []
        for pattern in patterns:
            for number, part in enumerate(pattern.parts):
                for word in part.words:
                    self._words[word].append((pattern, number + 1))
                for stem in part.stems:
                    self._stems[stem].append((pattern, number + 1))
                if part.number:
                    self._numbers.append((pattern, number + 1))
                if not part.optional:
                    break
        self._sizes = sorted({len(stem) for stem in self._stems})
        # There is no end of numbers, and most of them begin the same phrases.
        self._number = self._starts(self._numbers)

    def starts(self, word: str) -> Starts | None:
        """Return the phrases that a word may begin, longest first."""
        found = list(self._words.get(word, ()))
        for size in self._sizes:
            if size > len(word):
                break
            found += self._stems.get(word[:size], ())
        if self._numbers and is_number(word):
            if not found:
                return self._number
            found += self._numbers
        return self._starts(found)

    def _starts(self, found: Sequence[Entry]) -> Starts | None:
        if not found:
            return None
        alone: list[Entry] = []
        followed: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in found:
            following = _following(*entry)
            if following is None:
                alone.append(entry)
            for word in following or ():
                followed[word].append(entry)
        return Starts(
            {word: _longest_first([*entries, *alone]) for word, entries in followed.items()},
            _longest_first(alone),
        )

    def begins(self, word: str) -> bool:
        """Tell whether a phrase may begin with a word."""
        return word in self._words or any(word[:size] in self._stems for size in self._sizes)


def _longest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: -len(entry[0].parts)))


def _following(pattern: Pattern, step: int) -> set[str] | None:
    """Return the words of which one must come next; None if any may, or none need."""
    words: set[str] = set()
    for part in pattern.parts[step:]:
        if part.gap or part.stems or part.number:
            return None
        words |= part.words
        if not part.optional:
            return words
    return None


def end(entry: Entry, words: Sequence[str], at: int, limit: int) -> int:
    """Return the index after a phrase whose first word stands at ``at``, or -1."""
    return _end(entry[0].parts, entry[1], words, at + 1, limit)


def _end(parts: tuple[Part, ...], step: int, words: Sequence[str], at: int, limit: int) -> int:
    while step < len(parts):
        part = parts[step]
        if part.gap or part.optional:
            return _choices(parts, step, words, at, limit)
        if at >= limit or not part.takes(words[at]):
            return -1
        step += 1
        at += 1
    return at


def _choices(parts: tuple[Part, ...], step: int, words: Sequence[str], at: int, limit: int) -> int:
    part = parts[step]
    for here in range(at, min(at + part.gap + 1, limit)):
        if part.takes(words[here]):
            found = _end(parts, step + 1, words, here + 1, limit)
            if found >= 0:
                return found
        if words[here] in _BARS or words[here].endswith("n't"):
            break
    return _end(parts, step + 1, words, at, limit) if part.optional else -1
