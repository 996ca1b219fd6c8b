"""Options that every command takes: where the database and the configuration are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def places(command: F) -> F:
    """Add ``--db PATH`` and ``--config PATH``; both arrive as absolute paths."""
    command = click.option(
        "--config",
        "config_path",
        default="earshot.toml",
        show_default=True,
        envvar="EARSHOT_CONFIG",
        type=click.Path(path_type=Path, resolve_path=True),
        help="Configuration file; it need not exist.",
    )(command)
    return click.option(
        "--db",
        "db_path",
        default="earshot.db",
        show_default=True,
        envvar="EARSHOT_DB",
        type=click.Path(path_type=Path, resolve_path=True),
        help="Database file.",
    )(command)


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object per thing.")


def say(as_json: bool, row: dict[str, Any], words: Callable[[dict[str, Any]], str]) -> None:
    """Print one thing: an ASCII JSON line for programs, else words for people."""
    click.echo(json.dumps(row) if as_json else words(row))
