"""From the balance of good and bad to a score, a label, and how sure to be of it.

A text is positive where the good outweighs the bad by more than ``HIGH`` and more than
its length explains, negative likewise from ``LOW`` on: long texts name both sides even
where they recommend. All numbers here were set on the tuning half of real, annotated
texts (see `docs/design-notes.md`), the same for every kind of text.
"""

from __future__ import annotations

from math import exp, sqrt

from sentiment.opinions import THRESHOLD
from storage.models import Label

VERSION = 1
HIGH, LOW = 0.6, 0.3
MASS = 12.0
FULL = 15.0


def score(good: float, bad: float) -> float:
    """Return the score of a balance; its label is that of `label`."""
    mass = good + bad
    if not mass:
        return 0.0
    difference = good - bad
    bound = (HIGH if difference > 0 else LOW) * (1 + mass * mass / (mass + MASS))
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


def confidence(told: Label, good: float, bad: float) -> float:
    """Return the probability that a label is right, as measured on annotated texts."""
    mass = good + bad
    share = max(good, bad) / mass if mass else 1.0
    if told is Label.NEUTRAL:
        logit = 0.1 - 1.2 * (mass > 0.5)
    else:
        logit = -0.6 + 2.6 * (share - 0.5) * 2 * min(mass, 4) / 4
    return round(1 / (1 + exp(-logit)), 4)
