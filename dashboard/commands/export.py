"""``earshot export``: mentions as a file, with the dashboard's filters."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import filtering, options
from dashboard.commands.output import target
from storage.errors import InputError
from storage.models import Suspects

if TYPE_CHECKING:
    from dashboard.exports import Format
    from storage.listing import MentionRow
    from storage.models import MentionFilter

_FORMATS = ("csv", "jsonl", "parquet", "xlsx")
_WHOLE = (Suspects.DECIDED, Suspects.WITH)
_LISTS = (
    *("kinds", "brands", "sources", "products", "topics", "labels", "langs"),
    *("intents", "urgency"),
)
_FILES_ONLY = ("parquet", "xlsx")


@click.group("export")
def command() -> None:
    """Write what is stored as files for other programs."""


@command.command("mentions")
@filtering.filters
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="How to write it.  [default: by the name of --out, else csv]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, resolve_path=True, dir_okay=False),
    help="File to write; standard output without it. XLSX and Parquet need it.",
)
@options.places
def mentions(db_path: Path, form: str | None, out: Path | None, **rest: Any) -> None:
    """One row per mention, newest first; without filters every one, also excluded ones.

    How fresh and whole the data are is said on standard error, in XLSX and Parquet, and for CSV
    and JSONL in a file beside them (NAME-metadata.json). Times are in the reporting timezone. A
    cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    from dashboard.exports import Format
    from storage.database import Database

    chosen = filtering.chosen(rest)
    chosen = chosen._replace(suspects=chosen.suspects or Suspects.WITH.value)
    wanted = Format(_format(form, out))
    if out is not None:
        _spare(out, db_path)
    db = Database(db_path, create=False)
    try:
        with db.snapshot() as conn:
            _write(conn, chosen.filter(conn), wanted, out)
    finally:
        db.close()


def _write(conn: sqlite3.Connection, flt: MentionFilter, form: Format, out: Path | None) -> None:
    from dashboard import export_notes, standing
    from dashboard.exports import About, write
    from storage import listing, queries, workspace

    zone = workspace.timezone(conn)
    known = standing.words(standing.now(conn, datetime.now(UTC)), zone)
    about = About(zone, in_words(flt), workspace.is_sample(conn), known)
    expected = queries.count(conn, flt)
    with target(out) as file:
        count = write(_watched(listing.every(conn, flt), expected), file, form, about)
    click.echo(known, err=True)
    if out is None:
        return
    click.echo(f"{count:,} mentions written to {out}", err=True)
    if form in export_notes.BESIDE:
        with target(export_notes.beside(out)) as file:
            file.write(export_notes.notes(out.name, form, about))


def in_words(flt: MentionFilter) -> str:
    """Return a filter as people read it."""
    parts = [f"from {flt.start}"] if flt.start else []
    parts += [f"to {flt.end}"] if flt.end else []
    for name in (*_LISTS, "places", "customers", "marks"):
        values = getattr(flt, name)
        if values:
            parts.append(f"{name} {', '.join(map(str, values))}")
    parts += ["unanswered"] if flt.unanswered else []
    parts += [f"first seen since {flt.since.isoformat()}"] if flt.since else []
    parts += ["stars and text disagree"] if flt.disagrees else []
    parts += [f"text {flt.text}"] if flt.text else []
    parts += [f"{flt.suspects.value} suspicious"] if flt.suspects not in _WHOLE else []
    return "; ".join(parts) or "everything"


def _format(form: str | None, out: Path | None) -> str:
    """Return the format asked for, else the one that the file's name says, else CSV."""
    suffix = out.suffix.lower().removeprefix(".") if out else ""
    found = form or (suffix if suffix in _FORMATS else "csv")
    if found in _FILES_ONLY and out is None:
        raise InputError(f"{found} is written to a file; give its name with --out")
    return found


def _spare(out: Path, db_path: Path) -> None:
    """Refuse to write over the database."""
    if out.name.startswith(db_path.name) and out.parent == db_path.parent:
        raise InputError(f"{out} belongs to the database; choose another --out")


def _watched(rows: Iterable[MentionRow], expected: int) -> Iterator[MentionRow]:
    """Pass rows on; say on a terminal how far it got."""
    shown = sys.stderr.isatty()
    count = 0
    for count, row in enumerate(rows, 1):
        if shown and count % 5_000 == 0:
            click.echo(f"\r{count:,} of {expected:,} mentions", nl=False, err=True)
        yield row
    if shown and count >= 5_000:
        click.echo("\r" + " " * 50 + "\r", nl=False, err=True)
