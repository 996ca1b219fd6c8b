"""The annotated texts that understanding is measured on; no part of the project.

They lie in ``../shared/data`` beside it. In every set only texts whose SHA-256 starts with
8 to f are measured; the others were for looking and tuning.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from dashboard.bench.templates import looked_at
from storage.models import Label

PLACE = Path(__file__).resolve().parents[3] / "shared" / "data"
LAST_DAYS = 2
LONG_ENOUGH = 40
"""Letters from which on a review's declared language is taken for the text's."""


class Item(NamedTuple):
    """A text, and what people say it says."""

    text: str
    label: Label


class Post(NamedTuple):
    """A post to an airline as the set tells it; ``at`` as written, ``day`` its date."""

    text: str
    label: Label
    author: str
    at: str

    @property
    def day(self) -> str:
        """The date on which it was said."""
        return self.at[:10]


class Starred(NamedTuple):
    """A hotel review, title and body, labelled by its stars; ``published`` as written."""

    text: str
    label: Label
    hotel: str
    published: str


class Asked(NamedTuple):
    """A sentence, and what people say it says about each of some things in it."""

    text: str
    targets: tuple[str, ...]
    labels: tuple[Label, ...]


def posts(place: Path) -> list[Item]:
    """Return posts to airlines on the last two days of the set."""
    rows = dated_posts(place)
    last = last_days(row.day for row in rows)
    return [
        Item(row.text, row.label) for row in rows if row.day in last and not looked_at(row.text)
    ]


def dated_posts(place: Path) -> list[Post]:
    """Return all posts to airlines."""
    return [
        Post(row["text"], Label(row["airline_sentiment"]), row["name"], row["tweet_created"])
        for row in _rows(place / "airline" / "tweets.csv")
    ]


def last_days(days: Iterable[str]) -> frozenset[str]:
    """Return the last two of some dates."""
    return frozenset(sorted(set(days))[-LAST_DAYS:])


def reviews(place: Path) -> list[Item]:
    """Return hotel reviews, title and body, labelled by their stars."""
    rows = starred_reviews(place)
    return [Item(row.text, row.label) for row in rows if not looked_at(row.text)]


def starred_reviews(place: Path) -> list[Starred]:
    """Return all hotel reviews."""
    found = []
    for row in _rows(place / "hotels" / "reviews.csv"):
        title, body = row["title"], row["text"]
        text = body if not title or body.startswith(title) else f"{title}\n{body}"
        found.append(Starred(text, _stars(float(row["rating"])), row["hotel"], row["published"]))
    return found


def _stars(rating: float) -> Label:
    if rating <= 2:
        return Label.NEGATIVE
    return Label.NEUTRAL if rating == 3 else Label.POSITIVE


def sentences(place: Path) -> list[Asked]:
    """Return sentences with two or more opinions, and the terms asked for."""
    found = []
    for sentence in ElementTree.parse(place / "mams" / "atsa_val.xml").getroot():
        text = sentence.findtext("text") or ""
        terms = list(sentence.iter("aspectTerm"))
        if looked_at(text):
            continue
        names = tuple(term.get("term", "") for term in terms)
        labels = tuple(Label(term.get("polarity", "")) for term in terms)
        found.append(Asked(text, names, labels))
    return found


def foreign(place: Path) -> list[str]:
    """Return app reviews whose writers say that they write another language than English."""
    texts = {}
    for name in ("export_a.csv", "export_b.csv"):
        for row in _rows(place / "play_console" / name):
            text = row["Review Text"]
            other = not row["Reviewer Language"].lower().startswith("en")
            if other and len(text) > LONG_ENOUGH and not looked_at(text):
                texts[text] = True
    return list(texts)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
