"""``earshot bench``: the project's own benchmark tables, each figure beside its baseline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands import options

if TYPE_CHECKING:
    from dashboard.bench.table import Section

SIZE = 1_000_000
SECTIONS = (
    "ingest",
    "rollups",
    "pipeline",
    "queries",
    "search",
    "startup",
    "pages",
    "browser",
    "memory",
    "speed",
    "understanding",
    "learning",
    "desk",
    "report",
    "trust",
    "alerts",
    "topics",
)


@click.command("bench")
@click.argument("parts", nargs=-1, type=click.Choice(SECTIONS), metavar="[PART]...")
@click.option(
    "--section",
    "sections",
    multiple=True,
    type=click.Choice(SECTIONS),
    help="Measure this part only, as naming it does; may be repeated.",
)
@click.option(
    "--size",
    default=SIZE,
    show_default=True,
    type=click.IntRange(min=1_000),
    help="Mentions of the big workspace; ingest measures a tenth of it.",
)
@click.option(
    "--rounds",
    default=3,
    show_default=True,
    type=click.IntRange(min=1),
    help="Rounds of which each figure is the median.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, resolve_path=True, file_okay=False),
    help="Where the big workspace is kept for later runs.  [default: a temporary folder]",
)
@click.option("--markdown", is_flag=True, help="Print as docs/benchmarks.md has it.")
@options.as_json
def command(
    parts: tuple[str, ...],
    sections: tuple[str, ...],
    size: int,
    rounds: int,
    folder: Path | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Measure Earshot on this machine: its own parts against their plainest equivalents.

    Parts are those listed at --section; all of them are measured if none is named.
    Only ratios travel between machines. A figure that misses its goal says NO.
    """
    from dashboard.bench import table

    done = []
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as temporary:
        work = Path(temporary)
        for name in dict.fromkeys((*parts, *sections)) or SECTIONS:
            section = measure(name, folder or work, work, size, rounds)
            done.append(section)
            if as_json:
                click.echo(json.dumps(table.as_json(section)))
            else:
                shown = table.as_markdown(section) if markdown else table.as_text(section)
                click.echo(f"{shown}\n")
    missed = table.missed(done)
    if missed and not as_json:
        click.echo(f"{len(missed)} missed: {'; '.join(missed)}", err=True)


def measure(name: str, kept: Path, work: Path, size: int, rounds: int) -> Section:
    """Measure one section; what is big is made in ``kept``, all else in ``work``."""
    from dashboard.bench import (
        alerts,
        browser,
        desk,
        ingest,
        learning_cost,
        memory,
        pages,
        pipeline,
        queries,
        report,
        speed,
        startup,
        topics,
        trust,
        understanding,
        upkeep,
        workspaces,
    )

    def big() -> Path:
        return workspaces.big(kept, size, _say)

    _say(f"measuring {name} ...")
    found: dict[str, Callable[[], Section]] = {
        "ingest": lambda: ingest.section(work, rounds, size // 10),
        "rollups": lambda: upkeep.section(work, rounds, size // 40),
        "pipeline": lambda: pipeline.section(work, rounds, size * 2),
        "queries": lambda: queries.section(big()),
        "search": lambda: queries.facts(big()),
        "startup": lambda: startup.section(big(), work, rounds),
        "pages": lambda: pages.section(big(), work, 4 * rounds),
        "browser": lambda: browser.section(big(), work, rounds),
        "memory": lambda: memory.section(big(), work),
        "speed": lambda: speed.section(rounds),
        "understanding": understanding.section,
        "alerts": alerts.section,
        "learning": learning_cost.section,
        "desk": lambda: desk.section(kept, work, size // 10, _say),
        "report": lambda: report.section(big(), work, rounds),
        "trust": trust.section,
        "topics": lambda: topics.section(work),
    }
    return found[name]()


def _say(words: str) -> None:
    click.echo(words, err=True)
