"""The vocabulary: what every layer calls a mention, a batch, a score, a filter.

Pure standard library; imports nothing of ours. It holds no behaviour beyond what a
value can say about itself. Times are aware UTC datetimes, days are dates in the
workspace's reporting timezone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Kind(StrEnum):
    """What sort of feedback a mention is; headline figures never mix kinds."""

    REVIEW = "review"
    SURVEY = "survey"
    SOCIAL = "social"
    ARTICLE = "article"
    CONVERSATION = "conversation"


class Label(StrEnum):
    """The counted label: every mention is in exactly one of these five."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNSURE = "unsure"
    UNSCORED = "unscored"


class Mark(StrEnum):
    """What a customer may give beside words: stars, or an answer of a survey."""

    RATING = "rating"
    NPS = "nps"
    CSAT = "csat"
    CES = "ces"


class Origin(StrEnum):
    """Who said what the label is: a person, the customer's own mark, the model, nobody."""

    HUMAN = "human"
    STARS = "stars"
    MODEL = "model"
    NONE = "none"


class Standing(StrEnum):
    """Whether a mention is taken for what it seems: one of a burst of look-alikes is
    suspicious until a person decides; a person alone excludes."""

    NORMAL = ""
    SUSPICIOUS = "suspicious"
    EXCLUDED = "excluded"


class Suspects(StrEnum):
    """Which standings a figure counts; unless said, all but what a person excluded."""

    DECIDED = ""
    WITH = "with"
    WITHOUT = "without"
    ONLY = "only"


class Precision(StrEnum):
    """How exactly the publishing time is known; ``estimated`` means: when first seen."""

    SECOND = "second"
    DAY = "day"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand: ours or a competitor's. ``terms`` and ``handles`` are masked before scoring."""

    name: str
    own: bool = True
    terms: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source: ``kind`` names the collector, ``options`` are that collector's.

    ``every`` is the polling interval in seconds. ``origin`` is ``file`` for what
    ``earshot.toml`` declares (read-only on screen) and ``database`` for the rest.
    """

    id: str
    kind: str
    brand: str | None = None
    product: str | None = None
    every: float = 900.0
    options: Mapping[str, Json] = field(default_factory=dict)
    origin: str = "database"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look at a source showed of one mention: the whole of it, not a change.

    Identity is ``(place, native_id)``: the place is where it lives (``reddit``,
    ``appstore:1234``, a listing, a survey), never the route that brought it. ``rating``
    is in stars 1–5 (other scales are converted by the collector, the original goes to
    ``extra``), ``nps`` 0–10, ``csat`` 1–5, ``ces`` 1–7. ``lang`` is what the source
    declares, as ISO 639-1. ``reply_text`` is the owner's reply as the source shows it.
    ``published_at`` is None when the source does not say.
    """

    place: str
    native_id: str
    kind: Kind
    title: str = ""
    text: str = ""
    author: str = ""
    url: str = ""
    published_at: datetime | None = None
    precision: Precision = Precision.SECOND
    updated_at: datetime | None = None
    rating: float | None = None
    nps: int | None = None
    csat: int | None = None
    ces: int | None = None
    lang: str | None = None
    brand: str | None = None
    product: str | None = None
    parent: str | None = None
    reply_text: str = ""
    reply_at: datetime | None = None
    label: Label | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Refusal(NamedTuple):
    """A row or entry that could not be taken: where it stood and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Observations, and the cursor that is valid once these are stored.

    ``gone`` lists identities that the source says were deleted, as (place, native id).
    ``expected`` is how many items the source said it has for this poll, if it says so.
    ``cursor`` is opaque JSON of the collector's own; None keeps the stored one.
    """

    observations: tuple[Observation, ...]
    cursor: Json = None
    gone: tuple[tuple[str, str], ...] = ()
    refused: tuple[Refusal, ...] = ()
    expected: int | None = None


class Saved(NamedTuple):
    """What storing a batch did, in mentions."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0

    def plus(self, other: Saved) -> Saved:
        """Return the sum, field by field."""
        return Saved(*(a + b for a, b in zip(self, other, strict=True)))


class Passage(NamedTuple):
    """A text to analyse. ``rating`` never enters the score, it only sets ``disagrees``.

    ``source`` is the source that it came from, None where that is not known: models may
    have been learned for one source.
    """

    text: str
    lang: str | None = None
    rating: float | None = None
    targets: tuple[str, ...] = ()
    source: str | None = None


class Opinion(NamedTuple):
    """One opinion in a text: ``start`` and ``end`` are code points of the given text."""

    topic: str
    term: str
    start: int
    end: int
    label: Label
    score: float


class Intent(StrEnum):
    """What the writer of a text wants; ``spam`` is also what is not about us."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    LEAVING = "leaving"
    SPAM = "spam"


class Urgency(StrEnum):
    """What cannot wait, whatever the sentiment."""

    SAFETY = "safety"
    LEGAL = "legal"
    DATA_LEAK = "data_leak"
    REPEATED_CONTACT = "repeated_contact"


class Purpose(NamedTuple):
    """An intent, and the words that say so as code points of the given text."""

    intent: Intent
    start: int
    end: int


class Flag(NamedTuple):
    """A reason for urgency, and the words that say so as code points of the given text."""

    urgency: Urgency
    start: int
    end: int


class TargetOpinion(NamedTuple):
    """The answer for one asked phrase; ``found`` is False where the text lacks it."""

    target: str
    found: bool
    label: Label
    score: float | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a model says of one text.

    ``label`` is negative, neutral, positive or unscored, never ``unsure``: being unsure
    is the flag. ``score`` is −1…1, None if unscored. ``confidence`` (0–1) is the
    probability that the label is right. ``compound`` is VADER's, of the cleaned and
    masked text, or of the raw text for the plain VADER model. ``lang`` is ISO 639-1 or
    None where it could not be told. ``model`` is the id of the model that said so, None
    for the analyser that was asked. ``purpose`` and ``urgency`` come with their evidence.
    """

    label: Label
    score: float | None
    confidence: float
    compound: float
    lang: str | None
    unsure: bool = False
    disagrees: bool = False
    topics: tuple[str, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    targets: tuple[TargetOpinion, ...] = ()
    model: str | None = None
    purpose: Purpose | None = None
    urgency: tuple[Flag, ...] = ()

    @property
    def intent(self) -> Intent | None:
        """What the writer wants, None where the text does not say."""
        return self.purpose.intent if self.purpose else None

    @property
    def counted(self) -> Label:
        """The label as it is counted: unsure scores have a slice of their own."""
        return Label.UNSURE if self.unsure and self.label is not Label.UNSCORED else self.label


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the taxonomy: ``terms`` are words or phrases; its ``parent`` has all of it."""

    key: str
    name: str
    terms: tuple[str, ...]
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class MentionFilter:
    """What the filter bar can say; empty tuples mean "all". Days are inclusive.

    ``topics`` match any of the given keys; ``text`` is a full-text query; ``suspects``
    says what is done with look-alikes in bursts. ``marks`` keep what bears one of these;
    ``unanswered`` what nobody answered, at its site or in a case, and no case closed;
    ``since`` what was first seen at that time or later; ``disagrees`` what has stars that
    say the opposite of its text; ``customers`` are columns of known ones ("tier=gold"), of
    each column one of the values.
    """

    start: date | None = None
    end: date | None = None
    kinds: tuple[Kind, ...] = ()
    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    langs: tuple[str, ...] = ()
    intents: tuple[Intent, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    disagrees: bool = False
    text: str = ""
    suspects: Suspects = Suspects.DECIDED
    places: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    unanswered: bool = False
    since: datetime | None = None
    customers: tuple[str, ...] = ()


class CaseState(StrEnum):
    """Where a case stands; screens show new, mine, waiting, done."""

    NEW = "new"
    CLAIMED = "claimed"
    WAITING = "waiting"
    SENDING = "sending"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


SCORE_SCALE = 10_000
"""Scores are summed as integers, score × 10,000, so that a recount must be equal."""
RATING_SCALE = 100
"""Stars are summed as integers, stars × 100."""


class Sums(NamedTuple):
    """The additive facts behind every figure, over some set of mentions of one kind.

    ``negative`` … ``unscored`` add up to ``n``; ``human + stars + model`` are those with
    a label, by who gave it. ``score_*`` are scaled by SCORE_SCALE (squares by its
    square), ``rating_*`` by RATING_SCALE. ``replied`` counts owner replies.
    """

    n: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unsure: int = 0
    unscored: int = 0
    human: int = 0
    stars: int = 0
    model: int = 0
    score_n: int = 0
    score_sum: int = 0
    score_sq: int = 0
    rating_n: int = 0
    rating_sum: int = 0
    rating_sq: int = 0
    nps_n: int = 0
    promoters: int = 0
    detractors: int = 0
    csat_n: int = 0
    csat_satisfied: int = 0
    csat_sum: int = 0
    ces_n: int = 0
    ces_sum: int = 0
    ces_sq: int = 0
    replied: int = 0

    def plus(self, other: Sums) -> Sums:
        """Return the sum, field by field."""
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))


class Measure(NamedTuple):
    """A figure with its interval: ``value`` is None where n is 0; 95 % unless said."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
