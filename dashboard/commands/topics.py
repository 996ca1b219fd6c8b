"""``earshot topics``: the taxonomy, what is said of each topic, and changing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import filtering, options, topic_discovery
from dashboard.commands.topic_discovery import change, reread, shown
from storage.errors import InputError

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.people import Person
    from storage.topics import StoredTopic

who = click.option("--as", "who", required=True, metavar="NAME", help="Who changes it.")
term = click.option("--term", "terms", multiple=True, help="A word or phrase; * ends a stem.")


@click.group()
def command() -> None:
    """The taxonomy, what is said of each topic, and what is said beside it."""


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
        row = {"key": group.key, "name": names.get(group.key, group.key), "n": group.sums.n}
        options.say(as_json, {**row, "negative_share": share.value}, _words)


@command.command("tree")
@click.option("--all", "all_", is_flag=True, help="Also merged and retired topics.")
@options.as_json
@options.places
def tree(db_path: Path, all_: bool, as_json: bool, **_: object) -> None:
    """Show the taxonomy: keys, names, and the terms that topics are found by."""
    from storage import topics
    from storage.database import Database

    db = Database(db_path, create=False)
    found = topics.stored(db.reader())
    db.close()
    rows = [each for each in found if all_ or each.state == topics.ACTIVE]
    if as_json:
        for each in rows:
            options.say(True, shown(each), str)
        return
    for depth, each in _ordered(rows):
        gone = "" if each.state == topics.ACTIVE else f"  [{each.state} {each.merged_into or ''}]"
        terms = ", ".join(each.terms[:6]) + (" …" if len(each.terms) > 6 else "")
        click.echo(f"{'  ' * depth}{each.name} ({each.key}){gone}  {terms}")


@command.command("starters")
@options.as_json
def starters(as_json: bool) -> None:
    """List the taxonomies to start from."""
    from sentiment import taxonomy

    for each in taxonomy.starters():
        row = {"key": each.key, "name": each.name, "topics": [t.key for t in each.topics]}
        options.say(as_json, row, lambda row: f"{row['key']:<12} {row['name']}")


@command.command("start")
@click.argument("starter")
@who
@options.as_json
@options.places
def start(starter: str, who: str, as_json: bool, **where: Path) -> None:
    """Start from one of `starters`; topics that people made stay, mentions are read again."""
    from dashboard import wiring
    from storage import people, rereading

    made = wiring.open_workspace(where["db_path"], where["config_path"], create=False)
    try:
        with made.db.write() as conn:
            actor = people.person(conn, who, made.now())
        made.choose_taxonomy(starter, actor)
        waiting = rereading.waiting(made.db.reader())
        reread(made.understand, waiting)
    finally:
        made.close()
    row = {"starter": starter, "reread": waiting}
    options.say(as_json, row, lambda row: f"{starter}: {waiting:,} mentions were read again.")


@command.command("add")
@click.argument("name")
@term
@click.option("--parent", metavar="KEY", help="The topic that it is part of.")
@who
@options.as_json
@options.places
def add(
    name: str, terms: tuple[str, ...], parent: str | None, who: str, as_json: bool, **where: Path
) -> None:
    """Add a topic; mentions that hold one of its terms are read again."""
    from storage import topic_changes

    change(
        where,
        who,
        as_json,
        lambda conn, actor, now: topic_changes.add(conn, name, terms, actor, now, parent=parent),
    )


@command.command("rename")
@click.argument("key")
@click.argument("name")
@who
@options.as_json
@options.places
def rename(key: str, name: str, who: str, as_json: bool, **where: Path) -> None:
    """Give a topic another name; key and figures stay."""
    from storage import topic_changes

    change(
        where,
        who,
        as_json,
        lambda conn, actor, now: topic_changes.rename(conn, key, name, actor, now),
    )


@command.command("terms")
@click.argument("key")
@term
@who
@options.as_json
@options.places
def terms_(key: str, terms: tuple[str, ...], who: str, as_json: bool, **where: Path) -> None:
    """Set all the terms that a topic is found by."""
    from storage import topic_changes

    change(
        where,
        who,
        as_json,
        lambda conn, actor, now: topic_changes.set_terms(conn, key, terms, actor, now),
    )


@command.command("move")
@click.argument("key")
@click.option("--parent", metavar="KEY", help="The topic that it shall be part of; none without.")
@who
@options.as_json
@options.places
def move(key: str, parent: str | None, who: str, as_json: bool, **where: Path) -> None:
    """Hang a topic under another one."""
    from storage import topic_changes

    change(
        where,
        who,
        as_json,
        lambda conn, actor, now: topic_changes.move(conn, key, parent, actor, now),
    )


@command.command("merge")
@click.argument("key")
@click.option("--into", required=True, metavar="KEY", help="The topic that takes it over.")
@who
@options.as_json
@options.places
def merge(key: str, into: str, who: str, as_json: bool, **where: Path) -> None:
    """Merge a topic into another; its key leads there from now on."""
    from storage import topic_changes

    change(
        where,
        who,
        as_json,
        lambda conn, actor, now: topic_changes.merge(conn, key, into, actor, now),
    )


@command.command("split")
@click.argument("key")
@click.option(
    "--part",
    "parts",
    multiple=True,
    required=True,
    metavar="NAME=TERM,TERM",
    help="A part and its terms. May repeat.",
)
@who
@options.as_json
@options.places
def split(key: str, parts: tuple[str, ...], who: str, as_json: bool, **where: Path) -> None:
    """Split a topic into parts, which hang under it; it stays as their whole."""
    from storage import topic_changes, topics

    wanted = [_part(each) for each in parts]

    def parts_of(conn: sqlite3.Connection, actor: Person, now: datetime) -> StoredTopic:
        topic_changes.split(conn, key, wanted, actor, now)
        return topics.get(conn, key)

    change(where, who, as_json, parts_of)


@command.command("retire")
@click.argument("key")
@who
@options.as_json
@options.places
def retire(key: str, who: str, as_json: bool, **where: Path) -> None:
    """Sort nothing into a topic any more."""
    from storage import topic_changes

    change(
        where, who, as_json, lambda conn, actor, now: topic_changes.retire(conn, key, actor, now)
    )


@command.command("restore")
@click.argument("key")
@who
@options.as_json
@options.places
def restore(key: str, who: str, as_json: bool, **where: Path) -> None:
    """Sort mentions into a retired topic again."""
    from storage import topic_changes

    change(
        where, who, as_json, lambda conn, actor, now: topic_changes.restore(conn, key, actor, now)
    )


@command.command("history")
@click.argument("key", required=False)
@options.as_json
@options.places
def history(key: str | None, db_path: Path, as_json: bool, **_: object) -> None:
    """List who changed the taxonomy how, oldest first, or what became of one topic."""
    from storage import topics
    from storage.database import Database

    db = Database(db_path, create=False)
    events = topics.history(db.reader(), key)
    db.close()
    for event in events:
        row = {**event._asdict(), "at": event.at.isoformat()}
        options.say(
            as_json,
            row,
            lambda row: (
                f"{row['at'][:16]}  {row['topic'] or '(all)':<20} {row['type']:<10}"
                f" by {row['actor']}  {row['data']}"
            ),
        )


command.add_command(topic_discovery.discover)
command.add_command(topic_discovery.proposals)
command.add_command(topic_discovery.accept)
command.add_command(topic_discovery.dismiss)
command.add_command(topic_discovery.emerging)


def _part(words: str) -> tuple[str, tuple[str, ...]]:
    name, found, terms = words.partition("=")
    if not found:
        raise InputError(f"--part {words!r}: write NAME=TERM,TERM")
    return name, tuple(terms.split(","))


def _ordered(rows: list[StoredTopic]) -> list[tuple[int, StoredTopic]]:
    """Return topics below their parents, with how deep each hangs."""
    keys = {each.key for each in rows}
    found: list[tuple[int, StoredTopic]] = []

    def hang(parent: str | None, depth: int) -> None:
        for each in rows:
            if (each.parent if each.parent in keys else None) == parent:
                found.append((depth, each))
                hang(each.key, depth + 1)

    hang(None, 0)
    return found


def _words(row: dict[str, Any]) -> str:
    share = row["negative_share"]
    told = "" if share is None else f"  {share:>6.1%} negative"
    return f"{row['name']:<28} {row['n']:>8,}{told}"
