"""Random texts to be labelled blind: drawing them, asking, keeping what people said.

A draw takes texts that a model labelled within some days, at random within what the model
said, unsure ones twice as often. Answers are a measuring instrument: they change no label
and no figure but the measured error. Not here: what follows from them
(``sentiment.prevalence``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from random import Random
from typing import NamedTuple

from storage import revisions
from storage.database import Database
from storage.errors import Refused
from storage.listing import scored_text
from storage.models import Kind, Label, Standing
from storage.people import Person
from storage.times import day_date, day_number, millis

CATEGORIES = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE, Label.UNSURE)
ANSWERS = CATEGORIES
"""What a person can say; ``unsure`` means that nobody could tell."""
OVERSAMPLED = 2
"""So many times as often are unsure texts drawn as others."""
TWICE = 0.25
"""Share of texts that a second person is asked about, too."""
OPEN_DRAWS = 8
"""Texts of older draws are not asked about any more."""


class Task(NamedTuple):
    """A text to be labelled; nothing of what anybody or anything said of it."""

    id: int
    kind: Kind
    text: str


class Progress(NamedTuple):
    """How far the latest draw is: texts, and those with an answer."""

    texts: int
    answered: int


def shares_of(counts: Mapping[Label, int], wanted: int) -> dict[Label, int]:
    """Return how many texts to draw of each category, unsure ones twice as often as others.

    Each category that is there gets one at least; remainders go to the largest.
    """
    mass = {c: n * (OVERSAMPLED if c is Label.UNSURE else 1) for c, n in counts.items() if n}
    total = sum(mass.values())
    exact = {c: wanted * each / total for c, each in mass.items()}
    found = {c: min(counts[c], max(1, int(each))) for c, each in exact.items()}
    for category in sorted(exact, key=lambda c: (found[c] - exact[c], c.value)):
        if sum(found.values()) < wanted and found[category] < counts[category]:
            found[category] += 1
    return found


_POPULATION = """
SELECT c.model_id, s.label, m.id, m.version
FROM slices s JOIN brands b ON b.id = s.brand_id CROSS JOIN mentions m ON m.slice_id = s.id
JOIN scores c ON c.mention_id = m.id AND c.version = m.version AND c.counted = 1
LEFT JOIN label_tasks t ON t.mention_id = m.id AND t.version = m.version
  AND t.model_id = c.model_id
WHERE s.grouping = 0 AND s.origin = 'model' AND b.own AND s.standing <> ?
  AND m.position BETWEEN ? AND ? AND m.day BETWEEN ? AND ?
  AND m.deleted_at IS NULL AND m.erased_at IS NULL AND t.id IS NULL
ORDER BY m.id
"""


def draw(db: Database, first: date, last: date, wanted: int, actor: Person, now: datetime) -> int:
    """Draw texts that were said on some days; return how many. Days drawn from may overlap."""
    with db.write() as conn:
        texts = _population(conn, day_number(first), day_number(last))
        if not texts or wanted < 1:
            return 0
        row = conn.execute(
            "INSERT INTO check_draws (first_day, last_day, actor_id, drawn_at) VALUES (?,?,?,?)"
            " RETURNING id",
            (day_number(first), day_number(last), actor.id, millis(now)),
        ).fetchone()
        random = Random(db.key("checks") + str(row[0]).encode())
        tasks = _chosen(texts, wanted, random)
        random.shuffle(tasks)
        conn.executemany(
            "INSERT INTO check_strata VALUES (?,?,?,?)",
            [
                (row[0], model, said.value, len(ids))
                for model, strata in texts.items()
                for said, ids in strata.items()
            ],
        )
        conn.executemany(
            "INSERT INTO label_tasks (draw_id, mention_id, version, model_id, said, raters)"
            " VALUES (?,?,?,?,?,?)",
            [(row[0], *task, 2 if random.random() < TWICE else 1) for task in tasks],
        )
        revisions.bump(conn, "settings")
        return len(tasks)


Population = dict[int, dict[Label, list[tuple[int, int]]]]
"""Model, what it said, and the mentions with their versions of which it said so."""


def _population(conn: sqlite3.Connection, first: int, last: int) -> Population:
    found: Population = {}
    bounds = ((first - 1) * 86_400 << 31, (last + 2) * 86_400 << 31)
    for model, label, mention, version in conn.execute(
        _POPULATION, (Standing.EXCLUDED.value, *bounds, first, last)
    ):
        found.setdefault(model, {}).setdefault(Label(label), []).append((mention, version))
    return found


def _chosen(texts: Population, wanted: int, random: Random) -> list[tuple[int, int, int, str]]:
    """Return mention, version, model and category of each text drawn."""
    total = sum(len(ids) for strata in texts.values() for ids in strata.values())
    found: list[tuple[int, int, int, str]] = []
    for model, strata in texts.items():
        counts = {said: len(ids) for said, ids in strata.items()}
        mine = max(len(counts), round(wanted * sum(counts.values()) / total))
        for said, number in shares_of(counts, mine).items():
            drawn = random.sample(strata[said], number)
            found += [(mention, version, model, said.value) for mention, version in drawn]
    return found


def last_drawn(conn: sqlite3.Connection) -> date | None:
    """Return the last day from which a text was drawn, None before the first draw."""
    day = conn.execute("SELECT max(last_day) FROM check_draws").fetchone()[0]
    return None if day is None else day_date(day)


_OPEN = """
FROM label_tasks t JOIN mentions m ON m.id = t.mention_id AND m.version = t.version
  AND m.deleted_at IS NULL AND m.erased_at IS NULL
WHERE t.draw_id > (SELECT coalesce(max(id), 0) FROM check_draws) - ?
  AND (SELECT count(*) FROM label_answers a WHERE a.task_id = t.id) < t.raters
  AND NOT EXISTS (SELECT 1 FROM label_answers a WHERE a.task_id = t.id AND a.rater_id = ?)
"""


def next_task(conn: sqlite3.Connection, rater: Person) -> Task | None:
    """Return a text that this person may label: the newest draw first, unread ones first."""
    row = conn.execute(
        "SELECT t.id, s.kind, v.title, v.text"
        + _OPEN.replace(
            "WHERE t.draw_id",
            "JOIN versions v ON v.mention_id = t.mention_id AND v.version = t.version"
            " JOIN slices s ON s.id = m.slice_id WHERE t.draw_id",
        )
        + " ORDER BY EXISTS (SELECT 1 FROM label_answers a WHERE a.task_id = t.id),"
        " t.draw_id DESC, t.id LIMIT 1",
        (OPEN_DRAWS, rater.id),
    ).fetchone()
    return None if row is None else Task(row[0], Kind(row[1]), scored_text(row[2], row[3]))


def waiting(conn: sqlite3.Connection, rater: Person) -> int:
    """Return how many texts this person may label."""
    return int(conn.execute(f"SELECT count(*) {_OPEN}", (OPEN_DRAWS, rater.id)).fetchone()[0])


def progress(conn: sqlite3.Connection) -> Progress:
    """Return how far the latest draw is."""
    row = conn.execute(
        "SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM label_answers a"
        " WHERE a.task_id = t.id)), 0) FROM label_tasks t"
        " WHERE t.draw_id = (SELECT max(id) FROM check_draws)"
    ).fetchone()
    return Progress(*row)


def answer(db: Database, task_id: int, label: Label, rater: Person, now: datetime) -> None:
    """Record what a person says of a text; a first answer of a person stays."""
    if label not in ANSWERS:
        raise Refused(f"a text cannot be checked as {label.value}")
    with db.write() as conn:
        row = conn.execute(
            "SELECT raters - (SELECT count(*) FROM label_answers a WHERE a.task_id = t.id)"
            " FROM label_tasks t WHERE id = ?",
            (task_id,),
        ).fetchone()
        if row is None:
            raise Refused("this text is not to be checked any more")
        if row[0] < 1:
            raise Refused("somebody else has just checked this text; here is the next")
        conn.execute(
            "INSERT OR IGNORE INTO label_answers VALUES (?,?,?,?)",
            (task_id, rater.id, label.value, millis(now)),
        )
        revisions.bump(conn, "settings")
