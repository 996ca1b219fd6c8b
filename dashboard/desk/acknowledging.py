"""Whether a rule acknowledges a case, and with which words. Pure: facts in, a verdict out.

What speaks against a person's answer (``preflight``) stops an acknowledgement for good:
nobody is there to say why it should go out all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.desk import answers, limits, preflight
from dashboard.desk.answers import Occasion
from dashboard.desk.preflight import Detect, Facts
from storage import rule_candidates
from storage.acknowledgements import AckRule, Due
from storage.models import Label
from storage.rule_matching import Subject, has_word, match

DAY = timedelta(days=1)
TRIED_AT_MOST = 2_000
"""Cases that a trial looks at: the newest."""


class Verdict(NamedTuple):
    """What a case gets: ``text``, else ``left_out`` says why not; neither: not the rule's."""

    text: str = ""
    left_out: str = ""


class Trial(NamedTuple):
    """What a rule would have done with the cases of a past period.

    ``opened`` are all of them, ``answered`` those of the rule's that somebody answered before
    its delay was over; ``examples`` are case ids with the words that each would have got.
    """

    opened: int
    answered: int
    would: int
    left_out: Mapping[str, int]
    examples: Sequence[tuple[int, str]]


def verdict(
    rule: AckRule, due: Due, names: Mapping[int, str], text: str, detect: Detect
) -> Verdict:
    """Say what a case gets by a rule; ``names`` are topics by id, ``text`` is the wording."""
    seen = rule_candidates.subject(due.mention, names)
    if match(rule.when, seen) is None:
        return Verdict()
    why = excluded(rule, seen)
    if why:
        return Verdict(left_out=why)
    filled = answers.fill(text, answers.known(_occasion(due, seen)))
    author = due.mention.customer or due.author
    facts = Facts(filled, author, seen.lang, limits.of(seen.place))
    against = preflight.findings(facts, detect)
    if against:
        return Verdict(left_out=f"the words: {against[0].words}")
    return Verdict(text=filled)


def excluded(rule: AckRule, seen: Subject) -> str:
    """Say why a message has to be read by a person first, '' where it need not."""
    if seen.intent in rule.not_intents:
        return f"{seen.intent.value}"
    urgent = [each for each in seen.urgency if each in rule.not_urgency]
    if urgent:
        return urgent[0].value.replace("_", " ")
    found = next((each for each in rule.not_words if has_word(each, seen.text)), None)
    if found is not None:
        return f"the word {found}"
    return f"tier {seen.tier}" if seen.tier and seen.tier in rule.not_tiers else ""


def tried(
    rule: AckRule,
    cases: Sequence[Due],
    names: Mapping[int, str],
    detect: Detect,
    way: Callable[[Due, str], str],
) -> Trial:
    """Return what a rule would have done, caps included; ``way`` says why a site takes none."""
    sent: list[tuple[datetime, bytes | None]] = []
    left: Counter[str] = Counter()
    examples: list[tuple[int, str]] = []
    answered = 0
    for due in cases:
        at = due.opened_at + timedelta(minutes=rule.delay_minutes)
        found = verdict(rule, due, names, rule.texts[len(sent) % len(rule.texts)], detect)
        if found == Verdict():
            continue
        ended = min((each for each in (due.answered_at, due.closed_at) if each), default=None)
        if ended is not None and ended <= at:
            answered += 1
            continue
        why = found.left_out or way(due, found.text) or capped(rule, at, due.person, sent)
        if why:
            left[why] += 1
            continue
        sent.append((at, due.person))
        examples.append((due.case_id, found.text))
    return Trial(len(cases), answered, len(sent), left, examples[:3])


def capped(
    rule: AckRule, at: datetime, person: bytes | None, sent: Sequence[tuple[datetime, bytes | None]]
) -> str:
    """Say which cap stands in the way after what was ``sent``, '' where none does."""
    again = at - timedelta(days=rule.once_in_days)
    if person is not None and any(who == person and when > again for when, who in sent):
        return PERSON
    return ALL if sum(when > at - DAY for when, _ in sent) >= rule.per_day else ""


PERSON, ALL = "the same person got one lately", "the number of the day was reached"


def _occasion(due: Due, seen: Subject) -> Occasion:
    negative = seen.label is Label.NEGATIVE
    # What a site shows as a name is anybody's words; who is on our list was named by us.
    named = due.mention.customer or ""
    return Occasion(named, seen.lang, negative, (), (), (), 0, "", due.brand)
