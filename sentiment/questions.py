"""Questions: one states nothing, unless it is answered or only looks like one."""

from __future__ import annotations

from collections.abc import Sequence

from sentiment import clauses as c
from sentiment import grammar as g
from sentiment import phrasing as p
from sentiment.clauses import Clause, Structure
from sentiment.hits import Hit

_NO = g.words("no not never nope nah none hardly neither")


def weigh(found: Structure, by_clause: Sequence[Sequence[Hit]]) -> None:
    """Let questions and answers change what opinion words are worth."""
    clauses = found.clauses
    first = 0
    factors: tuple[float, float] | None = None
    for number, clause in enumerate(clauses):
        if clause.sentence != clauses[first].sentence:
            first, factors = number, None
        if clause.cues & c.ASKED and by_clause[number]:
            factors = factors or _factors(found, first)
            for hit in by_clause[number]:
                if hit.sign:
                    continue
                hit.factor *= factors[0] if hit.value > 0 else factors[1]


def _factors(found: Structure, first: int) -> tuple[float, float]:
    """Return what the good and the bad of a question count."""
    opening = _opening(found, first)
    answer = 0 if opening & g.WHY else _answer(found, first)
    if answer:
        return (1.1, 1.1) if answer > 0 else (-0.9, -0.8)
    if opening & g.AUXILIARY and not opening & g.NOT:
        return 0.1, 0.45
    return (0.25, 0.85) if opening & g.WHY else (0.4, 0.8)


def _opening(found: Structure, first: int) -> int:
    """Return the flags of the first telling word of a sentence."""
    clauses = found.clauses
    sentence = clauses[first].sentence
    for clause in clauses[first : first + 8]:
        if clause.sentence != sentence:
            break
        for at in range(clause.start, min(clause.end, clause.start + 20)):
            flag = found.flags[at]
            if flag & (g.AUXILIARY | g.WHY | g.SUBJECT | g.ME | g.DETERMINER | g.HIT):
                return flag
    return 0


def _answer(found: Structure, first: int) -> int:
    """Return 1 if the sentence after a question says yes, -1 if it says no, else 0."""
    sentence = found.clauses[first].sentence
    number = first
    while number < len(found.clauses) and found.clauses[number].sentence == sentence:
        number += 1
    if number == len(found.clauses):
        return 0
    clause = found.clauses[number]
    if clause.cues & p.DENIES_LAST:
        return -1
    seen = 0
    for at in range(clause.start, min(clause.start + 4, clause.end)):
        flag = found.flags[at]
        if flag & (g.NAY | g.NOT) or found.words[at] in _NO:
            return -1
        if flag & g.YES or found.words[at] == "course":
            seen = 1
    return seen or int(_affirms(found, clause))


def _affirms(found: Structure, clause: Clause) -> bool:
    """Tell whether a clause is like "it was" or "they certainly were"."""
    last = found.flags[clause.end - 1]
    begins = found.flags[clause.start] & (g.SUBJECT | g.ME)
    return bool(
        last & g.AUXILIARY and not last & g.NOT and begins and clause.end - clause.start < 5
    )
