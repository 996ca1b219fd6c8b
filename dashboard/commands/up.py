"""``earshot up``: the worker and the dashboard, started and stopped together."""

from __future__ import annotations

import re
import socket
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from dashboard import choice, running, settings, supervisor
from dashboard.commands import options
from storage.errors import ConfigError

PORT = 8501
ROOT = Path(__file__).resolve().parents[2]


@click.command("up")
@click.option(
    "--sample/--no-sample",
    default=None,
    help="Show the sample company, or start with your own data. "
    "Default: the sample where there is neither configuration nor database.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port of the dashboard; 0 takes any free one.  [default: {PORT}, else a free one]",
)
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; only this machine's own until sign-in is configured.",
)
@click.option(
    "--prefix",
    default="",
    help="Path below which a proxy shows the pages, such as /earshot; the proxy keeps it.",
)
@options.places
def command(
    db_path: Path,
    config_path: Path,
    sample: bool | None,
    port: int | None,
    address: str,
    prefix: str,
) -> None:
    """Start collecting and open the dashboard; Ctrl-C stops both."""
    check_address(address)
    prefix = check_prefix(prefix)
    settings.load(config_path)  # a slip in it is told before anything starts
    choose_port(port)
    if sample is None:
        sample = not config_path.exists() and not db_path.exists()
    own_path = db_path
    if sample:
        db_path = choice.sample_beside(db_path)
        choice.enter(db_path)
        try:
            open_sample(db_path)
        except KeyboardInterrupt:
            click.echo("Stopped before the sample company was ready.")
            return
    chosen = choose_port(port)
    if port is None and chosen != PORT:
        click.echo(f"Port {PORT} is taken by another program, so the dashboard uses {chosen}.")
    click.echo("Starting ...")
    shown = f"http://127.0.0.1:{chosen}{prefix}"
    with running.announced(db_path, shown) as other:
        if other:
            click.echo(f"{db_path.name} is already open at {other}; both work on it, side by side.")
        supervisor.run(
            programs(
                db_path, config_path, own=own_path if sample else None, port=chosen, prefix=prefix
            ),
            folder=ROOT,
            is_up=lambda: answers(chosen),
            on_up=lambda: click.echo(f"Earshot is at {shown} (Ctrl-C stops it)."),
        )
    click.echo("Stopped.")


def open_sample(db_path: Path) -> None:
    """Say that this is the sample and how to leave it; compose it on its first day."""
    click.echo(
        f"This is the sample company, kept in {db_path.name} beside your own data; "
        "the button *Use my data* or `earshot sample remove` leaves it."
    )
    if not db_path.exists():
        from dashboard.sample import opening

        opening.build(db_path, click.echo)


def check_address(address: str) -> None:
    """Refuse any address that others could reach while nobody has to sign in."""
    if address not in {"127.0.0.1", "localhost"}:
        raise ConfigError(
            f"refusing to listen on {address}: without sign-in anybody who reaches the dashboard "
            "could read and answer in your name. Leave out --address to use 127.0.0.1"
        )


def check_prefix(prefix: str) -> str:
    """Return a path prefix as /one/or/more, '' for none; refuse what no address can hold."""
    path = prefix.strip("/")
    if path and not re.fullmatch(r"[\w.~-]+(/[\w.~-]+)*", path, re.ASCII):
        raise ConfigError(f"--prefix {prefix!r} is no path; use letters and digits, as in /earshot")
    return f"/{path}" if path else ""


def choose_port(wanted: int | None) -> int:
    """Return the wanted port if it is free; without a wish the default or else a free one."""
    try:
        return free_port(PORT if wanted is None else wanted)
    except OSError as error:
        if wanted is not None:
            reason = f"port {wanted} cannot be used ({error.strerror}); choose another with --port"
            raise ConfigError(reason) from error
        return free_port(0)


def free_port(port: int) -> int:
    """Return the port if it can be listened on (0 finds one); raises OSError if not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


def programs(
    db_path: Path, config_path: Path, *, own: Path | None, port: int, prefix: str = ""
) -> list[supervisor.Program]:
    """Return what runs: the worker and the dashboard, on the same database.

    ``own`` is where to go from the sample company; None where there is nothing to choose.
    ``prefix`` is the path below which a proxy shows the pages.
    """
    environment = {
        "EARSHOT_DB": str(db_path),
        "EARSHOT_CONFIG": str(config_path),
        choice.OWN: str(own or ""),
    }
    server = {"address": "127.0.0.1", "port": str(port), "headless": "true"}
    if prefix:
        server["baseUrlPath"] = prefix
    flags = [f"--server.{name}={value}" for name, value in server.items()]
    script = str(ROOT / "dashboard" / "serve.py")
    streamlit = [sys.executable, "-m", "streamlit", "run", script, *flags]
    worker = [sys.executable, "-m", "dashboard", "worker"]
    return [
        supervisor.Program("worker", worker, environment),
        supervisor.Program("dashboard", streamlit, environment),
    ]


def answers(port: int) -> bool:
    """Whether the dashboard says that it is alive."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
