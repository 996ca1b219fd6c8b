"""``earshot actions``: what was done about a topic, and whether it worked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from dashboard.commands.output import target
from storage.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.judging import Judged
    from storage.database import Database

who = click.option("--as", "actor", required=True, metavar="NAME", help="Who acts.")


@click.group("actions")
def command() -> None:
    """Register what is done about a topic before looking at its result; see whether it worked."""


@command.command("add")
@click.argument("title")
@click.option("--topic", required=True, metavar="KEY", help="Topic that it is about.")
@click.option(
    "--measure",
    default="negative_share",
    show_default=True,
    help="topic_share, negative_share or rating of those who raise the topic.",
)
@click.option(
    "--expected",
    type=float,
    help="Size that is hoped for: points for shares, stars for ratings.",
)
@click.option("--brand", "brands", multiple=True, help="Only this brand; may be repeated.")
@click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@click.option("--on", "day", metavar="DAY", help="Day on which it took effect, if it did.")
@who
@options.as_json
@options.places
def add(db_path: Path, config_path: Path, as_json: bool, **given: Any) -> None:
    """Register an action. What it is judged by can't be changed afterwards."""
    from storage import actions, people

    del config_path
    now = datetime.now(UTC)
    with _open(db_path) as db, db.write() as conn:
        by = people.person(conn, given["actor"], now)
        expected = given["expected"]
        if expected is not None and given["measure"] != "rating":
            expected /= 100
        scope = actions.Scope(given["brands"], given["sources"])
        number = actions.register(
            *(conn, given["title"], given["topic"], given["measure"]),
            *(scope, expected, by.id, now),
        )
        if given["day"]:
            actions.done(conn, number, _day(given["day"]), now.date(), by.id, now)
    options.say(as_json, {"id": number}, lambda row: f"action {row['id']}")


@command.command("done")
@click.argument("number", type=int)
@click.option("--on", "day", metavar="DAY", help="Day on which it took effect.  [default: today]")
@who
@options.places
def done(db_path: Path, config_path: Path, number: int, day: str | None, actor: str) -> None:
    """Say that an action took effect."""
    from storage import actions, people

    del config_path
    now = datetime.now(UTC)
    with _open(db_path) as db, db.write() as conn:
        by = people.person(conn, actor, now)
        actions.done(conn, number, _day(day) if day else now.date(), now.date(), by.id, now)


@command.command("withdraw")
@click.argument("number", type=int)
@click.option("--why", required=True, help="Why; it stays on record.")
@who
@options.places
def withdraw(db_path: Path, config_path: Path, number: int, why: str, actor: str) -> None:
    """Take an action back; it stays on record."""
    from storage import actions, people

    del config_path
    now = datetime.now(UTC)
    with _open(db_path) as db, db.write() as conn:
        actions.withdraw(conn, number, why, people.person(conn, actor, now).id, now)


@command.command("list")
@options.as_json
@options.places
def list_(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List the actions with what can be said of each."""
    del config_path
    with _open(db_path) as db:
        for judged in _judged(db):
            options.say(as_json, _row(judged), _words)


@command.command("card")
@click.argument("number", type=int)
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path))
@options.places
def card(db_path: Path, config_path: Path, number: int, out: Path) -> None:
    """Write a card for customers: what they said, what was done, and what came of it."""
    from dashboard import proof_card
    from storage import workspace

    del config_path
    with _open(db_path) as db:
        judged = next((each for each in _judged(db) if each.action.id == number), None)
        if judged is None:
            raise InputError(f"there is no action {number}; `earshot actions list` shows them")
        own = [brand.name for brand in workspace.brands(db.reader()) if brand.own]
        sample = workspace.is_sample(db.reader())
    with target(out) as file:
        file.write(proof_card.card(judged, ", ".join(own), sample=sample).encode())
    click.echo(str(out))


@command.command("tell")
@click.argument("number", type=int)
@click.option("--text", required=True, help="What was changed, in words for who asked for it.")
@click.option("--send", is_flag=True, help="Hand the mails over.  [default: only list them]")
@click.option("--although", default="", metavar="WHY", help="Send what the checks doubt, too.")
@who
@options.as_json
@options.places
def tell(db_path: Path, config_path: Path, number: int, as_json: bool, **given: Any) -> None:
    """Tell everybody who raised the topic what was changed: one mail a person.

    Without --send it says who would get one, who is held back and why, and shows the first.
    """
    from dashboard import telling, wiring
    from storage import actions, people

    space = wiring.open_workspace(db_path, config_path, create=False)
    try:
        action = actions.get(space.db.reader(), number)
        words = telling.checked(given["text"])
        made = telling.plan(space, action, telling.people(space, action), words)
        sent = 0
        if given["send"]:
            with space.db.write() as conn:
                by = people.person(conn, given["actor"], space.now())
            sent = telling.start(space, number, words, given["although"], by)
    finally:
        space.close()
    row = {
        "raised": len(made.people),
        "ways": {way.name.lower(): count for way, count in made.ways.items()},
        "passed": len(made.passed),
        "sent": sent,
        "said": telling.summed(made),
        "held": telling.reasons(made),
        "first": made.passed[0].mail.text if made.passed else "",
    }
    options.say(as_json, row, _tell_words)


def _tell_words(row: dict[str, Any]) -> str:
    held = [f"held back, {each}" for each in row["held"]]
    first = ["", row["first"]] if row["first"] and not row["sent"] else []
    sent = [f"{row['sent']} mails are on their way"] if row["sent"] else []
    return "\n".join([row["said"], *held, *first, *sent])


def _judged(db: Database) -> Iterator[Judged]:
    from zoneinfo import ZoneInfo

    from dashboard import judging
    from storage import actions, workspace

    conn = db.reader()
    today = datetime.now(ZoneInfo(workspace.timezone(conn))).date()
    for each in actions.actions(conn):
        yield judging.judge(conn, each, today)


def _row(judged: Judged) -> dict[str, Any]:
    from dashboard import proof

    action, effect = judged.action, judged.effect
    row: dict[str, Any] = {
        "id": action.id,
        "title": action.title,
        "topic": action.topic,
        "measure": action.measure,
        "expected": action.expected,
        "registered_at": action.registered_at.isoformat(),
        "actor": action.actor,
        "done_on": action.done_on.isoformat() if action.done_on else None,
        "withdrawn": action.withdrawn,
        "said": proof.said(judged),
    }
    if effect is not None:
        row |= {**effect._asdict(), "verdict": effect.verdict.value}
    return row


def _words(row: dict[str, Any]) -> str:
    return f"{row['id']}  {row['title']} ({row['topic']}): {row['said']}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no day; write it like 2026-11-16") from error


def _open(path: Path) -> Any:
    from contextlib import closing

    from storage.database import Database

    return closing(Database(path, create=False))
