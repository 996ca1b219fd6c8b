"""The ``earshot`` command: finds a command by name and loads only that one.

Holds no command itself (see ``dashboard/commands/``). Help must answer fast, so nothing
heavy may be imported here.
"""

from __future__ import annotations

import difflib
import sys
from pkgutil import resolve_name

import click

from storage.errors import EarshotError, UserError

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (where, one line of help)
    "import": ("dashboard.commands.import_:command", "Import reviews, surveys and posts."),
    "analyze": ("dashboard.commands.analyze:command", "Analyse texts: JSON lines in and out."),
    "detect": (
        "dashboard.commands.detect:command",
        "Find what is odd in a series: CSV in and out.",
    ),
    "train": ("dashboard.commands.train:command", "Learn from your own stars and corrections."),
    "models": ("dashboard.commands.models:command", "List, compare, promote, roll back models."),
    "up": ("dashboard.commands.up:command", "Start collecting and open the dashboard."),
    "cases": ("dashboard.commands.case_steps:command", "Work on the response queue."),
    "outbox": ("dashboard.commands.outbox:command", "See replies and mails on their way."),
    "acknowledgements": (
        "dashboard.commands.acknowledgements:command",
        "Rules that acknowledge messages by themselves; off at first.",
    ),
    "customers": (
        "dashboard.commands.customers:command",
        "The list of customers: import, columns, remove.",
    ),
    "kpi": ("dashboard.commands.kpi:command", "Print measures with their intervals."),
    "actions": (
        "dashboard.commands.actions:command",
        "What was done about a topic, and whether it worked.",
    ),
    "praise": (
        "dashboard.commands.praise:command",
        "The best that was said; consents; what is published.",
    ),
    "targets": (
        "dashboard.commands.targets:command",
        "What figures are to be, by when, and how they stand.",
    ),
    "checks": ("dashboard.commands.checks:command", "How often models err, by texts read blind."),
    "report": ("dashboard.commands.report:command", "Write the weekly summary."),
    "export": ("dashboard.commands.export:command", "Write mentions as CSV, JSONL, Parquet, XLSX."),
    "erase": ("dashboard.commands.erase:command", "Erase what somebody said, with a receipt."),
    "verify": ("dashboard.commands.verify:command", "Recount everything; find any difference."),
    "backup": ("dashboard.commands.backup:command", "Copy the database while all runs."),
    "restore": ("dashboard.commands.restore:command", "Put a backup back; erase again."),
    "alerts": ("dashboard.commands.alerts:command", "List, acknowledge and snooze alerts."),
    "lookalikes": ("dashboard.commands.lookalikes:command", "Copies in bursts: judge them."),
    "sample": ("dashboard.commands.sample:command", "Leave the sample company."),
    "sources": (
        "dashboard.commands.sources:command",
        "List, add, check, pause and remove sources.",
    ),
    "collect": (
        "dashboard.commands.collect:command",
        "Collect now, or keep collecting on schedule.",
    ),
    "doctor": (
        "dashboard.commands.doctor:command",
        "Say what is well and how to mend what is not.",
    ),
    "bench": (
        "dashboard.commands.bench:command",
        "Measure Earshot against its plainest equivalents.",
    ),
    "worker": ("dashboard.commands.worker:command", "The loop alone, as `up` starts it."),
    "topics": ("dashboard.commands.topics:command", "How often and how well topics are spoken of."),
}


class LazyGroup(click.Group):
    """A click group that imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the path of a mention, as the table has them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = resolve_name(COMMANDS[cmd_name][0])
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def earshot() -> None:
    """Listen to customers, understand them, answer them, and prove what changed."""


def main() -> None:
    """Run the command line; errors are one line, exit 2 if the user can mend it, else 1."""
    try:
        code = earshot.main(standalone_mode=False)
        # Outside standalone mode click returns what a command gave to ``ctx.exit``.
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except UserError as error:
        click.echo(f"earshot: {error}", err=True)
        sys.exit(2)
    except EarshotError as error:
        click.echo(f"earshot: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
