"""``earshot import``: read files of reviews, surveys and posts, and say what was guessed."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import import_shown as show
from dashboard.commands import options
from storage.errors import InputError, Refused
from storage.models import Batch, Kind, Refusal, Saved, Source

if TYPE_CHECKING:
    from collectors.tables.plans import Plan
    from collectors.tables.reading import Reading

SHOWN_ROWS = 3
FIELDS = (
    "id, title, text, author, published_at, updated_at, rating, nps, csat, ces, label, brand, "
    "product, place, url, lang, reply_text, reply_at"
)


@dataclass(slots=True)
class Outcome:
    """What importing one file did."""

    plan: Plan
    saved: Saved = field(default_factory=Saved)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: tuple[str, ...] = ()


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--kind", type=click.Choice(["review", "survey", "social"]), help="What the rows are."
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help=f"Take a field from a column; repeat for more, and repeat text= to join columns. "
    f"An empty column leaves the field out. Fields: {FIELDS}.",
)
@click.option("--brand", help="Brand of the rows that name none.")
@click.option("--product", help="Product of the rows that name none.")
@click.option("--source", "source_id", help="Names the place of the rows.  [default: the kind]")
@click.option(
    "--open-cases",
    type=click.Choice(["none", "14d", "all"]),
    default="14d",
    show_default=True,
    help="For which rows case rules may open a case: none, of the last 14 days, or all.",
)
@click.option("--encoding", help="Such as utf-8 or cp1252, where the guess is wrong.")
@click.option("--delimiter", help="The character between cells; 'tab' for tabs.")
@click.option("--sheet", help="The sheet of a spreadsheet.")
@click.option("--header-rows", type=click.IntRange(0, 10), help="Rows of names above the data.")
@click.option("--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="How 03/04/05 is meant.")
@click.option("--scale", metavar="LOW-HIGH", help="Scale of ratings, such as 1-10.")
@click.option("--timezone", default="UTC", show_default=True, help="Of times without an offset.")
@click.option("--dry-run", is_flag=True, help="Show the guess and the first rows, store nothing.")
@options.as_json
@options.places
def command(
    files: tuple[Path, ...],
    kind: str | None,
    pairs: tuple[str, ...],
    brand: str | None,
    product: str | None,
    source_id: str | None,
    open_cases: str,
    dry_run: bool,
    as_json: bool,
    db_path: Path,
    config_path: Path,
    **wishes: Any,
) -> None:
    """Import CSV, TSV, XLSX, JSON, JSON Lines or Parquet.

    How a file is written and what its columns mean is guessed and shown; every guess can
    be set. Importing a file again changes nothing. Rows that cannot be taken are listed
    with line and reason.
    """
    plans = _plans(files, kind, pairs, wishes, named=source_id is not None)
    made = [_source(plan, source_id, brand, product) for plan in plans]
    if dry_run:
        _show(plans, made, as_json)
        return
    outcomes = _import(plans, made, open_cases, as_json, db_path, config_path)
    saved = _total(outcomes)
    if as_json:
        click.echo(json.dumps(_summary(outcomes)))
    elif len(outcomes) > 1:
        show.say("in all:")
        show.result(saved, ())
    if not saved.new + saved.changed + saved.unchanged:
        raise Refused("no row could be taken")


def _plans(
    files: Sequence[Path],
    kind: str | None,
    pairs: Sequence[str],
    wishes: dict[str, Any],
    *,
    named: bool,
) -> list[Plan]:
    """Plan every file before anything is stored."""
    from collectors.clock import utc_now
    from collectors.tables.plans import Wishes, plan

    mapping: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals:
            raise InputError(f"--map takes FIELD=COLUMN, not {pair!r}")
        mapping.setdefault(name.strip(), []).append(column)
    if (wishes.get("delimiter") or "").lower() in {"tab", "\\t"}:
        wishes["delimiter"] = "\t"
    asked = Kind(kind) if kind else None
    plans = [
        plan(path, now=utc_now(), kind=asked, mapping=mapping, wishes=Wishes(**wishes))
        for path in files
    ]
    return plans if named else [_with_doubt(made) for made in plans]


def _with_doubt(made: Plan) -> Plan:
    """Row 1 of one survey and row 1 of the next would be one mention in one place."""
    if not made.numbered:
        return made
    doubt = "ids are plain numbers: give every such export a place of its own with --source NAME"
    return replace(made, warnings=(*made.warnings, doubt))


def _source(plan: Plan, source_id: str | None, brand: str | None, product: str | None) -> Source:
    # Disabled: there is nothing to poll, the file was handed over once.
    return Source(source_id or plan.kind.value, "files", brand, product, enabled=False)


def _import(
    plans: Sequence[Plan],
    made: Sequence[Source],
    open_cases: str,
    as_json: bool,
    db_path: Path,
    config_path: Path,
) -> list[Outcome]:
    from collectors.tables.reading import read
    from dashboard import wiring

    workspace = wiring.open_workspace(db_path, config_path)
    outcomes = []
    try:
        for plan, source in zip(plans, made, strict=True):
            if not as_json:
                show.plan(plan)
            outcome = Outcome(plan)
            reading = read(plan, source, now=workspace.now())
            stored, scored = _progress(plan)
            outcome.saved = workspace.ingest(
                Source(source.id, "files", enabled=False),
                _watched(reading, outcome),
                actor=getpass.getuser(),
                open_cases=open_cases,
                progress=stored,
                analysed=scored,
            )
            if scored:
                click.echo(err=True)
            outcome.warnings = (*reading.warnings, *_left_out(outcome))
            outcomes.append(outcome)
            if not as_json:
                show.warnings(outcome.warnings[len(plan.warnings) :])
                show.result(outcome.saved, outcome.refusals)
    finally:
        workspace.close()
    return outcomes


def _watched(reading: Reading, outcome: Outcome) -> Iterator[Batch]:
    """Pass the batches on and keep what they refuse."""
    for batch in reading:
        outcome.refusals += batch.refused
        yield batch


def _left_out(outcome: Outcome) -> tuple[str, ...]:
    erased = outcome.saved.refused - len(outcome.refusals)
    return (f"{erased} rows were erased here before and stay out",) if erased > 0 else ()


def _progress(plan: Plan) -> tuple[Callable[[Saved], None] | None, Callable[[int], None] | None]:
    """Return what shows progress on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return None, None

    def stored(saved: Saved) -> None:
        done = saved.new + saved.changed + saved.unchanged + saved.refused
        click.echo(f"\r{done:,} of {plan.rows:,} rows", err=True, nl=done >= plan.rows)

    def scored(done: int) -> None:
        click.echo(f"\r{done:,} texts scored", err=True, nl=False)

    return stored, scored


def _total(outcomes: Sequence[Outcome]) -> Saved:
    total = Saved()
    for outcome in outcomes:
        total = total.plus(outcome.saved)
    return total


def _summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what ``--json`` prints: totals, the first file's guess, and each file's own."""
    files = [_described(outcome) for outcome in outcomes]
    total = _counts(_total(outcomes))
    several = len(files) > 1
    refusals = [
        {**refusal, "file": file["file"]} if several else refusal
        for file in files
        for refusal in file["refusals"]
    ]
    return {**files[0], **total, "refusals": refusals, **({"files": files} if several else {})}


def _described(outcome: Outcome) -> dict[str, Any]:
    return {
        **outcome.plan.describe(),
        **_counts(outcome.saved),
        "warnings": list(outcome.warnings),
        "refusals": [refusal._asdict() for refusal in outcome.refusals],
    }


def _counts(saved: Saved) -> dict[str, int]:
    counts = {
        "new": saved.new,
        "changed": saved.changed,
        "unchanged": saved.unchanged,
        "refused": saved.refused,
    }
    return {"read": sum(counts.values()), **counts}


def _show(plans: Sequence[Plan], made: Sequence[Source], as_json: bool) -> None:
    from collectors.clock import utc_now
    from collectors.tables.reading import preview

    for plan, source in zip(plans, made, strict=True):
        if as_json:
            click.echo(json.dumps(plan.describe()))
        else:
            show.plan(plan)
            show.rows(preview(plan, SHOWN_ROWS, source=source, now=utc_now()))
