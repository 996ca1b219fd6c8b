"""``earshot collect``: collect now, or keep collecting on schedule."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from storage.errors import CollectError
from storage.models import Saved

if TYPE_CHECKING:
    from dashboard.wiring import Workspace


@click.command()
@click.argument("source_ids", metavar="[SOURCE]...", nargs=-1)
@click.option("--once", is_flag=True, help="Poll each source once, due or not, and return.")
@options.as_json
@options.places
@click.pass_context
def command(
    ctx: click.Context,
    source_ids: tuple[str, ...],
    once: bool,
    as_json: bool,
    db_path: Path,
    config_path: Path,
) -> None:
    """Collect from all sources, or from those named; with --once exit 1 if any failed."""
    from dashboard import wiring, worker

    workspace = wiring.open_workspace(db_path, config_path)
    chosen = [workspace.source(each).id for each in source_ids] or worker.polled(workspace)
    if not chosen:
        click.echo("There is no source yet: add one with `earshot sources add LINK`.", err=True)
    if not once:
        worker.run(workspace, only=frozenset(source_ids))
        return
    worked = [_collect(workspace, each, as_json) for each in chosen]
    workspace.understand()
    workspace.close()
    ctx.exit(0 if all(worked) else 1)


def _collect(workspace: Workspace, source_id: str, as_json: bool) -> bool:
    """Poll one source and say what came; return whether that worked."""
    error = None
    saved = Saved()
    terminal = sys.stderr.isatty()

    def shown(total: Saved) -> None:
        nonlocal saved
        saved = total
        if terminal:
            click.echo(f"\r{source_id}: {total.new} new so far", err=True, nl=False)

    try:
        saved = workspace.poll(source_id, getpass.getuser(), shown)
    except CollectError as failure:
        error = str(failure)
    if terminal:
        click.echo(err=True)
    options.say(as_json, {"source": source_id, **saved._asdict(), "error": error}, _words)
    return error is None


def _words(row: dict[str, Any]) -> str:
    counts = "{new} new, {changed} changed, {unchanged} unchanged, {gone} gone, {refused} refused"
    said = f"{row['source']}: {counts.format(**row)}"
    return f"{said}; failed: {row['error']}" if row["error"] else said
