"""``earshot topics``: how often each topic is spoken of, and how well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dashboard.commands import filtering, options


@click.group()
def command() -> None:
    """The taxonomy, and what is said of each topic."""


@command.command("list")
@filtering.filters
@options.as_json
@options.places
def list_(db_path: Path, as_json: bool, **rest: Any) -> None:
    """List topics, most mentioned first; a mention counts in each of its topics."""
    from sentiment import metrics
    from storage import coverage, queries
    from storage.database import Database

    chosen = filtering.chosen(rest)
    db = Database(db_path, create=False)
    with db.snapshot() as conn:
        groups = queries.breakdown(conn, chosen.filter(conn), "topic")
        names = dict(coverage.choices(conn).topics)
    db.close()
    for group in groups:
        share = metrics.negative_share(group.sums)
        row = {"key": group.key, "name": names[group.key], "n": group.sums.n}
        options.say(as_json, {**row, "negative_share": share.value}, _words)


def _words(row: dict[str, Any]) -> str:
    return f"{row['name']:<28} {row['n']:>8,}  {row['negative_share']:>6.1%} negative"
