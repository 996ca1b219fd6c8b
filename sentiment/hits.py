"""Words and phrases of the lexicon where they stand, worth what their neighbours leave them.

Denial, strength and capitals within a clause; what clauses mean for each other is in
``stance.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from sentiment import grammar as g
from sentiment.clauses import Structure
from sentiment.tokens import Token

DENIED_GOOD = -0.75
DENIED_BAD = -0.45
CAPITALS = 1.2
REACH = 3
AGAIN = 0.1
STEP_FADES = (1.0, 0.9, 0.8)


class Hit:
    """One opinion word: ``base`` as listed, ``factor`` what the text makes of it."""

    __slots__ = ("at", "base", "clause", "end", "factor", "key", "phrase", "sign")

    def __init__(self, at: int, end: int, key: str, base: float, phrase: bool) -> None:
        self.at = at
        self.end = end
        self.key = key
        self.base = base
        self.factor = 1.0
        self.clause = 0
        self.phrase = phrase
        self.sign = not key[0].isalnum() and not phrase

    @property
    def value(self) -> float:
        """What it adds to the score."""
        return self.base * self.factor


# Before these, "like" compares and before those it is a verb.
_LIKES = g.words(
    "i we you they really to don't dont didn't didnt do did not also still never people n't "
    "i'll kinda actually just doesn't always both who does wife husband kids hard particularly "
    "especially all and much might may could can would will won't wouldn't i'd we'd"
)


def hits(tokens: Sequence[Token], found: Structure) -> list[Hit]:
    """Return the opinion words of a text, in order."""
    flags = found.flags
    listed = [Hit(p.start, p.end, p.pattern.key, p.pattern.value, True) for p in found.phrases]
    for at in compress(range(len(flags)), [flag & g.HIT for flag in flags]):
        word = found.words[at]
        if flags[at] & g.STEP and at + 1 < len(flags) and flags[at + 1] & g.HIT:
            continue
        if word in _AMBIGUOUS and not _means(word, at, found):
            continue
        listed.append(Hit(at, at + 1, word, tokens[at].value, False))
    listed.sort(key=_place)
    mixed = any(flags[hit.at] & g.UPPER for hit in listed) and any(map(_is_lower, tokens))
    clauses = found.clauses
    number = 0
    signs: set[str] = set()
    for hit in listed:
        if hit.sign:
            # The tenth heart says little more than the first.
            hit.factor = AGAIN if hit.key in signs else 1.0
            signs.add(hit.key)
        while hit.at >= clauses[number].end:
            number += 1
        hit.clause = number
        _shape(hit, tokens, found, mixed)
    return listed


def _is_lower(token: Token) -> bool:
    return token.word.islower() and token.size > 1 and not token.flags & g.UPPER


def _place(hit: Hit) -> int:
    return hit.at


def _shape(hit: Hit, tokens: Sequence[Token], found: Structure, mixed: bool) -> None:
    if hit.sign:
        return
    factor = 1.0
    start = found.clauses[hit.clause].start
    for back in range(1, REACH + 1):
        at = hit.at - back
        if at < start:
            break
        flag = found.flags[at]
        if flag & g.STEP and (back == 1 or not flag & g.HIT):
            step = tokens[at].step
            factor *= 1 + (step - 1) * STEP_FADES[back - 1]
        elif flag & g.HIT:
            break
    if mixed and found.flags[hit.at] & g.UPPER:
        factor *= CAPITALS
    if tokens[hit.at].step > 1 and not hit.phrase:
        factor *= tokens[hit.at].step
    denied = found.good_denied if hit.base > 0 else found.bad_denied
    if denied[hit.at]:
        factor *= DENIED_GOOD if hit.base > 0 else DENIED_BAD
    only = hit.at > start and found.words[hit.at - 1] == "only"
    if only and not _PARTS.isdisjoint(found.words[hit.at : hit.end + 1]):
        # The only good thing there was praises nothing.
        factor *= -0.5 if hit.base > 0 else 0.15
    hit.factor = factor


_AMBIGUOUS = frozenset({"like", "likes", "kind", "pretty", "well", "mean", "means"})


def _means(word: str, at: int, found: Structure) -> bool:
    """Tell whether a word of two meanings has the one that is an opinion."""
    before = found.words[at - 1] if at else ""
    after = found.words[at + 1] if at + 1 < len(found.words) else ""
    if word in ("like", "likes"):
        interrupted = at > 0 and found.flags[at - 1] & g.COMMA and found.good_denied[at]
        return before in _LIKES or bool(interrupted)
    if word == "kind":
        return after not in ("of", "a") and before not in _KIND_OF
    if word == "pretty":
        return at + 1 == len(found.words) or bool(found.flags[at] & (g.COMMA | g.STOP))
    if word == "well":
        return before != "as" and after != "as" and at > 0
    if word in ("mean", "means"):
        return before in ("so", "is", "was", "were", "are", "very", "really", "how", "a")
    return True


_PARTS = g.words("thing things part parts point points aspect bit positive reason side news")
_KIND_OF = g.words("what some this any same that the which other another every these")
