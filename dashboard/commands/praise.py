"""``earshot praise``: the best that was said, who agreed to be quoted, and what is published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from dashboard.commands.output import target
from storage.errors import InputError

if TYPE_CHECKING:
    import sqlite3

    from storage.people import Person
    from storage.praise import Consent, Praise

who = click.option("--as", "actor", required=True, metavar="NAME", help="Who acts.")
_LIMIT = 10


@click.group("praise")
def command() -> None:
    """Find praise, record who agreed to be quoted, publish it where its source allows."""


@command.command("list")
@click.option("--topic", metavar="KEY", help="Only about this topic.")
@click.option("--place", metavar="PLACE", help="Only from this place.")
@click.option("--limit", default=_LIMIT, show_default=True, help="So many, the best first.")
@click.option("--published", is_flag=True, help="What is published instead.")
@options.as_json
@options.places
def list_(db_path: Path, config_path: Path, as_json: bool, **given: Any) -> None:
    """List the best texts about our brands, each with its consent and what its source allows."""
    from contextlib import closing

    from dashboard import praise_page
    from storage import praise, workspace
    from storage.database import Database
    from storage.models import MentionFilter

    del config_path
    with closing(Database(db_path, create=False)) as db, db.snapshot() as conn:
        if given["published"]:
            found = [text for text, _ in praise_page.shown(conn)]
        else:
            flt = MentionFilter(
                brands=workspace.own_brands(conn),
                topics=(given["topic"],) if given["topic"] else (),
                places=(given["place"],) if given["place"] else (),
            )
            found = praise.candidates(conn, flt, given["limit"])
        known = praise.consents(conn, [each.mention_id for each in found])
    for each in found:
        options.say(as_json, _row(each, known.get(each.mention_id)), _words)


@command.command("record")
@click.argument("mention", type=int)
@click.argument("answer", type=click.Choice(["asked", "given", "refused"]))
@click.option("--how", required=True, help="mail, phone, person, reply, form")
@click.option("--shown", required=True, help="words, first, name: what may be shown")
@click.option(
    "--on", "day", required=True, metavar="DAY", help="Day on which the writer was asked."
)
@who
@options.places
def record(db_path: Path, config_path: Path, mention: int, answer: str, **given: Any) -> None:
    """Record that the writer of a text was asked, agreed, or refused."""
    from storage import praise
    from storage.praise import How, Shown, Step

    del config_path
    how = _one_of({each.name.lower(): each for each in How}, given["how"], "--how")
    scope = _one_of({each.name.lower(): each for each in Shown}, given["shown"], "--shown")
    with _acting(db_path, given["actor"]) as (conn, by, now):
        praise.record(
            *(conn, mention, Step(answer), by, now),
            how=how,
            scope=scope,
            asked_on=_day(given["day"]),
        )


@command.command("publish")
@click.argument("mention", type=int)
@who
@options.places
def publish(db_path: Path, config_path: Path, mention: int, actor: str) -> None:
    """Put a text on the page that anybody may see, where its source and writer allow it."""
    from dashboard import praise_policy
    from storage import praise
    from storage.praise import Step

    del config_path
    with _acting(db_path, actor) as (conn, by, now):
        praise_policy.require(praise.one(conn, mention))
        praise.record(conn, mention, Step.PUBLISHED, by, now)


@command.command("take-down")
@click.argument("mention", type=int)
@who
@options.places
def take_down(db_path: Path, config_path: Path, mention: int, actor: str) -> None:
    """Take a text from the page; its consent stays."""
    from storage import praise
    from storage.praise import Step

    del config_path
    with _acting(db_path, actor) as (conn, by, now):
        praise.record(conn, mention, Step.TAKEN_DOWN, by, now)


@command.command("revoke")
@click.argument("mention", type=int)
@who
@options.places
def revoke(db_path: Path, config_path: Path, mention: int, actor: str) -> None:
    """Record that a writer took the consent back; the text leaves the page at once."""
    from storage import praise
    from storage.praise import Step

    del config_path
    with _acting(db_path, actor) as (conn, by, now):
        praise.record(conn, mention, Step.REVOKED, by, now)


@command.command("page")
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path))
@click.option("--mention", type=int, help="Only this text, as a card.")
@options.places
def page(db_path: Path, config_path: Path, out: Path, mention: int | None) -> None:
    """Write what is published as one HTML file; make it anew after every change.

    The server shows the same page at /public/praise, always as it stands.
    """
    from contextlib import closing

    from dashboard import praise_page
    from storage.database import Database

    del config_path
    with closing(Database(db_path, create=False)) as db, db.snapshot() as conn:
        content = praise_page.current(conn, mention)
    with target(out) as file:
        file.write(content.encode())
    click.echo(str(out))


@contextmanager
def _acting(path: Path, actor: str) -> Iterator[tuple[sqlite3.Connection, Person, datetime]]:
    from contextlib import closing

    from storage import people
    from storage.database import Database

    now = datetime.now(UTC)
    with closing(Database(path, create=False)) as db, db.write() as conn:
        yield conn, people.person(conn, actor, now), now


def _row(text: Praise, consent: Consent | None) -> dict[str, Any]:
    from dashboard import praise_policy

    rule = praise_policy.of(text)
    return {
        "mention": str(text.mention_id),
        "place": text.place,
        "day": text.day.isoformat(),
        "topics": list(text.topics),
        "rating": text.rating,
        "title": text.title,
        "text": text.text,
        "allowed": rule.allowed,
        "why": rule.why,
        "consent": consent.step.value if consent else None,
        "scope": consent.scope if consent else None,
        "current": consent.version == text.version if consent else None,
        "published": bool(consent and consent.up),
    }


def _words(row: dict[str, Any]) -> str:
    state = "published" if row["published"] else row["consent"] or "nobody was asked"
    state = state if row["allowed"] else "not allowed by its source"
    return f"{row['mention']}  {row['place']}  {state}: {row['text']}"


def _one_of(known: dict[str, Any], word: str, option: str) -> Any:
    if word not in known:
        raise InputError(f"{option} {word!r} is unknown; known: {', '.join(known)}")
    return known[word]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no day; write it like 2026-11-16") from error
