"""``earshot sample``: leave the sample company."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.commands import options


@click.group()
def command() -> None:
    """The sample company, kept in a file of its own beside your data."""


@command.command()
@options.places
def remove(db_path: Path, config_path: Path) -> None:
    """Delete the sample company's file; your own data is never touched."""
    from dashboard import choice

    path = choice.sample_beside(db_path)
    if not path.exists():
        click.echo("There is no sample company here. `earshot up --sample` makes one.")
        return
    choice.remove_sample(path)
    click.echo("The sample company is gone. `earshot up --no-sample` starts with your own data.")
