"""``earshot kpi``: each measure of each kind of feedback, with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dashboard.commands import filtering, options

_PER_CENT = ("negative_share", "response_rate")


@click.command("kpi")
@filtering.filters
@options.as_json
@options.places
def command(db_path: Path, as_json: bool, **rest: Any) -> None:
    """Print the measures of a filter, one line each; kinds are never mixed.

    value, low and high (95 %): nps −100 to 100, csat per cent, ces 1 to 7, rating 1 to 5,
    sentiment −1 to 1, shares and rates 0 to 1. n is the number of answers behind it.
    """
    from sentiment import metrics
    from storage import queries, workspace
    from storage.database import Database

    chosen = filtering.chosen(rest)
    db = Database(db_path, create=False)
    try:
        with db.snapshot() as conn:
            found = queries.totals(conn, chosen.filter(conn))
            sample = workspace.is_sample(conn)
    finally:
        db.close()
    for kind, sums in sorted(found.items()):
        for measure in (each(sums) for each in metrics.MEASURES.values()):
            if measure.n:
                row = {"kind": kind.value, **measure._asdict()}
                options.say(as_json, row | ({"sample": True} if sample else {}), _words)
    if not as_json and not found:
        click.echo("no mentions")
    if not as_json and sample:
        click.echo("sample data: an invented company")


def _words(row: dict[str, Any]) -> str:
    factor, unit = (100, " %") if row["name"] in _PER_CENT else (1, "")
    unit = " %" if row["name"] == "csat" else unit
    value, low, high = (f"{row[name] * factor:.2f}" for name in ("value", "low", "high"))
    between = f"({low} … {high})"
    return f"{row['kind']:<12} {row['name']:<15} {value + unit:>9}  {between:<20} n {row['n']:,}"
