"""How many are truly negative, given how often a model was found right on random texts.

Two-phase ("double") sampling: a model reads all texts, people read a few drawn at random.
Tenenbein, "A Double Sampling Scheme for Estimating from Binomial Data with
Misclassifications", JASA 65 (1970). Pure; not here: drawing the texts (``storage.checks``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from math import ceil, sqrt
from typing import NamedTuple, TypeAlias

from sentiment.metrics import Z
from storage.models import Label

CATEGORIES = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE, Label.UNSURE)
"""What a model can say of a text that it reads."""
WIDEST = 0.07
"""Half an interval's width, at most, for a corrected share to be shown."""
FEWEST = 30
"""Checked texts below which nothing is estimated, however narrow the interval looks."""
_LEAST_APART = 0.05
"""Of the model's mean answers to negative and other texts; below it says nothing."""


class Checked(NamedTuple):
    """A text that was drawn and read by a person.

    ``said`` is what the model had said; ``weight`` is how many texts it was drawn for
    (the inverse of its chance to be drawn: Horvitz and Thompson, JASA 47, 1952).
    """

    said: Label
    negative: bool
    weight: float


class Estimate(NamedTuple):
    """A share with its 95 % interval; ``half`` is half of its width, before bounds."""

    value: float
    low: float
    high: float
    half: float

    @property
    def narrow(self) -> bool:
        """Whether it may be drawn."""
        return self.half <= WIDEST


Estimates: TypeAlias = tuple[tuple[date, Estimate], ...]
"""Shares by the first day of their step."""


class _Stratum(NamedTuple):
    """Texts of which the model said the same: their weight, and how many are negative."""

    weight: float
    rate: float
    variance: float


class ModelError(NamedTuple):
    """A model's measured error; ``checked`` texts stand for ``population`` of them.

    ``strata`` are by what the model said. ``accuracy`` is the weighted share of texts on
    whose being negative model and people agree, unsure ones counted as not negative.
    """

    checked: int
    population: float
    share: float
    accuracy: float
    strata: dict[Label, _Stratum]

    def corrected(self, said: Mapping[Label, int]) -> Estimate | None:
        """Return the share of truly negative texts among those of which the model said this.

        The share p solves mean score = p·μ₁ + (1 − p)·μ₀, where a text's score is the rate
        of negatives among texts of its category, and μ₁, μ₀ are the mean scores of truly
        negative and of other texts: the adjusted count of Bella et al., "Quantification
        via Probability Estimators", ICDM 2010, a smoother form of Rogan and Gladen, Am. J.
        Epidemiology 107 (1978). It assumes that the model errs on negative texts as it
        always did, however many of them there are; the plain rate of negatives per
        category would pull every change towards the mean. Interval: delta method over the
        rates of the strata (independent samples) and over the model's answers to the texts
        at hand. None where too little was checked, or where the model says nothing.
        """
        total = sum(said.get(each, 0) for each in CATEGORIES)
        truly, others = self._scores(True), self._scores(False)
        apart = truly.mean - others.mean
        if self.checked < FEWEST or not total or apart < _LEAST_APART:
            return None
        mean = sum(said.get(c, 0) * s.rate for c, s in self.strata.items()) / total
        value = (mean - others.mean) / apart
        p = min(1.0, max(0.0, value))
        variance = (p * truly.variance + (1 - p) * others.variance) / total / apart**2
        for each in self.strata.values():
            up = p * each.weight * (each.rate - truly.mean) / truly.weight
            down = (1 - p) * each.weight * (each.rate - others.mean) / others.weight
            variance += ((down - up) / apart) ** 2 * each.variance
        half = Z * sqrt(variance)
        return Estimate(p, max(0.0, min(p, value - half)), min(1.0, max(p, value + half)), half)

    def usual(self) -> Estimate | None:
        """Return the corrected share of the texts from which those checked were drawn."""
        return self.corrected({c: round(s.weight) for c, s in self.strata.items()})

    def needed(self) -> int:
        """Say about how many checked texts a narrow enough interval needs."""
        usual = self.usual()
        half = usual.half if usual else 0.98 / sqrt(max(self.checked, 1))
        return max(FEWEST, ceil(max(self.checked, 1) * (half / WIDEST) ** 2 / 10) * 10)

    def _scores(self, negative: bool) -> _Scores:
        weights = [s.weight * (s.rate if negative else 1 - s.rate) for s in self.strata.values()]
        rates = [s.rate for s in self.strata.values()]
        total = sum(weights) or 1.0
        mean = sum(w * r for w, r in zip(weights, rates, strict=True)) / total
        squares = sum(w * r * r for w, r in zip(weights, rates, strict=True)) / total
        return _Scores(total, mean, max(0.0, squares - mean * mean))


class _Scores(NamedTuple):
    """The scores of truly negative texts, or of the others."""

    weight: float
    mean: float
    variance: float


def measured(checked: Sequence[Checked]) -> ModelError:
    """Return a model's error as people found it; weights bring back what was oversampled.

    A stratum's rate is Hájek's weighted mean; its variance uses Kish's effective number
    (Σw)² ÷ Σw² and half an answer of each kind more, so that none is ever certain.
    """
    strata: dict[Label, _Stratum] = {}
    for category in CATEGORIES:
        drawn = [each for each in checked if each.said is category]
        weight = sum(each.weight for each in drawn)
        if not drawn or weight <= 0:
            continue
        rate = sum(each.weight for each in drawn if each.negative) / weight
        effective = weight**2 / sum(each.weight**2 for each in drawn)
        cautious = (rate * effective + 0.5) / (effective + 1)
        strata[category] = _Stratum(weight, rate, cautious * (1 - cautious) / effective)
    population = sum(each.weight for each in strata.values())
    share = sum(each.weight * each.rate for each in strata.values())
    right = sum(
        each.weight * (each.rate if said is Label.NEGATIVE else 1 - each.rate)
        for said, each in strata.items()
    )
    some = population or 1.0
    return ModelError(len(checked), population, share / some, right / some, strata)


class Agreement(NamedTuple):
    """How far people agree on the same texts; ``alpha`` None where it cannot be told."""

    texts: int
    agreed: float
    alpha: float | None


def agreement(answers: Iterable[Sequence[Label]]) -> Agreement:
    """Return in what share of pairs people agree, and Krippendorff's alpha.

    Nominal alpha for any number of raters and missing answers, 1 − observed ÷ expected
    disagreement, from the coincidence matrix: Krippendorff, "Computing Krippendorff's
    Alpha-Reliability" (2011). None of texts with one answer enters.
    """
    coincidences: dict[tuple[Label, Label], float] = {}
    texts = 0
    for given in answers:
        if len(given) < 2:
            continue
        texts += 1
        for a, b in combinations(given, 2):
            for pair in ((a, b), (b, a)):
                coincidences[pair] = coincidences.get(pair, 0.0) + 1 / (len(given) - 1)
    total = sum(coincidences.values())
    if not total:
        return Agreement(0, 0.0, None)
    marginal: dict[Label, float] = {}
    for (a, _), count in coincidences.items():
        marginal[a] = marginal.get(a, 0.0) + count
    observed = sum(count for (a, b), count in coincidences.items() if a is not b) / total
    same = sum(count * (count - 1) for count in marginal.values())
    expected = 1 - same / (total * (total - 1))
    alpha = 1 - observed / expected if expected > 0 else None
    return Agreement(texts, 1 - observed, alpha)
