"""How often the corrected share of negatives covers the truth: by simulation.

Worlds with a known truth: each week a share of the texts is truly negative, a model reads
all, people read some drawn as ``storage.checks`` draws them. No real text is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from dashboard.bench.table import Figure, Section
from sentiment import prevalence
from sentiment.prevalence import CATEGORIES, Checked
from storage.checks import shares_of
from storage.models import Label

WORLDS = 120
_TRULY = (6.0, 1.0, 0.6, 2.4)
"""How a model answers to negative texts, as weights of CATEGORIES; and to others:"""
_OTHERS = (1.0, 3.0, 3.5, 2.5)

_FIRM = 80.0


class World(NamedTuple):
    """What is true in one simulation; ``drifts`` lets the share of negatives move."""

    weeks: int
    texts: int
    a_week: int
    drifts: bool
    wobbles: bool = False
    """The model errs otherwise each week: what the estimate assumes does not hold."""


class Found(NamedTuple):
    """Weeks in all, those whose share could be drawn, and covered ones among them."""

    weeks: int
    drawn: int
    covered: int
    raw: int
    """Of the drawn weeks, those in which the raw share lies within the same width."""


Week = list[tuple[Label, bool]]
"""What the model said of each text, and whether it is truly negative."""


def section() -> Section:
    """Simulate and count."""
    figures = []
    for name, world in (
        ("a steady share", World(26, 400, 20, False)),
        ("a share that moves", World(26, 400, 20, True)),
        ("40 a week, a share that moves", World(26, 400, 40, True)),
        ("a share that moves, errors that move", World(26, 400, 20, True, True)),
    ):
        found = simulated(world, WORLDS)
        note = f"{found.drawn:,} of {found.weeks:,} weeks narrow enough to be drawn"
        figures += [
            Figure(
                f"{name}: truth within the 95 % interval", _of(found.covered, found), "", note=note
            ),
            Figure(f"{name}: truth as near to the raw share", _of(found.raw, found), ""),
        ]
    return Section(
        "trust",
        f"{WORLDS} simulated models of random quality, each half a year of 400 texts a week, of"
        " which some are read by a person, unsure ones drawn twice as often; 95 % is stated.",
        tuple(figures),
    )


def simulated(world: World, worlds: int, seed: int = 1) -> Found:
    """Return how often the interval of a week's corrected share covers the true one."""
    draw = Random(seed)
    total = Found(0, 0, 0, 0)
    for _ in range(worlds):
        total = Found(*(a + b for a, b in zip(total, _one(world, draw), strict=True)))
    return total


def _one(world: World, draw: Random) -> Found:
    truly, others = _answers(draw, _TRULY), _answers(draw, _OTHERS)
    share = draw.uniform(0.08, 0.6)
    weeks: list[Week] = []
    checked: list[Checked] = []
    for _ in range(world.weeks):
        if world.drifts:
            share = min(0.85, max(0.03, share + draw.gauss(0.0, 0.06)))
        answers = truly, others
        if world.wobbles:
            answers = _answers(draw, truly, _FIRM), _answers(draw, others, _FIRM)
        weeks.append(_week(world.texts, share, *answers, draw))
        checked += _checked(weeks[-1], world.a_week, draw)
    error = prevalence.measured(checked)
    drawn = covered = raw = 0
    for week in weeks:
        said = Counter(label for label, _ in week)
        truth = sum(negative for _, negative in week) / len(week)
        estimate = error.corrected(said)
        if estimate is not None and estimate.narrow:
            drawn += 1
            covered += estimate.low <= truth <= estimate.high
            raw += abs(said[Label.NEGATIVE] / len(week) - truth) <= estimate.half
    return Found(len(weeks), drawn, covered, raw)


def _answers(draw: Random, mean: Sequence[float], firm: float = 2.0) -> list[float]:
    """Return a model's answers to one kind of text, around the usual (Dirichlet)."""
    parts = [draw.gammavariate(max(firm * each, 0.01), 1.0) for each in mean]
    return [each / sum(parts) for each in parts]


def _week(
    texts: int, share: float, truly: Sequence[float], others: Sequence[float], draw: Random
) -> Week:
    found: Week = []
    for _ in range(texts):
        negative = draw.random() < share
        (said,) = draw.choices(CATEGORIES, truly if negative else others)
        found.append((said, negative))
    return found


def _checked(week: Week, wanted: int, draw: Random) -> list[Checked]:
    """Draw as the product does: unsure ones more often, each with its weight."""
    said: dict[Label, Week] = {}
    for each in week:
        said.setdefault(each[0], []).append(each)
    counts = {category: len(texts) for category, texts in said.items()}
    return [
        Checked(category, negative, counts[category] / count)
        for category, count in shares_of(counts, wanted).items()
        for _, negative in draw.sample(said[category], count)
    ]


def _of(part: int, found: Found) -> float:
    return part / max(found.drawn, 1)
