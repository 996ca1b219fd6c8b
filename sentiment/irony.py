"""Praise that is none: only where a cue says so reliably.

Thanks for a misfortune, a lone "great" before one, love of a nuisance, quotation marks
around praise, a mark that says so. Everything subtler is left as it was written.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from sentiment import clauses as c
from sentiment import grammar as g
from sentiment.clauses import Structure
from sentiment.hits import Hit

_THANKS = g.words(
    "thanks thank thx thnx thanx ty tks cheers kudos props congrats congratulations bravo "
    "appreciate congratulation"
)
_APPLAUSE = g.words("congrats congratulations bravo kudos genius brilliant classy slick")
_PRAISE = g.words("job work done go much off")
_REMEDIES = g.words(
    "fix fixing fixed find finding found solve solving solved sort sorting sorted resolve "
    "resolving resolved handle handling handled deal dealing repair repairing replace replacing "
    "refund refunding refunded return returning help helping helped rescue rescuing locate "
    "locating reuniting recover recovering rectify rectifying reply replying response respond "
    "responding assist assisting assistance get getting waive waiving update updates heads "
    "notice listening understanding concern patience despite rebook rebooking taking call "
    "calling save saving accommodating correcting addressing compensate compensating apology"
)
_LOVES = g.words(
    "love loves loving enjoy enjoying adore like appreciate fun great nice amazing funny "
    "impressive incredible fantastic glad happy pleased thrilled delighted favourite favorite "
    "best excited"
)
_HOW = g.words("how when that it i my part being waiting getting sitting having paying watching to")
_MOCKS = (
    "yeah right",
    "so much for",
    "nothing says",
    "slow clap",
    "good luck (",
    "way to treat",
    "should|could|must|need|needs ~2 learn",
)
_LINKS = frozenset({"for", "to", "on"})
_FILLERS = g.words("oh well that's just so how and now this is it's simply absolutely really")
_APPLAUDS = (["of", "you"], ["of", "them"], ["way", "to"], ["idea", "to"])
_LONGEST = 8
"""Words of a clause that is only an exclamation."""
_NEAR = 7
_SENTENCE = 20
"""How many words behind praise a nuisance is looked for."""


def weigh(found: Structure, hits: list[Hit]) -> None:
    """Turn praise that is mocking."""
    good = [hit for hit in hits if hit.value > 0.5]
    if not good:
        return
    if found.every & g.IRONY:
        for hit in good:
            hit.factor *= -0.8
        return
    _marked(found, hits, good)
    bad = [hit for hit in hits if hit.value < -0.4]
    if not bad:
        return
    bad.sort(key=_place)
    scene = _Scene(found, good, bad)
    for hit in good:
        if hit.value > 0 and (scene.thanked(hit) or scene.exclaimed(hit) or scene.loved(hit)):
            hit.factor *= -0.6


def _place(hit: Hit) -> int:
    return hit.at


def _marked(found: Structure, hits: Sequence[Hit], good: Sequence[Hit]) -> None:
    """Apply quotation marks, and phrases that turn a sentence ("yeah right", "so much for")."""
    marks = [hit for hit in hits if hit.phrase and hit.value < 0 and hit.key.startswith(_MOCKS)]
    sentences = {found.clauses[hit.clause].sentence for hit in marks}
    for hit in good:
        if found.flags[hit.at] & g.QUOTED:
            hit.factor *= -0.6
        elif found.clauses[hit.clause].sentence in sentences:
            hit.factor *= -0.7


class _Scene:
    """The praise and the misfortunes of one text."""

    def __init__(self, found: Structure, good: Sequence[Hit], bad: Sequence[Hit]) -> None:
        self._found = found
        self._good = good[:_SENTENCE]
        self._bad = bad
        self._places = [hit.at for hit in bad]
        self._praised = {hit.clause for hit in good}
        self._suffered = {hit.clause for hit in bad}

    def _following(self, hit: Hit, reach: int) -> list[Hit]:
        """Return the misfortunes in the same sentence, behind a word of praise."""
        first = bisect_left(self._places, hit.end)
        last = bisect_left(self._places, hit.end + reach + 1)
        clauses = self._found.clauses
        sentence = clauses[hit.clause].sentence
        return [
            other for other in self._bad[first:last] if clauses[other.clause].sentence == sentence
        ]

    def _apart(self, hit: Hit, other: Hit) -> bool:
        """Tell whether a contrast stands between the clauses of two words."""
        clause = self._found.clauses[other.clause]
        return other.clause != hit.clause and bool(clause.cues & (c.CONTRAST | c.CONCEDED))

    def thanked(self, hit: Hit) -> bool:
        """Thanks for a misfortune; not for the remedy of one."""
        words = self._found.words
        if words[hit.at] not in _THANKS and not _applauds(words, hit):
            return False
        for other in self._following(hit, _NEAR):
            between = words[hit.end : other.end]
            if self._apart(hit, other):
                return False
            if not _REMEDIES.isdisjoint(between) or self._praised_again(hit):
                # What went wrong before is part of the thanks.
                other.factor *= 0.2
                return False
            inside = hit.phrase and "for" in words[hit.at : hit.end]
            doing = any(word.endswith("ing") for word in between[:2])
            if inside or doing or not _LINKS.isdisjoint(between):
                return True
        return False

    def _praised_again(self, hit: Hit) -> bool:
        """Tell whether more praise follows in the clause ("thanks for … so quickly")."""
        return any(
            other.at > hit.at and other.clause == hit.clause and other.value > 0
            for other in self._good
        )

    def exclaimed(self, hit: Hit) -> bool:
        """A lone word of praise beside a misfortune, and no other praise in the text."""
        clause = self._found.clauses[hit.clause]
        word = self._found.words[hit.at]
        words = self._found.words[clause.start : min(clause.end, clause.start + _LONGEST)]
        fillers = sum(each in _FILLERS for each in words)
        alone = clause.end - clause.start - fillers == hit.end - hit.at
        lone = alone and self._praised == {hit.clause}
        if not lone or hit.base < 1 or clause.cues & (c.CONTRAST | c.YOU | c.CONCEDED):
            return False
        if word in _THANKS and word not in _APPLAUSE:
            return False
        for number in (hit.clause + 1, hit.clause + 2):
            if number in self._suffered:
                following = self._found.clauses[number]
                return not following.cues & (c.CONTRAST | c.CONCEDED)
        if hit.clause - 1 in self._suffered and not fillers and not hit.phrase:
            return self._found.clauses[hit.clause - 1].sentence == clause.sentence
        before = {hit.clause - 1, hit.clause - 2} & self._suffered
        return bool(before) and (hit.phrase or word in _APPLAUSE) and word not in _THANKS

    def loved(self, hit: Hit) -> bool:
        """Love of a nuisance ("love how it crashes", "just love waiting on hold")."""
        words = self._found.words
        if words[hit.end - 1] not in _LOVES or hit.end >= len(words):
            return False
        following = words[hit.end]
        if following not in _HOW and not (following.endswith("ing") and len(following) > 5):
            return False
        if not _REMEDIES.isdisjoint(words[hit.end : hit.end + _SENTENCE]):
            return False
        close = self._following(hit, _SENTENCE)
        return bool(close) and not any(self._apart(hit, other) for other in close)


def _applauds(words: Sequence[str], hit: Hit) -> bool:
    """Tell whether a word or phrase is applause ("great job", "nice of you")."""
    if hit.phrase:
        return words[hit.end - 1] in _PRAISE
    return words[hit.end : hit.end + 2] in _APPLAUDS
