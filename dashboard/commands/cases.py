"""``earshot cases``: the queue without a browser; each action names its actor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import click

from dashboard.commands.case_after import answer, outcomes
from dashboard.commands.case_sending import send, unsend
from dashboard.commands.options import as_json, places

if TYPE_CHECKING:
    from datetime import datetime

    from storage.case_lists import Item
    from storage.case_model import AnyCommand
    from storage.database import Database
    from storage.people import Person

OPEN, CLOSED = (
    ("new", "claimed", "waiting", "sending", "answered"),
    ("resolved", "dismissed"),
)
PAGE = 500

who = click.option("--as", "who", required=True, metavar="NAME", help="Who acts.")


class Seen(TypedDict):
    """What every command of the store begins with."""

    actor: Person
    version: int | None
    mention_version: int | None


class Ask(NamedTuple):
    """Who asks and what they had seen, when, and how names and times are read."""

    seen: Seen
    now: datetime
    person: Callable[[str], Person]
    until: Callable[[str], datetime]


@click.group("cases")
def command() -> None:
    """Look at the response queue and work on it."""


for _each in (send, unsend, answer, outcomes):
    command.add_command(_each)


def acting(make: Callable[..., AnyCommand]) -> click.Command:
    """Turn a function that says what to ask for into the command that asks it of one case."""

    @wraps(make)
    def run(
        db_path: Path,
        config_path: Path,
        case_id: int,
        who: str,
        version: int | None,
        mention_version: int | None,
        as_json: bool,
        **options: Any,
    ) -> None:
        from storage import cases, people

        del config_path
        with _database(db_path) as (db, now):
            with db.write() as conn:
                ask = Ask(
                    Seen(
                        actor=people.person(conn, who, now),
                        version=version,
                        mention_version=mention_version,
                    ),
                    now,
                    lambda name: people.person(conn, name, now),
                    lambda text: _until(db, text, now),
                )
                cases.act(db, case_id, make(ask, **options), now)
            _show(db, case_id, now, as_json)

    for option in (
        as_json,
        click.option("--mention-version", type=int, help="Refuse if the text is not this version."),
        click.option("--version", type=int, help="Refuse if the case is not at this version."),
        who,
        click.argument("case_id", metavar="ID", type=int),
        places,
    ):
        option(run)
    return command.command(make.__name__.replace("_", "-"))(run)


@acting
@click.option("--text", required=True, help="What you have written so far.")
def draft(ask: Ask, text: str) -> AnyCommand:
    """Keep a draft of the reply; only the holder may."""
    from storage.case_model import SaveDraft

    return SaveDraft(**ask.seen, text=text)


@acting
@click.option("--url", default="", help="Where the reply stands.")
@click.option("--text", default="", help="What it says.")
def record_reply(ask: Ask, url: str, text: str) -> AnyCommand:
    """Record that you answered where the customer wrote."""
    from storage.case_model import RecordReply

    return RecordReply(**ask.seen, url=url, text=text)


@acting
@click.option("--root-cause", required=True, help="What was wrong, as a category.")
@click.option("--action", required=True, help="What was done about it.")
def resolve(ask: Ask, root_cause: str, action: str) -> AnyCommand:
    """Close a case that was dealt with."""
    from storage.case_model import Resolve

    return Resolve(**ask.seen, root_cause=root_cause, action=action)


@acting
@click.option("--reason", required=True, help="Why nobody will answer.")
def dismiss(ask: Ask, reason: str) -> AnyCommand:
    """Close a case without an answer."""
    from storage.case_model import Dismiss

    return Dismiss(**ask.seen, reason=reason)


@acting
@click.option(
    "--until", required=True, help="2026-11-25, 2026-11-25T14:00, 3h, 2d, tomorrow or friday."
)
def snooze(ask: Ask, until: str) -> AnyCommand:
    """Put a case aside until a time."""
    from storage.case_model import Snooze

    return Snooze(**ask.seen, until=ask.until(until))


@acting
@click.option("--reason", default="", help="Why.")
def reopen(ask: Ask, reason: str) -> AnyCommand:
    """Work on a closed case again."""
    from storage.case_model import Reopen

    return Reopen(**ask.seen, reason=reason)


@acting
@click.option("--to", required=True, metavar="NAME", help="Who shall have it.")
def transfer(ask: Ask, to: str) -> AnyCommand:
    """Hand a case to somebody, who has a day to begin."""
    from storage.case_model import Transfer

    return Transfer(**ask.seen, to=ask.person(to))


@acting
@click.option("--text", required=True, help="What colleagues should know.")
def note(ask: Ask, text: str) -> AnyCommand:
    """Leave a note for colleagues."""
    from storage.case_model import Note

    return Note(**ask.seen, text=text)


@acting
def release(ask: Ask) -> AnyCommand:
    """Give a case back to the queue."""
    from storage.case_model import Release

    return Release(**ask.seen)


@command.command("claim")
@places
@click.argument("case_id", metavar="[ID]", type=int, required=False)
@click.option("--next", "take_next", is_flag=True, help="The most urgent that nobody holds.")
@click.option("--take-over", is_flag=True, help="Also from a colleague who holds it (leads).")
@who
@as_json
def claim(
    db_path: Path,
    config_path: Path,
    case_id: int | None,
    take_next: bool,
    take_over: bool,
    who: str,
    as_json: bool,
) -> None:
    """Take a case to work on it; it is yours for 30 minutes after your last move."""
    from storage import cases, people
    from storage.case_model import Claim
    from storage.errors import Refused

    del config_path
    if (case_id is None) is not take_next:
        raise click.UsageError("give either the ID of a case or --next")
    with _database(db_path) as (db, now):
        with db.write() as conn:
            actor = people.person(conn, who, now)
        if case_id is None:
            case = cases.claim_next(db, actor, now)
            if case is None:
                raise Refused("no case waits to be claimed")
        else:
            case = cases.act(db, case_id, Claim(actor=actor, take_over=take_over), now)
        _show(db, case.id, now, as_json)


@command.command("list")
@places
@click.option(
    "--state",
    type=click.Choice([*OPEN, *CLOSED, "open", "closed", "all"]),
    default="open",
    show_default=True,
    help="Open ones come by urgency, closed ones by when they were closed.",
)
@click.option("--owner", metavar="NAME", help="Only open ones that this person holds.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@as_json
def list_(
    db_path: Path,
    config_path: Path,
    state: str,
    owner: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List cases, the most urgent first."""
    from itertools import islice

    from dashboard.desk.case_records import line, record

    del config_path
    with _database(db_path) as (db, now):
        zone = _zone(db)
        for item in islice(_items(db, state, owner), limit):
            click.echo(json.dumps(record(item)) if as_json else line(item, now, zone))


@command.command("show")
@places
@click.argument("case_id", metavar="ID", type=int)
@as_json
def show(db_path: Path, config_path: Path, case_id: int, as_json: bool) -> None:
    """Show one case with the text that it is about."""
    del config_path
    with _database(db_path) as (db, now):
        _show(db, case_id, now, as_json)


@command.command("history")
@places
@click.argument("case_id", metavar="ID", type=int)
@as_json
def history(db_path: Path, config_path: Path, case_id: int, as_json: bool) -> None:
    """Show everything that happened to a case, and who did it."""
    from dashboard.desk.case_records import event_line, event_record
    from storage import case_lists

    del config_path
    with _database(db_path) as (db, _):
        zone = _zone(db)
        for event in case_lists.history(db.reader(), case_id):
            click.echo(json.dumps(event_record(event)) if as_json else event_line(event, zone))


@contextmanager
def _database(path: Path) -> Iterator[tuple[Database, datetime]]:
    from datetime import UTC, datetime

    from storage.database import Database

    db = Database(path, create=False)
    try:
        yield db, datetime.now(UTC)
    finally:
        db.close()


def _show(db: Database, case_id: int, now: datetime, as_json: bool) -> None:
    from dashboard.desk.case_records import page, record
    from storage import case_lists

    item = case_lists.item(db.reader(), case_id)
    if as_json:
        click.echo(json.dumps(record(item)))
    else:
        click.echo("\n".join(page(item, now, _zone(db))))


def _items(db: Database, state: str, owner: str | None) -> Iterator[Item]:
    """Yield the cases of a list page by page: there may be many."""
    from storage import case_lists, people
    from storage.models import CaseState

    conn = db.reader()
    states = [] if state in ("open", "closed", "all") else [CaseState(state)]
    owner_id = None if owner is None else people.known(conn, owner).id
    if state in (*OPEN, "open", "all"):
        last = None
        while found := case_lists.queue(
            conn, states=states, owner_id=owner_id, after=last, limit=PAGE
        ):
            yield from found
            last = found[-1].case
    if state in (*CLOSED, "closed", "all") and owner is None:
        last = None
        while found := case_lists.closed(conn, states=states, before=last, limit=PAGE):
            yield from found
            last = found[-1].case


def _zone(db: Database) -> Any:
    from zoneinfo import ZoneInfo

    from storage import workspace

    return ZoneInfo(workspace.timezone(db.reader()))


def _until(db: Database, text: str, now: datetime) -> datetime:
    from dashboard.desk.until import until
    from storage import workspace

    return until(text, now, workspace.timezone(db.reader()))
