"""``earshot worker``: the loop alone, as ``earshot up`` starts it; not listed."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from dashboard import leftovers, lifeline
from dashboard.commands import options


@click.command(hidden=True)
@options.places
def command(db_path: Path, config_path: Path) -> None:
    """Collect, score, open cases and alerts until stopped."""
    from dashboard import worker

    leftovers.share_heaps()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    lifeline.watch()
    worker.follow(db_path, config_path)
