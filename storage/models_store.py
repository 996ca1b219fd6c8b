"""Learned models as versions, and the events that say which one counts where.

A promotion holds from now on: what was scored keeps its score, so that a chart shows a
seam and no number of yesterday changes. Nothing is ever rewritten; rolling back is an
event, too. What a model is inside (``about``, ``arrays``) is not known here.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage import revisions
from storage.errors import NotFound, Refused
from storage.models import Json, Kind
from storage.people import Person
from storage.times import millis, moment

FROM_NOW_ON = "from now on"
PROMOTED, ROLLED_BACK = "promoted", "rolled back"
KEPT = 2
"""Versions of a scope whose numbers are kept although they were never promoted."""


class NewModel(NamedTuple):
    """A model to be kept: ``scope`` names what it learned from, ``sources`` tells of each."""

    scope: str
    lang: str
    kind: Kind
    sources: dict[str, Json]
    lessons: int
    first_position: int
    last_position: int
    engine: str
    about: str
    arrays: bytes
    digest: str


class LearnedModel(NamedTuple):
    """A kept model; ``engine`` is the default model that it learned beside."""

    id: int
    name: str
    scope: str
    version: int
    run_id: int
    lang: str
    kind: Kind
    sources: dict[str, Json]
    lessons: int
    first_said_at: datetime
    last_said_at: datetime
    last_position: int
    made_at: datetime
    engine: str
    digest: str
    size: int | None


class Promotion(NamedTuple):
    """An event: since ``at`` a model (None: the default) counts for a source and language."""

    id: int
    source: str
    lang: str
    model: str | None
    what: str
    scope: str
    actor: str
    why: str
    at: datetime


class Run(NamedTuple):
    """One run of training with its report."""

    id: int
    started_at: datetime
    ended_at: datetime
    seed: int
    lessons: int
    report: list[Json]


class Seam(NamedTuple):
    """A moment from which on scores are made by something else.

    ``source`` and ``lang`` are None where the default model itself became another version.
    """

    at: datetime
    source: str | None
    lang: str | None
    model: str | None


_MODEL = (
    "SELECT id, name, scope, version, run_id, lang, kind, sources, lessons, first_position,"
    " last_position, made_at, engine, digest, length(arrays) FROM learned_models"
)


def save_run(
    conn: sqlite3.Connection,
    started: datetime,
    ended: datetime,
    *,
    seed: int,
    lessons: int,
    report: list[Json],
) -> int:
    """Keep the report of a run; return its id."""
    row = conn.execute(
        "INSERT INTO training_runs (started_at, ended_at, seed, lessons, report)"
        " VALUES (?,?,?,?,?) RETURNING id",
        (millis(started), millis(ended), seed, lessons, json.dumps(report)),
    ).fetchone()
    revisions.bump(conn, "settings")
    return int(row[0])


def save_model(conn: sqlite3.Connection, run_id: int, new: NewModel, now: datetime) -> str:
    """Keep a model as the next version of its scope; return its name."""
    version = conn.execute(
        "SELECT 1 + coalesce(max(version), 0) FROM learned_models WHERE scope = ?", (new.scope,)
    ).fetchone()[0]
    name = f"{new.scope}-{version}"
    about = (new.about, new.arrays, new.digest)
    conn.execute(
        "INSERT INTO learned_models (name, scope, version, run_id, lang, kind, sources, lessons,"
        " first_position, last_position, made_at, engine, about, arrays, digest)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (name, new.scope, version, run_id, new.lang, new.kind.value, json.dumps(new.sources))
        + (new.lessons, new.first_position, new.last_position, millis(now), new.engine, *about),
    )
    conn.execute(
        "UPDATE learned_models SET arrays = NULL WHERE scope = ? AND version <= ?"
        " AND id NOT IN (SELECT model_id FROM model_promotions WHERE model_id IS NOT NULL)",
        (new.scope, version - KEPT),
    )
    return name


def models(conn: sqlite3.Connection) -> list[LearnedModel]:
    """Return every model, the latest first."""
    return [_model(row) for row in conn.execute(f"{_MODEL} ORDER BY id DESC")]


def model(conn: sqlite3.Connection, name: str) -> LearnedModel:
    """Return the model of a name."""
    row = conn.execute(f"{_MODEL} WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFound(f"there is no learned model {name!r}; see `earshot models list`")
    return _model(row)


def contents(conn: sqlite3.Connection, name: str) -> tuple[str, bytes]:
    """Return what a model is made of."""
    found = conn.execute(
        "SELECT about, arrays FROM learned_models WHERE name = ?", (name,)
    ).fetchone()
    if found is None or found[1] is None:
        raise NotFound(f"the numbers of model {name!r} are not kept any more")
    return str(found[0]), bytes(found[1])


def run(conn: sqlite3.Connection, run_id: int) -> Run:
    """Return a run by id."""
    found = _runs(conn, "WHERE id = ?", run_id)
    if not found:
        raise NotFound(f"there is no training run {run_id}")
    return found[0]


def last_run(conn: sqlite3.Connection) -> Run | None:
    """Return the latest run, None before the first."""
    return next(iter(_runs(conn, "ORDER BY id DESC LIMIT ?", 1)), None)


def promote(
    conn: sqlite3.Connection,
    source: str,
    lang: str,
    name: str,
    actor: Person,
    why: str,
    now: datetime,
) -> None:
    """Let a model count for a source and language from now on."""
    found = model(conn, name)
    if found.size is None:
        raise Refused(f"the numbers of {name} are not kept any more; train again")
    if found.lang != lang:
        raise Refused(f"{name} learned texts in {found.lang!r}, not in {lang!r}")
    if counting(conn).get((source, lang)) == name:
        raise Refused(f"{name} counts for {source!r} in {lang!r} already")
    _record(conn, _source(conn, source), lang, found.id, PROMOTED, actor, why, now)


def roll_back(
    conn: sqlite3.Connection, source: str, lang: str, actor: Person, why: str, now: datetime
) -> str | None:
    """Let what counted before count again from now on; return it, None for the default."""
    stack = _stacks(conn).get((source, lang), [])
    if not stack:
        raise Refused(f"the default model counts for {source!r} in {lang!r}")
    before = stack[-2] if len(stack) > 1 else None
    found = None if before is None else model(conn, before).id
    _record(conn, _source(conn, source), lang, found, ROLLED_BACK, actor, why, now)
    return before


def counting(conn: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Return the model that counts for each source and language; others have the default."""
    return {group: stack[-1] for group, stack in _stacks(conn).items() if stack}


def history(conn: sqlite3.Connection, source: str | None = None) -> list[Promotion]:
    """Return the events, oldest first, of one source or of all."""
    rows = conn.execute(
        "SELECT e.id, o.key, e.lang, l.name, e.what, e.scope, p.name, e.why, e.at"
        " FROM model_promotions e JOIN sources o ON o.id = e.source_id"
        " JOIN people p ON p.id = e.actor_id LEFT JOIN learned_models l ON l.id = e.model_id"
        " WHERE ? IN (o.key, '') ORDER BY e.id",
        (source or "",),
    )
    return [Promotion._make((*values, moment(at))) for *values, at in rows]


def seams(conn: sqlite3.Connection, engine: str) -> list[Seam]:
    """Return when what scores changed, oldest first.

    ``engine`` is what the ids of the default model begin with; its first version is no seam.
    """
    found = [Seam(each.at, each.source, each.lang, each.model) for each in history(conn)]
    versions = conn.execute(
        "SELECT name, created_at FROM models WHERE name LIKE ? || '%' ORDER BY id", (engine,)
    ).fetchall()
    found += [Seam(moment(at), None, None, name) for name, at in versions[1:]]
    return sorted(found, key=lambda seam: seam.at)


def _stacks(conn: sqlite3.Connection) -> dict[tuple[str, str], list[str]]:
    """Return what counts for each group, last, and before it what was promoted earlier."""
    stacks: dict[tuple[str, str], list[str]] = {}
    for event in history(conn):
        stack = stacks.setdefault((event.source, event.lang), [])
        if event.what == ROLLED_BACK:
            stack.pop()
        elif event.model is not None:
            stack.append(event.model)
    return stacks


def _record(
    conn: sqlite3.Connection,
    source_id: int,
    lang: str,
    model_id: int | None,
    what: str,
    actor: Person,
    why: str,
    now: datetime,
) -> None:
    conn.execute(
        "INSERT INTO model_promotions (source_id, lang, model_id, what, scope, actor_id, why, at)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (source_id, lang, model_id, what, FROM_NOW_ON, actor.id, why, millis(now)),
    )
    revisions.bump(conn, "settings")


def _source(conn: sqlite3.Connection, key: str) -> int:
    row = conn.execute("SELECT id FROM sources WHERE key = ? AND id > 0", (key,)).fetchone()
    if row is None:
        raise NotFound(f"there is no source {key!r}; see `earshot sources list`")
    return int(row[0])


def _model(row: tuple[object, ...]) -> LearnedModel:
    id_, name, scope, version, run_id, lang, kind, sources, lessons, first, last, made = row[:12]
    assert isinstance(first, int)
    assert isinstance(last, int)
    assert isinstance(made, int)
    # A position begins with the second of publishing.
    said = [moment((each >> 31) * 1000) for each in (first, last)]
    start = (id_, name, scope, version, run_id, lang, Kind(str(kind)), json.loads(str(sources)))
    return LearnedModel._make((*start, lessons, *said, last, moment(made), *row[12:]))


def _runs(conn: sqlite3.Connection, tail: str, value: int) -> list[Run]:
    rows = conn.execute(
        "SELECT id, started_at, ended_at, seed, lessons, report FROM training_runs " + tail,
        (value,),
    )
    return [
        Run(id_, moment(started), moment(ended), seed, lessons, json.loads(report))
        for id_, started, ended, seed, lessons, report in rows
    ]
