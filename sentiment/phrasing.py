"""Finds the phrases of the lists in the words of a text, and what they mean there.

A phrase is an opinion, a cue for how a clause is meant, a denial, or a sign of what the
writer wants; the words of an opinion or a cue lose the meaning that they have alone.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import compress
from typing import NamedTuple

from sentiment import grammar as g
from sentiment import patterns
from sentiment.patterns import Pattern
from sentiment.tokens import Token

PAST, NOW, OTHERS, SELF, CONDITION, WISH, WOULD, EXPECTED = (1 << k for k in range(8))
DENIES_LAST, AFFIRMS_LAST, LACKS, REAL, DISAGREES, UNTIL, MAYBE, SUMS = (
    1 << k for k in range(8, 16)
)

CUES = {
    "past": PAST,
    "now": NOW,
    "others": OTHERS,
    "self": SELF,
    "condition": CONDITION,
    "wish": WISH,
    "expected": EXPECTED,
    "denies": DENIES_LAST,
    "lacks": LACKS,
    "real": REAL,
    "disagrees": DISAGREES,
    "until": UNTIL,
    "maybe": MAYBE,
    "sums": SUMS,
}
DENY, DOUBT, CONCEDES = "deny", "doubt", "concedes"
"""Denies all that follows; denies only what is good in it."""
_KEEP = frozenset(
    {"others", "self", "real", "past", "now", "expected", "lacks", "maybe", "until", "sums"}
)
"""Cues whose words keep the meaning that they have alone."""
_TIMES = frozenset({"past", "now"})
_MARKS = g.COMMA | g.STOP | g.ASKED | g.LOUD | g.UPPER
_ENDS = g.COMMA | g.STOP
_CUED = g.CUTS | _MARKS
_SAID = _MARKS | g.OPINES | g.SUBJECT | g.ME | g.YOU | g.AND


class Phrase(NamedTuple):
    """A phrase of the lists at a place of the text, in words."""

    start: int
    end: int
    pattern: Pattern


class Found(NamedTuple):
    """The phrases of a text by what they are; cues and denials by where they end."""

    phrases: list[Phrase]
    signs: list[Phrase]
    cues: list[tuple[int, int]]
    denials: list[int]
    doubts: list[int]


def phrases(tokens: list[Token], words: list[str], flags: list[int]) -> Found:
    """Return what the lists hold; ``flags`` of the words of a phrase are changed."""
    found = Found([], [], [], [], [])
    size = len(words)
    begins = [token.starts if token.flags else None for token in tokens]
    present: set[str] = set()
    stops: list[int] = []
    free = 0
    for at, starts, following in compress(
        zip(range(size), begins, [*words[1:], ""], strict=False), begins
    ):
        assert starts
        entries = starts.followed.get(following, starts.alone)
        if not entries:
            continue
        if not present:
            present.update(words)
            stops = [at for at in compress(range(size), flags) if flags[at] & g.STOP]
        limit = 0
        for entry in entries:
            pattern = entry[0]
            if pattern.needs and pattern.needs.isdisjoint(present):
                continue
            sign = pattern.key[0] == "!"
            if not sign and at < free:
                continue
            if not limit:
                stop = bisect_left(stops, at)
                limit = stops[stop] + 1 if stop < len(stops) else size
            end = patterns.end(entry, words, at, limit)
            if end < 0 or (pattern.final and end < size and not flags[end - 1] & _ENDS):
                continue
            if sign:
                found.signs.append(Phrase(at, end, pattern))
            else:
                free = _take(found, Phrase(at, end, pattern), words, flags) or free
    return found


def _take(found: Found, phrase: Phrase, words: list[str], flags: list[int]) -> int:
    """Note an opinion, cue or denial; return the end of its words if they are used up."""
    start, end, pattern = phrase
    if pattern.key[0] != "@":
        found.phrases.append(phrase)
        # "Couldn't find a good room" complains, and still denies the room to be good.
        stay = _SAID | g.NOT if pattern.value < 0 else _SAID
    else:
        cue = pattern.key[1:]
        if cue == CONCEDES:
            # From here on it is a word like "although", for whoever cuts the text.
            flags[start] |= g.CONCEDES
            flags[start + 1 : end] = [flag & (_CUED | g.LINKS) for flag in flags[start + 1 : end]]
            return end
        if cue == DENY:
            found.denials.append(end)
        elif cue == DOUBT:
            found.doubts.append(end)
        else:
            # What something is compared with is not what is spoken of.
            if not (cue in _TIMES and "than" in words[max(start - 3, 0) : start]):
                found.cues.append((end - 1, CUES[cue]))
        if cue in _KEEP:
            return 0
        stay = _CUED | g.NOT | g.OPINES if cue == "disagrees" else _CUED
    for at in range(start, end):
        flags[at] &= stay
    if pattern.value:
        flags[end - 1] |= g.PHRASED
    return end
