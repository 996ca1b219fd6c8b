"""vaderSentiment itself, as its documentation uses it: what our VADER is held against.

Only for comparison; nothing that scores mentions calls it, see ``vader``.
"""

from __future__ import annotations

from collections.abc import Iterable

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def original() -> SentimentIntensityAnalyzer:
    """Return the original with its lexicon loaded."""
    return SentimentIntensityAnalyzer()


def loop(model: SentimentIntensityAnalyzer, texts: Iterable[str]) -> list[float]:
    """Score texts one after the other."""
    return [model.polarity_scores(text)["compound"] for text in texts]
