"""``earshot targets``: what figures are to be, by when, who answers for it, how it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from storage.errors import InputError

if TYPE_CHECKING:
    from dashboard.reports.goals import Goal

who = click.option("--as", "actor", required=True, metavar="NAME", help="Who acts.")


@click.group("targets")
def command() -> None:
    """Give figures targets; see whether they are on track, behind, or too early to tell."""


@command.command("list")
@options.as_json
@options.places
def list_(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List the targets with what the last complete weeks say of each.

    In the units of `earshot kpi`; low and high are where the figure may lie on the day.
    """
    from contextlib import closing
    from zoneinfo import ZoneInfo

    from dashboard.reports import goals
    from storage import workspace
    from storage.database import Database

    del config_path
    with closing(Database(db_path, create=False)) as db, db.snapshot() as conn:
        today = datetime.now(ZoneInfo(workspace.timezone(conn))).date()
        found = goals.goals(conn, workspace.own_brands(conn), goals.last_sunday(today))
    for goal in found:
        options.say(as_json, _row(goal), _words)
    if not found and not as_json:
        click.echo("no targets; set one with `earshot targets set`")


@command.command("set")
@click.argument("kind")
@click.argument("measure")
@click.argument("value", type=float)
@click.option("--by", "day", required=True, metavar="DAY", help="Day, like 2026-12-31.")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@who
@options.places
def set_(
    db_path: Path, config_path: Path, kind: str, measure: str, value: float, **given: Any
) -> None:
    """Give a figure a target: KIND MEASURE VALUE, in per cent, points or stars."""
    from contextlib import closing

    from storage import people, targets
    from storage.database import Database

    del config_path
    now = datetime.now(UTC)
    with closing(Database(db_path, create=False)) as db, db.write() as conn:
        shown = value / targets.SHOWN.get(measure, 1)
        target = targets.Target(_kind(kind), measure, shown, _day(given["day"]), given["owner"])
        targets.save(conn, target, people.person(conn, given["actor"], now), now)


@command.command("remove")
@click.argument("kind")
@click.argument("measure")
@who
@options.places
def remove(db_path: Path, config_path: Path, kind: str, measure: str, actor: str) -> None:
    """Take a target away; summaries of before keep it."""
    from contextlib import closing

    from storage import people, targets
    from storage.database import Database

    del config_path
    now = datetime.now(UTC)
    with closing(Database(db_path, create=False)) as db, db.write() as conn:
        targets.remove(conn, _kind(kind), measure, people.person(conn, actor, now), now)


def _row(goal: Goal) -> dict[str, Any]:
    from dashboard.reports import goal_words

    target, found = goal.target, goal.outlook
    return {
        "kind": target.kind.value,
        "measure": target.measure,
        "target": target.value,
        "by": target.due.isoformat(),
        "owner": target.owner,
        "origin": target.origin,
        "now": goal.now.value,
        "n": goal.now.n,
        "until": goal.until.isoformat(),
        "expected": found.value,
        "low": found.low,
        "high": found.high,
        "verdict": found.verdict.value,
        "said": f"{goal_words.heading(target)}. {goal_words.said(goal)}",
    }


def _words(row: dict[str, Any]) -> str:
    return f"{row['kind']} {row['measure']}: {row['verdict']}. {row['said']}"


def _kind(text: str) -> Any:
    from storage.models import Kind

    try:
        return Kind(text)
    except ValueError as error:
        known = ", ".join(each.value for each in Kind)
        raise InputError(f"{text!r} is no kind of mention; known: {known}") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no day; write it like 2026-12-31") from error
