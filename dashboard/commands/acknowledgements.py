"""``earshot acknowledgements``: what is sent by itself, and switching it off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands.options import as_json, places, say
from storage.models import Intent, Kind, Label

if TYPE_CHECKING:
    from dashboard.wiring import Workspace
    from storage.acknowledgements import AckRule, StoredAck
    from storage.people import Person

who = click.option("--as", "who", required=True, metavar="NAME", help="Who decides (a lead).")
name = click.argument("name")


@click.group("acknowledgements")
def command() -> None:
    """Rules that acknowledge messages by themselves. Each is off until it is switched on."""


@command.command("list")
@places
@as_json
def list_(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List the rules: which are on, what each asks for, how many it sent."""
    from storage import acknowledgements

    workspace = _opened(db_path, config_path)
    conn = workspace.db.reader()
    found = acknowledgements.stored(conn)
    for each in found:
        sent = acknowledgements.count(conn, each.id)
        say(as_json, _record(each, sent), _line)
    if not as_json and not found:
        click.echo("There is no rule. Nothing is sent by itself.")


@command.command("set")
@places
@name
@click.option("--text", "texts", multiple=True, required=True, help="A wording; several in turn.")
@click.option("--delay", default=30, show_default=True, help="Minutes after the case opened.")
@click.option("--per-day", default=50, show_default=True, help="At most so many in 24 hours.")
@click.option("--once-in", default=7, show_default=True, help="Days between two to one person.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([k.value for k in Kind]))
@click.option("--label", "labels", multiple=True, type=click.Choice([k.value for k in Label]))
@click.option("--intent", "intents", multiple=True, type=click.Choice([k.value for k in Intent]))
@click.option("--source", "sources", multiple=True, help="Id of a source.")
@click.option("--topic", "topics", multiple=True, help="Key of a topic.")
@click.option("--lang", "langs", multiple=True, help="Language of the message, such as en.")
@click.option("--max-stars", type=float, help="Stars, at most.")
@click.option(
    "--not-intent",
    "not_intents",
    multiple=True,
    type=click.Choice(["none", *(k.value for k in Intent)]),
    help="Left to people; default complaint, leaving, spam.",
)
@click.option("--not-word", "not_words", multiple=True, help="Left to people, beside legal words.")
@click.option("--not-tier", "not_tiers", multiple=True, help="Customers left to people.")
@who
def set_(db_path: Path, config_path: Path, name: str, who: str, **values: Any) -> None:
    """Add or change a rule. It is off afterwards; `on` switches it on."""
    from dashboard.acknowledging import preview
    from dashboard.desk import acknowledging_words
    from storage import acknowledgements

    workspace = _opened(db_path, config_path)
    rule = _rule(name, values)
    with _changing(workspace, who) as (conn, actor):
        acknowledgements.save(conn, rule, actor, workspace.now())
    click.echo(f"The rule {rule.name!r} is kept, and off.")
    click.echo(acknowledging_words.trial(preview(workspace, rule)))


@command.command("preview")
@places
@name
@as_json
def preview(db_path: Path, config_path: Path, name: str, as_json: bool) -> None:
    """Say what a rule would have done with the cases of the last seven days."""
    from dashboard import acknowledging
    from dashboard.desk import acknowledging_words
    from storage import acknowledgements

    workspace = _opened(db_path, config_path)
    stored = acknowledgements.get(workspace.db.reader(), name)
    found = acknowledging.preview(workspace, stored.rule)
    record = {
        "name": stored.rule.name,
        "opened": found.opened,
        "answered_before": found.answered,
        "would": found.would,
        "left_out": dict(found.left_out),
        "examples": [{"case": str(case), "text": text} for case, text in found.examples],
    }
    examples = "".join(f"\n  case {case}: {text}" for case, text in found.examples)
    say(as_json, record, lambda _: acknowledging_words.trial(found) + examples)


@command.command("on")
@places
@name
@who
def on(db_path: Path, config_path: Path, name: str, who: str) -> None:
    """Let a rule acknowledge what opens from now on."""
    from storage import acknowledgements

    workspace = _opened(db_path, config_path)
    with _changing(workspace, who) as (conn, actor):
        acknowledgements.switch_on(conn, name, actor, workspace.now())
    click.echo(f"{name} is on. `earshot acknowledgements off` stops everything at once.")


@command.command("off")
@places
@click.argument("name", required=False)
@who
def off(db_path: Path, config_path: Path, name: str | None, who: str) -> None:
    """Stop a rule at once; without NAME every rule. What waits does not leave any more."""
    from storage import acknowledgements

    workspace = _opened(db_path, config_path)
    with _changing(workspace, who) as (conn, actor):
        stopped = acknowledgements.switch_off(conn, actor, workspace.now(), name=name)
    click.echo(f"{name or 'Every rule'} is off; {stopped} that waited will not leave.")


@command.command("remove")
@places
@name
@who
def remove(db_path: Path, config_path: Path, name: str, who: str) -> None:
    """Take a rule away; what it sent stays recorded."""
    from storage import acknowledgements

    workspace = _opened(db_path, config_path)
    with _changing(workspace, who) as (conn, actor):
        acknowledgements.remove(conn, name, actor, workspace.now())
    click.echo(f"{name} is gone.")


def _opened(db_path: Path, config_path: Path) -> Workspace:
    from dashboard import wiring

    return wiring.open_workspace(db_path, config_path, create=False)


@contextmanager
def _changing(workspace: Workspace, who: str) -> Iterator[tuple[sqlite3.Connection, Person]]:
    """Change rules in one transaction and record who did."""
    from dashboard import setting_words
    from storage import people

    now = workspace.now()
    with workspace.db.write() as conn:
        actor = people.person(conn, who, now)
        with setting_words.recorded(conn, actor, now, "acknowledgements"):
            yield conn, actor


def _rule(name: str, values: dict[str, Any]) -> AckRule:
    from storage.acknowledgements import LEGAL_WORDS, AckRule
    from storage.rule_matching import CaseRule

    when = CaseRule(
        name,
        kinds=tuple(map(Kind, values["kinds"])),
        labels=tuple(map(Label, values["labels"])),
        intents=tuple(map(Intent, values["intents"])),
        max_rating=values["max_stars"],
        **{each: values[each] for each in ("sources", "topics", "langs")},
    )
    chosen: dict[str, Any] = {"not_tiers": values["not_tiers"]}
    if values["not_intents"]:
        kept = [each for each in values["not_intents"] if each != "none"]
        chosen["not_intents"] = tuple(map(Intent, kept))
    chosen["not_words"] = (*LEGAL_WORDS, *values["not_words"]) if values["not_words"] else None
    return AckRule(
        name,
        tuple(values["texts"]),
        when,
        values["delay"],
        values["per_day"],
        values["once_in"],
        **{key: each for key, each in chosen.items() if each is not None},
    )


def _record(stored: StoredAck, sent: int) -> dict[str, Any]:
    from dashboard.desk import acknowledging_words as words

    rule = stored.rule
    return {
        "name": rule.name,
        "on_since": None if stored.on_since is None else stored.on_since.isoformat(),
        "asks": words.asks(rule, {}),
        "not": words.but(rule),
        "when": words.when(rule),
        "texts": list(rule.texts),
        "sent": sent,
    }


def _line(record: dict[str, Any]) -> str:
    state = "on " if record["on_since"] else "off"
    return (
        f"{state}  {record['name']}: {record['asks']}; not {record['not']}; {record['when']};"
        f" {record['sent']} sent"
    )
