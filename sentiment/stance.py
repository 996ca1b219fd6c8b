"""What clauses mean for each other: whose opinion, of when, how certain, how seriously meant.

Each rule multiplies the opinion words of a clause; none looks at single words of a
domain. An opinion of the author, about now, stated as a fact, counts in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sentiment import clauses as c
from sentiment import grammar as g
from sentiment import phrasing as p
from sentiment.clauses import Clause, Structure
from sentiment.hits import Hit
from sentiment.questions import weigh as weigh_questions

UNREAL = p.PAST | p.OTHERS | p.EXPECTED | p.CONDITION | p.WISH | c.ASKED
VIEWED = p.EXPECTED | p.OTHERS | p.PAST | p.WOULD | p.LACKS


def weigh(found: Structure, hits: list[Hit]) -> None:
    """Let the clauses of a text change what its opinion words are worth."""
    clauses = found.clauses
    by_clause: list[list[Hit]] = [[] for _ in clauses]
    for hit in hits:
        by_clause[hit.clause].append(hit)
    every = 0
    for clause in clauses:
        every |= clause.cues
    if len(clauses) > 1:
        _ellipses(found, hits, by_clause)
    if every & c.ASKED:
        weigh_questions(found, by_clause)
    if every & (p.PAST | p.OTHERS | p.EXPECTED | p.DISAGREES | p.UNTIL):
        _views(clauses, by_clause)
    if every & (p.CONDITION | p.WISH | p.WOULD | p.LACKS | p.MAYBE):
        _wishes(found, by_clause)
    if every & (c.CONTRAST | c.CONCEDED):
        _contrasts(found, by_clause)
    if every & p.SUMS:
        for clause, hits in zip(clauses, by_clause, strict=True):
            scale(hits, *((1.4, 1.4) if clause.cues & p.SUMS else (0.8, 0.8)))


def scale(hits: Sequence[Hit], good: float, bad: float) -> None:
    """Multiply what is good and what is bad; an emoji is the author's own, here and now."""
    for hit in hits:
        if hit.sign:
            continue
        hit.factor *= good if hit.base * hit.factor > 0 else bad


def _ellipses(found: Structure, hits: list[Hit], by_clause: list[list[Hit]]) -> None:
    """Read clauses that only deny or affirm the one before ("but it wasn't")."""
    clauses = found.clauses
    last = -1
    for number, clause in enumerate(clauses):
        if by_clause[number]:
            last = number
            continue
        if last < 0 or clause.sentence - clauses[last].sentence > 1:
            continue
        cue = clause.cues & p.DENIES_LAST or elliptic(found, clause)
        before = clauses[last]
        if not cue or before.cues & c.ASKED:
            continue
        if cue & p.AFFIRMS_LAST:
            before.cues &= ~VIEWED
        elif before.cues & VIEWED or clause.cues & p.DENIES_LAST or _same(found, clause):
            scale(by_clause[last], -0.85, -0.75)
            before.cues &= ~VIEWED
        else:
            hits += _lent(clause, number, by_clause[last])


def _same(found: Structure, clause: Clause) -> bool:
    """Tell whether a clause speaks of what the last one did: by a pronoun, or no subject."""
    here = range(clause.start, min(clause.start + 2, clause.end))
    return any(found.flags[at] & (g.SUBJECT | g.NOT | g.ME | g.LINKS) for at in here)


def _lent(clause: Clause, number: int, last: Sequence[Hit]) -> list[Hit]:
    """Return what is denied of another thing ("the food was good, the service wasn't")."""
    lent = []
    for hit in last[-3:]:
        other = Hit(clause.end - 1, clause.end, hit.key, hit.base, hit.phrase)
        other.factor = hit.factor * (-0.75 if hit.value > 0 else -0.45)
        other.clause = number
        lent.append(other)
    return lent


_TAILS = g.words(
    "at all really so to either anymore any more one bit the least in this time true case "
    "happen happened"
)
_SHORT = 8
_AFTERTHOUGHTS = g.words("though tho although albeit while whereas")
_WILL = g.words("will i'll we'll 'll")


def elliptic(found: Structure, clause: Clause) -> int:
    """Return whether a clause without an opinion denies or affirms another one."""
    end = clause.end
    if end - clause.start > _SHORT:
        return 0
    while end > clause.start + 1 and found.words[end - 1] in _TAILS:
        end -= 1
    size = end - clause.start
    last = found.flags[end - 1]
    if last & g.NOT:
        return p.DENIES_LAST if size <= 5 else 0
    alone = size == 1 or (size == 2 and clause.lead & (g.CONTRAST | g.AND))
    if last & g.NAY and alone and not clause.cues & c.ASKED:
        return p.DENIES_LAST
    if last & g.AUXILIARY and size in (2, 3) and found.flags[end - 2] & g.SUBJECT:
        return p.AFFIRMS_LAST
    return 0


def _views(clauses: Sequence[Clause], by_clause: list[list[Hit]]) -> None:
    """Prefer what the author thinks now to what was once, is expected, or others think."""
    disagrees = any(clause.cues & p.DISAGREES for clause in clauses)
    for number, clause in enumerate(clauses):
        if clause.cues & p.PAST and clause.lead & g.BREAKS and not by_clause[number]:
            _frame(clauses, number)
    own = any(
        hits and not clause.cues & UNREAL for clause, hits in zip(clauses, by_clause, strict=True)
    )
    for number, (clause, hits) in enumerate(zip(clauses, by_clause, strict=True)):
        if not hits:
            continue
        following = clauses[number + 1] if number + 1 < len(clauses) else None
        over = following is not None and following.cues & p.UNTIL and not by_clause[number + 1]
        if over or (clause.cues & p.PAST and not clause.cues & p.NOW):
            scale(hits, *((0.05, 0.05) if own and not over else (-0.45, -0.3)))
        elif clause.cues & p.OTHERS:
            if disagrees:
                scale(hits, -0.7, -0.7)
            else:
                scale(hits, *((0.1, 0.1) if own else (0.4, 0.5)))
        elif clause.cues & p.EXPECTED:
            scale(hits, *((0.1, 0.2) if own else (-0.15, 0.3)))
        elif clause.cues & p.DISAGREES:
            scale(hits, 1.0, 0.3)


def _frame(clauses: Sequence[Clause], number: int) -> None:
    """Let "when I first came" date the clause beside it."""
    for other in (number - 1, number + 1):
        if 0 <= other < len(clauses) and clauses[other].sentence == clauses[number].sentence:
            clauses[other].cues |= p.PAST
            return


def _wishes(found: Structure, by_clause: list[list[Hit]]) -> None:
    """What would be good is not; what could be better is not good."""
    clauses = found.clauses
    supposed = {clause.sentence for clause in clauses if clause.cues & p.CONDITION}
    unreal = {clause.sentence for clause in clauses if clause.cues & c.UNREAL_IF}
    for clause, hits in zip(clauses, by_clause, strict=True):
        if not hits:
            continue
        cues = clause.cues
        if clause.sentence in unreal and cues & p.WOULD:
            scale(hits, 0.15, 0.5)
            continue
        hits = [hit for hit in hits if not (hit.phrase and _modal(found, hit))]
        if cues & p.WISH:
            scale(hits, -0.5, 0.4)
        elif cues & p.LACKS:
            scale(hits, -0.5, 0.9)
        elif cues & p.MAYBE:
            scale(hits, 0.1, 0.8)
        elif cues & p.CONDITION:
            scale(hits, 0.1 if cues & c.UNREAL_IF else 0.2, 0.1)
        elif cues & p.WOULD and not cues & p.REAL:
            scale(hits, 0.15, 0.9)
        elif clause.sentence in supposed and not _WILL.isdisjoint(
            found.words[clause.start : min(clause.end, clause.start + _SHORT)]
        ):
            scale(hits, 0.2, 0.7)


def _modal(found: Structure, hit: Hit) -> bool:
    """Tell whether "would" or the like belongs to a phrase ("couldn't be happier")."""
    return any(flag & g.WOULD for flag in found.flags[max(hit.at - 1, 0) : hit.end])


def _contrasts(found: Structure, by_clause: list[list[Hit]]) -> None:
    """What follows the last "but" counts more, what "although" introduces less."""
    clauses = found.clauses
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for number, clause in enumerate(clauses):
        if by_clause[number] or clause.lead & g.CONTRAST:
            numbers[clause.sentence].append(number)
    for sentence, told in numbers.items():
        pivot = next((k for k in reversed(told) if clauses[k].lead & g.CONTRAST), -1)
        if pivot >= 0:
            opens = clauses[pivot - 1].sentence < sentence if pivot else True
            before = [k for k in (numbers.get(sentence - 1, []) if opens else told) if k < pivot]
            after = [k for k in told if k >= pivot]
            if any(by_clause[k] for k in before) and any(by_clause[k] for k in after):
                for k in before:
                    scale(by_clause[k], 0.55, 0.55)
                for k in after:
                    scale(by_clause[k], 1.25, 1.25)
        ceded = [k for k in told if clauses[k].lead & g.CONCEDES and by_clause[k]]
        rest = [k for k in told if not clauses[k].lead & g.CONCEDES and by_clause[k]]
        if ceded and rest:
            for k in ceded:
                # "Good, though dear" takes more back than "though dear, good".
                behind = k > rest[0] and found.words[clauses[k].start] in _AFTERTHOUGHTS
                scale(by_clause[k], *((0.7, 0.7) if behind else (0.3, 0.3)))
            for k in rest:
                scale(by_clause[k], 1.15, 1.15)
