"""``earshot erase``: removes what somebody said, everywhere, and gives a receipt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from storage.errors import InputError, NotFound

if TYPE_CHECKING:
    from storage.database import Database
    from storage.privacy import Receipt, Wanted

_SHOWN = 20
"""Mentions that a dry run shows by their words; JSON has all of them."""


@click.command("erase")
@click.option("--mention", "mentions", multiple=True, type=int, help="Id of a mention. May repeat.")
@click.option("--author", default="", help="All that somebody said under this name.")
@click.option("--native-id", default="", help="The id that its site gave it.")
@click.option("--url", default="", help="The address where it can be read.")
@click.option("--source", default="", help="Only what this source brought.")
@click.option("--place", default="", help="Only what was said in this place.")
@click.option("--yes", is_flag=True, help="Erase; without it nothing is changed.")
@click.option("--dry-run", is_flag=True, help="Only show what would go (the default).")
@click.option("--as", "actor", default="", metavar="NAME", help="Who erases; needed with --yes.")
@click.option("--finish", is_flag=True, help="Clean the file for an erasure that was held up.")
@click.option("--receipts", is_flag=True, help="List the receipts of all erasures.")
@click.option(
    "--list",
    "list_",
    is_flag=True,
    help="Print what was erased as keyed marks, to be kept for `earshot restore --erasures`.",
)
@options.as_json
@options.places
def command(
    db_path: Path,
    config_path: Path,
    yes: bool,
    dry_run: bool,
    actor: str,
    finish: bool,
    receipts: bool,
    list_: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Erase by --mention, --author, --native-id or --url; a dry run unless --yes is given.

    Texts, authors, addresses, ids, replies, drafts and notes go, from the tables and from
    the bytes of the file; figures stay as they are, and the next poll does not bring the
    words back. Copies outside of this file (backups, exports, reports) are yours to delete.
    """
    from storage import backup, privacy
    from storage.database import Database

    del config_path
    wanted = privacy.Wanted(**chosen)
    if not (finish or receipts or list_):
        _check(wanted, yes=yes, dry_run=dry_run, actor=actor)
    db = Database(db_path, create=False)
    try:
        if list_:
            click.echo(backup.erasures(db.reader()).text())
        elif receipts or finish:
            conn = db.reader()
            found = privacy.receipts(conn) if receipts else privacy.finish(db, datetime.now(UTC))
            for each in found:
                _say(each, as_json)
        elif yes:
            _say(_erase(db, wanted, actor), as_json)
        else:
            _show(db, wanted, as_json)
    finally:
        db.close()


def _check(wanted: Wanted, *, yes: bool, dry_run: bool, actor: str) -> None:
    """Refuse what is no clear order."""
    given = [bool(each) for each in wanted[:4]]
    if sum(given) != 1:
        raise InputError("say what to erase by one of --mention, --author, --native-id, --url")
    if yes and dry_run:
        raise InputError("--yes and --dry-run contradict each other")
    if yes and not actor:
        raise InputError("say who erases with --as NAME")


def _erase(db: Database, wanted: Wanted, actor: str) -> Receipt:
    from storage import people, privacy

    ids = _found(db, wanted)
    now = datetime.now(UTC)
    with db.write() as conn:
        person = people.person(conn, actor, now)
    return privacy.erase(db, ids, wanted.chosen_by, person, now)


def _found(db: Database, wanted: Wanted) -> list[int]:
    from storage import privacy

    ids = privacy.find(db.reader(), wanted)
    if not ids:
        raise NotFound("nothing that is stored matches; what was erased before is gone for good")
    return ids


def _show(db: Database, wanted: Wanted, as_json: bool) -> None:
    """Tell what would go."""
    from storage import listing, privacy

    ids = _found(db, wanted)
    conn = db.reader()
    extent = privacy.extent(conn, ids)
    rows = [
        {
            "id": str(row.id),
            "source": row.source,
            "place": row.place,
            "published_at": row.published_at.isoformat(),
            "author": row.author,
            "text": listing.scored_text(row.title, row.text),
        }
        for row in listing.rows(conn, ids if as_json else ids[:_SHOWN])
    ]
    if as_json:
        click.echo(json.dumps({"dry_run": True, **extent._asdict(), "items": rows}))
        return
    for row in rows:
        said = " ".join(row["text"].split())
        shown = said if len(said) <= 60 else f"{said[:59]}…"
        click.echo(
            f"{row['id']}  {row['published_at'][:10]}  {row['place']}  {row['author']}: {shown}"
        )
    if len(ids) > _SHOWN:
        click.echo(f"… and {len(ids) - _SHOWN:,} more")
    click.echo(
        f"Would erase {extent.mentions:,} mentions with {extent.versions:,} versions and"
        f" {extent.replies:,} replies, and the words in {extent.cases:,} cases."
    )
    click.echo("Nothing was changed; erase them with --yes --as NAME.")


def _say(receipt: Receipt, as_json: bool) -> None:
    if as_json:
        said = receipt._asdict()
        for name in ("begun_at", "done_at"):
            said[name] = said[name].isoformat() if said[name] else None
        click.echo(json.dumps(said))
        return
    when = f"{receipt.done_at:%Y-%m-%d %H:%M} UTC" if receipt.done_at else "not finished"
    click.echo(
        f"{receipt.receipt}  {when}  {receipt.actor} erased {receipt.mentions:,} mentions"
        f" ({receipt.versions:,} versions, {receipt.replies:,} replies) and the words in"
        f" {receipt.cases:,} cases, chosen by {receipt.chosen_by.replace('_', ' ')}"
    )
