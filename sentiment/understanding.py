"""What a text says, clause by clause: its opinion words after all rules, and its score.

Reads cleaned and masked English; the language is decided before. Nothing here depends on
a model that learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sentiment import clauses, comparison, irony, stance
from sentiment.clauses import Structure, structure
from sentiment.hits import Hit, hits
from sentiment.tokens import Token, read

VERSION = 1


class Reading(NamedTuple):
    """A text understood: words, clauses, opinion words."""

    tokens: Sequence[Token]
    structure: Structure
    hits: Sequence[Hit]

    @property
    def balance(self) -> tuple[float, float]:
        """The sums of what is good and of what is bad, both positive."""
        good = bad = 0.0
        for hit in self.hits:
            value = hit.base * hit.factor
            if value > 0:
                good += value
            else:
                bad -= value
        return good, bad

    @property
    def asks(self) -> bool:
        """Whether the text holds a question."""
        return any(clause.cues & clauses.ASKED for clause in self.structure.clauses)


def understand(text: str, opinions: bool = True) -> Reading:
    """Return the reading of a text; without ``opinions`` only its structure and signs."""
    tokens = read(text)
    found = structure(tokens)
    if not opinions:
        return Reading(tokens, found, ())
    listed = hits(tokens, found)
    stance.weigh(found, listed)
    comparison.weigh(found, listed)
    irony.weigh(found, listed)
    return Reading(tokens, found, listed)
