"""``earshot models``: which model counts where; list, compare, promote and roll back."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import learning_shown as shown
from dashboard.commands import options
from storage.errors import InputError, Refused

if TYPE_CHECKING:
    from dashboard.wiring import Workspace
    from storage.models_store import LearnedModel


@click.group()
def command() -> None:
    """Learned models: versions that `earshot train` makes, and which one counts where."""


@command.command("list")
@options.as_json
@options.places
def list_(db_path: Path, as_json: bool, **_: object) -> None:
    """List models, the latest first, and for what each counts."""
    from storage import models_store
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        with db.snapshot() as conn:
            counting = models_store.counting(conn)
            rows = [_row(each, counting) for each in models_store.models(conn)]
    finally:
        db.close()
    for row in rows:
        options.say(as_json, row, _words)
    if not rows and not as_json:
        click.echo("No model has been learned yet; the default model counts everywhere.")


@command.command("history")
@click.option("--source", metavar="ID", help="Of this source alone.")
@options.as_json
@options.places
def history(source: str | None, db_path: Path, as_json: bool, **_: object) -> None:
    """List what was promoted and rolled back, oldest first: the seams in charts."""
    from storage import models_store
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        events = models_store.history(db.reader(), source)
    finally:
        db.close()
    for event in events:
        row = {**event._asdict(), "at": event.at.isoformat()}
        options.say(as_json, row, shown.event)


@command.command("compare")
@click.option("--source", metavar="ID", required=True, help="Whose texts to compare on.")
@click.option("--lang", metavar="XX", help="In which language.  [default: the only one]")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@options.as_json
@options.places
def compare(
    source: str,
    lang: str | None,
    names: tuple[str, ...],
    as_json: bool,
    db_path: Path,
    config_path: Path,
) -> None:
    """Compare models on labelled texts that none of them learned from.

    Without names these are all kept models in that language that learned from the source.
    Beside them stand the default model and VADER. Where there are too few later texts, the
    examinations of the time of learning are shown.
    """
    from dashboard import learning, promotions, wiring

    made = wiring.open_workspace(db_path, config_path, create=False)
    try:
        conn = made.db.reader()
        chosen = _chosen(conn, source, lang, names)
        figures, since = learning.compared(made, source, chosen)
        if figures:
            _say_compared(source, chosen[0].lang, figures, as_json)
            return
        if not as_json:
            click.echo(
                f"Only {since} labelled texts are later than what they learned from, too few to"
                " compare on; when they were learned, they were examined so:\n"
            )
        for row in promotions.examinations(conn, source, chosen):
            click.echo(json.dumps(row) if as_json else shown.examination(row))
    finally:
        made.close()


@command.command("promote")
@click.argument("name")
@click.option("--source", metavar="ID", required=True, help="For which source it shall count.")
@click.option("--anyway", is_flag=True, help="Although it was not found to be better there.")
@click.option("--as", "actor", required=True, metavar="NAME", help="Who promotes.")
@click.option("--why", default="", help="Kept with the event.")
@options.as_json
@options.places
def promote(
    name: str, source: str, anyway: bool, actor: str, why: str, as_json: bool, **places: Path
) -> None:
    """Let a model count for a source, in its language, from now on; old scores stay."""
    from dashboard import promotions
    from storage import people

    made = _open(places)
    try:
        with made.db.write() as conn:
            who = people.person(conn, actor, made.now())
        found = promotions.promote(made.db, name, source, who, made.now(), why=why, anyway=anyway)
    finally:
        made.close()
    row = {"source": source, "lang": found.lang, "model": name}
    options.say(as_json, row, lambda row: f"{name} counts for {source}, {found.lang} from now on.")


@command.command("rollback")
@click.option("--source", metavar="ID", required=True, help="For which source.")
@click.option("--lang", metavar="XX", help="In which language.  [default: the only one]")
@click.option("--as", "actor", required=True, metavar="NAME", help="Who rolls back.")
@click.option("--why", default="", help="Kept with the event.")
@options.as_json
@options.places
def rollback(
    source: str, lang: str | None, actor: str, why: str, as_json: bool, **places: Path
) -> None:
    """Let what counted before count again, from now on; old scores stay."""
    from dashboard import promotions
    from storage import models_store, people

    made = _open(places)
    try:
        with made.db.write() as conn:
            langs = [spoken for owner, spoken in models_store.counting(conn) if owner == source]
            if not langs:
                raise Refused(f"the default model counts for {source!r}: nothing to roll back")
            chosen = _only(langs, source, lang)
            who = people.person(conn, actor, made.now())
        now = promotions.roll_back(made.db, source, chosen, who, made.now(), why=why)
    finally:
        made.close()
    row = {"source": source, "lang": chosen, "model": now}
    options.say(
        as_json,
        row,
        lambda row: f"{now or 'The default model'} counts for {source}, {chosen} from now on.",
    )


def _open(places: dict[str, Path]) -> Workspace:
    from dashboard import wiring

    return wiring.open_workspace(places["db_path"], places["config_path"], create=False)


def _row(model: LearnedModel, counting: dict[tuple[str, str], str]) -> dict[str, Any]:
    counts = [list(group) for group, name in counting.items() if name == model.name]
    return {
        "name": model.name,
        "lang": model.lang,
        "kind": model.kind.value,
        "sources": sorted(model.sources),
        "lessons": model.lessons,
        "first_said_at": model.first_said_at.isoformat(),
        "last_said_at": model.last_said_at.isoformat(),
        "made_at": model.made_at.isoformat(),
        "engine": model.engine,
        "bytes": model.size,
        "counts_for": counts,
    }


def _words(row: dict[str, Any]) -> str:
    where = ", ".join(f"{source} ({lang})" for source, lang in row["counts_for"])
    state = f"counts for {where}" if where else "kept"
    if row["bytes"] is None:
        state = "not kept any more"
    said = f"{row['first_said_at'][:10]} to {row['last_said_at'][:10]}"
    return f"{row['name']:<28} {row['lessons']:>8,} texts of {said}  {state}"


def _chosen(
    conn: sqlite3.Connection, source: str, lang: str | None, names: tuple[str, ...]
) -> list[LearnedModel]:
    from storage import models_store, sources

    sources.get(conn, source)
    if names:
        found = [models_store.model(conn, name) for name in names]
    else:
        found = [each for each in models_store.models(conn) if source in each.sources and each.size]
    chosen = _only(sorted({each.lang for each in found}), source, lang)
    return [each for each in found if each.lang == chosen]


def _only(langs: list[str], source: str, lang: str | None) -> str:
    if lang in langs:
        return str(lang)
    if not langs or lang:
        raise Refused(f"there is no learned model for {source!r}{f' in {lang!r}' if lang else ''}")
    if len(langs) > 1:
        raise InputError(f"choose a language with --lang: {', '.join(langs)}")
    return langs[0]


def _say_compared(
    source: str, lang: str, figures: dict[str, dict[str, Any]], as_json: bool
) -> None:
    if as_json:
        for name, each in figures.items():
            click.echo(json.dumps({"source": source, "lang": lang, "model": name, **each}))
        return
    n = next(iter(figures.values()))["n"]
    click.echo(f"{source}, {lang}: {n:,} labelled texts that none of them learned from")
    click.echo(shown.table(figures))
