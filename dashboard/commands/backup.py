"""``earshot backup``: a consistent copy while everything runs."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from dashboard.commands import options


@click.command("backup")
@click.argument("out", type=click.Path(path_type=Path, resolve_path=True))
@options.as_json
@options.places
def command(db_path: Path, config_path: Path, out: Path, as_json: bool) -> None:
    """Copy the database to OUT, a new file or a folder for one; never overwrites.

    The worker may go on writing meanwhile. The key file is not in the copy: keep it
    elsewhere, since without it a copy cannot be used.
    """
    from storage import backup
    from storage.database import Database, key_path

    del config_path
    if out.is_dir():
        out = out / f"{db_path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}.db"
    db = Database(db_path, create=False)
    try:
        done = backup.back_up(db, out, _progress)
    finally:
        db.close()
    if as_json:
        click.echo(
            json.dumps({"path": str(done.path), "bytes": done.size, "mentions": done.mentions})
        )
        return
    click.echo(f"{done.mentions:,} mentions, {done.size / 1e6:,.1f} MB, in {done.path}")
    click.echo(
        f"The key {key_path(db_path).name} is not in it: keep a copy of it elsewhere, not beside"
        " the backup. The copy still holds what is erased here later; restoring erases it again."
    )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        click.echo(f"\r{done * 100 // max(total, 1)} % copied", nl=False, err=True)
        click.echo(end, nl=False, err=True)
