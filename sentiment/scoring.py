"""From the balance of good and bad to a score, a label, and how sure to be of it.

A text is positive where the good outweighs the bad by more than ``HIGH`` and more than
its length explains, negative likewise from ``LOW`` on: long texts name both sides even
where they recommend. All numbers here were set on the tuning half of real, annotated
texts (see `docs/design-notes.md`), the same for every kind of text.
"""

from __future__ import annotations

from math import exp, log1p, sqrt

from sentiment.opinions import THRESHOLD
from storage.models import Label

VERSION = 1
HIGH, LOW = 0.5, 0.3
MASS = 8.0
FULL = 15.0


def _bound(difference: float, mass: float) -> float:
    """Return from where on a difference is an opinion: the more, the more is said."""
    return (HIGH if difference > 0 else LOW) * (1 + mass * mass / (mass + MASS))


def score(good: float, bad: float) -> float:
    """Return the score of a balance; its label is that of `label`."""
    mass = good + bad
    if not mass:
        return 0.0
    difference = good - bad
    bound = _bound(difference, mass)
    size = abs(difference)
    if size < bound:
        told = THRESHOLD * min(size / bound, 0.99)
    else:
        most = mass / sqrt(mass * mass + FULL)
        told = THRESHOLD + max(most - THRESHOLD, 0.01) * (size - bound) / max(mass - bound, 0.01)
        told = min(told, 1.0)
    told = round(told, 4)
    return told if difference > 0 or not told else -told


UNSURE = 0.5
"""Below this confidence a label is "not sure": it is more often wrong than right."""


# Logistic weights: constant, mass, margin, question; for neutral: constant, any opinion word,
# mass, question. Fitted on the tuning half of airline posts of the earlier days, hotel
# reviews, product sentences and posts, each set counting the same.
_POSITIVE = (-1.82, 1.24, 2.39, -1.55)
_NEGATIVE = (-1.63, 0.70, 2.79, 0.11)
_NEUTRAL = (-0.15, -1.24, 0.42, 0.80)
_SOME = 0.3


def confidence(told: Label, good: float, bad: float, asked: bool) -> float:
    """Return the probability that a label is right, as measured on annotated texts."""
    mass = good + bad
    if told is Label.NEUTRAL:
        constant, some, heavy, question = _NEUTRAL
        logit = constant + some * (mass > _SOME)
    else:
        constant, heavy, clear, question = _POSITIVE if told is Label.POSITIVE else _NEGATIVE
        bound = _bound(good - bad, mass)
        logit = constant + clear * (abs(good - bad) - bound) / (mass - bound + 0.1)
    logit += heavy * log1p(mass) + question * asked
    return round(1 / (1 + exp(-logit)), 4)
