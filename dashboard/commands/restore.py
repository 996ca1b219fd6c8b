"""``earshot restore``: puts a backup in place of the present database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from dashboard.commands import options
from storage.errors import InputError


@click.command("restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, resolve_path=True))
@click.option(
    "--erasures",
    metavar="LIST",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What was erased since, as `earshot erase --list` wrote it; if the database is lost.",
)
@options.as_json
@options.places
def command(
    db_path: Path, config_path: Path, source: Path, erasures: Path | None, as_json: bool
) -> None:
    """Make a backup the database; the present one is kept aside.

    What was erased since the backup is erased again: the present database knows it, or the
    list that you give. Refused while another process has the database open.
    """
    from storage import backup

    del config_path
    kept = backup.read_erasures(_text(erasures)) if erasures else None
    known = db_path.exists() or kept is not None
    done = backup.restore(db_path, source, datetime.now(UTC), kept=kept)
    if as_json:
        said = done._asdict() | {"aside": str(done.aside) if done.aside else None}
        click.echo(json.dumps(said))
        return
    click.echo(f"{done.mentions:,} mentions restored from {source}")
    if done.aside:
        click.echo(f"The database before is kept at {done.aside}; delete it when all is well.")
    if done.erased_again:
        click.echo(
            f"{done.erased_again:,} mentions that were erased since were erased again; the backup"
            " still holds them, so replace it by a new one."
        )
    if not known:
        click.echo("Nothing is known of erasures after the backup: there was no database here.")
    if done.last_event_before is not None:
        click.echo(
            f"The audit chain ends at event {done.last_event}, before it ended at event"
            f" {done.last_event_before}."
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
