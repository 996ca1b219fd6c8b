"""The first answer to somebody's own data, in one sentence, and what is left to set up. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from storage.models import RATING_SCALE, Kind, Label, MentionFilter, Sums
from storage.queries import Group

_NAMES = {
    Kind.REVIEW: ("review", "reviews"),
    Kind.SURVEY: ("survey answer", "survey answers"),
    Kind.SOCIAL: ("post", "posts"),
    Kind.ARTICLE: ("article", "articles"),
    Kind.CONVERSATION: ("conversation", "conversations"),
}


class Part(NamedTuple):
    """A part of the sentence with the mentions that it counts."""

    words: str
    flt: MentionFilter


class Step(NamedTuple):
    """One thing to set up, and whether it is done."""

    name: str
    done: bool
    page: str


def have(totals: Mapping[Kind, Sums]) -> list[Part]:
    """Say what there is: "1,204 reviews, 4.1★"."""
    found = []
    for kind, sums in totals.items():
        if sums.n:
            words = f"{sums.n:,} {_NAMES[kind][sums.n > 1]}"
            if sums.rating_n:
                words += f", {sums.rating_sum / sums.rating_n / RATING_SCALE:.1f}★"
            found.append(Part(words, MentionFilter(kinds=(kind,))))
    return found


def complaint(negative: int, groups: Sequence[Group], names: Mapping[str, str]) -> Part | None:
    """Say what the negative ones are most often about: "most common complaint: delivery 18 %"."""
    named = [each for each in groups if each.key and each.sums.n]
    if not negative or not named:
        return None
    top = max(named, key=lambda each: each.sums.n)
    share = round(100 * top.sums.n / negative)
    topic = names.get(top.key, top.key)
    flt = MentionFilter(topics=(top.key,), labels=(Label.NEGATIVE,))
    return Part(f"Most common complaint: {topic}, {share} % of what is negative.", flt)


def waiting(cases: int, overdue: int) -> str:
    """Say what the queue holds: "12 wait for an answer"."""
    if not cases:
        return "Nothing waits for an answer"
    words = f"{cases:,} {'waits' if cases == 1 else 'wait'} for an answer"
    return f"{words}, {overdue:,} overdue" if overdue else words
