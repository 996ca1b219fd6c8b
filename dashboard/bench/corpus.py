"""Texts and observations made from a seed: the same ones on every machine.

Word frequencies fall as in speech (Zipf). Shares of words were set so that vaderSentiment
takes as long as on real posts of 100 characters and reviews of 1,100 (7 % of the words
carry sentiment, half are the hundred commonest), and so that topics are found about as
often. A long tail of made-up words fills the search index. No text is anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import accumulate
from random import Random

from storage.models import Kind, Observation, Source

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = 730
A_DAY = 1_370
"""Mentions a day: a million in two years."""
RARE_WORDS = 30_000

_FUNCTION, _FELT, _ABOUT = (
    part.split() for part in (files("dashboard.bench") / "words.txt").read_text().split("\n\n")
)
"""Words that hold a sentence together, that say how it was, and what it was about."""
_SYLLABLES = [c + v for c in "bcdfghklmnprstvw" for v in "aeiou"]

SOURCES = (
    Source("appstore", "import"),
    Source("play", "import"),
    Source("shop", "import"),
    Source("maps", "import"),
    Source("survey", "import"),
    Source("forum", "import"),
    Source("posts", "import"),
    Source("press", "import"),
)
_KINDS = (*(Kind.REVIEW,) * 4, Kind.SURVEY, Kind.SOCIAL, Kind.SOCIAL, Kind.ARTICLE)
_SOURCE_SHARES = tuple(accumulate((26, 24, 14, 12, 8, 7, 7, 2)))
BRANDS = ("Acme", "Bolt", "Corvo")
PRODUCTS = tuple(f"Product {letter}" for letter in "ABCDEFGH")
_PRODUCT_SHARES = tuple(accumulate(60 / rank for rank in range(1, 9)))
_STARS = tuple(accumulate((22, 8, 9, 16, 45)))


class Corpus:
    """An endless supply of texts and observations."""

    def __init__(self, seed: int = 20261121) -> None:
        self._random = Random(seed)
        vocabulary = _vocabulary(self._random)
        self.words = list(vocabulary)
        self.telling = [word for word in self.words if word not in _FUNCTION]
        self._shares = list(accumulate(vocabulary.values()))

    def text(self, characters: int) -> str:
        """Return a text of about so many characters: sentences of everyday words."""
        words = self._random.choices(self.words, cum_weights=self._shares, k=characters // 5)
        for at in range(0, len(words), 12):
            words[at] = words[at].capitalize()
            words[at - 1] += "."
        return " ".join(words)

    def observations(
        self, count: int, characters: int = 190, days: float = DAYS
    ) -> Iterator[Observation]:
        """Yield reviews and posts of so many days, in the order of time."""
        step = timedelta(days=days) / count
        for number in range(count):
            yield self.observation(number, NOW - step * (count - number), characters)

    def observation(self, number: int, when: datetime, characters: int) -> Observation:
        """Return one observation; lengths vary between a third and three times the mean."""
        draw = self._random
        source = self.source(number)
        kind = _KINDS[source]
        product = draw.choices(range(8), cum_weights=_PRODUCT_SHARES)[0]
        length = int(characters * draw.choice((0.3, 0.4, 0.5, 0.7, 0.9, 1.1, 1.5, 2.6)))
        return Observation(
            place=SOURCES[source].id,
            native_id=f"{SOURCES[source].id}-{number}",
            kind=kind,
            title=self.text(20) if kind is Kind.REVIEW else "",
            text=self.text(length),
            author=f"customer {draw.randrange(200_000)}",
            url=f"https://example.org/{SOURCES[source].id}/{number}",
            published_at=when,
            rating=self._stars() if kind is Kind.REVIEW else None,
            nps=draw.randrange(11) if kind is Kind.SURVEY else None,
            brand=BRANDS[product % 3],
            product=PRODUCTS[product],
        )

    def source(self, number: int) -> int:
        """Return the source of an observation: it depends on its number alone."""
        return Random(number).choices(range(8), cum_weights=_SOURCE_SHARES)[0]

    def _stars(self) -> float:
        return float(self._random.choices((1, 2, 3, 4, 5), cum_weights=_STARS)[0])


def _vocabulary(draw: Random) -> dict[str, float]:
    """Return words with how often each is said: Zipf's law within each sort of word."""
    rare = {"".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) for _ in range(RARE_WORDS)}
    found: dict[str, float] = {}
    for share, words in (
        (0.56, _FUNCTION),
        (0.05, _FELT),
        (0.075, _ABOUT),
        (0.315, sorted(rare, key=lambda word: (len(word), word))),
    ):
        weights = [1 / (rank + 2.7) for rank in range(1, len(words) + 1)]
        whole = sum(weights)
        for word, weight in zip(words, weights, strict=True):
            found[word] = found.get(word, 0.0) + share * weight / whole
    return found
