"""``earshot outbox``: what is to leave, what could not, and doing something about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from dashboard.commands.options import as_json, places, say

if TYPE_CHECKING:
    from dashboard.wiring import Workspace
    from storage.outbox import Entry
    from storage.people import Person

CHANNELS = ("reply", "acknowledgement", "mail", "notice")
STATES = ("pending", "sending", "sent", "failed", "cancelled")
who = click.option("--as", "who", required=True, metavar="NAME", help="Who acts.")
number = click.argument("entry_id", metavar="NUMBER", type=int)


@click.group("outbox")
def command() -> None:
    """See replies and mails on their way; try again or drop what failed."""


@command.command("list")
@places
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only these; repeats.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only this one.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@as_json
def list_(
    db_path: Path,
    config_path: Path,
    state: tuple[str, ...],
    channel: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List what is in the outbox, the latest first."""
    from dashboard.desk.outbox_records import line, record
    from storage import outbox
    from storage.database import Database

    del config_path
    db = Database(db_path, create=False)
    states = tuple(outbox.State(name) for name in state)
    channels = (outbox.Channel(channel),) if channel else ()
    for entry in outbox.entries(db.reader(), states=states, channels=channels, limit=limit):
        say(as_json, record(entry), lambda _, entry=entry: line(entry))  # type: ignore[misc]


@command.command("retry")
@places
@number
@who
@as_json
def retry(db_path: Path, config_path: Path, entry_id: int, who: str, as_json: bool) -> None:
    """Try again what failed; a reply only for who holds its case."""
    from storage import reply_outbox

    workspace, actor = _opened(db_path, config_path, who)
    _show(reply_outbox.retry(workspace.db, entry_id, actor, workspace.now()), as_json)


@command.command("drop")
@places
@number
@who
@as_json
def drop(db_path: Path, config_path: Path, entry_id: int, who: str, as_json: bool) -> None:
    """Take back what has not left, or be done with what failed."""
    from storage import reply_outbox

    workspace, actor = _opened(db_path, config_path, who)
    _show(reply_outbox.cancel(workspace.db, entry_id, actor, workspace.now()), as_json)


@command.command("send")
@places
def send(db_path: Path, config_path: Path) -> None:
    """Send now what is due, as the worker does by itself."""
    from dashboard import sending, wiring

    workspace = wiring.open_workspace(db_path, config_path, create=False)
    replies, mails = sending.work_off(workspace), sending.work_off_mails(workspace)
    click.echo(f"{replies} replies and {mails} mails sent.")


@command.command("stop")
@places
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]…")
@click.option("--file", "file", type=click.File(), help="One address a line.")
@who
def stop(
    db_path: Path,
    config_path: Path,
    addresses: tuple[str, ...],
    file: TextIO | None,
    who: str,
) -> None:
    """Never again ask the people of these mail addresses whether it was sorted out."""
    from storage import follow_ups

    workspace, actor = _opened(db_path, config_path, who)
    listed = [*addresses, *(line.strip() for line in file or ())]
    wanted = [each for each in listed if each]
    if not wanted:
        raise click.UsageError("give addresses or --file")
    for each in wanted:
        follow_ups.stop(workspace.db, each, actor, workspace.now())
    click.echo(f"{len(wanted)} addresses will not be asked again.")


def _opened(db_path: Path, config_path: Path, who: str) -> tuple[Workspace, Person]:
    from dashboard import wiring
    from storage import people

    workspace = wiring.open_workspace(db_path, config_path, create=False)
    with workspace.db.write() as conn:
        return workspace, people.person(conn, who, workspace.now())


def _show(entry: Entry, as_json: bool) -> None:
    from dashboard.desk.outbox_records import line, record

    say(as_json, record(entry), lambda _: line(entry))
