"""What the figures mean: each is one function from `Sums` to a `Measure`, here and nowhere else.

Screen, export, report and ``earshot kpi`` call these functions, so they cannot disagree.
Intervals are 95 %. Units: ``nps`` −100…100, ``csat`` per cent, ``ces`` 1–7, ``rating`` stars
1–5, ``sentiment`` −1…1, everything called share or rate 0–1. Nothing is dropped from a
denominator because the model was unsure or could not read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from storage.models import RATING_SCALE, SCORE_SCALE, Kind, Measure, Sums

Z = 1.959963984540054
TOO_FEW = 20
"""Below this number on either side a difference is not judged."""
_SMALL_T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571}


def nps(sums: Sums) -> Measure:
    """Return the Net Promoter Score: % of 9–10 minus % of 0–6.

    Reichheld, "The One Number You Need to Grow", HBR 12/2003. Interval: adjusted Wald with
    3 pseudo-answers (¾ promoter, 1½ passive, ¾ detractor), Rocks, "Interval Estimation for
    the Net Promoter Score", The American Statistician 70 (2016); the plain Wald interval
    has width 0 where all answers are alike. Widened to hold the score itself.
    """
    n = sums.nps_n
    if not n:
        return _nothing("nps")
    value = (sums.promoters - sums.detractors) / n
    total = n + 3
    up, down = (sums.promoters + 0.75) / total, (sums.detractors + 0.75) / total
    middle = up - down
    half = Z * sqrt((up + down - middle * middle) / total)
    low, high = min(value, max(-1.0, middle - half)), max(value, min(1.0, middle + half))
    return Measure("nps", 100 * value, 100 * low, 100 * high, n)


def csat(sums: Sums) -> Measure:
    """Return customer satisfaction: % of answers 4 or 5 of 5 (the "top two boxes").

    Definition as in the American Customer Satisfaction literature and help desks; interval
    of a share by Wilson (1927), see `share`.
    """
    value, low, high = share(sums.csat_satisfied, sums.csat_n)
    if value is None or low is None or high is None:
        return _nothing("csat")
    return Measure("csat", 100 * value, 100 * low, 100 * high, sums.csat_n)


def ces(sums: Sums) -> Measure:
    """Return the Customer Effort Score: mean agreement, 1–7, that it was easy.

    Dixon, Freeman, Toman, "Stop Trying to Delight Your Customers", HBR 7/2010, in the
    version 2.0 wording (7 = easy). Interval: `mean`.
    """
    return mean("ces", sums.ces_n, sums.ces_sum, sums.ces_sq, scale=1, bounds=(1.0, 7.0))


def rating(sums: Sums) -> Measure:
    """Return the average of the stars given, 1–5; interval: `mean`."""
    return mean(
        "rating",
        sums.rating_n,
        sums.rating_sum,
        sums.rating_sq,
        scale=RATING_SCALE,
        bounds=(1.0, 5.0),
    )


def sentiment(sums: Sums) -> Measure:
    """Return the mean score of the texts that have one, −1…1; interval: `mean`."""
    return mean(
        "sentiment",
        sums.score_n,
        sums.score_sum,
        sums.score_sq,
        scale=SCORE_SCALE,
        bounds=(-1.0, 1.0),
    )


def negative_share(sums: Sums) -> Measure:
    """Return the share of all mentions, unsure and unscored ones included, that are negative."""
    return Measure("negative_share", *share(sums.negative, sums.n), sums.n)


def response_rate(sums: Sums) -> Measure:
    """Return the share of all mentions that have an owner's reply."""
    return Measure("response_rate", *share(sums.replied, sums.n), sums.n)


def topic_share(about: int, n: int) -> Measure:
    """Return the share of mentions that speak of a topic; one mention may speak of several."""
    return Measure("topic_share", *share(about, n), n)


MEASURES: dict[str, Callable[[Sums], Measure]] = {
    "nps": nps,
    "csat": csat,
    "ces": ces,
    "rating": rating,
    "sentiment": sentiment,
    "negative_share": negative_share,
    "response_rate": response_rate,
}
"""Every measure by name, in the order in which they are listed."""


class _Shown(NamedTuple):
    """How a difference is spoken: factor, decimals, what follows the number."""

    factor: float
    digits: int
    unit: str


_SHOWN = {
    "nps": _Shown(1, 0, ""),
    "csat": _Shown(1, 0, " points"),
    "ces": _Shown(1, 2, ""),
    "rating": _Shown(1, 2, " stars"),
    "sentiment": _Shown(1, 2, ""),
}
_SHARE = _Shown(100, 1, " points")
"""How everything else is spoken: shares and rates."""


class Change(NamedTuple):
    """A figure against the one before: the difference with its interval, and a verdict.

    ``real`` tells whether the interval leaves out zero with enough answers on both sides.
    """

    name: str
    now: Measure
    before: Measure
    difference: float | None
    low: float | None
    high: float | None
    real: bool
    verdict: str


def compare(now: Sums, before: Sums, name: str) -> Change:
    """Return how a measure changed, and whether that is more than chance.

    Interval of the difference: the MOVER of Zou and Donner (Statistics in Medicine 27,
    2008), which for shares is Newcombe's hybrid score interval (1998, method 10); it needs
    nothing but the two intervals.
    """
    return change(MEASURES[name](now), MEASURES[name](before))


def change(a: Measure, b: Measure) -> Change:
    """Return how one figure differs from the one before it, see `compare`."""
    name = a.name
    if a.value is None or b.value is None or None in (a.low, a.high, b.low, b.high):
        return Change(name, a, b, None, None, None, False, _missing(a, b))
    assert a.low is not None
    assert a.high is not None
    assert b.low is not None
    assert b.high is not None
    difference = a.value - b.value
    low = difference - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    high = difference + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
    few = min(a.n, b.n)
    if few < TOO_FEW:
        return Change(name, a, b, difference, low, high, False, f"too few to tell ({few})")
    if low <= 0 <= high:
        return Change(name, a, b, difference, low, high, False, "no real change")
    return Change(name, a, b, difference, low, high, True, _moved(name, difference))


def headline(kind: Kind, sums: Sums) -> list[Measure]:
    """Return the measures that head a kind; never an average across kinds.

    Reviews have stars, surveys the questions that were asked, and every kind the share of
    negative mentions.
    """
    asked: tuple[Measure, ...] = ()
    if kind is Kind.REVIEW:
        asked = (rating(sums),)
    elif kind is Kind.SURVEY:
        asked = tuple(measure for measure in (nps(sums), csat(sums), ces(sums)) if measure.n)
    return [*asked, negative_share(sums)]


def share(part: int, n: int) -> tuple[float | None, float | None, float | None]:
    """Return a share with its Wilson score interval (JASA 22, 1927), sane for 0 of 3."""
    if n <= 0:
        return None, None, None
    p = part / n
    z2 = Z * Z / n
    middle = (p + z2 / 2) / (1 + z2)
    half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2)
    return p, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))


def mean(
    name: str, n: int, total: int, squares: int, *, scale: int, bounds: tuple[float, float]
) -> Measure:
    """Return a mean with Student's interval, kept within the bounds of its scale.

    One further degree of freedom with a spread of a quarter of the scale is added to the
    variance, so that three equal marks are no certainty and one mark says almost nothing;
    its weight falls with 1/n.
    """
    if not n:
        return _nothing(name)
    low, high = bounds
    value = total / n / scale
    spread = max(0, n * squares - total * total) / n / (scale * scale)
    variance = (spread + ((high - low) / 4) ** 2) / n
    half = student(n) * sqrt(variance / n)
    return Measure(name, value, max(low, value - half), min(high, value + half), n)


def shrunk_ratings(parts: Sequence[Sums]) -> list[float | None]:
    """Return each part's mean stars, drawn towards the group by how little it rests on.

    Empirical Bayes with normal errors: group + (1 − B)(own − group), B = σ²/n ÷ (σ²/n + τ²),
    Morris, "Parametric Empirical Bayes Inference", JASA 78 (1983). σ² is pooled within the
    parts, with one further degree of freedom of a quarter of the scale as in `mean`; τ²,
    the true spread between parts, by the moments of DerSimonian and Laird, Controlled
    Clinical Trials 7 (1986), 0 where the parts differ no more than chance would have them.
    """
    rated = [each for each in parts if each.rating_n]
    if not rated:
        return [None] * len(parts)
    means = [each.rating_sum / each.rating_n / RATING_SCALE for each in rated]
    within = sum(
        each.rating_sq / RATING_SCALE**2 - each.rating_n * own * own
        for each, own in zip(rated, means, strict=True)
    )
    answers = sum(each.rating_n for each in rated)
    variance = (max(0.0, within) + 1.0) / (answers - len(rated) + 1)
    errors = [variance / each.rating_n for each in rated]
    between = _between(means, errors)
    middle = _weighted(means, [1 / (error + between) for error in errors])
    return [
        None if not each.rating_n else middle + (own - middle) * between / (error + between)
        for each, own, error in _beside(parts, means, errors)
    ]


def _beside(
    parts: Sequence[Sums], means: Sequence[float], errors: Sequence[float]
) -> Iterator[tuple[Sums, float, float]]:
    """Yield every part with its mean and error; those without a rating have neither."""
    found = iter(zip(means, errors, strict=True))
    for each in parts:
        yield (each, *(next(found) if each.rating_n else (0.0, 1.0)))


def _between(means: Sequence[float], errors: Sequence[float]) -> float:
    """Return the variance between parts beyond what their errors explain."""
    weights = [1 / error for error in errors]
    middle = _weighted(means, weights)
    spread = sum(w * (each - middle) ** 2 for w, each in zip(weights, means, strict=True))
    total = sum(weights)
    scale = total - sum(w * w for w in weights) / total
    return max(0.0, (spread - (len(means) - 1)) / scale) if len(means) > 1 else 0.0


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def student(df: int) -> float:
    """Return the 97.5 % point of Student's t (Abramowitz and Stegun 26.7.5)."""
    if df in _SMALL_T:
        return _SMALL_T[df]
    z3, z5, z7 = Z**3, Z**5, Z**7
    first = (z3 + Z) / (4 * df)
    second = (5 * z5 + 16 * z3 + 3 * Z) / (96 * df**2)
    third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * df**3)
    return Z + first + second + third


def _nothing(name: str) -> Measure:
    return Measure(name, None, None, None, 0)


def _missing(now: Measure, before: Measure) -> str:
    if not now.n:
        return "nothing now"
    return "nothing before" if not before.n else "cannot be told"


def _moved(name: str, difference: float) -> str:
    shown = _SHOWN.get(name, _SHARE)
    size = f"{abs(difference) * shown.factor:.{shown.digits}f}{shown.unit}"
    return f"{'up' if difference > 0 else 'down'} {size}, more than chance"
