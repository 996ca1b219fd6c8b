"""What a rule is, whether a mention meets it and why, and which one counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from storage.models import Intent, Kind, Label, Urgency


@dataclass(frozen=True, slots=True)
class CaseRule:
    """Opens a case for a mention that meets every condition given.

    ``max_rating`` is in stars; ``with_text`` leaves out marks without a word;
    ``priority`` 1 (most urgent) to 5; ``due_hours`` counts from when we could first see
    the item. ``tiers`` and ``customers`` ("region=north") are of the list of customers;
    ``min_reach`` counts votes, likes, views or followers as the source tells them.
    """

    name: str
    kinds: tuple[Kind, ...] = ()
    max_rating: float | None = None
    max_nps: int | None = None
    labels: tuple[Label, ...] = ()
    intents: tuple[Intent, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    min_reach: int | None = None
    own_only: bool = True
    with_text: bool = False
    priority: int = 3
    due_hours: float = 24.0


DEFAULT_RULES = (
    CaseRule("1 or 2 stars", kinds=(Kind.REVIEW,), max_rating=2.0, priority=2, due_hours=24.0),
    CaseRule(
        "Detractor with a comment",
        kinds=(Kind.SURVEY,),
        max_nps=6,
        with_text=True,
        priority=2,
        due_hours=24.0,
    ),
    CaseRule(
        "Negative comment",
        kinds=(Kind.SURVEY, Kind.SOCIAL, Kind.CONVERSATION),
        labels=(Label.NEGATIVE,),
        with_text=True,
        priority=3,
        due_hours=48.0,
    ),
    CaseRule(
        "Safety, legal or data leak",
        urgency=(Urgency.SAFETY, Urgency.LEGAL, Urgency.DATA_LEAK),
        priority=1,
        due_hours=4.0,
    ),
    CaseRule(
        "Question",
        kinds=(Kind.REVIEW, Kind.SURVEY, Kind.SOCIAL, Kind.CONVERSATION),
        intents=(Intent.QUESTION,),
        priority=3,
        due_hours=24.0,
    ),
)
"""What opens cases until somebody says otherwise."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0010ffff]")
"""Scripts written without spaces (Thai, Burmese, Khmer, CJK): words have no border there."""

_UNTOLD = ("tier=", "name=")
"""Columns that are no reason of their own: the tier is told anyway, a name stays in its list."""


class Subject(NamedTuple):
    """What rules look at. ``stars`` in stars, ``score`` −1…1, ``text`` title and body."""

    kind: Kind
    label: Label
    stars: float | None
    nps: int | None
    score: float | None
    topics: tuple[str, ...]
    lang: str
    source: str
    own: bool
    text: str
    intent: Intent | None = None
    urgency: tuple[Urgency, ...] = ()
    place: str = ""
    tier: str = ""
    columns: tuple[str, ...] = ()
    reach: int = 0


class Match(NamedTuple):
    """The rule that counts, and why the mention meets it, in words for people."""

    rule: CaseRule
    reasons: tuple[str, ...]


def best(rules: Sequence[CaseRule], subject: Subject) -> Match | None:
    """Return the most urgent rule that a mention meets; among equals the earlier one."""
    found: Match | None = None
    for rule in rules:
        reasons = match(rule, subject)
        if reasons is not None and (found is None or _urgency(rule) < _urgency(found.rule)):
            found = Match(rule, reasons)
    return found


def match(rule: CaseRule, subject: Subject) -> tuple[str, ...] | None:
    """Return why a mention meets every condition of a rule, None if it does not."""
    if rule.own_only and not subject.own:
        return None
    if rule.with_text and not subject.text.strip():
        return None
    for wanted, value in (
        (rule.kinds, subject.kind),
        (rule.labels, subject.label),
        (rule.intents, subject.intent),
        (rule.langs, subject.lang),
        (rule.sources, subject.source),
        (rule.places, subject.place),
        (rule.tiers, subject.tier),
    ):
        if wanted and value not in wanted:
            return None
    if rule.max_rating is not None and (subject.stars is None or subject.stars > rule.max_rating):
        return None
    if rule.max_nps is not None and (subject.nps is None or subject.nps > rule.max_nps):
        return None
    if rule.min_reach is not None and subject.reach < rule.min_reach:
        return None
    if rule.urgency and not set(rule.urgency) & set(subject.urgency):
        return None
    if rule.customers and not set(rule.customers) & set(subject.columns):
        return None
    topics = [each for each in subject.topics if each in rule.topics]
    if rule.topics and not topics:
        return None
    keywords = _found(rule.keywords, subject.text)
    if rule.keywords and not keywords:
        return None
    asked = [subject.intent.value] if rule.intents and subject.intent else []
    known = [f"{subject.tier} customer"] if subject.tier else []
    known += [
        each for each in subject.columns if each in rule.customers and not each.startswith(_UNTOLD)
    ]
    far = [f"reach {subject.reach:,}"] if rule.min_reach is not None else []
    said = (f'"{each}"' for each in keywords)
    return (*_marks(subject), *asked, *far, *topics, *said, *known)


def _urgency(rule: CaseRule) -> tuple[int, float]:
    return rule.priority, rule.due_hours


def _marks(subject: Subject) -> list[str]:
    """Return the marks that anybody would look at first, whichever rule it was."""
    found = []
    if subject.stars is not None:
        found.append(f"{subject.stars:g}★")
    if subject.nps is not None:
        found.append(f"NPS {subject.nps}")
    if subject.label is Label.NEGATIVE and subject.stars is None:
        degree = "" if subject.score is None else f" {abs(subject.score):.2f}"
        found.append(f"negative{degree}")
    return [*(each.value.replace("_", " ") for each in subject.urgency), *found]


def has_word(keyword: str, text: str) -> bool:
    """Say whether a text holds a whole word; a star at its end stands for any ending."""
    return bool(_found((keyword,), text))


def _found(keywords: tuple[str, ...], text: str) -> list[str]:
    if not keywords:
        return []
    folded = text.casefold()
    return [each for each in keywords if _pattern(each).search(folded)]


@lru_cache(maxsize=1024)
def _pattern(keyword: str) -> re.Pattern[str]:
    """Match whole words; a star at the end stands for any ending."""
    folded = " ".join(keyword.casefold().split())
    stem = folded.removesuffix("*").rstrip()
    if not stem:
        return re.compile(r"(?!)")
    body = re.escape(stem).replace(r"\ ", r"\s+")
    before = "" if _UNSPACED.match(stem[0]) else r"(?<!\w)"
    open_end = folded.endswith("*") or _UNSPACED.match(stem[-1])
    after = "" if open_end else r"(?!\w)"
    return re.compile(before + body + after)
