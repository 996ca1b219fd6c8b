"""What checked texts and models said, in numbers, for the corrected share of negatives.

Not here: drawing and asking (``checks``), and the estimate (``sentiment.prevalence``).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from storage import matching, queries
from storage.models import Label, MentionFilter, Suspects
from storage.slices import Grouping
from storage.times import day_date


class CheckedText(NamedTuple):
    """A text that a person read: what the model had said, and for how many texts it stands."""

    model: str
    said: Label
    answer: Label
    weight: float


class Said(NamedTuple):
    """Of how many texts of a period a model said what, where its word counts."""

    start: date
    model: str
    label: Label
    texts: int


_ANSWERED = """
SELECT o.name, t.draw_id, t.said, (SELECT a.label FROM label_answers a WHERE a.task_id = t.id
  ORDER BY a.answered_at, a.rater_id LIMIT 1)
FROM label_tasks t JOIN models o ON o.id = t.model_id
JOIN mentions m ON m.id = t.mention_id JOIN slices s ON s.id = m.slice_id
"""


def checked(conn: sqlite3.Connection, flt: MentionFilter) -> list[CheckedText]:
    """Return the checked texts of a filter, of all time, whatever label counts by now.

    Within a draw the answered texts of a category stand for all that there were of it:
    those not yet read are missing at random, since draws are asked in random order.
    """
    wide = replace(flt, labels=(), suspects=Suspects.WITH)
    where = matching.of_slices(wide, Grouping.FULL)
    rows = [
        (str(model), int(draw), Label(said), None if label is None else Label(label))
        for model, draw, said, label in conn.execute(f"{_ANSWERED} WHERE {where.sql}", where.args)
    ]
    strata = _populations(conn)
    drawn = Counter((draw, model, said) for model, draw, said, _ in rows)
    answered = Counter(
        (draw, model, said) for model, draw, said, label in rows if label is not None
    )
    weights: dict[tuple[int, str, Label], float] = {}
    for key, count in answered.items():
        population, tasks = strata[key]
        # A filter's own population is not kept; its texts came with the draw's chance.
        weights[key] = population * drawn[key] / tasks / count
    even = _evened(weights, answered)
    return [
        CheckedText(model, said, label, even[draw, model, said])
        for model, draw, said, label in rows
        if label is not None
    ]


def _evened(
    weights: Mapping[tuple[int, str, Label], float], answered: Mapping[tuple[int, str, Label], int]
) -> dict[tuple[int, str, Label], float]:
    """Let each draw count by its checked texts, not by how many texts it was drawn from.

    A model errs alike in all draws of it, so that any mixture of them tells its error; a
    small draw from many texts would only add noise. The total stays.
    """
    texts: dict[tuple[str, int], list[float]] = {}
    totals: dict[str, list[float]] = {}
    for (draw, model, said), weight in weights.items():
        count = answered[draw, model, said]
        for into in (texts.setdefault((model, draw), [0, 0]), totals.setdefault(model, [0, 0])):
            into[0] += count * weight
            into[1] += count
    return {
        (draw, model, said): weight
        * (totals[model][0] * texts[model, draw][1])
        / (totals[model][1] * texts[model, draw][0])
        for (draw, model, said), weight in weights.items()
    }


def _populations(conn: sqlite3.Connection) -> dict[tuple[int, str, Label], tuple[int, int]]:
    """Return of each stratum how many texts there were and how many were drawn."""
    rows = conn.execute(
        "SELECT p.draw_id, o.name, p.said, p.population, (SELECT count(*) FROM label_tasks t"
        " WHERE t.draw_id = p.draw_id AND t.model_id = p.model_id AND t.said = p.said)"
        " FROM check_strata p JOIN models o ON o.id = p.model_id"
    )
    return {(draw, model, Label(said)): (n, max(tasks, 1)) for draw, model, said, n, tasks in rows}


def answers(conn: sqlite3.Connection) -> list[list[Label]]:
    """Return what several people said of the same texts."""
    found: dict[int, list[Label]] = {}
    for task, label in conn.execute(
        "SELECT task_id, label FROM label_answers WHERE task_id IN"
        " (SELECT task_id FROM label_answers GROUP BY 1 HAVING count(*) > 1)"
        " ORDER BY task_id, rater_id"
    ):
        found.setdefault(task, []).append(Label(label))
    return list(found.values())


def said(conn: sqlite3.Connection, flt: MentionFilter, step: queries.Step) -> list[Said]:
    """Return what models said of the texts of a filter that no better witness labels.

    Counted from the mentions themselves: no rollup knows which model counted.
    """
    where = matching.of_slices(flt, Grouping.FULL)
    rows = conn.execute(
        "SELECT m.day, o.name, s.label, count(*) FROM slices s"
        " CROSS JOIN mentions m ON m.slice_id = s.id"
        " JOIN scores c ON c.mention_id = m.id AND c.version = m.version AND c.counted = 1"
        " JOIN models o ON o.id = c.model_id"
        f" WHERE {where.sql} AND s.origin = 'model' AND m.position BETWEEN ? AND ?"
        " AND m.day BETWEEN ? AND ? AND m.deleted_at IS NULL GROUP BY 1, 2, 3",
        (*where.args, *matching.positions(flt), *matching.days(flt)),
    )
    found: dict[tuple[date, str, Label], int] = {}
    for day, model, label, texts in rows:
        key = (queries.period_start(day_date(day), step), str(model), Label(label))
        found[key] = found.get(key, 0) + texts
    return [Said(*key, texts) for key, texts in sorted(found.items())]
