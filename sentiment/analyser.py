"""What a text says: its label, score, language, topics and opinions, intent and urgency.

Two models, both pure, picklable, and blind to everything but the passages given:
`Lexicon` cleans and masks first, refuses languages that it cannot read, and understands
clause by clause; `Vader` is the reference, vaderSentiment's own number for the text
exactly as given. Neither learns.

``compound`` of `Lexicon` is VADER's of the cleaned and masked text, also where the text
is unscored. ``confidence`` is how often the label was right on annotated reviews and
posts for texts of this kind of balance (see ``scoring.py``); it is 0 where unscored.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from sentiment import (
    aspects,
    cleaning,
    intent,
    language,
    lexicon,
    masking,
    opinions,
    scoring,
    signs,
    taxonomy,
    understanding,
    vader,
)
from sentiment.cleaning import Cleaned, clean
from sentiment.opinions import Clauses, label
from sentiment.phrases import Found, Phrases
from sentiment.scoring import UNSURE
from sentiment.tokens import read, starts
from storage.models import Analysis, Brand, Flag, Label, Passage, Topic

VERSION = 2
HIGH_STARS, LOW_STARS = 4, 2
SHORT = 60
_STRETCHED = re.compile(r"([^\W\d_])\1{2}")

# How often plain VADER's label was right, for |compound| from each bound on: the mean over
# six sets of annotated or starred posts, sentences and reviews (airlines, hotels, goods, an
# app), so that no single one decides. Praise is believed late (irony, politeness), and
# "neutral" mostly means that the lexicon lacks the words.
BOUNDS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
CONFIDENCE = {
    Label.POSITIVE: (0.27, 0.38, 0.49, 0.59, 0.77, 0.87, 0.94),
    Label.NEGATIVE: (0.62, 0.87, 0.87, 0.89, 0.91, 0.95, 0.96),
}
CONFIDENCE_NEUTRAL = 0.24
CONFIDENCE_WORDLESS = 0.29


class Reason(NamedTuple):
    """Words that made a score, where they stand in the given text, and what they add."""

    start: int
    end: int
    text: str
    value: float


@dataclass(frozen=True)
class Lexicon:
    """The best model without learning: clean, mask, tell the language, understand."""

    brands: tuple[Brand, ...] = ()
    topics: tuple[Topic, ...] = field(default_factory=taxonomy.default_topics)

    @property
    def model_id(self) -> str:
        """Name and digest of everything that an answer depends on."""
        return f"lexicon-{_digest(self.brands, self.topics)}"

    def analyse(self, passages: Sequence[Passage]) -> list[Analysis]:
        """Return one analysis for each passage, in order."""
        phrases = _phrases(self.brands, self.topics)
        return [_read(passage, phrases) for passage in passages]

    def explain(self, passage: Passage) -> tuple[Reason, ...]:
        """Return the words that made the score, in order; empty where unscored."""
        text = _prepared(passage.text, _phrases(self.brands, self.topics))
        if not language.detect(_plain(text.cleaned.text), passage.lang).english:
            return ()
        reading = understanding.understand(text.scored)
        places = _Places(text, reading)
        told = []
        for hit in sorted(reading.hits, key=lambda hit: hit.at):
            if abs(hit.value) >= opinions.THRESHOLD:
                start, end = places.given(hit.at, hit.end)
                told.append(Reason(start, end, passage.text[start:end], round(hit.value, 2)))
        return tuple(told)


@dataclass(frozen=True)
class Vader:
    """vaderSentiment's own answer for the raw text, whatever its language.

    Label and score follow its documented thresholds with no language gate, so that it can
    serve as the reference; opinions are VADER's too, of the clause around a topic.
    """

    topics: tuple[Topic, ...] = field(default_factory=taxonomy.default_topics)

    @property
    def model_id(self) -> str:
        """Name and digest of everything that an answer depends on."""
        return f"vader-{_digest((), self.topics)}"

    def analyse(self, passages: Sequence[Passage]) -> list[Analysis]:
        """Return one analysis for each passage, in order."""
        phrases = _phrases((), self.topics)
        return [_reference(passage, phrases) for passage in passages]


def best(brands: Sequence[Brand] = (), topics: Sequence[Topic] | None = None) -> Lexicon:
    """Return the best model there is; ``topics`` of None are the default taxonomy."""
    chosen = taxonomy.default_topics() if topics is None else tuple(topics)
    return Lexicon(tuple(brands), chosen)


class _Lists(Phrases):
    """Names and the terms of topics; knows what a topic belongs under."""

    def __init__(
        self, entries: Iterable[tuple[str, str]], above: Mapping[str, tuple[str, ...]]
    ) -> None:
        super().__init__(entries)
        self._above = above

    def topics(self, found: Iterable[Found]) -> tuple[str, ...]:
        """Return the topics of what was found, each with those above it."""
        keys = dict.fromkeys(hit.key for hit in found)
        if self._above:
            for key in tuple(keys):
                keys.update(dict.fromkeys(self._above.get(key, ())))
        return tuple(keys)


class _Text(NamedTuple):
    """A text on its way: cleaned, as it is scored, and what of the lists was found in it."""

    cleaned: Cleaned
    scored: str
    found: list[Found]


def _prepared(given: str, phrases: _Lists) -> _Text:
    cleaned = clean(given)
    found = phrases.find(cleaned.text)
    names = [(hit.start, hit.end) for hit in found if hit.key in masking.NAMES]
    rivals = {hit.start for hit in found if hit.key == masking.RIVAL}
    masked = masking.mask(cleaned.text, names, rivals)
    return _Text(cleaned, masked, found)


def _plain(text: str) -> str:
    """Return a short text without stretched words, which are a language of their own."""
    if len(text) > SHORT or not _STRETCHED.search(text):
        return text
    return " ".join(word.word for word in read(text) if word.word.isalpha())


class _Places:
    """Where the words of a text stand; looked up when the first one is asked for."""

    __slots__ = ("_starts", "_text", "_tokens")

    def __init__(self, text: _Text, reading: understanding.Reading) -> None:
        self._text = text
        self._tokens = reading.tokens
        self._starts: list[int] | None = None

    def starts(self) -> list[int]:
        """Return where each word begins in the scored text."""
        if self._starts is None:
            self._starts = starts(self._text.scored, len(self._tokens))
        return self._starts

    def given(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of words into one of the given text."""
        places = self.starts()
        finish = places[end - 1] + self._tokens[end - 1].size
        return self._text.cleaned.given(places[start], finish)


def _read(passage: Passage, phrases: _Lists) -> Analysis:
    text = _prepared(passage.text, phrases)
    guess = language.detect(_plain(text.cleaned.text), passage.lang)
    compound = vader.vader().compound(text.scored)
    about = [hit for hit in text.found if hit.key not in masking.NAMES]
    reading = understanding.understand(text.scored, opinions=guess.english)
    places = _Places(text, reading)
    span = places.given
    # Of a language that nobody could tell, only known words are evidence.
    scored = guess.english and bool(guess.lang or any(hit.base for hit in reading.hits))
    urgent = intent.urgency(reading.structure, span)
    if not scored:
        return _unscored(passage, text, phrases, guess.lang, compound, urgent)
    good, bad = reading.balance
    score = scoring.score(good, bad)
    told = label(score)
    confidence = scoring.confidence(told, good, bad, reading.asks)
    judge = aspects.Aspects(reading, places.starts()) if about or passage.targets else None
    return Analysis(
        label=told,
        score=score,
        confidence=confidence,
        compound=compound,
        lang=guess.lang,
        unsure=confidence < UNSURE,
        disagrees=confidence >= UNSURE and _disagrees(told, passage.rating),
        topics=phrases.topics(about),
        opinions=opinions.opinions(judge, about, _given(passage, text)) if about else (),
        targets=opinions.targets(judge, text.cleaned.text, passage.targets),
        purpose=intent.purpose(reading, score, span),
        urgency=urgent,
    )


def _unscored(
    passage: Passage,
    text: _Text,
    phrases: _Lists,
    lang: str | None,
    compound: float,
    urgent: tuple[Flag, ...],
) -> Analysis:
    about = [hit for hit in text.found if hit.key not in masking.NAMES]
    return Analysis(
        label=Label.UNSCORED,
        score=None,
        confidence=0.0,
        compound=compound,
        lang=lang,
        topics=phrases.topics(about),
        opinions=opinions.opinions(None, about, _given(passage, text)),
        targets=opinions.targets(None, text.cleaned.text, passage.targets),
        urgency=urgent,
    )


def _given(passage: Passage, text: _Text) -> opinions.Given:
    def given(start: int, end: int) -> tuple[int, int, str]:
        start, end = text.cleaned.given(start, end)
        return start, end, passage.text[start:end]

    return given


def _reference(passage: Passage, phrases: _Lists) -> Analysis:
    cleaned = clean(passage.text)
    text = _Text(cleaned, cleaned.text, phrases.find(cleaned.text))
    reading = vader.vader().read(passage.text)
    told = label(reading.compound)
    confidence = _confidence(told, reading)
    judge = Clauses(text.scored) if text.found or passage.targets else None
    return Analysis(
        label=told,
        score=reading.compound,
        confidence=confidence,
        compound=reading.compound,
        lang=language.detect(cleaned.text, passage.lang).lang,
        unsure=confidence < UNSURE,
        disagrees=confidence >= UNSURE and _disagrees(told, passage.rating),
        topics=phrases.topics(text.found),
        opinions=opinions.opinions(judge, text.found, _given(passage, text)) if text.found else (),
        targets=opinions.targets(judge, cleaned.text, passage.targets),
    )


def _confidence(told: Label, reading: vader.Reading) -> float:
    """Return the probability that VADER's label is right."""
    if told is Label.NEUTRAL:
        return CONFIDENCE_NEUTRAL if reading.hits else CONFIDENCE_WORDLESS
    return CONFIDENCE[told][bisect_right(BOUNDS, abs(reading.compound)) - 1]


def _disagrees(told: Label, rating: float | None) -> bool:
    """Tell whether the words say the opposite of the stars."""
    if rating is None:
        return False
    return (told is Label.POSITIVE and rating <= LOW_STARS) or (
        told is Label.NEGATIVE and rating >= HIGH_STARS
    )


@lru_cache(maxsize=8)
def _phrases(brands: tuple[Brand, ...], topics: tuple[Topic, ...]) -> _Lists:
    """Return the matcher for both lists; kept out of the models so that they pickle small."""
    listed = ((term, topic.key) for topic in topics for term in topic.terms)
    return _Lists(chain(masking.terms(brands), listed), taxonomy.ancestors(topics))


@lru_cache(maxsize=8)
def _digest(brands: tuple[Brand, ...], topics: tuple[Topic, ...]) -> str:
    parts = [
        [VERSION, cleaning.VERSION, masking.VERSION, language.VERSION, opinions.VERSION],
        [aspects.VERSION, intent.VERSION, understanding.VERSION, scoring.VERSION],
        [lexicon.digest(), signs.digest(), UNSURE],
        [BOUNDS, CONFIDENCE, CONFIDENCE_NEUTRAL, CONFIDENCE_WORDLESS],
        sorted(set(masking.terms(brands))),
        [[topic.key, *topic.terms] for topic in topics],
    ]
    if tree := [[topic.key, topic.parent] for topic in topics if topic.parent]:
        parts.append(tree)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
