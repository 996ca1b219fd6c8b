"""What ``earshot import`` shows to a person: the guess, the first rows, the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from storage.models import Observation, Refusal, Saved

if TYPE_CHECKING:
    from collectors.tables.plans import Plan

SHOWN_REFUSALS = 20


def plan(made: Plan) -> None:
    """Show the guess."""
    guess = made.describe()
    how = ", ".join(str(h) for h in (str(guess["format"]).upper(), guess["encoding"]) if h)
    say(f"{guess['file']}: {how}, {made.rows:,} rows")
    say(f"  kind: {made.kind.value}, told apart by {made.identity}")
    for name, column in made.columns.items():
        columns = [column, *made.more_text] if name == "text" else [column]
        notes = _notes(made, name)
        about = f" ({', '.join(notes)})" if notes else ""
        say(f"  {name:13} = {' + '.join(columns)}{about}")
    if made.dropped:
        say(f"  left out as personal: {', '.join(made.dropped)}")
    warnings(made.warnings)


def warnings(texts: Sequence[str]) -> None:
    """Show what was doubted or mended."""
    for text in texts:
        say(f"  note: {text}")


def rows(taken: Sequence[Observation | Refusal]) -> None:
    """Show what the first rows become."""
    for row in taken:
        if isinstance(row, Refusal):
            say(f"  line {row.line} is refused: {row.reason}")
            continue
        parts = (
            f"{row.published_at:%Y-%m-%d}" if row.published_at else "",
            f"{row.rating:g} stars" if row.rating is not None else "",
            f"{row.title} {row.text}"[:100],
        )
        say("  " + " ".join(part for part in parts if part))


def result(saved: Saved, refusals: Sequence[Refusal]) -> None:
    """Show what was stored, and which rows were not."""
    read = saved.new + saved.changed + saved.unchanged + saved.refused
    say(
        f"{read:,} read: {saved.new:,} new, {saved.changed:,} changed, "
        f"{saved.unchanged:,} unchanged, {saved.refused:,} refused"
    )
    for refusal in refusals[:SHOWN_REFUSALS]:
        say(f"  line {refusal.line}: {refusal.reason}")
    if len(refusals) > SHOWN_REFUSALS:
        say(f"  … and {len(refusals) - SHOWN_REFUSALS:,} more (--json lists all)")


def say(text: str) -> None:
    """Print a line; what a file says must not steer the terminal."""
    click.echo("".join(c if c.isprintable() else "\ufffd" for c in text))


def _notes(made: Plan, name: str) -> list[str]:
    if name == "rating" and made.scale:
        return [f"scale {made.scale}"]
    orders = made.dates[name].orders if name in made.dates else ()
    return [f"{order.order} at {order.separator!r}: {order.reason}" for order in orders]
