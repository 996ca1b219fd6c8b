"""The learned models of a database, ready to score, and compared with each other.

What was promoted is read here for the worker and for ``earshot analyze``; a model that
cannot be read does not count, and the default does in its place. Learning is in
``learning``.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from storage import models_store, sources
from storage.database import open_reader
from storage.errors import InputError, NotFound, StorageError
from storage.models import Brand
from storage.models_store import LearnedModel

if TYPE_CHECKING:
    from sentiment.learned import Learned
    from sentiment.learned_choice import Engine, Promoted
    from sentiment.learned_lessons import Tongues

log = logging.getLogger("earshot.learning")


def promoted(conn: sqlite3.Connection) -> tuple[Promoted, ...]:
    """Return the models that count, ready to score; one that cannot be read does not."""
    from sentiment.learned_choice import Promoted

    loaded: dict[str, tuple[LearnedModel, Learned]] = {}
    found = []
    for (source, lang), name in sorted(models_store.counting(conn).items()):
        try:
            if name not in loaded:
                loaded[name] = load(conn, name)
            about, model = loaded[name]
        except (InputError, NotFound) as error:
            log.warning("%s does not count for %s, %s: %s", name, source, lang, error)
            continue
        spoken = tongues(about, source)
        found.append(Promoted(name, about.digest, source, lang, about.lessons, spoken, model))
    return tuple(found)


def analyser_of(
    db_path: Path, engine: Engine, brands: tuple[Brand, ...], source: str | None
) -> Engine:
    """Return an engine with the models that a database promoted, read without a trace.

    A database that does not exist, or that knows nothing of models yet, promoted none.
    """
    if not db_path.exists() or not db_path.stat().st_size:
        return engine
    with closing(open_reader(db_path)) as conn:
        try:
            table = conn.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'model_promotions'"
            ).fetchone()
            models = promoted(conn) if table else ()
            if source is not None:
                sources.get(conn, source)
        except sqlite3.DatabaseError as error:
            raise StorageError(f"{db_path} cannot be read: {error}") from error
    if not models:
        return engine
    from sentiment.learned_choice import Chosen

    return Chosen(engine, models, brands)


def load(conn: sqlite3.Connection, name: str) -> tuple[LearnedModel, Learned]:
    """Return a kept model, and what scores with it."""
    from sentiment import learned_files

    return models_store.model(conn, name), learned_files.load(*models_store.contents(conn, name))


def tongues(about: LearnedModel, source: str) -> Tongues:
    """Return the languages of a source when a model learned; one of another has its own alone."""
    from sentiment.learned_lessons import Tongues

    told = about.sources.get(source)
    if not isinstance(told, dict):
        return Tongues(None, frozenset({about.lang}))
    home, own = told.get("home"), told.get("own")
    return Tongues(
        home if isinstance(home, str) else None,
        frozenset(str(each) for each in own) if isinstance(own, list) else frozenset(),
    )
