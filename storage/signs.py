"""Intent, urgency and disagreement as bits of a number, and as text with their evidence.

Pure: no SQL, no connection. Bits are stored and permanent; new kinds get new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from storage.models import Analysis, Flag, Intent, MentionFilter, Purpose, Urgency

INTENTS = {
    Intent.COMPLAINT: 1,
    Intent.QUESTION: 2,
    Intent.SUGGESTION: 4,
    Intent.PRAISE: 8,
    Intent.LEAVING: 16,
    Intent.SPAM: 32,
}
URGENCIES = {
    Urgency.SAFETY: 256,
    Urgency.LEGAL: 512,
    Urgency.DATA_LEAK: 1024,
    Urgency.REPEATED_CONTACT: 2048,
}
DISAGREES = 4096
"""The customer's stars say the opposite of the text."""
_INTENTS = {bit: intent for intent, bit in INTENTS.items()}
_URGENCIES = {bit: urgency for urgency, bit in URGENCIES.items()}


class Evidence(NamedTuple):
    """What one score says of a text, each with the words that say so."""

    purpose: Purpose | None
    urgency: tuple[Flag, ...]


def written(analysis: Analysis) -> str:
    """Return purpose and urgency of an analysis as text: bit:start:end, with spaces."""
    found = [f"{URGENCIES[kind]}:{start}:{end}" for kind, start, end in analysis.urgency]
    if analysis.purpose is not None:
        intent, start, end = analysis.purpose
        found.insert(0, f"{INTENTS[intent]}:{start}:{end}")
    return " ".join(found)


def evidence(text: str) -> Evidence:
    """Return what ``written`` wrote."""
    purpose: Purpose | None = None
    flags: list[Flag] = []
    for each in text.split():
        bit, start, end = map(int, each.split(":"))
        if bit in _INTENTS:
            purpose = Purpose(_INTENTS[bit], start, end)
        elif bit in _URGENCIES:
            flags.append(Flag(_URGENCIES[bit], start, end))
    return Evidence(purpose, tuple(flags))


def mask(text: str | None, disagrees: int | None) -> int:
    """Return the bits of a stored score."""
    found = DISAGREES if disagrees else 0
    for each in (text or "").split():
        found |= int(each.partition(":")[0])
    return found


def intent(bits: int) -> Intent | None:
    """Return the intent among some bits."""
    return next((found for bit, found in _INTENTS.items() if bits & bit), None)


def urgency(bits: int) -> tuple[Urgency, ...]:
    """Return every urgency among some bits."""
    return tuple(found for bit, found in _URGENCIES.items() if bits & bit)


def each_bit(bits: int) -> Iterator[int]:
    """Yield the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest
        bits -= lowest


def wanted(flt: MentionFilter) -> tuple[int, ...]:
    """Return what a filter asks for: of each mask one bit at least, the rarest mask first."""
    masks = (
        DISAGREES if flt.disagrees else 0,
        sum(URGENCIES[each] for each in set(flt.urgency)),
        sum(INTENTS[each] for each in set(flt.intents)),
    )
    return tuple(each for each in masks if each)
