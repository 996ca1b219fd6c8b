"""Secrets that somebody typed into a form: a file that only its owner can read.

Beside ``earshot.toml``; written whole and moved into place. A page writes and never shows
what is in it. Not here: which secrets a kind of source needs (its ``KindInfo``).
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from storage.errors import ConfigError, InputError

LONGEST = 500


def at(config: Path) -> Path:
    """Return where the file is, for a configuration that need not exist."""
    return config.with_name("earshot-secrets.toml")


def stamp(config: Path) -> int:
    """Return a number that moves when the file is written; 0 where there is none."""
    try:
        return at(config).stat().st_mtime_ns
    except OSError:
        return 0


def read(config: Path) -> dict[str, str]:
    """Return what is kept by name."""
    path = at(config)
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return {key: str(value) for key, value in table.items() if key.startswith("EARSHOT_")}


def change(config: Path, values: Mapping[str, str]) -> None:
    """Set secrets by name, forget those that are empty, keep the others."""
    kept = read(config)
    for name, value in values.items():
        kept[name] = _checked(value)
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in sorted(kept.items()) if value]
    path = at(config)
    # mkstemp makes it readable for its owner alone, before there is anything in it.
    handle, name = tempfile.mkstemp(prefix=".earshot-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _checked(value: str) -> str:
    text = value.strip()
    if len(text) > LONGEST or not (text.isascii() and text.isprintable()):
        raise InputError("a secret is one line of at most 500 plain characters; copy it again")
    return text
