"""``earshot train``: learns from your own stars and corrections, and says how well."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import learning_shown as shown
from dashboard.commands import options

if TYPE_CHECKING:
    from dashboard.learning import Kept, Outcome


@click.command("train")
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only this one. May repeat.")
@click.option("--no-promote", is_flag=True, help="Keep the models, let none count.")
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same models.")
@click.option("--as", "actor", default="", metavar="NAME", help="Who promotes.  [default: earshot]")
@click.option("--progress", is_flag=True, help="Say how far it is where that is no terminal, too.")
@options.as_json
@options.places
def command(
    sources: tuple[str, ...],
    no_promote: bool,
    seed: int,
    actor: str,
    progress: bool,
    as_json: bool,
    db_path: Path,
    config_path: Path,
) -> None:
    """Learn models from texts with stars or a person's label, in any language.

    Each source and language is examined on its own later texts, each of them by a model of
    what came before. A model counts from now on only where it is better than what counts
    now by more than chance; what was scored keeps its score.
    """
    from dashboard import learning_process, lifeline, wiring

    lifeline.watch()
    wiring.open_workspace(db_path, config_path, create=False).close()
    outcome = learning_process.learn(
        db_path, config_path, sources=sources, seed=seed, progress=_progress(progress)
    )
    for row in _keep(outcome, db_path, config_path, actor, promote=not no_promote):
        told = {**row.row, "model": row.model, "promoted": row.promoted}
        click.echo(json.dumps(told) if as_json else shown.trained(told))
    if not as_json and not outcome.rows:
        click.echo("There is nothing to learn from: no text has stars or a person's label.")


def _keep(
    outcome: Outcome, db_path: Path, config_path: Path, actor: str, *, promote: bool
) -> list[Kept]:
    from dashboard import learning, wiring
    from storage import people

    made = wiring.open_workspace(db_path, config_path, create=False)
    try:
        who = people.EARSHOT
        if actor:
            with made.db.write() as conn:
                who = people.person(conn, actor, made.now())
        return learning.keep(made, outcome, who, promote=promote)
    finally:
        made.close()


def _progress(wanted: bool) -> Any:
    """Return what shows progress on a terminal, elsewhere only where it is wanted."""
    if not wanted and not sys.stderr.isatty():
        return lambda words: None
    return lambda words: click.echo(f"{words} …", err=True)
