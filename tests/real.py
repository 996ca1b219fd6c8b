"""Runs real data through the command line and reads it independently, for comparison."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.command_line import earshot


class Measured(NamedTuple):
    """One line of ``earshot kpi --json``, without its names."""

    value: float
    low: float
    high: float
    n: int


class Bench:
    """A database in a folder of its own, worked on by commands only."""

    def __init__(self, folder: Path, config: str = "") -> None:
        self.db = folder / "earshot.db"
        self.config = folder / "earshot.toml"
        self.config.write_text(config, encoding="utf-8")

    def run(self, *words: object, code: int = 0) -> Any:
        """Run a command that must end with ``code``; returns how it ran."""
        ran = earshot(*words, "--db", self.db, "--config", self.config)
        assert ran.code == code, ran.err or ran.text
        return ran

    def take(self, path: Path, *options: object) -> dict[str, Any]:
        """Import a file; returns the summary."""
        summary = self.run("import", path, "--json", *options).json
        assert isinstance(summary, dict)
        return summary

    def kpi(self, *filters: object) -> dict[tuple[str, str], Measured]:
        """Measures by kind and name."""
        lines = self.run("kpi", "--json", *filters).lines
        return {
            (line["kind"], line["name"]): Measured(*(line[name] for name in Measured._fields))
            for line in lines
        }

    def export(self, *filters: object) -> list[dict[str, Any]]:
        """Every mention of a filter, as exported."""
        lines: list[dict[str, Any]] = self.run(
            "export", "mentions", "--format", "jsonl", *filters
        ).lines
        return lines

    def verify(self) -> None:
        """Everything derived must be what the facts say."""
        assert "Everything agrees." in self.run("verify").text


def counts(summary: dict[str, Any]) -> tuple[int, int, int, int, int]:
    """What an import read, and how many were new, changed, unchanged, refused."""
    read, new, changed, unchanged, refused = (
        int(summary[name]) for name in ("read", "new", "changed", "unchanged", "refused")
    )
    return read, new, changed, unchanged, refused


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with the standard library, nothing guessed."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def objects(path: Path) -> list[Any]:
    """Read JSON Lines with the standard library."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def nps(marks: Sequence[int]) -> float:
    """Promoters (9, 10) less detractors (0 to 6), per hundred answers."""
    promoters = sum(mark >= 9 for mark in marks)
    detractors = sum(mark <= 6 for mark in marks)
    return 100 * (promoters - detractors) / len(marks)
