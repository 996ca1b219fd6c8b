"""``earshot cases answer`` and ``outcomes``: what came after a reply."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dashboard.commands.options import as_json, places


@click.command("answer")
@places
@click.argument("case_id", metavar="ID", type=int)
@click.option("--yes/--no", "sorted_out", required=True, help="Whether it is sorted out.")
@click.option("--as", "who", required=True, metavar="NAME", help="Who was told.")
def answer(db_path: Path, config_path: Path, case_id: int, sorted_out: bool, who: str) -> None:
    """Record whether the customer says that it is sorted out; "no" opens the case again."""
    from datetime import UTC, datetime

    from storage import follow_ups, people
    from storage.database import Database

    del config_path
    db, now = Database(db_path, create=False), datetime.now(UTC)
    with db.write() as conn:
        actor = people.person(conn, who, now)
    follow_ups.answer(db, case_id, sorted_out, now, actor=actor, by=f"to {actor.name}")
    db.close()
    click.echo(f"Case {case_id}: {'sorted out' if sorted_out else 'open again'}.")


@click.command("outcomes")
@places
@click.argument("case_id", metavar="ID", type=int)
@as_json
def outcomes(db_path: Path, config_path: Path, case_id: int, as_json: bool) -> None:
    """Show what came of a case's reply: an answer, another rating, a customer won back."""
    from storage import cases
    from storage import outcomes as found
    from storage.database import Database

    del config_path
    db = Database(db_path, create=False)
    cases.load(db.reader(), case_id)
    for each in found.of_case(db.reader(), case_id):
        row = {"case_id": str(each.case_id), "what": each.what.value, "at": each.at.isoformat()}
        rest = {"before": each.before, "after": each.after}
        stars = f"  {each.before:g} → {each.after:g} stars" if each.before and each.after else ""
        words = f"{each.at:%Y-%m-%d %H:%M} UTC  {each.what.value.replace('_', ' ')}{stars}"
        click.echo(json.dumps(row | rest) if as_json else words)
    db.close()
