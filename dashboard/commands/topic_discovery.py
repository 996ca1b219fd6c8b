"""``earshot topics discover`` and what follows: proposals, what emerges, changes by people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.people import Person
    from storage.topics import StoredTopic

_who = click.option("--as", "who", required=True, metavar="NAME", help="Who decides.")
_id = click.argument("proposal_id", metavar="ID", type=int)


@click.command("discover")
@click.option("--seed", default=0, show_default=True, help="The same texts and seed find the same.")
@options.as_json
@options.places
def discover(seed: int, as_json: bool, **where: Path) -> None:
    """Look for topics that have no name yet, and for what is said more than before.

    Reads the newest texts of own brands in a process of its own; nothing leaves the machine.
    """
    from dashboard import topic_study, wiring
    from storage import topic_studies

    made = wiring.open_workspace(where["db_path"], where["config_path"], create=False)
    try:
        topic_study.study(made, seed=seed)
        conn = made.db.reader()
        study, found = topic_studies.last(conn), topic_studies.proposals(conn)
    finally:
        made.close()
    if study is None:
        return
    emerging_rows = study.report["emerging"]
    count = len(emerging_rows) if isinstance(emerging_rows, list) else 0
    row = {"read": study.read, "uncovered": study.uncovered, "proposals": len(found)}
    options.say(
        as_json,
        {**row, "emerging": count},
        lambda row: (
            f"{row['read']:,} texts read, {row['uncovered']:,} of them without a topic:"
            f" {row['proposals']} proposals, {row['emerging']} things emerge."
        ),
    )


@click.command("proposals")
@options.as_json
@options.places
def proposals(db_path: Path, as_json: bool, **_: object) -> None:
    """List proposed topics with their size and examples, the biggest first."""
    from storage import listing, topic_studies
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        with db.snapshot() as conn:
            found = topic_studies.proposals(conn)
            texts = {
                row.id: row.text
                for row in listing.rows(conn, [id_ for each in found for id_ in each.examples])
            }
    finally:
        db.close()
    for each in found:
        row = {**each._asdict(), "id": str(each.id), "examples": [str(i) for i in each.examples]}
        row["texts"] = [texts[i] for i in each.examples if i in texts]
        options.say(as_json, row, _words)


@click.command("accept")
@_id
@click.option("--name", help="Another name than the proposed one.")
@click.option("--term", "terms", multiple=True, help="Take these terms instead of all.")
@click.option("--parent", metavar="KEY", help="The topic that it shall be part of.")
@_who
@options.as_json
@options.places
def accept(
    proposal_id: int,
    name: str | None,
    terms: tuple[str, ...],
    parent: str | None,
    who: str,
    as_json: bool,
    **where: Path,
) -> None:
    """Make a proposal a topic; past mentions that hold its terms are read again."""
    from storage import topic_studies

    change(
        where,
        who,
        as_json,
        lambda conn, actor, now: topic_studies.accept(
            conn, proposal_id, actor, now, name=name, terms=terms, parent=parent
        ),
    )


@click.command("dismiss")
@_id
@_who
@options.as_json
@options.places
def dismiss(proposal_id: int, who: str, as_json: bool, db_path: Path, **_: object) -> None:
    """Say that a proposal is no topic; it does not come back."""
    from datetime import UTC, datetime

    from storage import people, topic_studies
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        now = datetime.now(UTC)
        with db.write() as conn:
            found = topic_studies.dismiss(conn, proposal_id, people.person(conn, who, now), now)
    finally:
        db.close()
    row = {"id": str(found.id), "name": found.name, "state": found.state}
    options.say(as_json, row, lambda row: f"{row['name']} does not come back.")


@click.command("emerging")
@options.as_json
@options.places
def emerging(db_path: Path, as_json: bool, **_: object) -> None:
    """List what the last week says more than the eight weeks before, by the last look.

    Among all things listed at most a tenth is chance, in the mean.
    """
    from storage import topic_studies
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        study = topic_studies.last(db.reader())
    finally:
        db.close()
    rows = study.report["emerging"] if study else []
    assert isinstance(rows, list)
    for row in rows:
        assert isinstance(row, dict)
        options.say(as_json, row, _rise)
    if not rows and not as_json:
        click.echo("Nothing is said more than before." if study else "Nobody looked yet: discover.")


def change(
    where: dict[str, Path],
    who: str,
    as_json: bool,
    how: Callable[[sqlite3.Connection, Person, datetime], StoredTopic],
) -> None:
    """Do one change, and read again what it may concern."""
    from dashboard import wiring
    from storage import people, rereading

    made = wiring.open_workspace(where["db_path"], where["config_path"], create=False)
    try:
        with made.db.write() as conn:
            found = how(conn, people.person(conn, who, made.now()), made.now())
        waiting = rereading.waiting(made.db.reader())
        reread(made.understand, waiting)
    finally:
        made.close()
    options.say(
        as_json,
        {**shown(found), "reread": waiting},
        lambda row: f"{row['name']} ({row['key']}); {waiting:,} mentions were read again.",
    )


def reread(understand: Callable[[], int], waiting: int) -> None:
    """Read mentions again that a change concerns; says so where it takes a while."""
    if waiting > 2_000:
        click.echo(f"reading {waiting:,} mentions again ...", err=True)
    understand()


def shown(topic: StoredTopic) -> dict[str, Any]:
    """Return a topic as a JSON object."""
    row = topic._asdict()
    row.pop("id")
    return row


def _words(row: dict[str, Any]) -> str:
    from dashboard.desk.case_records import plain

    lines = [f"{row['id']:>5}  {row['name']}  {row['size']:,} texts of {row['authors']:,} people"]
    lines.append(f"       {', '.join(row['terms'])}")
    lines += [f"       “{plain(' '.join(text.split())[:100])}”" for text in row["texts"]]
    return "\n".join(lines)


def _rise(row: dict[str, Any]) -> str:
    times = "new" if row["ratio"] is None else f"{row['ratio']:.1f}×"
    high = "…" if row["high"] is None else f"{row['high']:.1f}"
    return (
        f"{row['name']:<28} {row['what']:<7} {row['now']:>6,} this week, {row['before']:,} in"
        f" {row['weeks']} weeks before: {times} its share ({row['low']:.1f}–{high})"
    )
