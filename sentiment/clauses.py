"""A text in clauses: where each begins and ends, what it denies, and how it is meant.

Grammar by function words and punctuation, not parsing. A clause ends at punctuation,
before a contrasting or subordinating word, and before "and" with a subject of its own.
A cue says how a clause is meant: as a memory, a wish, a question, somebody else's view.
What follows from the cues is decided in ``stance.py``; phrases are found in
``phrasing.py``. Everything takes time in proportion to the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate, compress
from operator import or_
from typing import NamedTuple

from sentiment import grammar as g
from sentiment.phrasing import (
    CONDITION,
    NOW,
    SELF,
    WOULD,
    Phrase,
    phrases,
)
from sentiment.tokens import Token

ASKED, CONTRAST, CONCEDED, UNREAL_IF, YOU = (1 << k for k in range(20, 25))

NEAR, FAR = 4, 8
"""How many words "no" and "not" reach within a clause."""
CLOSE = 4
"""How many words "not" reaches to deny that something is bad."""
FARTHEST = 60
"""How many words the denial of an opinion reaches ("I can't say, given …, that")."""

_OPENS = g.CONTRAST | g.CONCEDES | g.BREAKS | g.AND | g.IF | g.NOW
_ENDS = g.COMMA | g.STOP
_PAST_TENSE = g.words("were was had did didn't weren't wasn't could would worked added")


class Clause:
    """A part of a sentence that says one thing; ``lead`` are the flags of its first word."""

    __slots__ = ("cues", "end", "lead", "sentence", "start")

    def __init__(self, start: int, sentence: int, lead: int) -> None:
        self.start = start
        self.end = start
        self.sentence = sentence
        self.cues = 0
        self.lead = lead


class _Denial(NamedTuple):
    """Words ``start`` to ``end`` are denied; what is bad only before ``asked``.

    "I don't see how it could be good" denies the good, "I don't know why it is so bad"
    denies nothing, and from afar "not" rarely says that something is not bad.
    """

    start: int
    end: int
    asked: int


class Structure(NamedTuple):
    """What the function words of a text say about it."""

    words: list[str]
    flags: list[int]
    clauses: list[Clause]
    ends: list[int]
    phrases: list[Phrase]
    signs: list[Phrase]
    good_denied: Sequence[bool]
    bad_denied: Sequence[bool]
    every: int
    """The flags that any word has."""

    def clause(self, at: int) -> int:
        """Return the number of the clause that a word stands in."""
        return min(bisect_right(self.ends, at), len(self.ends) - 1)


def structure(tokens: list[Token]) -> Structure:
    """Return the clauses, denials and phrases of a text."""
    words = [token.word for token in tokens]
    flags = [token.flags for token in tokens]
    found = phrases(tokens, words, flags)
    clauses = _cut(words, flags)
    ends = [clause.end for clause in clauses]
    for at, cue in found.cues:
        clauses[min(bisect_right(ends, at), len(ends) - 1)].cues |= cue
    denials = _denials(flags, clauses) + _phrased(words, flags, clauses, ends, found.denials)
    denials += [
        d._replace(asked=d.start) for d in _phrased(words, flags, clauses, ends, found.doubts)
    ]
    good: Sequence[bool] = _NONE
    bad: Sequence[bool] = _NONE
    if denials:
        good = _parity([(d.start, d.end) for d in denials], len(words))
        bad = _parity([(d.start, min(d.asked, d.end)) for d in denials], len(words))
    every = reduce(or_, flags, 0)
    return Structure(words, flags, clauses, ends, found.phrases, found.signs, good, bad, every)


class _Never(Sequence[bool]):
    """False at any index: a text that denies nothing."""

    def __getitem__(self, index: object) -> bool:  # type: ignore[override]
        return False

    def __len__(self) -> int:
        return 0


_NONE = _Never()


def _parity(spans: Sequence[tuple[int, int]], size: int) -> list[bool]:
    """Return for each word whether it is denied: twice is not at all."""
    steps = [0] * (size + 1)
    for start, end in spans:
        if start < end:
            steps[start] += 1
            steps[end] -= 1
    return [count % 2 == 1 for count in accumulate(steps)]


def _cut(words: list[str], flags: list[int]) -> list[Clause]:
    """Cut a text into clauses and note the cues of single words."""
    size = len(words)
    clause = Clause(0, 0, flags[0] if flags else 0)
    clauses = [clause]
    sentence = 0
    for at in compress(range(size), [flag & _CUTTING for flag in flags]):
        flag = flags[at]
        if flag & _MAY_START and at > clause.start and _starts(flags, at, clause, size):
            clause.end = at
            clause = Clause(at, sentence, flag)
            clauses.append(clause)
        if flag & _CUED:
            _note(clause, flag, words[at])
        if flag & _ENDS:
            clause.end = at + 1
            if flag & g.STOP:
                if flag & g.ASKED:
                    _asked(clauses, sentence)
                sentence += 1
            if at + 1 < size:
                clause = Clause(at + 1, sentence, flags[at + 1])
                clauses.append(clause)
    clauses[-1].end = size
    return clauses


_CUED = g.CONTRAST | g.CONCEDES | g.IF | g.NOW | g.ME | g.YOU | g.WOULD | g.AUXILIARY
_CUTTING = _CUED | _ENDS | _OPENS | g.SUBJECT | g.DETERMINER


def _note(clause: Clause, flag: int, word: str) -> None:
    """Note what a single word says of its clause."""
    if flag & g.CONTRAST and word != "instead":
        clause.cues |= CONTRAST
    elif flag & g.CONCEDES:
        clause.cues |= CONCEDED
    elif flag & g.IF:
        clause.cues |= CONDITION
    if clause.cues & CONDITION and word in _PAST_TENSE:
        clause.cues |= UNREAL_IF
    if flag & g.NOW:
        clause.cues |= NOW
    if flag & g.ME:
        clause.cues |= SELF
    if flag & g.YOU:
        clause.cues |= YOU
    if flag & g.WOULD:
        clause.cues |= WOULD


def _starts(flags: list[int], at: int, clause: Clause, size: int) -> bool:
    """Tell whether a clause begins at a word."""
    flag = flags[at]
    if flag & _OPENS and _opens(flags, at, clause.start, size):
        return True
    return bool(flag & _SUBJECTS and clause.cues & _SUPPOSED) and _restarts(flags, at, clause)


def _opens(flags: list[int], at: int, start: int, size: int) -> bool:
    """Tell whether a word that may begin a clause does so here."""
    flag = flags[at]
    if flag & (g.CONTRAST | g.CONCEDES):
        return True
    following = flags[at + 1] if at + 1 < size else 0
    if flag & g.NOW:
        return at > start + 1 and at + 1 < size and not flag & _ENDS
    if flag & g.AND:
        return bool(following & (g.SUBJECT | g.DETERMINER | g.AUXILIARY | g.NOT | g.IF))
    others = g.SUBJECT | g.DETERMINER | g.ME | g.YOU | g.NAME | g.AUXILIARY
    return bool(following & others)


_SUPPOSED = CONDITION | CONCEDED
_SUBJECTS = g.SUBJECT | g.DETERMINER
_MAY_START = _OPENS | _SUBJECTS


def _restarts(flags: list[int], at: int, clause: Clause) -> bool:
    """Tell whether a subject begins the main clause ("despite the queue I love it")."""
    if at < clause.start + 3:
        return False
    return not flags[at - 1] & (_BOUND | g.CONTRAST | g.CONCEDES | g.IF)


_BOUND = (
    g.OPINES | g.SUBJECT | g.AUXILIARY | g.LINKS | g.BREAKS | g.AND | g.OR | g.THAN | g.DETERMINER
)


def _asked(clauses: list[Clause], sentence: int) -> None:
    """Note on the clauses of a sentence that it is a question."""
    for clause in reversed(clauses):
        if clause.sentence != sentence:
            break
        clause.cues |= ASKED


def _denials(flags: list[int], clauses: list[Clause]) -> list[_Denial]:
    """Return which words are denied; a denial at the end of a clause reaches nothing."""
    denying = [at for at in compress(range(len(flags)), flags) if flags[at] & (g.NOT | g.NO)]
    if not denying:
        return []
    found: list[_Denial] = []
    bounds = _bounds(clauses)
    number = 0
    for at in denying:
        if _exclaims(flags, at):
            continue
        while at >= clauses[number].end:
            number += 1
        clause = clauses[number]
        flag = flags[at]
        end = _reach(flags, at, clause)
        asked = at + 1 + CLOSE
        if flag & g.NOT and _opines(flags, at, clause.end):
            end = min(bounds[number], at + FARTHEST)
            asked = next((k for k in range(at + 2, end) if flags[k] & g.WHY), end)
        elif flag & g.NOT and clause.end - at <= 3 and _inserted(flags, clauses, number):
            end = min(bounds[number], at + FARTHEST)
        elif flag & g.NOT and end == clause.end:
            end = _listed(flags, clauses, number, end)
        found.append(_Denial(at + 1, end, asked))
    return found


def _bounds(clauses: list[Clause]) -> list[int]:
    """Return for each clause the end of its sentence, or of its part before a contrast."""
    bounds = [0] * len(clauses)
    following: Clause | None = None
    for number in range(len(clauses) - 1, -1, -1):
        clause = clauses[number]
        ends = (
            following is None
            or following.sentence != clause.sentence
            or following.cues & (CONTRAST | CONCEDED)
            or following.lead & g.REASON
        )
        bounds[number] = clause.end if ends else bounds[number + 1]
        following = clause
    return bounds


def _phrased(
    words: list[str], flags: list[int], clauses: list[Clause], ends: list[int], starts: list[int]
) -> list[_Denial]:
    """Return what phrases such as "far from" deny: the rest of the sentence or its part."""
    if not starts:
        return []
    found: list[_Denial] = []
    bounds = _bounds(clauses)
    for start in starts:
        number = min(bisect_right(ends, start), len(ends) - 1)
        end = min(bounds[number], start + FARTHEST)
        for at in range(start, end):
            apart = flags[at] & g.AND and words[at] != "or" and at + 1 < end
            if flags[at] & (g.CONTRAST | g.CONCEDES) or (
                apart and flags[at + 1] & (g.SUBJECT | g.DETERMINER)
            ):
                end = at
                break
        found.append(_Denial(start, end, end))
    return found


def _exclaims(flags: list[int], at: int) -> bool:
    """Tell whether "no" is an outcry or an answer and denies nothing behind it."""
    flag = flags[at]
    if flag & g.NOT or not flag & g.NAY:
        return False
    following = flags[at + 1] if at + 1 < len(flags) else 0
    return bool(flag & _ENDS or following & (g.SUBJECT | g.ME | g.YOU))


def _inserted(flags: list[int], clauses: list[Clause], number: int) -> bool:
    """Tell whether a denial is only interrupted by a comma ("was not, in my view, good")."""
    if number + 2 >= len(clauses):
        return False
    last = flags[clauses[number].end - 1]
    if not last & g.COMMA or last & g.HIT:
        return False
    inserted, rest = clauses[number + 1 : number + 3]
    sentence = clauses[number].sentence
    if inserted.sentence != sentence or rest.sentence != sentence:
        return False
    return not flags[inserted.start] & (_OPENS | g.SUBJECT | g.HIT)


def _reach(flags: list[int], at: int, clause: Clause) -> int:
    """Return where a denial ends within its clause."""
    near = flags[at] & g.NO and not flags[at] & g.NOT
    end = min(clause.end, at + 1 + (NEAR if near else FAR))
    hit = False
    for here in range(at + 1, end):
        flag = flags[here]
        hit = hit or bool(flag & (g.HIT | g.PHRASED))
        if flag & g.AND and not hit:
            return here
        if flag & (g.BREAKS | g.CONTRAST) and here > at + 1:
            return here
    return end


def _opines(flags: list[int], at: int, end: int) -> bool:
    """Tell whether it is an opinion that is denied ("I can't say …, that it was good")."""
    return any(flags[here] & g.OPINES for here in range(at + 1, min(at + 4, end)))


def _listed(flags: list[int], clauses: list[Clause], number: int, end: int) -> int:
    """Let a denial reach over commas in a list ("not clean, quiet or cheap")."""
    while number + 1 < len(clauses):
        before, clause = clauses[number], clauses[number + 1]
        last = flags[before.end - 1]
        opinion = g.HIT | g.PHRASED
        if not (last & g.COMMA and last & opinion and flags[clause.start] & opinion):
            break
        end = clause.end
        number += 1
    return end
