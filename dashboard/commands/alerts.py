"""``earshot alerts``: what is out of the ordinary, and who looks after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands import alert_rules
from dashboard.commands.options import as_json, places

if TYPE_CHECKING:
    from datetime import datetime

    from storage.alerts import Alert, Moved

who = click.option("--as", "who", required=True, metavar="NAME", help="Who acts.")
alert_id = click.argument("alert_id", metavar="ID", type=int)


@click.group("alerts")
def command() -> None:
    """List alerts, and acknowledge, snooze or resolve one."""


@command.command("list")
@places
@click.option("--all", "all_", is_flag=True, help="Also those that are over.")
@as_json
def list_(db_path: Path, config_path: Path, all_: bool, as_json: bool) -> None:
    """List alerts, the latest first."""
    from storage import alerts
    from storage.database import Database

    del config_path
    db = Database(db_path, create=False)
    try:
        conn = db.reader()
        found = alerts.recent(conn) if all_ else alerts.unresolved(conn)
        for each in found:
            click.echo(_json(each) if as_json else _line(each))
    finally:
        db.close()


@command.command("ack")
@places
@alert_id
@who
@as_json
def ack(db_path: Path, config_path: Path, alert_id: int, who: str, as_json: bool) -> None:
    """Say that you have seen an alert and look after it."""
    from dashboard.desk import alerts

    del config_path
    _change(db_path, alert_id, who, as_json, lambda alert, _, __: alerts.acknowledge(alert))


@command.command("snooze")
@places
@alert_id
@click.option(
    "--until", required=True, help="2026-11-25, 2026-11-25T14:00, 3h, 2d, tomorrow or friday."
)
@who
@as_json
def snooze(
    db_path: Path, config_path: Path, alert_id: int, until: str, who: str, as_json: bool
) -> None:
    """Keep an alert quiet until a time; it opens again then if its cause lasts."""
    from dashboard.desk import alerts
    from dashboard.desk import until as desk_until

    del config_path
    _change(
        db_path,
        alert_id,
        who,
        as_json,
        lambda alert, now, zone: alerts.snooze(alert, desk_until.until(until, now, zone), now),
    )


@command.command("resolve")
@places
@alert_id
@who
@as_json
def resolve(db_path: Path, config_path: Path, alert_id: int, who: str, as_json: bool) -> None:
    """Be done with an alert; its cause stays silent until things were normal again."""
    from dashboard.desk import alerts

    del config_path
    _change(db_path, alert_id, who, as_json, lambda alert, _, __: alerts.resolve(alert))


def _change(
    db_path: Path,
    alert_id: int,
    who: str,
    as_json: bool,
    decide: Callable[[Alert, datetime, str], Moved | None],
) -> None:
    from datetime import UTC, datetime

    from storage import alerts, people, workspace
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        now = datetime.now(UTC)
        with db.write() as conn:
            zone = workspace.timezone(conn)
            alert = alerts.change(
                db,
                alert_id,
                lambda found: decide(found, now, zone),
                people.person(conn, who, now),
                now,
            )
        click.echo(_json(alert) if as_json else _line(alert))
    finally:
        db.close()


def _json(alert: Alert) -> str:
    from dashboard.delivery.tellings import record

    return json.dumps(record(alert))


def _line(alert: Alert) -> str:
    from dashboard.desk.case_records import plain

    return (
        f"{alert.id:>6}  {alert.state.value:<12}  {alert.opened_at:%Y-%m-%d %H:%M} UTC  "
        f"{plain(alert.words)}"
    )


for _each in alert_rules.COMMANDS:
    command.add_command(_each)
