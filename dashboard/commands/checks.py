"""``earshot checks``: random texts that people label blind, and what they say of the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from dashboard.commands import options


@click.group()
def command() -> None:
    """How often the models err, measured on random texts that people read blind."""


@command.command("list")
@options.as_json
@options.places
def list_(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List the models that were checked, with their measured error.

    Texts are read on the page "Check the scores".
    """
    from dashboard import check_words, checking, data
    from dashboard.wiring import open_workspace
    from storage.models import MentionFilter

    space = open_workspace(db_path, config_path, create=False)
    at = data.at(space.db, space.now())
    for name, error in checking.errors(at, MentionFilter()).items():
        usual = error.usual()
        row: dict[str, Any] = {
            "model": name,
            "checked": error.checked,
            "needed": error.needed(),
            "accuracy": error.accuracy,
            "negative_share": usual.value if usual else None,
            "low": usual.low if usual else None,
            "high": usual.high if usual else None,
        }
        click.echo(json.dumps(row) if as_json else f"{name}: {check_words.model(error)}")
    if not as_json:
        click.echo(check_words.people(checking.agreement(at)))
    space.close()


@command.command("draw")
@click.option("--count", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--as", "name", required=True, help="Who asks for it.")
@options.places
def draw(db_path: Path, config_path: Path, count: int, name: str) -> None:
    """Draw further texts from the last weeks, to have enough sooner."""
    from dashboard import checking
    from dashboard.wiring import open_workspace
    from storage import people

    space = open_workspace(db_path, config_path, create=False)
    with space.db.write() as conn:
        person = people.person(conn, name, space.now())
    drawn = checking.draw_more(space, count, person)
    space.close()
    click.echo(f"{drawn} texts drawn; they wait on the page Check the scores")
