"""``earshot kpi``: each measure of each kind of feedback, with its interval."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dashboard.commands import filtering, options
from storage.errors import InputError
from storage.models import MentionFilter, Sums

_BY = ("source", "brand", "product", "lang", "topic")
_CUSTOMER = "customer:"
_PER_CENT = ("negative_share", "response_rate")


@click.command("kpi")
@filtering.filters
@click.option(
    "--by",
    metavar="DIMENSION",
    help=f"Apart for each {', '.join(_BY)}, or column of customers: customer:COLUMN.",
)
@options.as_json
@options.places
def command(db_path: Path, by: str | None, as_json: bool, **rest: Any) -> None:
    """Print the measures of a filter, one line each; kinds are never mixed.

    value, low and high (95 %): nps −100 to 100, csat per cent, ces 1 to 7, rating 1 to 5,
    sentiment −1 to 1, shares and rates 0 to 1. n is the number of answers behind it.
    """
    from sentiment import metrics
    from storage import workspace
    from storage.database import Database

    chosen = filtering.chosen(rest)
    db = Database(db_path, create=False)
    try:
        with db.snapshot() as conn:
            found = _sums(conn, chosen.filter(conn), by)
            sample = workspace.is_sample(conn)
    finally:
        db.close()
    for kind, group, sums in found:
        for measure in (each(sums) for each in metrics.MEASURES.values()):
            if measure.n:
                row = {"kind": kind} | ({} if by is None else {"group": group})
                row |= measure._asdict()
                options.say(as_json, row | ({"sample": True} if sample else {}), _words)
    if not as_json and not found:
        click.echo("no mentions")
    if not as_json and sample:
        click.echo("sample data: an invented company")


def _sums(
    conn: sqlite3.Connection, flt: MentionFilter, by: str | None
) -> list[tuple[str, str, Sums]]:
    """Return the sums of each kind, and of each group within it."""
    from storage import customer_figures, queries

    found: list[tuple[str, str, Sums]] = []
    for kind, sums in sorted(queries.totals(conn, flt).items()):
        of_kind = replace(flt, kinds=(kind,))
        if by is None:
            groups = [queries.Group("", sums)]
        elif by.startswith(_CUSTOMER):
            groups = customer_figures.breakdown(conn, of_kind, by.removeprefix(_CUSTOMER))
        elif by in _BY:
            groups = queries.breakdown(conn, of_kind, by)  # type: ignore[arg-type]
        else:
            raise InputError(f"--by {by!r}: say one of {', '.join(_BY)} or {_CUSTOMER}COLUMN")
        found += [(kind.value, each.key, each.sums) for each in groups]
    return found


def _words(row: dict[str, Any]) -> str:
    factor, unit = (100, " %") if row["name"] in _PER_CENT else (1, "")
    unit = " %" if row["name"] == "csat" else unit
    value, low, high = (f"{row[name] * factor:.2f}" for name in ("value", "low", "high"))
    between = f"({low} … {high})"
    group = f"{row['group'] or '(none)':<20} " if "group" in row else ""
    named = f"{row['kind']:<12} {group}{row['name']:<15}"
    return f"{named} {value + unit:>9}  {between:<20} n {row['n']:,}"
