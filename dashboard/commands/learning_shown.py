"""How models and their examinations look on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {
    "learned": "learned",
    "promoted": "promoted now",
    "default": "default model",
    "vader": "VADER",
    "majority": "commonest label",
}
_SHARES = (0.5, 0.7, 0.9)
_HEAD = ("", "n", "accuracy", "macro-F1", "calib. error", "sure of", "surest 50 %", "70 %", "90 %")


def trained(row: Mapping[str, Any]) -> str:
    """Return what came of one source and language: its table and what was done."""
    labels = ", ".join(f"{n:,} by {by(origin)}" for origin, n in row["labels"].items())
    title = f"{row['source']}, {row['lang']}: {row['n']:,} texts ({labels})"
    if not row["figures"]:
        return f"{title}\n  {row['why']}; nothing is promoted\n"
    done = f"{row['model']} counts from now on: " if row["promoted"] else "nothing is promoted: "
    if row["better"] and not row["promoted"]:
        done = f"{row['model']} is kept, and does not count: "
    return (
        f"{title}; examined on the later {row['held_out']:,}\n"
        f"{table(row['figures'])}\n  {done}{row['why']}\n"
    )


def examination(row: Mapping[str, Any]) -> str:
    """Return how a model was examined when it was learned."""
    return (
        f"{row['model']} of {row['made_at'][:10]}, examined on {row['held_out']:,} texts:"
        f" {row['why']}\n{table(row['figures'])}\n"
    )


def event(row: Mapping[str, Any]) -> str:
    """Return what was promoted or rolled back, by whom and why."""
    since = f"{row['at'][:16].replace('T', ' ')}  {row['source']}, {row['lang']}:"
    did = "promoted" if row["what"] == "promoted" else "rolled back to"
    why = f" ({row['why']})" if row["why"] else ""
    return f"{since} {row['actor']} {did} {row['model'] or 'the default model'}{why}"


def table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return figures by model as an aligned table."""
    rows = [_HEAD, *(_cells(NAMES.get(name, name), each) for name, each in figures.items())]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    covered = {each["share"]: each["accuracy"] for each in figures["coverage"]}
    surest = (f"{covered[share]:.2f}" if share in covered else "–" for share in _SHARES)
    return (
        name,
        f"{figures['n']:,}",
        f"{figures['accuracy']:.3f}",
        f"{figures['macro_f1']:.3f}",
        _or_dash(figures["calibration_error"], ".3f"),
        _or_dash(figures["sure"], ".0%"),
        *surest,
    )


def _or_dash(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def by(origin: str) -> str:
    """Return in words who told a label."""
    return {"human": "a person", "stars": "stars"}.get(origin, origin)
