"""Who is better than whom: what is good for a competitor is not good for us.

"You", "this" and "here" are us, and so is a brand of our own; a configured competitor is
not. A comparison of others among themselves is left alone.
"""

from __future__ import annotations

from sentiment import grammar as g
from sentiment.clauses import Structure
from sentiment.hits import Hit

_US = g.words("this these here that yours")
_LOOKS = g.words("good great better amazing excellent decent professional fantastic gem nice")
_LEAVES = g.words(
    "switching switch switched moving moved defecting changing going turning converting"
)
_MAKES = g.words("make makes made")
_FANCIES = g.words("expect think can could would might imagine")
_PREFERS = g.words("rather prefer prefers preferred")
_COMPARES = g.words("better nicer cheaper faster friendlier easier cleaner quicker superior")
_BEATS = g.words("beat beats outperform outperforms ahead match trumps")
_MISSES = g.words("miss missing with")
_TELLING = _PREFERS | _LEAVES | _BEATS | _MISSES
_SAME = g.words("it they their its that's they're it's")
_LESSON = "should|could|must|need|needs ~2 learn"
_NOBODY = ("nobody", "<not>", "no|")
REACH = 9


def weigh(found: Structure, hits: list[Hit]) -> None:
    """Turn comparisons that favour somebody else; add those without an opinion word."""
    words, flags = found.words, found.flags
    for hit in hits:
        if hit.phrase and hit.key.startswith(_LESSON):
            if _is_us(found, hit.end, hit.end + 3):
                hit.factor *= -1.0
        elif _turned(found, hit):
            hit.factor *= -0.9
    rivals = found.every & g.RIVAL
    if rivals:
        _sides(found, hits)
    if _TELLING.isdisjoint(words):
        return
    for at, word in enumerate(words):
        if word in _PREFERS and (value := _prefers(found, at)):
            _add(hits, found, at, value)
        elif word in _LEAVES and _leaves(found, at):
            _add(hits, found, at, -1.5)
        elif word in _BEATS and (value := _beats(found, at)):
            _add(hits, found, at, value)
        elif rivals and word in _MISSES and flags[at + 1 : at + 2] and flags[at + 1] & g.RIVAL:
            _add(hits, found, at, -1.2)


def _turned(found: Structure, hit: Hit) -> bool:
    """Tell whether an opinion is one on somebody else who is compared with us."""
    words, flags = found.words, found.flags
    if hit.value < 0 < hit.base or (hit.phrase and (hit.base < 0 or hit.key.startswith(_NOBODY))):
        return False
    clause = found.clauses[hit.clause]
    if words[hit.end - 1] in _LOOKS and "look" in words[max(clause.start, hit.at - 3) : hit.end]:
        return _made_to_look(found, hit, clause.start)
    than = next(
        (at for at in range(hit.at, min(hit.end + REACH, len(words))) if words[at] == "than"),
        None,
    )
    if than is None and words[hit.end - 1] in _COMPARES:
        return any(flags[at] & g.RIVAL for at in range(clause.start, hit.at))
    if than is None or any(flags[at] & g.STOP for at in range(hit.at, than)):
        return False
    return _is_us(found, than + 1, than + 4)


def _is_us(found: Structure, start: int, end: int) -> bool:
    for at in range(start, min(end, len(found.words))):
        if found.flags[at] & g.RIVAL:
            return False
        if found.flags[at] & (g.YOU | g.OWN) or found.words[at] in _US:
            return found.words[at + 1 : at + 2] not in (
                ["expect"],
                ["think"],
                ["can"],
                ["could"],
                ["would"],
                ["might"],
                ["imagine"],
            )
        if found.flags[at] & g.STOP:
            break
    return False


def _made_to_look(found: Structure, hit: Hit, start: int) -> bool:
    """Tell whether somebody else is made to look good ("you make them look good")."""
    words = found.words
    makes = next(
        (at for at in range(hit.at, start - 1, -1) if words[at] in ("make", "makes", "made")), None
    )
    if makes is None:
        return False
    return not any(found.flags[at] & (g.ME | g.YOU) for at in range(makes + 1, hit.end))


def _sides(found: Structure, hits: list[Hit]) -> None:
    """Where both sides are spoken of, what is said of the competitor alone counts little."""
    about: list[int] = []
    for number, clause in enumerate(found.clauses):
        side = _about(found, number)
        if (
            not side
            and about
            and found.words[clause.start : clause.start + 1][0:1]
            and found.words[clause.start] in _SAME
        ):
            side = about[-1]
        about.append(side)
    ours = [hit for hit in hits if about[hit.clause] & (g.OWN | g.YOU)]
    us = any(side & (g.OWN | g.YOU) for side in about)
    for hit in hits:
        side = about[hit.clause]
        if side & g.RIVAL and not side & (g.OWN | g.YOU) and us:
            hit.factor *= (0.1 if ours else -0.5) if hit.value > 0 else 0.1


def _about(found: Structure, number: int) -> int:
    """Return whom a clause is about: names and "you" before its verb, else anywhere."""
    clause = found.clauses[number]
    flags = found.flags
    side = 0
    for at in range(clause.start, clause.end):
        if flags[at] & g.LINKS or found.words[at] in ("unlike", "than"):
            continue
        if flags[at] & (g.RIVAL | g.OWN | g.YOU):
            if at and (flags[at - 1] & g.LINKS or found.words[at - 1] in ("unlike", "than")):
                continue
            side |= flags[at]
    return side


def _prefers(found: Structure, at: int) -> float:
    """Return what a preference is worth for us: "I'd rather … than you", "prefer this to"."""
    words, flags = found.words, found.flags
    end = min(at + REACH, len(words))
    for here in range(at + 1, end):
        if words[here] in ("than", "to", "over") and here > at + 1:
            return -1.8 if _is_us(found, here + 1, here + 4) else 0.0
        if flags[here] & (g.YOU | g.OWN) or words[here] in _US:
            return 1.6 if words[at] != "rather" else 0.0
    return 0.0


def _beats(found: Structure, at: int) -> float:
    """Return what it is worth for us who beats, or is ahead of, whom."""
    words, flags = found.words, found.flags
    start = found.clauses[found.clause(at)].start
    ours = any(flags[k] & (g.YOU | g.OWN) or words[k] in _US for k in range(start, at))
    theirs = any(flags[k] & g.RIVAL for k in range(at + 1, min(at + 4, len(words))))
    lost = words[at] == "match" and at > 0 and words[at - 1] == "no"
    if words[at] == "match" and not lost:
        return 0.0
    if theirs and not any(flags[k] & g.RIVAL for k in range(start, at)):
        return -1.6 if lost else 1.6
    rival = any(flags[k] & g.RIVAL for k in range(start, at))
    if not ours and _is_us(found, at + 1, at + 4):
        return 1.6 if lost else -1.6 if rival or flags[at - 1] & g.TITLE else 0.0
    return 0.0


def _leaves(found: Structure, at: int) -> bool:
    """Tell whether somebody goes over to a competitor."""
    words, flags = found.words, found.flags
    for here in range(at + 1, min(at + 4, len(words) - 1)):
        if words[here] == "to":
            other = flags[here + 1]
            named = other & g.RIVAL or words[here + 1] in ("another", "competitor", "competitors")
            known = other & (g.YOU | g.OWN | g.DETERMINER | g.SUBJECT | g.HIT | g.STOP)
            again = words[at] in ("switching", "switch", "defecting", "converting")
            return bool(named or (again and other & g.TITLE and not known))
        if flags[here] & g.STOP:
            break
    return False


def _add(hits: list[Hit], found: Structure, at: int, value: float) -> None:
    hit = Hit(at, at + 1, f"compared {value:+.1f}", value, True)
    hit.clause = found.clause(at)
    hits.append(hit)
