"""Files with labelled texts, brought into a database by the command line."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.models import Label
from tests.command_line import Ran, earshot

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def write(path: Path, said: Sequence[tuple[str, Label]], *, days: int = 0) -> Path:
    """Write texts with labels, one a minute, as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "date", "author", "text", "told"])
        for at, (text, label) in enumerate(said):
            when = START + timedelta(days=days, minutes=at)
            rows.writerow([f"p{days}-{at}", when.isoformat(), f"a{at}", text, label.value])
    return path


def take(db: Path, path: Path, source: str = "shop", *, labelled: bool = True) -> None:
    """Import such a file under a source."""
    label = ["--map", "label=told"] if labelled else ["--map", "label="]
    maps = ["--map", "text=text", "--map", "published_at=date", "--map", "author=author"]
    ran = run(db, "import", path, "--kind", "social", "--source", source, *label, *maps)
    assert ran.code == 0, ran.err


def run(db: Path, *words: object) -> Ran:
    """Run a command on a database with a configuration of its own."""
    return earshot(*words, "--db", db, "--config", db.with_suffix(".toml"))
