"""What is looked at before an answer goes out. Pure: facts in, findings out.

A hard stop cannot be overridden; a warning can, with a reason that is recorded.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dashboard.desk.answers import first_name, unfilled


class Facts(NamedTuple):
    """What is known when somebody presses Send.

    ``lang`` is the language of what is answered ('' if not known), ``limit`` the site's in
    characters; ``changed`` and ``gone`` say what became of the text since it was read;
    ``recent`` are the latest answers, newest first.
    """

    text: str
    author: str
    lang: str
    limit: int | None = None
    changed: bool = False
    gone: bool = False
    recent: Sequence[str] = ()


class Finding(NamedTuple):
    """Something that speaks against sending: a short name, and the reason in words."""

    kind: str
    words: str
    hard: bool


Detect = Callable[[str], str | None]
"""Tells the language of a text, None where it cannot be told."""

ALIKE = 0.85
"""Share of common words from which two answers count as the same text."""
TOLD = 40
"""Letters below which the language of a text is not judged."""
_BRACKETS = re.compile(r"\[[A-Z][A-Z _-]{2,}\]|<<.{1,40}?>>|\bXX+\b|\{\{|\}\}")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DIGITS = re.compile(r"(?<![\w])\+?\d(?:[ ()/.-]?\d){6,18}(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_ADDRESS = re.compile(
    r"\b\d{1,4} [A-Z][a-z]+ (?:Street|St|Road|Rd|Avenue|Ave|Lane)\b|"
    r"\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|weg|platz) \d{1,4}\b"
)
_GREETING = re.compile(
    r"^\s*(?:dear|hello|hi|hey|hallo|liebe|lieber|guten tag|bonjour|hola)[ ,]+"
    r"(?:(?:mr|mrs|ms|herr|frau|dr)\.? )?([^\W\d_][\w'’-]*)",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"there|customers?|all|everyone|everybody|team|guest|sir|madam|friend|and|thanks?|we|"
    r"i|i['’]m|this|that|it|it['’]s|sorry|please|your|our|you|zusammen|kunde|kundin|danke|wir|"
    r"ich|es|das|bitte|entschuldigung|je|nous|merci|désolée?|votre|gracias|lo|su",
    re.IGNORECASE,
)
_REWARD = r"(?:discount|voucher|coupon|gift(?: card)?|refund|free \w+|rabatt|gutschein|geschenk)"
_MARK = r"(?:review|rating|stars?|bewertung|sterne?)"
_CHANGE = r"(?:if|when|for|once|after|in exchange|in return|wenn|für|falls)"
_BUYING = re.compile(
    rf"{_REWARD}\b.{{0,60}}\b{_CHANGE}\b.{{0,60}}\b{_MARK}|"
    rf"\b{_CHANGE}\b.{{0,60}}\b{_MARK}\b.{{0,60}}\b{_REWARD}",
    re.IGNORECASE | re.DOTALL,
)
_GATING = re.compile(
    r"\b(?:remove|delete|take down|withdraw|change|update|edit|improve|raise|reconsider)\b.{0,25}"
    r"\b(?:review|rating|stars?)\b|"
    r"\b(?:bewertung|rezension|sterne)\b.{0,40}\b(?:löschen|entfernen|ändern|anpassen)\b|"
    r"\bonly (?:happy|satisfied) customers\b",
    re.IGNORECASE | re.DOTALL,
)
_LIABLE = re.compile(
    r"\b(?:our fault|our negligence|we (?:are|were) (?:fully )?(?:liable|negligent|to blame)|"
    r"(?:accept|take|admit) (?:full |all |legal )?(?:liability|responsibility)|legally responsible|"
    r"we (?:will|shall) compensate|compensation (?:of|for)|we (?:guarantee|promise) that|"
    r"unsere schuld|wir haften|fahrlässig|schadenersatz|schadensersatz)\b",
    re.IGNORECASE,
)


def findings(facts: Facts, detect: Detect = lambda _: None) -> list[Finding]:
    """Return what speaks against sending, hard stops first."""
    found = [*_stops(facts), *_warnings(facts, detect)]
    return sorted(found, key=lambda each: not each.hard)


def _stops(facts: Facts) -> Iterator[Finding]:
    text = facts.text
    if not text.strip():
        yield Finding("empty", "write an answer first, or begin with a template", True)
    if facts.gone:
        yield Finding("gone", "the text was deleted at its source: nobody can answer it", True)
    elif facts.changed:
        yield Finding("changed", "the customer changed the text since you read it", True)
    if facts.limit is not None and len(text) > facts.limit:
        over = len(text) - facts.limit
        words = f"the site takes {facts.limit} characters; this has {len(text)}: {over} too many"
        yield Finding("length", words, True)
    left = [f"{{{each}}}" for each in unfilled(text)] + _BRACKETS.findall(text)
    if left:
        yield Finding("variable", f"still to be filled: {', '.join(map(str, left))}", True)
    if _IBAN.search(text) or any(_is_card(each) for each in _DIGITS.findall(text)):
        yield Finding("account", "it holds the number of an account or a card", True)
    if _BUYING.search(text):
        words = "it offers something for a rating, which is illegal in many places"
        yield Finding("incentive", words, True)


def _warnings(facts: Facts, detect: Detect) -> Iterator[Finding]:
    text = facts.text
    private = [*_MAIL.findall(text), *_ADDRESS.findall(text)]
    private += [each for each in _DIGITS.findall(text) if not _is_card(each)]
    if private and not _IBAN.search(text):
        shown = ", ".join(private[:3])
        yield Finding("private", f"it may show personal data to everybody: {shown}", False)
    yield from _name(facts)
    spoken = detect(text) if len(text) >= TOLD else None
    if facts.lang and spoken and spoken != facts.lang:
        words = f"it is in another language ({spoken}) than the message ({facts.lang})"
        yield Finding("language", words, False)
    if _GATING.search(text):
        words = "it asks to change or remove a review; many sites forbid that"
        yield Finding("gating", words, False)
    if _LIABLE.search(text):
        yield Finding("liability", "it may admit liability or promise something", False)
    if any(alike(text, each) >= ALIKE for each in facts.recent):
        yield Finding("repeated", "it is the same text as a recent answer", False)


def _name(facts: Facts) -> Iterator[Finding]:
    found = _GREETING.match(facts.text)
    if found is None or _NOBODY.fullmatch(found[1]):
        return
    named, author = found[1], facts.author.casefold()
    if named.casefold() not in author:
        called = first_name(facts.author) or facts.author or "nobody named"
        words = f"it greets {named}, but the message is from {called}"
        yield Finding("name", words, False)


def alike(one: str, other: str) -> float:
    """Return how much two texts have in common: pairs of words, Jaccard index, 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return float(one.split() == other.split() and bool(one.split()))
    return len(first & second) / len(first | second)


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    words = re.findall(r"\w+", text.casefold())
    return frozenset(itertools.pairwise(words))


def _is_card(text: str) -> bool:
    """Say whether digits are a card's number by their length and check digit (Luhn)."""
    digits = [int(each) for each in text if each.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
