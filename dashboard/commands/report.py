"""``earshot report``: the manager's summary of a week or month, as files and mails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dashboard.commands import options
from dashboard.commands.output import target
from storage.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    from dashboard.reports.changes import Way
    from dashboard.reports.files import Format
    from dashboard.reports.spans import Span


@click.group("report")
def command() -> None:
    """Write summaries of what was said, and what was done about it."""


def _making(command: F) -> F:
    """Add what can be said of any summary that is made."""
    for option in (
        options.places,
        options.as_json,
        click.option("--as", "actor", metavar="NAME", help="Who makes it.  [default: earshot]"),
        click.option(
            "--to", multiple=True, metavar="ADDRESS", help="Mail it there, too; may be repeated."
        ),
        click.option("--send", is_flag=True, help="Mail it to all whom a schedule names."),
        click.option(
            "--locale",
            default="en-GB",
            show_default=True,
            help="Language, dates and numbers: en-GB, en-US, de, es, fr.",
        ),
        click.option(
            "--out",
            default=".",
            show_default=True,
            metavar="DIR",
            type=click.Path(path_type=Path, resolve_path=True, file_okay=False),
            help="Folder for the files; made if need be.",
        ),
        click.option(
            "--as-of",
            metavar="first|TIME",
            help="Numbers as known then: when the first summary was made, or at a time such as"
            " 2026-11-16T08:00.  [default: now]",
        ),
        click.option(
            "--format",
            "forms",
            default="pdf,xlsx,html,csv",
            show_default=True,
            help="Formats, separated by commas: pdf, xlsx, html, csv.",
        ),
    ):
        command = option(command)
    return command


@command.command("weekly")
@click.option("--week", help="ISO week such as 2026-W46.  [default: the last complete one]")
@_making
def weekly(week: str | None, **chosen: Any) -> None:
    """Write the summary of one week, Monday to Sunday in the reporting timezone.

    One file per format, such as weekly-2026-W46.pdf: headline figures with their change
    and interval, trend, topics, quotes, the queue, and how complete the data are. They are
    the figures of the pages. Made again with --as-of, it has the numbers of then.
    """
    _summary("week", week, **chosen)


@command.command("monthly")
@click.option("--month", help="Month such as 2026-10.  [default: the last complete one]")
@_making
def monthly(month: str | None, **chosen: Any) -> None:
    """Write the summary of one calendar month, held against the month before.

    As `earshot report weekly`: one file per format, such as monthly-2026-10.pdf.
    """
    _summary("month", month, **chosen)


def _summary(
    kind: str,
    text: str | None,
    *,
    db_path: Path,
    config_path: Path,
    forms: str,
    as_of: str | None,
    out: Path,
    locale: str,
    send: bool,
    to: tuple[str, ...],
    as_json: bool,
    actor: str | None,
) -> None:
    from dashboard.reports import files, locales, making
    from storage.database import Database
    from storage.report_schedules import Every

    wanted, locale = _formats(forms), locales.known(locale)
    now = datetime.now(UTC)
    db = Database(db_path, create=False)
    try:
        chosen = making.chosen(db, Every(kind), text, now)
        at = making.moment(db, chosen, as_of, now) if as_of else now
        report = making.make(db, chosen, at, now)
        if not as_of:
            making.keep(db, report, actor or "")
    finally:
        db.close()
    written = []
    _make(out)
    for form in wanted:
        path = out / files.name(report, form)
        with target(path) as file:
            file.write(files.write(report, form, locale))
        written.append(str(path))
    mailed = _mail(
        db_path, config_path, chosen, at if as_of else None, to, locale, actor, send=send
    )
    if as_json:
        made = {kind: report.span.text, "files": written, "sample": report.sample}
        click.echo(json.dumps({**made, "mails": mailed}))
        return
    for each in written:
        click.echo(each)
    if send or to:
        click.echo(f"{mailed} mails on their way", err=True)
    if report.sample:
        click.echo("sample data: an invented company", err=True)


def _mail(
    db_path: Path,
    config_path: Path,
    span: Span,
    moment: datetime | None,
    to: tuple[str, ...],
    locale: str,
    actor: str | None,
    *,
    send: bool,
) -> int:
    """Put mails into the outbox and send them; return how many were put there."""
    if not send and not to:
        return 0
    from dashboard import sending
    from dashboard.delivery import summaries
    from dashboard.reports import schedule_words
    from dashboard.wiring import open_workspace
    from storage import people
    from storage.people import EARSHOT

    space = open_workspace(db_path, config_path, create=False)
    try:
        with space.db.write() as conn:
            by = people.person(conn, actor, space.now()) if actor else EARSHOT
        settings, count = space.settings.mail, 0
        if to:
            whom = schedule_words.recipients(to, locale=locale)
            found = summaries.send(space.db, span, moment, whom, by, settings, space.now())
            count += len(found)
        if send:
            count += summaries.send_scheduled(space.db, span, moment, by, settings, space.now())
        sending.work_off_mails(space)
        return count
    finally:
        space.close()


@command.command("changes")
@click.option("--week", help="ISO week such as 2026-W46.  [default: the last complete one]")
@click.option(
    "--from",
    "since",
    default="first",
    show_default=True,
    metavar="first|TIME",
    help="As known then: when the week's first summary was made, or at a time.",
)
@click.option("--to", "until", metavar="TIME", help="As known then.  [default: now]")
@options.as_json
@options.places
def changes(
    db_path: Path,
    config_path: Path,
    week: str | None,
    since: str,
    until: str | None,
    as_json: bool,
) -> None:
    """Say why a week's numbers are not what they were.

    Each figure's difference is split into late arrivals, deletions, edits, relabels,
    re-scores, replies and configuration (whose a brand is, timezone, excluded look-alikes); the
    parts add up to it.
    """
    from dashboard.reports import changes as found
    from dashboard.reports import making, wording
    from storage.database import Database
    from storage.report_schedules import Every

    del config_path
    now = datetime.now(UTC)
    db = Database(db_path, create=False)
    try:
        chosen = making.chosen(db, Every.WEEK, week, now)
        then = making.moment(db, chosen, since, now)
        at = making.moment(db, chosen, until, now) if until else now
        if then > at:
            raise InputError("--from lies behind --to; turn them round")
        ways = found.ways(db, chosen, then, at)
        changed = found.settings(db.reader(), then, at)
    finally:
        db.close()
    for way in ways:
        if as_json:
            click.echo(json.dumps(_row(way)))
        else:
            click.echo(wording.way(way))
    if not as_json:
        for each in changed:
            click.echo(f"configuration: {each}")


def _row(way: Way) -> dict[str, object]:
    parts = {
        each.cause.value: {"difference": each.difference, "mentions": each.mentions}
        for each in way.parts
    }
    found: dict[str, object] = {"kind": way.kind.value, "measure": way.measure}
    return found | {"then": way.then, "now": way.now, "parts": parts}


def _formats(forms: str) -> list[Format]:
    from dashboard.reports.files import Format

    names = list(dict.fromkeys(part.strip().lower() for part in forms.split(",") if part.strip()))
    known = [each.value for each in Format]
    wrong = [each for each in names if each not in known]
    if wrong or not names:
        said = repr(wrong[0]) if wrong else "nothing"
        raise InputError(f"{said} is no format of a summary; known: {', '.join(known)}")
    return [Format(each) for each in names]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}") from error
