"""What one mention adds to a rollup cell, and how cells fold into Sums.

Pure: no SQL, no connection. All numbers are integers, so that adding and taking away
leaves no rounding behind and a recount must be equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from storage.models import Label, Origin, Sums

MEASURES = (
    "n",
    *("score_n", "score_sum", "score_sq"),
    *("rating_n", "rating_sum", "rating_sq"),
    *("nps_n", "promoters", "detractors"),
    *("csat_n", "csat_satisfied", "csat_sum"),
    *("ces_n", "ces_sum", "ces_sq"),
    "replied",
)
"""Additive columns of a rollup cell, in the order of every measures tuple."""

Cell = tuple[int, ...]
"""One value per name in MEASURES."""

PROMOTER_FROM, DETRACTOR_TO = 9, 6
"""NPS: 9–10 promote, 0–6 detract (Reichheld, HBR 2003)."""
SATISFIED_FROM = 4
"""CSAT: the top two of five boxes count as satisfied."""


def measures(
    score: int | None,
    rating: int | None,
    nps: int | None,
    csat: int | None,
    ces: int | None,
    replied: int,
) -> Cell:
    """Return what one mention adds; score and rating already scaled to integers."""
    s = (0, 0, 0) if score is None else (1, score, score * score)
    r = (0, 0, 0) if rating is None else (1, rating, rating * rating)
    p = (0, 0, 0) if nps is None else (1, int(nps >= PROMOTER_FROM), int(nps <= DETRACTOR_TO))
    c = (0, 0, 0) if csat is None else (1, int(csat >= SATISFIED_FROM), csat)
    e = (0, 0, 0) if ces is None else (1, ces, ces * ces)
    return (1, *s, *r, *p, *c, *e, replied)


def sums(label: str, origin: str, cell: Sequence[int | None]) -> Sums:
    """Turn one grouped cell, of one label and origin, into Sums."""
    return folded([(label, origin, [value or 0 for value in cell])])


def folded(parts: Iterable[tuple[str, str, Sequence[int]]]) -> Sums:
    """Turn cells, each with the label and the label's origin of what it counts, into Sums."""
    labels: Counter[str] = Counter()
    origins: Counter[str] = Counter()
    cells = []
    for label, origin, cell in parts:
        labels[label] += cell[0]
        origins[origin] += cell[0]
        cells.append(cell)
    n, *others = map(sum, zip(*cells, strict=True))
    by_label = [labels[each.value] for each in Label]
    by_origin = [origins[each.value] for each in (Origin.HUMAN, Origin.STARS, Origin.MODEL)]
    return Sums(n, *by_label, *by_origin, *others)
