"""Words as rules read them: letter case, punctuation, emoji, elongation and typos resolved.

Everything that depends on one run of letters alone is found once and kept, so that a text
costs one look-up per word. Positions stay those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from sentiment import grammar, patterns, signs
from sentiment.lexicon import Lexicon, lexicon
from sentiment.patterns import Index, Starts

KEPT = 50_000
LONGEST_KEPT = 48
LONGEST_WORD = 30
LINE = "\u240a"
"""Stands for the end of a line, which ends a sentence."""


class Token(NamedTuple):
    """One word (or sign) of a text; ``lead`` and ``size`` place it in its run of letters."""

    word: str
    value: float
    flags: int
    step: float
    starts: Starts | None
    lead: int
    size: int


_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.I)
_EMOTICON = re.compile(
    r"(?:[:;=8x]['\-]?[()\[\]DPp/\\|3oO*]|[(\[]['\-]?[:;=]|<3+|</3|:'\(|\^_\^|-_-)+\Z"
)
_PIECE = re.compile(
    r"\d+(?:[.,:]\d+)+|(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’][^\W_]+)*"
    r"|[.!?…]+|[,;:()\[\]]+|[/&+]|\"+|[-–—]+"
    r"|[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
)
_SPLIT_NUMBER = re.compile(
    r"(\d+)(s|sec|secs|m|min|mins|minutes?|h|hr|hrs|hours?|d|days?|wks?|weeks?)\Z"
)
_ABBREVIATED = grammar.words("mr mrs ms dr st vs approx etc no. jr sr")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_RUN = re.compile(r"(\w)\1{2,}")
_IRONY = frozenset({"/s", "#sarcasm", "#sarcastic", "#irony", "#not", "#sarcasm!", "(sarcasm)"})
_BRANDS = {"w": grammar.NAME | grammar.OWN, "v": grammar.NAME | grammar.RIVAL}
"""Letters of which a masked name consists."""
_UNITS = {"m": "min", "h": "hour", "s": "sec", "d": "day"}


class Tokens(dict[str, "tuple[Token, ...]"]):
    """Run of letters as it stands in the text → its words."""

    __slots__ = ("_index", "_lexicon")

    def __init__(self, words: Lexicon, index: Index) -> None:
        super().__init__()
        self._lexicon = words
        self._index = index

    def __missing__(self, run: str) -> tuple[Token, ...]:
        found = tuple(self._read(run))
        if len(run) <= LONGEST_KEPT:
            if len(self) >= KEPT:
                self.clear()
            self[run] = found
        return found

    def _read(self, run: str) -> Iterator[Token]:
        if run == LINE:
            yield Token(LINE, 0.0, grammar.STOP, 0.0, None, 0, 1)
            return
        if ("w" in run.lower() and _LINK.match(run)) or "://" in run:
            yield Token("<link>", 0.0, grammar.LINK, 0.0, None, 0, len(run))
            return
        if run[0] == "@" and len(run) > 1:
            size = len(run.rstrip(".,:;!?)"))
            side = grammar.RIVAL if set(run[1:size].lower()) == {"v"} else 0
            yield Token("<name>", 0.0, grammar.NAME | side | _ends(run[size:]), 0.0, None, 0, size)
            return
        if run.lower() in _IRONY:
            yield Token("<irony>", 0.0, grammar.IRONY, 0.0, None, 0, len(run))
            return
        if (value := self._lexicon.emoticons.get(run)) is not None:
            yield Token(run, value, grammar.HIT, 0.0, None, 0, len(run))
            return
        sign = _EMOTICON.search(run)
        if sign and sign.start() and self._lexicon.emoticons.get(sign[0]) is not None:
            yield from self[run[: sign.start()]]
            value = self._lexicon.emoticons[sign[0]]
            yield Token(sign[0], value, grammar.HIT, 0.0, None, sign.start(), len(sign[0]))
            return
        yield from self._pieces(run)

    def _pieces(self, run: str) -> Iterator[Token]:
        waiting: Token | None = None
        quoted = run[0] in "\"'" and run.rstrip(".,!?;:")[-1:] in "\"'" and len(run) > 4
        for piece in _PIECE.finditer(run):
            text, start = piece[0], piece.start()
            if text[0].isalnum():
                if waiting:
                    yield waiting
                *before, waiting = self._words(text, start, run, quoted)
                yield from before
            elif text[0] in ".!?…,;:()[]":
                if waiting and text == "." and waiting.word in _ABBREVIATED:
                    continue
                if waiting:
                    waiting = waiting._replace(flags=waiting.flags | _ends(text))
                else:
                    waiting = Token(text, 0.0, _ends(text), 0.0, None, start, len(text))
            elif text[0] in '"-–—':
                if waiting is None and len(run) <= 3 and text[0] != '"':
                    waiting = Token(text, 0.0, grammar.COMMA, 0.0, None, start, len(text))
            else:
                if waiting:
                    yield waiting
                waiting = self._sign(text, start)
        if waiting:
            yield waiting

    def _sign(self, sign: str, start: int) -> Token:
        value = self._lexicon.emoji.get(sign, 0.0)
        word = "and" if sign in "&+" else sign
        flags = grammar.HIT if value else grammar.FLAGS.get(word, 0)
        return Token(word, value, flags, 0.0, self._index.starts(word), start, len(sign))

    def _words(self, text: str, start: int, run: str, quoted: bool) -> list[Token]:
        extra = grammar.QUOTED if quoted else 0
        if text[0].isdigit() and (found := _SPLIT_NUMBER.match(text.lower())):
            unit = _UNITS.get(found[2], found[2])
            return [
                self._word(found[1], start, len(found[1]), extra),
                self._word(unit, start + len(found[1]), len(found[2]), extra),
            ]
        if run[0] == "#" and start == 1 and not text.islower() and not text.isupper():
            return [
                self._word(part[0], start + part.start(), len(part[0]), extra)
                for part in _CAMEL.finditer(text)
            ] or [self._word(text, start, len(text), extra)]
        return [self._word(text, start, len(text), extra)]

    def _word(self, text: str, start: int, size: int, flags: int) -> Token:
        word = text.lower().replace("’", "'")
        if len(word) > LONGEST_WORD:
            return Token(word, 0.0, flags, 0.0, None, start, size)
        step = 0.0
        if size > 1 and (brand := _BRANDS.get(word[0], 0)) and len(set(word)) == 1:
            return Token("<name>", 0.0, flags | brand, 0.0, None, start, size)
        known = self._known(word)
        if known != word and len(_RUN.sub(r"\1", word)) < len(word):
            step = 1.1
        word = known
        value = self._lexicon.words.get(word, 0.0)
        flags |= grammar.FLAGS.get(word, 0)
        if value:
            flags |= grammar.HIT
        if boost := grammar.STEPS.get(word, 0.0):
            flags |= grammar.STEP
            step = boost
        if patterns.is_number(word):
            flags |= grammar.NUMBER
        if size > 1 and text[0].isupper():
            flags |= grammar.TITLE
            if value and word in self._lexicon.names and not text.isupper():
                value, flags = 0.0, flags & ~grammar.HIT
        if word.endswith("n't"):
            flags |= grammar.NOT
        if flags and len(text) > 1 and text.isupper():
            flags |= grammar.UPPER
        starts = self._index.starts(word)
        if starts:
            flags |= grammar.STARTS
        return Token(word, value, flags, step, starts, start, size)

    def _known(self, word: str) -> str:
        """Return the word meant: without elongation, typing errors and possessive s."""
        if _RUN.search(word):
            for shorter in (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)):
                if self._familiar(shorter):
                    return shorter
            word = _RUN.sub(r"\1\1", word)
        if self._familiar(word) or word.endswith("'s"):
            return word
        return self._lexicon.typos.get(word, word)

    def _familiar(self, word: str) -> bool:
        return (
            word in self._lexicon.words
            or word in grammar.FLAGS
            or word in grammar.STEPS
            or self._index.begins(word)
        )


def _ends(signs: str) -> int:
    """Return what punctuation after a word means."""
    if not signs:
        return 0
    flags = 0
    if "?" in signs:
        flags |= grammar.STOP | grammar.ASKED
    if "!" in signs:
        flags |= grammar.STOP | grammar.LOUD
    if not flags and ("." in signs or "…" in signs):
        flags |= grammar.STOP
    if not flags:
        flags |= grammar.COMMA
    return flags


@cache
def tokens() -> Tokens:
    """Return the one reader of words of this process."""
    words = lexicon()
    return Tokens(words, Index((*words.patterns, *signs.listed())))


def read(text: str) -> list[Token]:
    """Return the words of a text, in order."""
    if "\n" in text:
        text = text.replace("\n", f" {LINE} ")
    known = tokens()
    return [token for run in text.split() for token in known[run]]


_RUNS = re.compile(r"\S+|\n")
_BREAK = "\n"


def starts(text: str, count: int) -> list[int]:
    """Return where each of the words that `read` returns begins in the text."""
    known = tokens()
    runs = text.split()
    if len(text) == sum(map(len, runs)) + len(runs) - 1 and _BREAK not in text:
        # One blank between any two: nothing needs to be searched for.
        places = accumulate([len(run) + 1 for run in runs], initial=0)
        found = [
            at + word.lead for at, run in zip(places, runs, strict=False) for word in known[run]
        ]
    else:
        found = [
            match.start() + word.lead
            for match in _RUNS.finditer(text)
            for word in known[LINE if match[0] == _BREAK else match[0]]
        ]
    assert len(found) == count, "words were read and placed differently"
    return found
