"""``earshot lookalikes``: bursts of near-copies, and what people decide about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from dashboard.commands.options import as_json, places

if TYPE_CHECKING:
    from storage.bursts import Burst

who = click.option("--as", "who", required=True, metavar="NAME", help="Who decides.")
why = click.option("--why", default="", help="Kept with the decision.")
burst_id = click.argument("burst_id", metavar="ID", type=int)


@click.group("lookalikes")
def command() -> None:
    """Copies and templates of many authors that came at once; a person decides.

    Figures count the suspicious and leave out what a person excluded; `--suspects` of other
    commands says otherwise.
    """


@command.command("list")
@as_json
@places
def list_(db_path: Path, as_json: bool, **_: object) -> None:
    """List bursts with their evidence, undecided ones first."""
    from storage import bursts
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        found = bursts.bursts(db.reader())
    finally:
        db.close()
    for each in found:
        options.say(as_json, record(each), _line)
    if not found and not as_json:
        click.echo("No burst of look-alikes was found.")


@command.command("show")
@burst_id
@as_json
@places
def show(burst_id: int, db_path: Path, as_json: bool, **_: object) -> None:
    """Show a burst: its evidence, what was decided by whom, and who said what."""
    from dashboard.desk.case_records import plain
    from storage import bursts, listing
    from storage.database import Database

    db = Database(db_path, create=False)
    try:
        with db.snapshot() as conn:
            found = bursts.burst(conn, burst_id)
            events = bursts.history(conn, burst_id)
            rows = listing.rows(conn, bursts.members(conn, burst_id))
    finally:
        db.close()
    told = [{**each._asdict(), "at": each.at.isoformat()} for each in events]
    said = [
        {
            "id": str(row.id),
            "published_at": row.published_at.isoformat(),
            "author": row.author,
            "standing": row.standing.value,
            "text": row.text,
        }
        for row in rows
    ]
    if as_json:
        options.say(True, {**record(found), "events": told, "mentions": said}, str)
        return
    click.echo(_line(record(found)))
    for event in told:
        click.echo(f"  {event['at'][:16]}  {event['type']:<10} by {event['actor']}  {event['why']}")
    for each in said:
        text = " ".join(each["text"].split())[:90]
        click.echo(f"  {each['published_at'][:16]}  {plain(each['author']):<20}  {plain(text)}")


@command.command("exclude")
@burst_id
@who
@why
@as_json
@places
def exclude(burst_id: int, who: str, why: str, as_json: bool, **where: Path) -> None:
    """Leave a burst out of every figure that does not ask for it; can be taken back."""
    _decide(burst_id, "excluded", who, why, as_json, where)


@command.command("genuine")
@burst_id
@who
@why
@as_json
@places
def genuine(burst_id: int, who: str, why: str, as_json: bool, **where: Path) -> None:
    """Say that a burst is what it seems: it counts like everything else."""
    _decide(burst_id, "genuine", who, why, as_json, where)


@command.command("undo")
@burst_id
@who
@why
@as_json
@places
def undo(burst_id: int, who: str, why: str, as_json: bool, **where: Path) -> None:
    """Take the last decision on a burst back."""
    _decide(burst_id, None, who, why, as_json, where)


@command.command("look")
@as_json
@places
def look(as_json: bool, **where: Path) -> None:
    """Look for copies now among all texts that are older than a minute."""
    from dashboard import lookalikes, wiring

    made = wiring.open_workspace(where["db_path"], where["config_path"], create=False)
    try:
        joined = lookalikes.all_of_it(made)
    finally:
        made.close()
    options.say(
        as_json, {"joined": joined}, lambda row: f"{row['joined']:,} mentions joined bursts."
    )


def record(burst: Burst) -> dict[str, Any]:
    """Return a burst as a JSON object; ids are text."""
    return {
        "id": str(burst.id),
        "state": burst.state.value,
        "undecided": burst.undecided,
        "first_at": burst.first_at.isoformat(),
        "last_at": burst.last_at.isoformat(),
        **burst.evidence._asdict(),
    }


def _decide(
    burst_id: int, state: str | None, who: str, why: str, as_json: bool, where: dict[str, Path]
) -> None:
    from datetime import UTC, datetime

    from storage import bursts, people
    from storage.database import Database

    db = Database(where["db_path"], create=False)
    try:
        now = datetime.now(UTC)
        with db.write() as conn:
            actor = people.person(conn, who, now)
            if state is None:
                found = bursts.undo(conn, burst_id, actor, why, now)
            else:
                found = bursts.decide(conn, burst_id, bursts.State(state), actor, why, now)
    finally:
        db.close()
    options.say(as_json, record(found), _line)


def _line(row: dict[str, Any]) -> str:
    more = (
        f", {row['undecided']} undecided" if row["state"] == "excluded" and row["undecided"] else ""
    )
    when = f"{row['first_at'][:16]} to {row['last_at'][:16]} UTC"
    return (
        f"{row['id']:>5}  {row['state']}{more}  {when}  "
        f"{row['mentions']} mentions of {row['authors']} authors, {row['alike']:.0%} alike; "
        f"{row['expected']:.2g} authors expected (p {row['p']:.0e})"
    )
