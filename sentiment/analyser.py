"""What a text says: its label, score, language, topics and opinions.

Two models, both pure, picklable, and blind to everything but the passages given:
`Lexicon` cleans and masks first and refuses languages that it cannot read; `Vader` is
the reference, vaderSentiment's own number for the text exactly as given. Neither learns.

``compound`` of `Lexicon` is VADER's of the cleaned and masked text, also where the text
is unscored. ``confidence`` is how often the label was right on annotated reviews and
posts for texts of this kind of score (see ``CONFIDENCE``); it is 0 where unscored.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from sentiment import cleaning, language, masking, opinions, taxonomy, vader
from sentiment.cleaning import Cleaned, clean
from sentiment.opinions import Clauses, label
from sentiment.phrases import Found, Phrases
from storage.models import Analysis, Brand, Label, Passage, Topic

VERSION = 1
UNSURE = 0.5
"""Below this confidence a label is "not sure": it is more often wrong than right."""
HIGH_STARS, LOW_STARS = 4, 2

# How often VADER's label was right, for |compound| from each bound on: the mean over six
# sets of annotated or starred posts, sentences and reviews (airlines, hotels, goods, an
# app), so that no single one decides. Praise is believed late (irony, politeness), and
# "neutral" mostly means that the lexicon lacks the words.
BOUNDS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
CONFIDENCE = {
    Label.POSITIVE: (0.27, 0.38, 0.49, 0.59, 0.77, 0.87, 0.94),
    Label.NEGATIVE: (0.62, 0.87, 0.87, 0.89, 0.91, 0.95, 0.96),
}
CONFIDENCE_NEUTRAL = 0.24
CONFIDENCE_WORDLESS = 0.29


@dataclass(frozen=True)
class Lexicon:
    """The best model without learning: clean, mask, tell the language, score, find topics."""

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


@dataclass(frozen=True)
class Vader:
    """vaderSentiment's own answer for the raw text, whatever its language.

    Label and score follow its documented thresholds with no language gate, so that it can
    serve as the reference; topics and opinions are found as `Lexicon` finds them.
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


def _read(passage: Passage, phrases: Phrases) -> Analysis:
    cleaned = clean(passage.text)
    found = phrases.find(cleaned.text)
    names = [(hit.start, hit.end) for hit in found if hit.key == masking.BRAND]
    masked = masking.mask(cleaned.text, names)
    reading = vader.vader().read(masked)
    guess = language.detect(cleaned.text, passage.lang)
    # Of a language that nobody could tell, only known words are evidence.
    scored = guess.english and bool(reading.hits or guess.lang)
    return _analysis(passage, _Text(cleaned, masked, found), reading, guess, scored)


def _reference(passage: Passage, phrases: Phrases) -> Analysis:
    cleaned = clean(passage.text)
    text = _Text(cleaned, cleaned.text, phrases.find(cleaned.text))
    guess = language.detect(cleaned.text, passage.lang)
    return _analysis(passage, text, vader.vader().read(passage.text), guess, True)


class _Text(NamedTuple):
    """A text on its way: cleaned, as it is scored, and what of the lists was found in it."""

    cleaned: Cleaned
    scored: str
    found: list[Found]


def _analysis(
    passage: Passage, text: _Text, reading: vader.Reading, guess: language.Guess, scored: bool
) -> Analysis:
    told = label(reading.compound) if scored else Label.UNSCORED
    confidence = _confidence(told, reading)
    unsure = scored and confidence < UNSURE
    about = [hit for hit in text.found if hit.key != masking.BRAND]
    clauses = Clauses(text.scored) if scored and (about or passage.targets) else None

    def given(start: int, end: int) -> tuple[int, int, str]:
        start, end = text.cleaned.given(start, end)
        return start, end, passage.text[start:end]

    return Analysis(
        label=told,
        score=reading.compound if scored else None,
        confidence=confidence,
        compound=reading.compound,
        lang=guess.lang,
        unsure=unsure,
        disagrees=not unsure and _disagrees(told, passage.rating),
        topics=tuple(dict.fromkeys(hit.key for hit in about)),
        opinions=opinions.opinions(clauses, about, given) if about else (),
        targets=opinions.targets(clauses, text.cleaned.text, passage.targets),
    )


def _confidence(told: Label, reading: vader.Reading) -> float:
    """Return the probability that a label is right; 0 where there is none."""
    if told is Label.UNSCORED:
        return 0.0
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
def _phrases(brands: tuple[Brand, ...], topics: tuple[Topic, ...]) -> Phrases:
    """Return the matcher for both lists; kept out of the models so that they pickle small."""
    listed = ((term, topic.key) for topic in topics for term in topic.terms)
    return Phrases(chain(masking.terms(brands), listed))


@lru_cache(maxsize=8)
def _digest(brands: tuple[Brand, ...], topics: tuple[Topic, ...]) -> str:
    parts = [
        [VERSION, cleaning.VERSION, masking.VERSION, language.VERSION, opinions.VERSION],
        [vader.digest(), UNSURE, BOUNDS, CONFIDENCE, CONFIDENCE_NEUTRAL, CONFIDENCE_WORDLESS],
        sorted({term for term, _ in masking.terms(brands)}),
        [[topic.key, *topic.terms] for topic in topics],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
