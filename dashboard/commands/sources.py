"""``earshot sources``: list, add, check, pause and remove what is collected from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import options
from storage.errors import ConfigError, InputError

who = click.option("--as", "who", default="", metavar="NAME", help="Who acts.  [default: earshot]")

if TYPE_CHECKING:
    from collectors.contract import Replies
    from dashboard.wiring import Workspace
    from storage.coverage import SourceHealth


@click.group()
def command() -> None:
    """Show and change the sources that Earshot collects from."""


@command.command("list")
@options.as_json
@options.places
def list_(as_json: bool, db_path: Path, config_path: Path) -> None:
    """List sources with their health."""
    from dashboard import wiring
    from storage import coverage

    workspace = wiring.open_workspace(db_path, config_path)
    for health in coverage.health(workspace.db.reader(), workspace.now()):
        options.say(as_json, _row(health), _words)


@command.command()
@options.as_json
def kinds(as_json: bool) -> None:
    """List the kinds of source, what each needs and what its terms allow."""
    from collectors import registry

    found: list[dict[str, Any]] = [
        {
            "kind": info.name,
            "title": info.title,
            "needs": [need._asdict() for need in info.needs],
            "secrets": list(info.secrets),
            "example": dict(info.example),
            "terms": info.terms,
            "can_reply": info.replies is not None,
            "replies": None if info.replies is None else _replies(info.replies),
        }
        for info in registry.kinds().infos
    ]
    if as_json:
        click.echo(json.dumps(found))
        return
    for row in found:
        click.echo(f"{row['kind']}: {row['title']}")
        for need in row["needs"]:
            star = " (required)" if need["required"] else ""
            click.echo(f"  {need['name']}{star}: {need['meaning']}")
        for secret in row["secrets"]:
            click.echo(f"  secret {secret}")
        click.echo(f"  terms: {row['terms']}")


@command.command()
@click.argument("link")
@click.option("--id", "source_id", help="Permanent id; guessed from the link if not given.")
@click.option("--kind", help="Kind of source; recognised from the link if not given.")
@click.option("--brand", help="Brand of what it brings.")
@click.option("--product", help="Product of what it brings.")
@click.option("--every", default="15m", show_default=True, help="How often to look.")
@click.option("--option", "pairs", multiple=True, metavar="NAME=VALUE", help="Further options.")
@who
@options.places
def add(
    link: str,
    source_id: str | None,
    kind: str | None,
    brand: str | None,
    product: str | None,
    every: str,
    pairs: tuple[str, ...],
    who: str,
    db_path: Path,
    config_path: Path,
) -> None:
    """Add the source that LINK stands for."""
    from collectors import registry
    from dashboard import settings, wiring
    from storage.models import Json, Source

    secrets = settings.load(config_path).secrets
    suggestion = next(iter(registry.recognise(link, secrets)), None)
    if suggestion is None and kind is None:
        raise InputError(
            f"{link!r} is not recognised; give --kind (see `earshot sources kinds`) and --id"
        )
    suggested: dict[str, Json] = dict(suggestion.options) if suggestion else {"url": link}
    given: dict[str, Json] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise ConfigError(f"--option {pair!r} must be NAME=VALUE")
        given[name] = value
    chosen = source_id or (suggestion.id if suggestion else None)
    if not chosen:
        raise ConfigError("give the source a permanent id with --id")
    made = Source(
        chosen,
        kind or (suggestion.kind if suggestion else "feeds"),
        brand,
        product,
        settings.seconds(every),
        suggested | given,
    )
    with _changing(wiring.open_workspace(db_path, config_path), who) as workspace:
        workspace.save_source(made)
    click.echo(f"Added source {chosen}. `earshot collect {chosen} --once` looks now.")


@command.command()
@click.argument("source_id", metavar="SOURCE")
@options.places
@click.pass_context
def check(ctx: click.Context, source_id: str, db_path: Path, config_path: Path) -> None:
    """Take a trial look at SOURCE; store nothing."""
    from dashboard import wiring

    workspace = wiring.open_workspace(db_path, config_path)
    result = workspace.check(workspace.source(source_id))
    for seen in result.newest:
        day = seen.published_at.date().isoformat() if seen.published_at else "undated"
        click.echo(f"{day}  {(seen.title or seen.text)[:100]!r}")
    if result.problem:
        click.echo(result.problem, err=True)
    ctx.exit(1 if result.problem else 0)


@command.command()
@click.argument("source_id", metavar="SOURCE")
@who
@options.places
def pause(source_id: str, who: str, db_path: Path, config_path: Path) -> None:
    """Stop polling SOURCE until it is resumed."""
    _enable(source_id, False, who, db_path, config_path)


@command.command()
@click.argument("source_id", metavar="SOURCE")
@who
@options.places
def resume(source_id: str, who: str, db_path: Path, config_path: Path) -> None:
    """Poll SOURCE again."""
    _enable(source_id, True, who, db_path, config_path)


@command.command()
@click.argument("source_id", metavar="SOURCE")
@who
@options.places
def remove(source_id: str, who: str, db_path: Path, config_path: Path) -> None:
    """Stop polling SOURCE for good; what it brought stays."""
    from dashboard import wiring

    with _changing(wiring.open_workspace(db_path, config_path), who) as workspace:
        workspace.remove_source(source_id)
    click.echo(f"Removed source {source_id}; its mentions stay.")


@contextmanager
def _changing(workspace: Workspace, who: str) -> Iterator[Workspace]:
    """Record what the body changes, with who does it; without a name the program itself."""
    from dashboard import setting_words
    from storage import people

    now = workspace.now()
    with workspace.db.write() as conn:
        actor = people.person(conn, who, now) if who else people.EARSHOT
        with setting_words.recorded(conn, actor, now, "sources"):
            yield workspace


def _enable(source_id: str, enabled: bool, who: str, db_path: Path, config_path: Path) -> None:
    from dataclasses import replace

    from dashboard import wiring

    with _changing(wiring.open_workspace(db_path, config_path), who) as workspace:
        workspace.save_source(replace(workspace.source(source_id), enabled=enabled))
    click.echo(f"Source {source_id} is {'polled again' if enabled else 'paused'}.")


def _replies(taken: Replies) -> dict[str, Any]:
    window = None if taken.window is None else taken.window.days
    return {
        "limit": taken.limit,
        "unit": "bytes" if taken.in_bytes else "characters",
        "threaded": taken.threaded,
        "edits": taken.edits,
        "deletes": taken.deletes,
        "window_days": window,
        "secrets": list(taken.secrets),
    }


def _row(health: SourceHealth) -> dict[str, Any]:
    source = health.source
    return {
        "id": source.id,
        "kind": source.kind,
        "brand": source.brand,
        "enabled": source.enabled,
        "origin": source.origin,
        "every": source.every,
        "mentions": health.mentions,
        "last_poll": health.last_poll_at.isoformat() if health.last_poll_at else None,
        "last_success": health.last_success_at.isoformat() if health.last_success_at else None,
        "error": health.error,
    }


def _words(row: dict[str, Any]) -> str:
    state = "paused" if not row["enabled"] else row["error"] or "ok"
    return f"{row['id']:24} {row['kind']:8} {row['mentions']:8,}  {state}"
