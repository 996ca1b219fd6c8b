"""What the writer of a text wants, and what in it cannot wait, with the words that say so.

Beside the sentiment, not part of it: "where is my refund?" is neutral and still work.
Phrases come from ``signs.toml``; a phrase that is denied counts as not said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sentiment import clauses as c
from sentiment import grammar as g
from sentiment import phrasing as p
from sentiment.clauses import Structure
from sentiment.hits import Hit
from sentiment.opinions import label
from sentiment.phrasing import Phrase
from sentiment.signs import MARK
from sentiment.understanding import Reading
from storage.models import Flag, Intent, Label, Purpose, Urgency

VERSION = 1
SPAM = 2
"""So many different signs of spam make a text spam."""
STRONG = 1.5
QUIET = MARK + "quiet"
"""Phrases in which an urgent one means something else ("insult to injury")."""
MOST = 20
_ASKS = g.WHY | g.AUXILIARY | g.NUMBER

Span = Callable[[int, int], tuple[int, int]]


_URGENCIES = {MARK + urgency.value: urgency for urgency in Urgency}


def urgency(found: Structure, span: Span) -> tuple[Flag, ...]:
    """Return what cannot wait, each kind once, at its first place."""
    flags: dict[Urgency, Flag] = {}
    quiet = [(sign.start, sign.end) for sign in found.signs if sign.pattern.key == QUIET]
    for sign in found.signs:
        if any(start < sign.end and sign.start < end for start, end in quiet[:MOST]):
            continue
        kind = _URGENCIES.get(sign.pattern.key)
        if kind and kind not in flags and _said(found, sign):
            flags[kind] = Flag(kind, *span(sign.start, sign.end))
    return tuple(flags.values())


def _said(found: Structure, sign: Phrase) -> bool:
    """Tell whether a phrase is meant: not denied, not only supposed."""
    if found.bad_denied[sign.start]:
        return False
    return not found.clauses[found.clause(sign.start)].cues & p.CONDITION


def purpose(reading: Reading, score: float, span: Span) -> Purpose | None:
    """Return what the writer wants, and the words that say so; None if nothing."""
    found = reading.structure
    signs: dict[str, list[Phrase]] = {}
    for sign in found.signs:
        if sign.pattern.key not in _URGENCIES:
            signs.setdefault(sign.pattern.key, []).append(sign)
    told = label(score)
    if (spam := signs.get("!spam")) and _is_spam(found, spam, reading.hits):
        return Purpose(Intent.SPAM, *span(spam[0].start, spam[0].end))
    leaving = [s for s in signs.get("!leaving", ()) if _leaves(found, s)]
    if leaving and told is not Label.POSITIVE:
        return Purpose(Intent.LEAVING, *span(leaving[0].start, leaving[0].end))
    suggested = signs.get("!suggestion")
    if suggested and not _complains(found, reading.hits, suggested[0]):
        return Purpose(Intent.SUGGESTION, *span(suggested[0].start, suggested[0].end))
    if told is not Label.NEGATIVE and (asked := _asked(reading, signs.get("!question", ()))):
        return Purpose(Intent.QUESTION, *span(*asked))
    if told is Label.NEUTRAL:
        return None
    wanted = Intent.PRAISE if told is Label.POSITIVE else Intent.COMPLAINT
    strongest = max(reading.hits, key=lambda hit: hit.value * (1 if score > 0 else -1))
    return Purpose(wanted, *span(strongest.at, strongest.end))


def _is_spam(found: Structure, signs: Sequence[Phrase], hits: Sequence[Hit]) -> bool:
    kinds = {sign.pattern.text for sign in signs}
    linked = bool(found.every & g.LINK)
    return len(kinds) + linked >= SPAM and not any(hit.value < -1 for hit in hits)


def _leaves(found: Structure, sign: Phrase) -> bool:
    """Tell whether leaving is announced, not asked about or only threatened by others."""
    clause = found.clauses[found.clause(sign.start)]
    return not clause.cues & (p.OTHERS | c.ASKED) and not found.bad_denied[sign.start]


def _complains(found: Structure, hits: Sequence[Hit], sign: Phrase) -> bool:
    """Tell whether a text complains outside of the sentence that suggests something."""
    sentence = found.clauses[found.clause(sign.start)].sentence
    outside = sum(h.value for h in hits if found.clauses[h.clause].sentence != sentence)
    inside = sum(h.value for h in hits if found.clauses[h.clause].sentence == sentence)
    return outside < -STRONG or inside < -2 * STRONG


def _asked(reading: Reading, signs: Sequence[Phrase]) -> tuple[int, int] | None:
    """Return the words of a question that wants an answer."""
    for clause in reading.structure.clauses:
        if not clause.cues & c.ASKED:
            continue
        if any(token.flags & _ASKS for token in reading.tokens[clause.start : clause.end]):
            return clause.start, clause.end
    return (signs[0].start, signs[0].end) if signs else None
