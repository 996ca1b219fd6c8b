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
    from dashboard.commands.up import sample_path
    from storage import workspace
    from storage.database import open_reader
    from storage.errors import Refused

    path = sample_path(db_path)
    if not path.exists():
        click.echo("There is no sample company here. `earshot up --sample` makes one.")
        return
    conn = open_reader(path)
    marked = workspace.is_sample(conn)
    conn.close()
    if not marked:
        raise Refused(f"{path} does not hold the sample company; it is left as it is")
    for suffix in ("", "-wal", "-shm", ".key"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    click.echo("The sample company is gone. `earshot up --no-sample` starts with your own data.")
