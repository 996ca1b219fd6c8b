"""``earshot customers``: the list of people that the team knows, by exact key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands.options import as_json, places, say

if TYPE_CHECKING:
    from dashboard.desk.customer_file import Customers
    from dashboard.wiring import Workspace


@click.group("customers")
def command() -> None:
    """Customers that the team knows; matched by exact key with the name that a site shows."""


@command.command("import")
@places
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be stored; store nothing.")
@click.option("--as", "who", metavar="NAME", help="Who brings the list (a lead).")
@as_json
def import_(
    db_path: Path, config_path: Path, file: Path, dry_run: bool, who: str | None, as_json: bool
) -> None:
    """Bring a CSV list: key, name, tier, value, owner, and any further column.

    A row whose key is known replaces it; who is not in the file stays. Refused rows are told
    with their line; the others are stored.
    """
    from dashboard import setting_words
    from dashboard.desk import customer_file
    from storage import customers, people

    if who is None and not dry_run:
        raise click.UsageError("say who brings the list: --as NAME (or look with --dry-run)")
    workspace = _opened(db_path, config_path)
    conn = workspace.db.reader()
    owners = {each.name.casefold(): each.id for each in people.people(conn)}
    found = customer_file.read(file.read_bytes(), owners)
    known = sum(customers.of(conn, each.key) is not None for each in found.rows)
    for each in found.refused:
        click.echo(f"line {each.line}: {each.reason}", err=True)
    if who is not None and not dry_run:
        now = workspace.now()
        with workspace.db.write() as writer:
            actor = people.person(writer, who, now)
            with setting_words.recorded(writer, actor, now, "customers"):
                customers.save(writer, found.rows, actor, now)
    record = {
        "new": len(found.rows) - known,
        "known": known,
        "refused": len(found.refused),
        "columns": list(found.columns),
        "stored": not dry_run,
    }
    say(as_json, record, lambda _: _told(found, known, dry_run=dry_run))


@command.command("list")
@places
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@as_json
def list_(db_path: Path, config_path: Path, limit: int, as_json: bool) -> None:
    """List who is known, by key."""
    from storage import customers

    workspace = _opened(db_path, config_path)
    for each in customers.some(workspace.db.reader(), limit):
        record: dict[str, Any] = {"key": each.key, "name": each.name, "tier": each.tier}
        record |= {"value": each.value, **each.extra}
        say(as_json, record, _line)


@command.command("columns")
@places
@as_json
def columns(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List the columns and their values, as `--customer`, rules and `kpi --by` take them."""
    from storage import customer_columns

    workspace = _opened(db_path, config_path)
    for name, values in customer_columns.columns(workspace.db.reader()).items():
        record = {"column": name, "values": values}
        say(as_json, record, lambda each: f"{each['column']}: {', '.join(each['values'])}")


@command.command("remove")
@places
@click.argument("key")
@click.option("--as", "who", required=True, metavar="NAME", help="Who decides (a lead).")
def remove(db_path: Path, config_path: Path, key: str, who: str) -> None:
    """Take somebody out of the list; what they said stays."""
    from dashboard import setting_words
    from storage import customers, people

    workspace = _opened(db_path, config_path)
    now = workspace.now()
    with workspace.db.write() as conn:
        actor = people.person(conn, who, now)
        with setting_words.recorded(conn, actor, now, "customers"):
            customers.remove(conn, key, actor)
    click.echo("Out of the list.")


def _opened(db_path: Path, config_path: Path) -> Workspace:
    from dashboard import wiring

    return wiring.open_workspace(db_path, config_path, create=False)


def _told(found: Customers, known: int, *, dry_run: bool) -> str:
    further = ", ".join(found.columns) or "none"
    verb = "would be" if dry_run else "were"
    new = len(found.rows) - known
    return (
        f"{new:,} new customers and {known:,} known ones {verb} stored, {len(found.refused):,}"
        f" rows refused; further columns: {further}."
    )


def _line(record: dict[str, Any]) -> str:
    told = [f"{name} {value}" for name, value in record.items() if value and name != "key"]
    return f"{record['key']}  {', '.join(told)}"
