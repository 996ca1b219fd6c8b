"""Letting learned models count, and taking that back: the same for commands and pages.

A model that was not found to be better on a source's own later texts is refused there,
unless somebody insists. Events and versions are kept in ``storage/models_store``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage import models_store
from storage.database import Database
from storage.errors import Refused
from storage.models_store import LearnedModel
from storage.people import Person


def promote(
    db: Database,
    name: str,
    source: str,
    actor: Person,
    now: datetime,
    *,
    why: str = "",
    anyway: bool = False,
) -> LearnedModel:
    """Let a model count for a source, in its language, from now on; old scores stay."""
    with db.write() as conn:
        found = models_store.model(conn, name)
        if not anyway:
            _require_better(conn, found, source)
        models_store.promote(conn, source, found.lang, name, actor, why, now)
    return found


def roll_back(
    db: Database, source: str, lang: str, actor: Person, now: datetime, *, why: str = ""
) -> str | None:
    """Let what counted before count again; return it, None for the default model."""
    with db.write() as conn:
        return models_store.roll_back(conn, source, lang, actor, why, now)


def examinations(
    conn: sqlite3.Connection, source: str, models: Sequence[LearnedModel]
) -> list[dict[str, Any]]:
    """Return the rows of the runs that made some models, of one source."""
    return [
        {**row, "model": each.name, "made_at": each.made_at.isoformat()}
        for each in models
        for row in models_store.run(conn, each.run_id).report
        if isinstance(row, dict)
        and (row["source"], row["lang"], row["model"]) == (source, each.lang, each.scope)
    ]


def _require_better(conn: sqlite3.Connection, model: LearnedModel, source: str) -> None:
    """Refuse a model that was not found to be better on that source's own later texts."""
    row = next(iter(examinations(conn, source, [model])), None)
    if row is None:
        raise Refused(
            f"{model.name} was never examined on {source!r}; only promoting it anyway helps"
        )
    if not row["better"]:
        raise Refused(f"{model.name} was {row['why']}; only promoting it anyway helps")
