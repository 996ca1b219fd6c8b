"""Finds words and phrases of a list in a text, in any case and with or without accents.

One look-up per word of the text, whatever the length of the list: what a word may begin
is found once per distinct word and kept. A trailing ``*`` matches any ending of the last
word ("deliver*"). Phrases in scripts without spaces are found anywhere in the text.
Matches are leftmost and longest, and do not overlap.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress, pairwise
from typing import NamedTuple
from unicodedata import combining, normalize

KEPT_WORDS = 50_000
LONGEST_KEPT = 48
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_JOINTS = frozenset({"", "-", "'"})


class Found(NamedTuple):
    """A phrase of the list at a place of the text."""

    start: int
    end: int
    key: str


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    joints: tuple[str, ...]
    open: bool
    key: str


def fold(word: str) -> str:
    """Return a word without case and accents."""
    word = word.casefold()
    if word.isascii():
        return word
    return "".join(sign for sign in normalize("NFKD", word) if not combining(sign))


class _Starts(dict[str, "tuple[_Phrase, ...] | None"]):
    """Word as it stands in the text → phrases that it may begin, longest first."""

    __slots__ = ("_closed", "_opened", "_sizes")

    def __init__(self, phrases: Iterable[_Phrase]) -> None:
        super().__init__()
        self._closed: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._opened: defaultdict[str, list[_Phrase]] = defaultdict(list)
        for phrase in phrases:
            single = phrase.open and len(phrase.words) == 1
            (self._opened if single else self._closed)[phrase.words[0]].append(phrase)
        self._sizes = sorted({len(stem) for stem in self._opened}, reverse=True)

    def __missing__(self, word: str) -> tuple[_Phrase, ...] | None:
        folded = fold(word)
        found = list(self._closed.get(folded, ()))
        for size in self._sizes:
            if size <= len(folded):
                found += self._opened.get(folded[:size], ())
        found.sort(key=lambda phrase: -len(phrase.words))
        starts = tuple(found) or None
        if len(word) <= LONGEST_KEPT:
            if len(self) >= KEPT_WORDS:
                self.clear()
            self[word] = starts
        return starts


class Phrases:
    """A list of phrases, each with the key that it stands for."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        spaced: list[_Phrase] = []
        unspaced: dict[str, str] = {}
        for text, key in entries:
            if _UNSPACED.search(text):
                unspaced.setdefault(text.strip().rstrip("*"), key)
            elif phrase := _parse(text, key):
                spaced.append(phrase)
        self._starts = _Starts(spaced)
        self._unspaced = unspaced
        longest = sorted(unspaced, key=len, reverse=True)
        self._anywhere = re.compile("|".join(map(re.escape, longest))) if unspaced else None

    def find(self, text: str) -> list[Found]:
        """Return what of the list stands in the text, in order."""
        words = _WORD.findall(text)
        starts = [*map(self._starts.__getitem__, words)]
        found = self._matches(text, words, starts) if any(starts) else []
        if self._anywhere and not text.isascii():
            more = (
                Found(*hit.span(), self._unspaced[hit[0]]) for hit in self._anywhere.finditer(text)
            )
            found = sorted([*found, *more])
        return found

    def _matches(
        self, text: str, words: list[str], starts: Sequence[tuple[_Phrase, ...] | None]
    ) -> list[Found]:
        spans: list[tuple[int, int]] = []
        found: list[Found] = []
        free = 0
        for at in compress(range(len(starts)), starts):
            if at < free:
                continue
            following: str | None = None
            for phrase in starts[at] or ():
                if len(phrase.words) > 1:
                    if following is None:
                        following = fold(words[at + 1]) if at + 1 < len(words) else ""
                    if not following.startswith(phrase.words[1]) or not _spoken(phrase, words, at):
                        continue
                spans = spans or [match.span() for match in _WORD.finditer(text)]
                if _joined(phrase, text, spans, at):
                    free = at + len(phrase.words)
                    found.append(Found(spans[at][0], spans[free - 1][1], phrase.key))
                    break
        return found


def _parse(text: str, key: str) -> _Phrase | None:
    text = text.strip()
    spans = [match.span() for match in _WORD.finditer(text)]
    if not spans:
        return None
    words = tuple(fold(text[start:end]) for start, end in spans)
    joints = tuple(text[a[1] : b[0]].strip() for a, b in pairwise(spans))
    return _Phrase(words, joints, text.endswith("*"), key)


def _spoken(phrase: _Phrase, words: list[str], at: int) -> bool:
    """Tell whether the words after the first one are the phrase's."""
    size = len(phrase.words)
    if at + size > len(words):
        return False
    for step in range(1, size):
        word = fold(words[at + step])
        wanted = phrase.words[step]
        if word != wanted and not (phrase.open and step == size - 1 and word.startswith(wanted)):
            return False
    return True


def _joined(phrase: _Phrase, text: str, spans: list[tuple[int, int]], at: int) -> bool:
    """Tell whether what stands between the words is as in the phrase."""
    for step in range(1, len(phrase.words)):
        joint = text[spans[at + step - 1][1] : spans[at + step][0]].strip()
        if joint != phrase.joints[step - 1] and not {joint, phrase.joints[step - 1]} <= _JOINTS:
            return False
    return True
