"""The tables of README that the code knows best: commands, settings, kinds of source.

``python -m tests.readme`` (``make docs``) writes them; a test holds them equal.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable

import click

from collectors import registry
from dashboard import cli, praise_policy, setting_keys
from tests.source import ROOT

README = ROOT / "README.md"


def commands() -> dict[str, tuple[click.Command, str]]:
    """Every command that people may use, with its line of help."""
    context = click.Context(cli.earshot)
    found = {}
    for name, (_, text) in cli.COMMANDS.items():
        command = cli.earshot.get_command(context, name)
        if command is not None and not command.hidden:
            found[name] = (command, text)
    return found


def actions(command: click.Command) -> list[str]:
    """The names below a command that is a group."""
    if not isinstance(command, click.Group):
        return []
    below = {name: command.get_command(click.Context(command), name) for name in command.commands}
    return [name for name, action in below.items() if action is not None and not action.hidden]


def command_table() -> Iterable[str]:
    """One row a command; what can be done with it in the same row."""
    yield "| command | does |"
    yield "|---|---|"
    for name, (command, text) in commands().items():
        below = ", ".join(f"`{action}`" for action in actions(command))
        yield f"| `earshot {name}` | {text}{f' Actions: {below}.' if below else ''} |"


def setting_table() -> Iterable[str]:
    """One row a key of ``earshot.toml``."""
    yield "| table | key | meaning |"
    yield "|---|---|---|"
    for table, keys in setting_keys.KEYS.items():
        alone = {each: f"`[{each}]`" for each in ("network", "audit", "mail")}
        named = {"": "(top)", "recipient": "`[[report.recipient]]`", **alone}
        where = named.get(table, f"`[[{table}]]`")
        for key, meaning in keys.items():
            yield f"| {where} | `{key}` | {meaning} |"


def kind_table() -> Iterable[str]:
    """One row a kind of source: what it is, needs, and what its terms allow."""
    yield "| kind | what | options | what its terms allow |"
    yield "|---|---|---|---|"
    for info in registry.kinds(plugins=()).infos:
        needs = [f"`{need.name}`{' (required)' if need.required else ''}" for need in info.needs]
        secrets = [f"`{secret}`" for secret in info.secrets]
        options = ", ".join(needs) + (f"; environment: {', '.join(secrets)}" if secrets else "")
        yield f"| `{info.name}` | {info.title} | {options} | {info.terms} |"


def praise_table() -> Iterable[str]:
    """One row a kind of source: whether its texts may be shown elsewhere, and why."""
    yield "| kind | may be shown elsewhere | why |"
    yield "|---|---|---|"
    for kind, rule in praise_policy.POLICIES.items():
        yield f"| `{kind}` | {'with consent' if rule.allowed else 'no'} | {rule.why} |"
    yield f"| any other | no | {praise_policy.UNKNOWN.why} |"


TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "commands": command_table,
    "kinds": kind_table,
    "settings": setting_table,
    "praise": praise_table,
}


def rendered(text: str) -> str:
    """Return README's text with every table as the code has it now."""
    for name, table in TABLES.items():
        block = "\n".join(table())
        pattern = rf"(<!-- {name}: .*? -->\n).*?(<!-- end -->)"
        text, count = re.subn(
            pattern,
            lambda match, block=block: f"{match[1]}\n{block}\n\n{match[2]}",
            text,
            flags=re.DOTALL,
        )
        assert count == 1, f"README has {count} places for {name}"
    return text


def main() -> int:
    """Write README's tables."""
    README.write_text(rendered(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
