"""What is said about one thing in a text: the opinion words that belong to it.

An opinion word belongs the more to a thing, the less stands between them: words, other
opinions, prepositions, the end of a clause; across a contrast or the end of a sentence it
does not. People are blamed for what goes wrong in their sentence. Grammar by distance,
not parsing. The weights were set on the tuning half of MAMS (sentences with two or more
opinions).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import exp, sqrt

from sentiment import grammar as g
from sentiment.hits import Hit
from sentiment.opinions import THRESHOLD
from sentiment.scoring import FULL
from sentiment.understanding import Reading

VERSION = 1
PLAIN_BEFORE, PLAIN_AFTER = 0.6, 0.18
LINK_BEFORE, LINK_AFTER = 0.9, 0.9
ARTICLE_BEFORE, ARTICLE_AFTER = 0.2, 0.35
VERBLESS = 0.4
ANOTHER = 0.4
CLAUSE, LISTED = 2.0, 0.5
SETTING = 0.4
BLAME = 0.0
ACROSS = 1.0
NOTHING = 4.0
"""From this distance on a word adds less than a fiftieth of its value."""
LIST = 0.4
HIGH, LOW = 0.2, 0.45
REACH = 40
"""Farther words are not looked at."""

_SMALL = g.HIT | g.STEP | g.DETERMINER | g.AUXILIARY | g.SUBJECT | g.AND | g.OR | g.LINKS | g.NOT
_FINITE = g.AUXILIARY | g.SUBJECT | g.NOT
PEOPLE = g.words(
    "waiter waiters waitress waitresses waitstaff server servers staff staffs manager managers "
    "hostess host owner owners bartender bartenders chef crew agent agents driver drivers "
    "courier receptionist receptionists reception personnel employee employees team attendant "
    "attendants representative representatives rep reps supervisor support clerk cashier "
    "technician pilot captain stewardess steward sommelier doctor nurse doorman concierge "
    "service seller vendor management desk consultant advisor operator guard cleaner maid"
)


class Aspects:
    """Answers what a text says about the things in it."""

    __slots__ = (
        "_clauses",
        "_contrasts",
        "_ends",
        "_hits",
        "_places",
        "_reading",
        "_starts",
    )

    def __init__(self, reading: Reading, starts: Sequence[int]) -> None:
        self._reading = reading
        self._starts = starts
        self._ends = [clause.end for clause in reading.structure.clauses]
        self._clauses = reading.structure.clauses
        self._hits = sorted((hit for hit in reading.hits if hit.value), key=_place)
        self._places = [hit.at for hit in self._hits]
        led = (1 if clause.lead & (g.CONTRAST | g.CONCEDES) else 0 for clause in self._clauses)
        self._contrasts = [0, *accumulate(led)]

    def place(self, start: int) -> int:
        """Return the number of the clause that a position of the text is in."""
        return self._clause(self._token(start))

    def score(self, start: int, end: int) -> float:
        """Return the score of what is said about ``text[start:end]``."""
        if not self._starts or not self._hits:
            return 0.0
        first, last = self._token(start), self._token(end - 1) + 1
        value = self._value(first, last)
        size = abs(value) - (HIGH if value > 0 else LOW)
        if size < 0:
            return 0.0
        told = round(THRESHOLD + (1 - THRESHOLD) * size / sqrt(size * size + FULL), 4)
        return told if value > 0 else -told

    def _value(self, first: int, last: int) -> float:
        words, flags = self._reading.structure.words, self._reading.structure.flags
        number = self._clause(first)
        sentence = self._clauses[number].sentence
        people = any(word in PEOPLE for word in words[first:last])
        before = first - 1
        while before >= 0 and flags[before] & (g.DETERMINER | g.STEP):
            before -= 1
        setting = SETTING if before >= 0 and flags[before] & g.LINKS else 0.0
        total = 0.0
        near = bisect_left(self._places, first - REACH), bisect_right(self._places, last + REACH)
        for hit in self._hits[near[0] : near[1]]:
            if self._clauses[hit.clause].sentence != sentence:
                continue
            if not people and abs(hit.clause - number) * LISTED > NOTHING:
                continue
            if hit.at < last and hit.end > first:
                cost = 0.0
            else:
                cost = self._distance(hit, first, last, number)
                blamed = people and hit.value < 0
                if blamed:
                    cost *= BLAME
                if self._contrasted(hit.clause, number):
                    if not blamed:
                        continue
                    cost += ACROSS
            total += hit.value * exp(-cost - setting)
        return total

    def _distance(self, hit: Hit, first: int, last: int, number: int) -> float:
        """Return what stands between an opinion word and a thing."""
        if hit.at >= last:
            low, high = last, hit.at
            cost = 0.0 if self._between(g.AUXILIARY, low, high) else VERBLESS
            plain, link, article = PLAIN_AFTER, LINK_AFTER, ARTICLE_AFTER
        else:
            low, high = hit.end, first
            cost = 0.0
            plain, link, article = PLAIN_BEFORE, LINK_BEFORE, ARTICLE_BEFORE
        if high <= low:
            return cost
        crossed = abs(hit.clause - number)
        listed = crossed and not self._between(_FINITE, low, high)
        if listed:
            plain *= LIST
        cost += plain * (high - low - self._between(_SMALL, low, high))
        cost += link * self._between(g.LINKS, low, high)
        cost += article * self._between(g.DETERMINER, low, high)
        cost += ANOTHER * self._between(g.HIT, low, high)
        cost += crossed * (LISTED if listed else CLAUSE)
        return cost

    def _between(self, mask: int, low: int, high: int) -> int:
        """Return how many words from ``low`` to ``high`` have one of the flags."""
        # Never more than REACH of them: counting ahead for the whole text costs more.
        return len([flag for flag in self._reading.structure.flags[low:high] if flag & mask])

    def _contrasted(self, a: int, b: int) -> bool:
        low, high = (a, b) if a < b else (b, a)
        return self._contrasts[high + 1] > self._contrasts[low + 1]

    def _token(self, at: int) -> int:
        return max(bisect_right(self._starts, at) - 1, 0)

    def _clause(self, token: int) -> int:
        return min(bisect_right(self._ends, token), len(self._ends) - 1)


def _place(hit: Hit) -> int:
    return hit.at
