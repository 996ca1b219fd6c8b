"""``earshot verify``: proves that the fast numbers are the true ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands import options
from storage.errors import Corrupt, InputError

if TYPE_CHECKING:
    from storage.verify import Verdict


@click.command("verify")
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with heads of the audit chain that were kept elsewhere, one a line. May repeat.",
)
@click.option("--print-head", is_flag=True, help="Print the chain's present head, to be kept.")
@options.as_json
@options.places
def command(
    db_path: Path, config_path: Path, heads: tuple[Path, ...], print_head: bool, as_json: bool
) -> None:
    """Recount figures, check the audit chain, find orphans; exit 1 on any difference.

    Reads only, and may run while the worker writes. A file that was rolled back as a whole
    shows only against a head that was kept elsewhere.
    """
    from storage import audit, verify
    from storage.database import Database

    del config_path
    outside = [audit.read_head(line) for path in heads for line in _lines(path)]
    db = Database(db_path, create=False)
    try:
        if print_head:
            click.echo(audit.head(db.reader()).text)
            return
        verdict = verify.verify(db_path, db.key("audit"), outside, _progress)
    finally:
        db.close()
    _tell(verdict, as_json)
    if verdict.findings:
        raise Corrupt(f"{len(verdict.findings)} differences found")


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a list of heads: {error}") from error
    return [line for line in text.splitlines() if line.strip()]


def _progress(check: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rchecking {check} …".ljust(40), nl=False, err=True)


def _tell(verdict: Verdict, as_json: bool) -> None:
    if sys.stderr.isatty():
        click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
    if as_json:
        said = {
            "ok": not verdict.findings,
            "findings": [each._asdict() for each in verdict.findings],
            "counted": verdict.counted,
            "heads": verdict.heads,
        }
        click.echo(json.dumps(said))
        return
    for finding in verdict.findings:
        click.echo(f"{finding.check}: {finding.words}")
    looked = ", ".join(f"{count:,} {name}" for name, count in verdict.counted.items())
    click.echo(f"Looked at {looked}.")
    click.echo(f"The audit chain was held against {verdict.heads}.")
    if not verdict.findings:
        click.echo("Everything agrees.")
